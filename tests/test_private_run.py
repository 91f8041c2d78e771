"""Runs with a differentially private generator: all that is handed out follows from what was measured."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import synthgen as sg
from synthgen import private_run
from synthgen.errors import BudgetExceeded, DataError, UsageError
from synthgen.generators.dp_marginals import DPMarginalsSynthesizer, model, rho_of
from synthgen.ledger import Cost
from synthgen.table.column import Column, Kind, Role
from synthgen.table.schema import Schema
from synthgen.table.sources import read_table
from synthgen.tags import table_tag

pytestmark = pytest.mark.filterwarnings("ignore::synthgen.errors.SynthgenWarning")

pytest.importorskip("opendp", reason="the extra dp isn't installed")
pytest.importorskip("filelock", reason="the extra dp isn't installed")

PUBLIC = frozenset({"kind", "bounds", "categories", "nullable"})
SCHEMA = Schema(
    (
        Column("person", Kind.IDENTIFIER, declared=frozenset({"kind"})),
        Column("age", Kind.INTEGER, bounds=(0, 99), declared=PUBLIC),
        Column("sex", Kind.CATEGORICAL, categories=("f", "m"), declared=PUBLIC),
        Column("sick", Kind.CATEGORICAL, role=Role.TARGET, categories=("no", "yes"), declared=PUBLIC),
    )
)
QUICK = {"generator": "dp_marginals", "generator_options": {"rounds": 2}, "progress": False}
NOWHERE = "no-such-table.csv"


def people(n=400, seed=0):
    rng = np.random.default_rng(seed)
    sick = rng.random(n) < 0.3
    return pd.DataFrame(
        {
            "person": [f"p{number:04}" for number in range(n)],
            "age": rng.integers(20, 80, n) + 10 * sick,
            "sex": np.where(rng.random(n) < 0.5, "f", "m"),
            "sick": np.where(sick, "yes", "no"),
        }
    )


def run(data=None, **words):
    words = {"purpose": "release", "epsilon": 3.0, "schema": SCHEMA, "validation": "none", **QUICK, **words}
    return sg.synthesize(people() if data is None else data, **words)


@pytest.fixture
def ledger(tmp_path):
    return sg.PrivacyLedger(tmp_path / "ledger.json", cap_epsilon=3, cap_delta=1e-9, dataset="people")


# Words


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"generator": "tree", "generator_options": None}, "epsilon is for a differentially private generator"),
        ({"generator": "auto", "generator_options": None}, "generator='auto' isn't one"),
        ({"generator": "tree", "generator_options": None, "epsilon": None}, "validation='none' is for"),
        ({"fairness": "quotas"}, "A fairness plan looks at the real rows"),
        ({"sampling_strategy": 0.5}, "sampling_strategy counts the real rows"),
        ({"generator_options": {"epsilon": 1}}, "epsilon is given twice"),
        ({"generator": DPMarginalsSynthesizer(), "generator_options": None}, "set it there"),
        ({"ledger": "ledger.json"}, "ledger must be a sg.PrivacyLedger; got str"),
        ({"n_samples": 0}, "n_samples must be"),
        ({"epsilon": 0}, "epsilon must be a number above 0; got 0"),
        ({"epsilon": -1}, "epsilon must be a number above 0"),
        ({"delta": 1.0}, "delta must be above 0 and below 1"),
        ({"validation": "all"}, "validation must be standard, full or none"),
    ],
)
def test_what_cant_be_kept_is_refused_before_the_table_is_read(words, said):
    with pytest.raises(UsageError, match=said):
        run(NOWHERE, **words)


def test_a_ledger_is_for_a_private_generator(ledger):
    with pytest.raises(UsageError, match="ledger is for a differentially private generator"):
        sg.synthesize(NOWHERE, ledger=ledger)


def test_delta_beside_the_number_of_rows():
    with pytest.raises(UsageError, match="delta must be below 1 / the number of rows"):
        run(delta=0.5)


# The ledger


def test_a_fit_beyond_the_cap_is_refused_before_the_table_is_read(ledger):
    ledger.reserve(Cost(2.9, 1e-9, rho=0.1, delta_beside=0.0), "another run")
    with pytest.raises(BudgetExceeded, match="above the cap of 3"):
        run(NOWHERE, ledger=ledger)
    assert len(ledger.spent) == 1


def test_a_type_that_cant_be_held_costs_nothing(ledger):
    table = pa.table({"sick": ["no", "yes"] * 50, "codes": [[1, 2], [3]] * 50})
    with pytest.raises(DataError, match=r"Column 'codes' has the type list<.*can't hold"):
        run(table, schema=None, ledger=ledger)
    assert not len(ledger.spent)


def test_a_table_that_cant_be_read_costs_nothing(ledger):
    with pytest.raises(sg.errors.FileError):
        run(NOWHERE, ledger=ledger)
    assert not len(ledger.spent)


def test_a_run_spends_its_budget_and_says_so(ledger):
    result = run(ledger=ledger)
    assert list(ledger.spent["state"]) == ["committed"]
    assert ledger.state().epsilon == pytest.approx(3.0)
    told = result.provenance.privacy["ledger"]
    assert (told["dataset"], told["fits"], told["unit"]) == ("people", 1, "row")
    spent = [cost for what, cost in result.provenance.privacy["spent"] if not what.startswith("delta")]
    assert sum(spent) <= ledger.spent["rho"].sum() * (1 + 1e-9)
    with pytest.raises(BudgetExceeded):
        run(ledger=ledger)


def test_a_fit_that_crashes_counts_as_spent(ledger, monkeypatch):
    monkeypatch.setattr(model, "fitted", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        run(ledger=ledger)
    assert list(ledger.spent["state"]) == ["reserved"]
    assert ledger.state().epsilon == pytest.approx(3.0)


def test_the_unit_is_the_subject_and_is_not_mixed_with_rows(tmp_path):
    ledger = sg.PrivacyLedger(tmp_path / "ledger.json", cap_epsilon=9)
    table = people().assign(person=lambda frame: [f"p{number // 2}" for number in range(len(frame))])
    result = run(table, ledger=ledger, subject="person")
    assert result.provenance.privacy["unit"] == "subject"
    assert ledger.state().unit == "subject: person"
    with pytest.raises(UsageError, match="unit 'subject: person', this one has 'row'"):
        run(NOWHERE, ledger=ledger)


def test_what_isnt_declared_is_paid_for_in_delta_too(tmp_path):
    ledger = sg.PrivacyLedger(tmp_path / "ledger.json", cap_epsilon=9, cap_delta=1e-6)
    result = run(ledger=ledger, schema=None, target="sick", n_samples=50)
    assert result.provenance.privacy["epsilon"] == 3.0
    assert ledger.spent["delta_beside"].tolist() == [5e-10]
    spent = result.provenance.privacy["spent"]
    assert sum(cost for what, cost in spent if what.startswith("delta of labels")) == pytest.approx(5e-10)


LOOSE = Schema((Column("x", Kind.CONTINUOUS), Column("y", Kind.INTEGER)))


@pytest.mark.parametrize(("labels", "beside"), [((1, 2), 0.0), (("1", "2"), 5e-10)])
def test_a_fit_costs_what_the_dtypes_make_of_it(ledger, labels, beside):
    table = pd.DataFrame({"x": np.arange(600.0), "y": np.resize(labels, 600)})
    result = run(table, ledger=ledger, schema=LOOSE, epsilon=0.5, n_samples=5)
    assert ledger.spent["delta_beside"].tolist() == [beside]
    assert ledger.spent["rho"].tolist() == [pytest.approx(rho_of(0.5, 1e-9 - beside))]
    told = [cost for what, cost in result.provenance.privacy["spent"] if what.startswith("delta")]
    assert sum(told) == beside


def test_a_named_subject_takes_the_place_of_the_schemas(ledger):
    table = people().assign(house=lambda frame: np.arange(len(frame)) // 40)
    house = Column("house", Kind.IDENTIFIER, role=Role.SUBJECT, declared=frozenset({"kind"}))
    schema = Schema((house, *SCHEMA))
    result = run(table, ledger=ledger, schema=schema, subject="person", n_samples=5)
    assert ledger.state().unit == "subject: person"
    assert [column.name for column in result._schema.role(Role.SUBJECT)] == ["person"]
    # By house, 5 of 40 rows would have been learnt from.
    assert 350 < DPMarginalsSynthesizer(100.0, rounds=2).fit(table, schema=result._schema).measurements_.n_rows < 450


# Nothing of the rows but what was measured


def everything(result, folder):
    """All that is handed out."""
    pages = {path.name: path.read_text() for path in result.write_reports(folder)}
    return {"rows": result.synthetic, "table": result.data, "refused": result.rejected, **pages}


@pytest.fixture
def alike(monkeypatch):
    """Runs that measure the first table only, and take no time; gives what was measured."""
    kept, measure, describe = [], model.measure, private_run.describe_run

    def once(frame, *args, **more):
        kept.append(kept[0] if kept else measure(frame, *args, **more))
        return kept[0]

    def at_no_time(*args, **more):
        return replace(describe(*args, **more), created="2026-01-01T00:00:00+00:00", seconds={})

    monkeypatch.setattr(model, "measure", once)
    monkeypatch.setattr(private_run, "describe_run", at_no_time)
    return kept


def other_people():
    """Another table altogether: other values, other labels, other counts, with what the schema doesn't allow."""
    table = people(150, seed=9).assign(sex="x", age=lambda frame: frame["age"] * 1000, sick="yes")
    return table.set_index(table["person"].str[1:].astype(int) + 7)


@pytest.mark.parametrize("words", [{}, {"n_samples": 60, "conditions": {"sick": "yes"}}, {"missing": "none"}])
def test_two_tables_that_were_measured_alike_give_the_same_everything(alike, tmp_path, words):
    results = [run(table, random_state=3, **words) for table in (people(), other_people())]
    assert len(alike) == 2
    one, other = (everything(result, tmp_path / str(place)) for place, result in enumerate(results))
    for name in ("rows", "table", "refused"):
        pd.testing.assert_frame_equal(one.pop(name), other.pop(name))
    assert {"run.json", "fidelity.html", "bias.html", "card.md"} < set(one)
    assert "compared with none of the real ones" in one["fidelity.html"]
    for name in one:
        assert one[name] == other[name], name


@pytest.mark.usefixtures("alike")
def test_that_test_would_find_a_look_at_the_rows():
    words = {"random_state": 3, "validation": "standard", "gate": None, "n_samples": 60}
    one, other = (run(table, **words) for table in (people(), other_people()))
    pd.testing.assert_frame_equal(one.synthetic, other.synthetic)
    assert one.record()["measurements"] != other.record()["measurements"]


def test_a_table_poisoned_once_it_was_measured_changes_no_row(monkeypatch):
    table, twin = people(), people()
    real = model.measure
    found = []

    def then_poison(frame, *args, **more):
        found.append(found[0] if found else real(frame, *args, **more))
        if len(found) == 2:
            for name in table:
                table[name] = np.nan
        return found[0]

    monkeypatch.setattr(model, "measure", then_poison)
    clean, poisoned = (run(given, random_state=1, n_samples=40).synthetic for given in (twin, table))
    assert table.isna().all(axis=None)
    pd.testing.assert_frame_equal(clean, poisoned)


def test_labels_of_a_dtype_that_arent_declared_arent_handed_back():
    pl = pytest.importorskip("polars")
    table = people()
    given = pl.DataFrame(table).with_columns(pl.col("sex").cast(pl.Enum(["f", "m", "secret"])))
    assert "secret" not in str(run(given, n_samples=20).synthetic.schema)
    dtype = pd.CategoricalDtype(["f", "m", "secret"])
    assert "secret" not in str(run(table.astype({"sex": dtype}), n_samples=20).synthetic["sex"].dtype)


@pytest.mark.parametrize("cell", ["abc", 1.5, None])
def test_no_cell_of_a_file_decides_a_dtype(tmp_path, cell):
    table = people().astype({"age": object})
    table.to_csv(tmp_path / "plain.csv", index=False)
    table.loc[0, "age"] = cell
    table.to_csv(tmp_path / "odd.csv", index=False)
    plain, odd = (run(tmp_path / name, n_samples=20) for name in ("plain.csv", "odd.csv"))
    assert str(odd.synthetic["age"].dtype) == str(plain.synthetic["age"].dtype) == "Int64"
    assert odd._schema == plain._schema
    with pytest.raises(DataError, match="'person', 'age', 'sex', 'sick'"):
        run(tmp_path / "plain.csv", schema=None, n_samples=20)
    with pytest.raises(DataError, match="A text file says it only by its cells"):
        DPMarginalsSynthesizer().fit(tmp_path / "plain.csv")


def test_a_gap_in_a_file_of_columns_decides_no_dtype(tmp_path):
    for name, ages in (("full", [1, 2, 3] * 50), ("gap", [None, 2, 3] * 50)):
        table = pa.table({"age": pa.array(ages, pa.int64()), "sick": pa.array([True, False, True] * 50)})
        pq.write_table(table, tmp_path / f"{name}.parquet")
    full, gap = (run(tmp_path / f"{name}.parquet", schema=None, n_samples=20) for name in ("full", "gap"))
    assert [column.storage for column in full._schema] == [column.storage for column in gap._schema]
    assert all(column.nullable for column in full._schema)
    assert full.synthetic.dtypes.astype(str).tolist() == ["Int64", "boolean"]


def test_the_table_itself_stays_what_it_is(tmp_path):
    table = people().assign(age=lambda frame: frame["age"].astype(object).where(frame.index > 0, "abc"), sex="07")
    table.to_csv(tmp_path / "odd.csv", index=False)
    result = run(tmp_path / "odd.csv", n_samples=20, purpose="augment")
    assert result._real["age"].tolist() == table["age"].astype(str).tolist()
    assert "07" in set(result.data["sex"]) <= {"07", "f", "m"}
    key = b"0123456789abcdef"
    assert result.record(key=key)["tags"]["source"] == table_tag(key, read_table(tmp_path / "odd.csv"))


# Validated, but no row chosen by looking


def test_rows_that_equal_real_ones_are_flagged_and_not_refused():
    two = Schema(SCHEMA.columns[2:])
    table = people()[["sex", "sick"]]
    result = run(table, schema=two, validation="standard", gate=None, n_samples=100)
    assert len(result.synthetic) == 100
    assert not len(result.rejected)
    assert not result.validation.flagged_rows["refused"].any()
    assert {"train", "holdout"} <= set(result.provenance.counts)


def test_without_validation_every_row_is_learnt_from_and_no_count_is_told():
    result = run(n_samples=30)
    assert set(result.provenance.counts) == {"requested", "drawn", "refused", "accepted", "delivered"}
    assert result.provenance.seconds == {}
    assert any("how long it took" in words for words in result.provenance.privacy["outside"])
    assert str(result.verdict.outcome) == "PASS"
    assert result.validation.results == ()
    assert len(result._train_rows) == 400


@pytest.mark.parametrize(("epsilon", "outcome"), [(10.0, "PASS"), (10.5, "INCONCLUSIVE"), (1e6, "INCONCLUSIVE")])
def test_a_guarantee_that_bounds_nothing_carries_no_release(tmp_path, epsilon, outcome):
    result = run(epsilon=epsilon, n_samples=10)
    result.write_reports(tmp_path)
    assert str(result.verdict.outcome) == outcome
    assert result.withheld == (outcome != "PASS")


def test_to_train_on_nothing_is_known_without_validation():
    result = run(purpose="augment", n_samples=30)
    assert str(result.verdict.outcome) == "INCONCLUSIVE"
    with pytest.warns(sg.SynthgenWarning, match="Likeness to the real rows"):
        assert result.data["is_synthetic"].sum() == 30
    assert any("holds the real rows" in words for words in result.provenance.privacy["outside"])


def test_a_run_cant_be_made_again():
    asked = run(n_samples=20, random_state=0).provenance.request
    assert asked["obstacles"] == [private_run.UNSEEDED]
    assert asked["arguments"]["epsilon"] == 3.0


# A person's review


def test_a_run_that_looked_at_nothing_isnt_reviewed():
    result = run(n_samples=40)
    sheet = pd.DataFrame({"decision": ["accept"]})
    for ask in (result.review_sheet, lambda: result.reviewed(sheet, reviewer="Ada"), result.review):
        with pytest.raises(UsageError, match="no longer follows from noisy counts alone"):
            ask()


def test_a_review_of_a_validated_run_is_said_to_be_outside_the_guarantee(tmp_path):
    result = run(validation="standard", gate=None, n_samples=40)
    sheet = result.review_sheet(rows=10).frame
    sheet["decision"] = ["refuse", *["accept"] * (len(sheet) - 1)]
    reviewed = result.reviewed(sheet, reviewer="Ada")
    assert len(reviewed.synthetic) == 39
    outside = reviewed.provenance.privacy["outside"]
    assert outside[0].startswith("which rows a person refused")
    assert outside[1:] == result.provenance.privacy["outside"]
    reviewed.write_reports(tmp_path)
    assert "Which rows a person refused" in (tmp_path / "fidelity.html").read_text()
    assert "which rows a person refused" in (tmp_path / "card.md").read_text()


def test_text_may_be_left_out():
    schema = Schema((*SCHEMA, Column("notes", Kind.TEXT, declared=frozenset({"kind"}))))
    options = {"rounds": 2, "text": "drop"}
    words = {"validation": "standard", "gate": None, "n_samples": 40, "generator_options": options}
    result = run(people().assign(notes="SECRET words"), schema=schema, **words)
    assert list(result.synthetic) == SCHEMA.names
    assert "SECRET" not in json.dumps(result.record())


# Held out one by one


class Counted:
    """The system's secure source, which a test can read: one draw a unit, in order."""

    def __init__(self):
        self.drawn = np.random.default_rng(0).integers(0, 2**63, 5000, dtype=np.uint64) * np.uint64(2)

    def token_bytes(self, n):
        return self.drawn[: n // 8].tobytes()


def test_one_row_more_changes_nothing_for_the_others(monkeypatch):
    monkeypatch.setattr(private_run, "secrets", Counted())
    table = people(300)
    train, held = private_run._split(table, SCHEMA, 0.25)
    more = pd.concat([table, table.iloc[[0]].assign(sick="yes", sex="m")], ignore_index=True)
    train_more, held_more = private_run._split(more, SCHEMA, 0.25)
    assert sorted([*train, *held]) == list(range(300))
    assert set(train_more) - {300} == set(train)
    assert set(held_more) - {300} == set(held)
    assert 45 < len(held) < 105


def test_all_rows_of_a_subject_go_together():
    table = people(300).assign(person=[f"p{number % 60}" for number in range(300)])
    schema = SCHEMA.with_columns([SCHEMA["person"]]).with_column("person", role="subject")
    train, held = private_run._split(table, schema, 0.3)
    assert not set(table["person"].iloc[train]) & set(table["person"].iloc[held])


def test_the_split_is_no_ones_to_know():
    assert list(private_run._split(people(), SCHEMA, 0.5)[0]) != list(private_run._split(people(), SCHEMA, 0.5)[0])


def test_a_table_of_one_row_cant_be_held_out_from():
    with pytest.raises(DataError, match="too few to hold out"):
        private_run._split(people(1), SCHEMA, 0.2)


# Reports


def test_reports_say_what_is_inside_and_outside(tmp_path):
    result = run(validation="standard", gate=None, n_samples=60)
    result.write_reports(tmp_path)
    page, card = (tmp_path / "fidelity.html").read_text(), (tmp_path / "card.md").read_text()
    assert "What is guaranteed" in page
    assert "This page is outside the guarantee" in page
    assert "No ledger was kept" in page
    assert "The guarantee covers the synthetic rows" in card
    assert "every figure that compares synthetic rows with real ones" in card
    assert "the verdict, and so whether the table was handed out" in page
    assert json.loads((tmp_path / "run.json").read_text())["provenance"]["privacy"]["epsilon"] == 3.0


def test_reports_of_a_run_that_looked_at_nothing(tmp_path, ledger):
    result = run(n_samples=60, ledger=ledger)
    result.write_reports(tmp_path, audience="shareable")
    page, card = (tmp_path / "fidelity.html").read_text(), (tmp_path / "card.md").read_text()
    assert "This page is outside the guarantee" not in page
    assert "The budget of this dataset" in page
    assert "noisy counts of the real rows, whose number isn" in card
