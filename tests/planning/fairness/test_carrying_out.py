"""Plans read, refused and carried out on a table."""

import numpy as np
import pandas as pd
import pytest

from synthgen.errors import DataError, UsageError
from synthgen.planning.fairness import FairnessPlan, carry_out, check_generator_for, outcome_of, read_plan
from synthgen.planning.fairness.outcome import ratio
from synthgen.planning.fairness.proxies import proxies_of


def carried(kind, frame, read, release=True, n=None, **options):
    coded, schema = read(frame)
    plan = FairnessPlan(kind, ("sex",), **options)
    return carry_out(plan, frame, coded, schema, release=release, n_samples=n)[0]


def test_a_plan_is_a_plan_a_kind_or_a_mapping(unequal, read):
    _, schema = read(unequal)
    assert read_plan("quotas", schema).sensitive_features == ("sex",)
    given = read_plan({"kind": "weights", "sensitive_features": ["region"], "strength": 0.5}, schema)
    assert (given.sensitive_features, given.strength) == (("region",), 0.5)
    plan = FairnessPlan("quotas", ("sex",))
    assert read_plan(plan, schema) is plan


@pytest.mark.parametrize(
    ("fairness", "words"),
    [
        ("fair", "must be a plan or one of equal_rates"),
        (3, "a kind or a mapping; got int"),
        ({"kind": "quotas", "power": 1}, "there is no 'power'"),
        ({"strength": 1}, "the kind is missing"),
        ({"kind": "quotas", "sensitive_features": "sex"}, r"write \['sex'\]"),
        ({"kind": "quotas", "strength": 2}, "strength of a plan must be a number from 0 to 1"),
        (FairnessPlan("quotas", ("gender",)), "names column 'gender', which this table lacks"),
        (FairnessPlan("quotas", ("sex",), target="income"), "is about the target 'income'"),
        (FairnessPlan("proxies", ("sex",), columns=("hired",)), "'hired' can't be changed as a proxy"),
    ],
)
def test_what_cant_be_read_is_refused_in_words(unequal, read, fairness, words):
    with pytest.raises(UsageError, match=words):
        read_plan(fairness, read(unequal)[1])


def test_without_sensitive_columns_the_groups_are_asked_for(unequal, read):
    with pytest.raises(UsageError, match="needs to know the groups"):
        read_plan("quotas", read(unequal, sensitive_features=())[1])


def test_groups_that_cant_be_compared_are_refused(unequal, read):
    with pytest.raises(DataError, match="'sex' has one value only"):
        carried("quotas", unequal.assign(sex="F"), read)
    with pytest.raises(UsageError, match="'sex' is continuous, and a plan needs groups"):
        carried("quotas", unequal.assign(sex=unequal["skill"]), read)
    with pytest.raises(DataError, match="Fewer than two groups"):
        carried("quotas", unequal.assign(sex=["F"] * 20 + ["M"] * (len(unequal) - 20)), read)


def test_a_target_without_classes_is_refused(unequal, read):
    frame = unequal.assign(hired=np.random.default_rng(0).normal(size=len(unequal)))
    with pytest.raises(UsageError, match="'hired' is continuous, and a plan about labels needs classes"):
        carried("equal_rates", frame, read)
    with pytest.raises(UsageError, match="has 3 classes"):
        carried("quotas", unequal.assign(hired=["a", "b", "c", "a"] * (len(unequal) // 4)), read)


def test_a_label_that_no_row_has_is_refused(unequal, read):
    with pytest.raises(UsageError, match="no class"):
        carried("quotas", unequal, read, label="maybe")


def test_a_group_without_the_label_is_left_as_it_is_and_named(unequal, read):
    sex = unequal["sex"].where(np.arange(len(unequal)) >= 200, "X")
    frame = unequal.assign(sex=sex, hired=unequal["hired"].where(sex != "X", "no"))
    found = carried("quotas", frame, read)
    assert any(words.endswith(": X") and "left as they are" in words for words in found.notes)
    assert found.wanted[2].tolist() == found.cells.counts[2].tolist()
    # What the model says of the other groups moves it too.
    assert carried("equal_rates", frame, read).rates[2] == pytest.approx(found.cells.counts[:, 1].sum() / 2_000)


def test_where_nothing_lacks_there_is_nothing_to_add(read):
    one = pd.DataFrame({"sex": ["F", "M"] * 60, "x": np.arange(120) * 0.5, "hired": ["yes", "yes", "no", "no"] * 30})
    with pytest.raises(DataError, match="are as the plan of quotas wants them already"):
        carried("quotas", one, read, release=False)
    with pytest.raises(DataError, match="are as the plan of representation wants them already"):
        carried("representation", one, read, release=False)
    assert carried("quotas", one, read, release=False, n=40).wanted.sum() == 40


def test_groups_alone_make_the_cells_without_a_target_with_classes(unequal, read):
    frame = unequal.drop(columns="hired").assign(group="a", pay=unequal["skill"] * 2)
    coded, schema = read(frame, target="pay")
    plan = FairnessPlan("representation", ("sex",), reference=(("F", 0.5), ("M", 0.5)))
    found, frame, coded = carry_out(plan, frame, coded, schema, release=False)
    joined, _ = found.joined(frame, coded)
    assert found.learnt.target.name == "group_"
    assert set(joined["group_"]) == {"F", "M"}
    assert found.split(joined).equals(frame)
    assert (found.wanted > 0).tolist() == [[True], [False], [False]]


def test_cells_and_rows_are_the_inverse_of_each_other(unequal, read):
    frame = unequal.assign(sex=unequal["sex"].where(np.arange(len(unequal)) >= 15, "rare"))
    coded, schema = read(frame)
    found, frame, coded = carry_out(FairnessPlan("quotas", ("sex",)), frame, coded, schema, release=True)
    joined, codes = found.joined(frame, coded)
    assert "sex" in joined  # the rare group's rows keep it
    assert codes["hired"].nunique() == 6
    back = found.split(joined)
    assert back.equals(frame[back.columns])
    whole = carried("quotas", unequal, read)
    coded, _ = read(unequal)
    assert "sex" not in whole.joined(unequal, coded)[0]
    assert whole.split(whole.joined(unequal, coded)[0]).equals(unequal)


def test_real_rows_are_counted_as_the_cells_are_made(unequal, read):
    found = carried("quotas", unequal, read)
    coded, schema = read(unequal)
    made = pd.concat([coded[coded["sex"] == 0], coded], ignore_index=True)
    (tilt,) = found.tilts(made, [coded], None)
    shares = np.bincount(found.cells.of(made, schema)) / len(made)
    weighted = np.bincount(found.cells.of(coded, schema), tilt)
    assert (weighted / weighted.sum()).round(9).tolist() == shares.round(9).tolist()


def test_an_aligned_number_no_longer_tells_the_group_and_keeps_its_order(unequal, read):
    coded, schema = read(unequal)
    plan = FairnessPlan("proxies", ("sex",))
    found, frame, new = carry_out(plan, unequal, coded, schema, release=True)
    assert set(found.plan.columns) == {"uniform", "height"}
    assert "uniform" not in frame
    assert proxies_of(coded, schema, found.cells.groups)["height"] > 0.5
    assert proxies_of(new, found.schema, found.cells.groups)["height"] < 0.1
    for sex in ("F", "M"):
        mine = unequal["sex"] == sex
        order = unequal["height"][mine].argsort(kind="stable").to_numpy()
        assert (np.diff(frame["height"][mine].to_numpy()[order]) >= 0).all()


def test_no_proxy_is_an_answer(balanced, read):
    frame = balanced.drop(columns=["uniform", "height"])
    with pytest.raises(DataError, match="no proxy to change"):
        carried("proxies", frame, read)


def test_only_the_tree_moves_labels():
    plan = FairnessPlan("equal_rates", ("sex",))
    for able in ("auto", "tree"):
        check_generator_for(plan, able)
    with pytest.raises(UsageError, match=r"gaussian_copula can't. Use generator=\"tree\", or a plan of quotas"):
        check_generator_for(plan, "gaussian_copula")
    check_generator_for(FairnessPlan("quotas", ("sex",)), "smote")


def test_what_happened_is_counted_on_the_rows_handed_back(unequal, read):
    found = carried("weights", unequal, read)
    coded, _ = read(unequal)
    outcome = outcome_of(found, coded, coded, found.weights(coded))
    assert outcome.ratio_before.value < 0.6
    assert outcome.ratio_after.value == pytest.approx(1.0)
    assert outcome.frame["rows_after"].tolist() == outcome.frame["rows_before"].tolist()
    assert outcome.label == "yes"


def test_the_ratio_has_the_interval_of_katz():
    found = ratio(np.array([[900.0, 100.0], [800.0, 200.0]]), 1)
    half = 1.959964 * np.sqrt(0.9 / 100 + 0.8 / 200)
    assert (found.value, found.low, found.high) == pytest.approx((0.5, 0.5 * np.exp(-half), 0.5 * np.exp(half)))
    assert ratio(np.array([[10.0, 0.0], [10.0, 0.0]]), 1).value == 1.0
