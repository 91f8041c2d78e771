"""The generator from end to end: the boundary, what repeats, what is kept, and what is refused."""

from __future__ import annotations

import ast
import inspect
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from synthgen.constraints import FixedCombinations, Inequality
from synthgen.errors import ConstraintError, DataError, MissingExtraError, UsageError
from synthgen.generators import DPMarginalsSynthesizer
from synthgen.generators.dp_marginals import as_public, mechanism, model, rho_of
from synthgen.generators.dp_marginals.measure.bins import private_bins
from synthgen.generators.dp_marginals.public import MOST_POINTS, grid_of
from synthgen.table.column import Column, Kind

pytestmark = pytest.mark.filterwarnings("ignore::synthgen.errors.SynthgenWarning")

pytest.importorskip("opendp", reason="the extra dp isn't installed")

N = 4_000


def table(n=N, seed=0):
    rng = np.random.default_rng(seed)
    ill = rng.random(n) < 0.3
    frame = pd.DataFrame(
        {
            "age": rng.integers(18, 90, n),
            "dose": np.round(rng.gamma(2, 10, n) + 40 * ill, 1),
            "ward": np.where(ill, rng.choice(["east", "west"], n), rng.choice(["north", "south"], n)),
            "seen": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 300, n), unit="D"),
            "id": [f"P{number:05d}" for number in range(n)],
            "ill": ill.astype(int),
        }
    )
    frame.loc[::5, "dose"] = np.nan
    return frame


def declared(frame):
    schema = as_public(sg.Schema.infer(frame, target="ill"))
    return schema.with_column("age", kind="integer", bounds=(0, 120)).with_column("dose", bounds=(0.0, 300.0))


@pytest.fixture(scope="module")
def fit():
    frame = table()
    return DPMarginalsSynthesizer(3.0, rounds=6, random_state=1).fit(frame, schema=declared(frame))


def same(a, b):
    pd.testing.assert_frame_equal(a, b, check_exact=True)


def test_rows_look_like_the_table(fit):
    rows, real = fit.sample(N, random_state=0), table()
    assert rows.dtypes.equals(real.dtypes)
    assert rows["ill"].mean() == pytest.approx(0.3, abs=0.05)
    assert rows["dose"].isna().mean() == pytest.approx(0.2, abs=0.05)
    sick = rows["ward"].isin(["east", "west"])
    assert sick[rows["ill"] == 1].mean() > 0.9
    assert sick[rows["ill"] == 0].mean() < 0.1
    gap = rows.groupby("ill")["dose"].mean()
    assert gap[1] - gap[0] == pytest.approx(40, abs=12)
    assert not set(rows["id"]) & set(real["id"])
    assert rows["seen"].between("2024-01-01", "2024-10-27").all()


def test_fit_never_repeats_and_sample_does(fit):
    frame = table(800)
    first, second = (
        DPMarginalsSynthesizer(1.0, rounds=2, random_state=3).fit(frame, schema=declared(frame)) for _ in range(2)
    )
    assert any(
        not np.array_equal(a.counts, b.counts)
        for a, b in zip(first.measurements_.marginals, second.measurements_.marginals, strict=False)
    )
    same(fit.sample(50, random_state=5), fit.sample(50, random_state=5))
    assert not fit.sample(50).equals(fit.sample(50))


def test_the_ledger_adds_up_to_the_budget(fit):
    promise = fit.privacy_
    assert (promise.epsilon, promise.delta, promise.unit, promise.neighbouring) == (3.0, 1e-9, "row", "add-remove")
    assert sum(rho for _, rho in promise.ledger) == pytest.approx(rho_of(3.0, 1e-9), rel=1e-9)


class Poisoned:
    """Stands where a frame's values were; any use of it is an error."""

    def __getattribute__(self, name):
        raise AssertionError(f"the frame was touched after it was measured: {name}")


def test_nothing_touches_the_frame_once_it_is_measured(monkeypatch):
    frame = table(500)
    schema, real_measure = declared(frame), model.measure
    seen = []

    def measure_then_poison(given, *args, **kwargs):
        found = real_measure(given, *args, **kwargs)
        object.__setattr__(given, "_mgr", Poisoned())
        with pytest.raises(AssertionError, match="touched"):
            given["age"]
        seen.append(found)
        return found

    monkeypatch.setattr(model, "measure", measure_then_poison)
    made = DPMarginalsSynthesizer(1.0, rounds=2, random_state=0).fit(frame, schema=schema)
    assert len(made.sample(20, conditions={"ill": 1}, missing="like")) == 20
    assert seen[0] is made.measurements_


def test_a_saved_model_is_its_measurements_and_comes_back_the_same(fit, tmp_path):
    fit.save(tmp_path / "model")
    back = sg.load_synthesizer(tmp_path / "model")
    same(fit.sample(60, random_state=2), back.sample(60, random_state=2))
    assert back.privacy_ == fit.privacy_
    document = json.loads((tmp_path / "model" / "model.json").read_text(encoding="utf-8"))
    assert document["opaque_missing"] == {"id": 0.0}
    # From the same measurements, whatever the rows were, the same model is made.
    other = DPMarginalsSynthesizer(3.0, random_state=1)
    other._learnt(fit.measurements_, fit.schema_)
    assert all(np.allclose(a, b) for a, b in zip(other._model.marginals, fit._model.marginals, strict=True))


def test_conditions_and_rules_hold(fit):
    assert (fit.sample(40, conditions={"ill": 1, "age": ">= 60"})["age"] >= 60).all()
    frame = table(500).assign(low=np.arange(500) % 7)
    frame["high"] = frame["low"] + 3
    schema = as_public(sg.Schema.infer(frame, target="ill")).with_constraints(Inequality("low", "high"))
    rows = DPMarginalsSynthesizer(1.0, rounds=2, random_state=0).fit(frame, schema=schema).sample(100)
    assert (rows["low"] <= rows["high"]).all()
    learnt = schema.with_constraints(FixedCombinations(("ward", "ill")))
    with pytest.raises(ConstraintError, match="learnt from the rows"):
        DPMarginalsSynthesizer().fit(frame, schema=learnt)


def test_an_undeclared_table_is_paid_for_and_rare_things_do_not_come_through():
    frame = table()
    frame.loc[0, "ward"], frame.loc[0, "dose"] = "CANARY", 9e11
    found = DPMarginalsSynthesizer(3.0, rounds=2).fit(frame, target="ill")
    assert set(found.schema_["ward"].categories) == {"north", "south", "east", "west"}
    assert found.schema_["dose"].bounds[1] <= 512
    assert not set(found.sample(200)["id"].dropna()) & set(frame["id"])
    assert {"labels of ward", "bounds of dose"} <= {what for what, _ in found.privacy_.ledger}
    lists = [value for what, value in found.privacy_.ledger if what.startswith("delta of")]
    assert sum(lists) == pytest.approx(5e-10)


def test_without_a_budget_for_it_the_text_to_declare_is_given_without_a_value():
    frame = table(200).assign(ward="SECRET")
    with pytest.raises(DataError) as caught:
        DPMarginalsSynthesizer(schema_share=0).fit(frame, target="ill")
    words = str(caught.value)
    assert '"name": "age", "kind": "integer", "storage": {"dtype": "int64"}' in words
    assert "SECRET" not in words
    assert "89" not in words


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"epsilon": 0}, "epsilon"), ({"epsilon": -1}, "epsilon"), ({"delta": 1.5}, "delta"),
        ({"delta": 1e-3, "n_rows": 1000}, "delta must be below 1"), ({"schema_share": 1}, "schema_share"),
        ({"rounds": 0}, "rounds"), ({"delta": 1e-310}, "at least 1e-300"), ({"n_rows": 0}, "n_rows must be a whole"),
        ({"n_rows": -50, "delta": 0.5}, "n_rows must be"), ({"n_rows": 50.5}, "n_rows"), ({"n_rows": "50"}, "n_rows"),
    ],
)  # fmt: skip
def test_a_bad_budget_is_refused_before_a_row_is_looked_at(options, words, monkeypatch):
    monkeypatch.setattr(model, "measure", None)
    with pytest.raises(UsageError, match=words):
        DPMarginalsSynthesizer(**options).fit(table(50), target="ill")


def test_a_delta_too_large_for_the_noisy_number_of_rows_is_refused():
    with pytest.raises(UsageError, match="delta must be below 1"):
        DPMarginalsSynthesizer(delta=1e-3, rounds=1).fit(table(3000), schema=declared(table(3000)))


def test_a_delta_that_is_refused_late_says_that_the_budget_is_spent_and_how_to_have_it_refused_before():
    frame = table(300)
    with pytest.raises(UsageError, match=r"the budget of this fit is spent.*with n_rows") as late:
        DPMarginalsSynthesizer(3.0, delta=0.05, rounds=1).fit(frame, schema=declared(frame))
    with pytest.raises(UsageError, match="for about 300 rows") as before:
        DPMarginalsSynthesizer(3.0, delta=0.05, rounds=1, n_rows=300).fit(frame, schema=declared(frame))
    assert "spent" in str(late.value)
    assert "spent" not in str(before.value)


def test_bounds_that_noise_made_very_wide_have_no_more_points_than_can_be_told_apart():
    column = Column("x", Kind.CONTINUOUS, bounds=(-(2.0**63), 2.0**63), decimals=2)
    step, size = grid_of(column)
    assert size <= MOST_POINTS
    assert step * 100 == pytest.approx(round(step * 100), rel=1e-12)
    assert step * (size - 1) == pytest.approx(2.0**64)
    assert len(private_bins(np.arange(5), size, 1.0, 1, mechanism.OpenDPNoise())) >= 2
    assert grid_of(Column("x", Kind.INTEGER, bounds=(0, 9))) == (1.0, 10)


def test_text_may_be_dropped_and_is_refused_otherwise():
    frame = table(300).assign(notes="my own words, and nobody else's")
    schema = declared(frame).with_column("notes", kind="text")
    for asked in ("drop", {"notes": "drop"}):
        made = DPMarginalsSynthesizer(3.0, rounds=1, text=asked).fit(frame, schema=schema)
        assert "notes" not in made.sample(20)
        assert "notes" not in made.schema_.names
    unsaid = DPMarginalsSynthesizer(3.0, rounds=1, text={"notes": "drop"}).fit(frame, target="ill")
    assert "notes" not in unsaid.schema_.names
    with pytest.raises(DataError, match=r"'notes' holds free text.*Leave it out \(generator_options"):
        DPMarginalsSynthesizer().fit(frame, schema=schema)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("mask", "text must be 'drop'"), ({"notes": "template"}, "text must be 'drop'"),
        ({"nowhere": "drop"}, "'nowhere', which the table doesn't have"),
        ({"age": "drop"}, "'age', which is declared integer"), (3, "text must be 'drop'"),
    ],
)  # fmt: skip
def test_other_ways_with_text_are_refused(text, said):
    frame = table(50)
    with pytest.raises(UsageError, match=said):
        DPMarginalsSynthesizer(text=text).fit(frame, schema=declared(frame))


def test_free_text_and_an_identifier_as_target_are_refused():
    frame = table(50)
    with pytest.raises(DataError, match="free text"):
        DPMarginalsSynthesizer().fit(frame, schema=declared(frame).with_column("ward", kind="text"))
    with pytest.raises(DataError, match="can't be the target"):
        DPMarginalsSynthesizer().fit(frame, schema=declared(frame), target="id")


def test_a_target_whose_classes_nobody_declared_and_few_rows_have_is_refused():
    with pytest.raises(DataError, match="Declare its classes"):
        DPMarginalsSynthesizer(0.5).fit(table(30), target="ill")


def test_tables_of_one_row_one_value_or_none_are_no_error():
    frame = pd.DataFrame({"x": np.full(300, 2.5), "empty": np.nan, "ward": "same"})
    schema = as_public(sg.Schema.infer(frame).with_column("ward", categories=("same",)))
    for rows in (frame, frame[:1]):
        made = DPMarginalsSynthesizer(5.0, rounds=2).fit(rows, schema=schema.with_column("empty", bounds=(0, 1)))
        drawn = made.sample(30)
        assert (drawn["x"] == 2.5).all()
        assert (drawn["ward"] == "same").all()


def test_a_number_that_is_infinite_is_no_error_in_an_array_either():
    cells = np.linspace(0.0, 9.0, 200).reshape(-1, 2)
    cells[0, 0], cells[1, 1] = np.inf, np.nan
    assert DPMarginalsSynthesizer(3.0, rounds=1).fit(cells).sample(5).shape == (5, 2)


def test_labels_that_a_dtype_lists_are_handed_back_only_if_they_are_known():
    pl = pytest.importorskip("polars")
    frame = pl.DataFrame({"sex": ["f", "m"] * 500}, schema={"sex": pl.Enum(["f", "m", "secret"])})
    known = DPMarginalsSynthesizer(3.0, rounds=1).fit(frame).sample(5).schema["sex"]
    assert known == pl.Enum(["f", "m"])
    arrow = DPMarginalsSynthesizer(3.0, rounds=1).fit(frame.to_arrow()).sample(5)
    assert "secret" not in str(arrow.schema)


def test_a_subject_is_the_unit():
    frame = table(900).assign(who=[f"s{number // 3}" for number in range(900)])
    schema = declared(frame).with_column("who", role="subject", kind="identifier", pattern="s999")
    made = DPMarginalsSynthesizer(2.0, rounds=2, rows_per_subject=2).fit(frame, schema=schema)
    assert made.privacy_.unit == "subject"
    assert made.measurements_.n_rows == pytest.approx(600, abs=400)


def test_without_opendp_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "opendp.prelude", None)
    with pytest.raises(MissingExtraError, match=r"synthgen-tabular\[dp\]"):
        DPMarginalsSynthesizer().fit(table(50), target="ill")


def test_no_noise_of_numpy_is_on_the_path():
    """Where rows are known, numpy's random numbers aren't, nor any seed."""
    package = Path(inspect.getfile(mechanism)).parent
    found = []
    for path in [package / "mechanism.py", package / "accounting.py", *(package / "measure").glob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", getattr(node, "module", ""))
            if name in {"random", "default_rng", "Generator", "SeedSequence", "stream", "synthgen.randomness"}:
                found.append(f"{path.name}: {name}")
    assert not found
