"""A table for others: coarser before anything is learnt, with a record that shows no value."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import synthgen as sg
from synthgen.errors import ConditionError, DataError


@pytest.fixture(scope="module")
def patients():
    """300 patients; one is in a ward of its own, one has a dose far from all others."""
    rng = np.random.default_rng(0)
    sick = rng.random(300) < 0.3
    frame = pd.DataFrame(
        {
            "ward": rng.choice(["north", "south", "west"], 300),
            "dose": np.round(rng.gamma(2, 10, 300) + 30 * sick, 2),
            "age": rng.integers(20, 90, 300),
            "sick": np.where(sick, "yes", "no"),
        }
    )
    frame.loc[5, "ward"] = "SECRET_WARD"
    frame.loc[6, "dose"] = 98765.43
    return frame


@pytest.fixture(scope="module")
def result(patients):
    """What one call gives; tests only look at it."""
    return sg.synthesize(
        patients, target="sick", purpose="release", generator="gaussian_copula", gate=None, random_state=0,
        progress=False,
    )  # fmt: skip


def test_no_row_holds_what_one_person_has(patients, result):
    made = result.synthetic
    assert "SECRET_WARD" not in set(made["ward"])
    assert made["dose"].max() < 200
    assert made.dtypes.to_dict() == patients.dtypes.to_dict()
    assert not {"RARE_CATEGORY", "EXTREME_VALUE", "RARE_CELL"} & set(result.rejected["refused_reason"])


def test_the_record_says_what_was_made_coarser_in_counts(result, tmp_path):
    record = result.provenance.disclosure
    assert record["fewest_holders"] == 10
    assert record["merged_labels"] == {"ward": 1}
    assert record["coded_extremes"]["dose"] >= 18
    for path in result.write_reports(tmp_path):
        text = path.read_text()
        assert "SECRET_WARD" not in text
        assert "98765" not in text
    assert "Made coarser before release" in (tmp_path / "fidelity.html").read_text()
    assert json.loads((tmp_path / "run.json").read_text())["provenance"]["disclosure"]["merged_labels"] == {"ward": 1}


def test_augment_coarsens_nothing(patients):
    outcome = sg.synthesize(
        patients, target="sick", generator="gaussian_copula", gate=None, random_state=0, progress=False
    )
    assert outcome.provenance.disclosure is None
    assert "SECRET_WARD" in set(outcome.data["ward"])


def test_a_rare_class_is_named_and_may_be_declared(patients):
    frame = patients.assign(sick=patients["sick"].where(patients.index >= 4, "unsure"))
    options = {"target": "sick", "purpose": "release", "generator": "gaussian_copula", "gate": None, "random_state": 0,
               "progress": False}  # fmt: skip
    with pytest.raises(DataError, match=r"class 'unsure'.*with_column\('sick'"):
        sg.synthesize(frame, **options)
    schema = sg.Schema.infer(frame, target="sick")
    schema = schema.with_column("sick", categories=schema["sick"].categories)
    outcome = sg.synthesize(frame, schema=schema, **options)
    assert "RARE_CATEGORY" not in set(outcome.rejected["refused_reason"])


def test_a_condition_on_a_merged_label_says_that_it_was_merged(patients):
    options = {"purpose": "release", "generator": "tree", "gate": None, "random_state": 0, "progress": False}
    for value in ("SECRET_WARD", ["north", "SECRET_WARD"]):
        with pytest.raises(ConditionError, match=r"merged with others.*with_column\('ward', categories=") as found:
            sg.synthesize(patients, conditions={"ward": value}, **options)
        assert "SECRET" not in str(found.value)
    with pytest.raises(ConditionError) as found:
        sg.synthesize(patients, conditions={"ward": "nowhere"}, **options)
    assert "merged" not in str(found.value)


def test_evaluation_is_on_rows_as_coarse_as_the_released_ones(result):
    train, test = result.for_evaluation()
    assert set(test["ward"]) <= set(train["ward"])
    assert "SECRET_WARD" not in {*train["ward"], *test["ward"]}


@pytest.mark.parametrize("kind", ["category", "enum", "arrow", "arrow with an enum's notes"])
def test_no_rare_label_is_listed_in_the_dtype(kind):
    rng = np.random.default_rng(0)
    ward = [*rng.choice(["north", "south"], 199), "SECRET_WARD"]
    frame = pl.DataFrame({"ward": ward, "dose": rng.normal(size=200)})
    frame = frame.cast({"ward": pl.Enum(["north", "south", "SECRET_WARD"])})
    table = {
        "category": frame.to_pandas(),
        "enum": frame,
        "arrow": pa.Table.from_pandas(frame.to_pandas()),
        "arrow with an enum's notes": frame.to_arrow(),
    }[kind]
    given = sg.synthesize(
        table, purpose="release", generator="gaussian_copula", gate=None, random_state=0, progress=False
    ).data
    if kind == "category":
        assert set(given["ward"].cat.categories) == {"north", "south"}
    elif kind == "enum":
        assert given.schema["ward"] == pl.Enum(["north", "south"])
    else:
        assert "SECRET" not in given.schema.to_string(show_schema_metadata=True, truncate_metadata=False)
        assert set(given["ward"].unique().to_pylist()) == {"north", "south"}
        assert "SECRET" not in str(given["ward"].combine_chunks().dictionary)
