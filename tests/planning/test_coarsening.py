"""What is made coarser before release, and that nobody's label, extreme or cell is left."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from synthgen.errors import DataError
from synthgen.planning import coarsen
from synthgen.table import Role, encode, infer_schema
from synthgen.validation import Comparison
from synthgen.validation.privacy.disclosure import policy_flags


def coarse(frame, schema=None, fewest=10, **roles):
    schema = schema or infer_schema(frame, **roles)
    return coarsen(frame, encode(frame, schema), schema, fewest=fewest)


def left(frame, coded, schema):
    """Flags of the policy for the coarsened rows themselves: the strictest synthetic table there is."""
    opaque = coded.iloc[:0]
    return policy_flags(Comparison.of(coded, opaque, coded, schema))


@pytest.fixture
def wards():
    ward = ["north"] * 60 + ["south"] * 40 + ["east"] * 6 + ["west"] * 5
    return pd.DataFrame({"ward": ward, "dose": np.arange(111.0) / 4})


def test_rare_labels_become_other_where_enough_people_share_it(wards):
    out, _, schema, record = coarse(wards)
    assert out["ward"].value_counts().to_dict() == {"north": 60, "south": 40, "other": 11}
    assert record.merged_labels == {"ward": 2}
    assert schema["ward"].categories == ("north", "south", "other")


def test_labels_that_are_left_are_nobodys_declaration(wards):
    out, coded, schema, _ = coarse(wards)
    assert "categories" not in schema["ward"].declared
    assert left(out, coded, schema).empty
    # So a label that fewer people have by now is looked at again.
    few = coded[(coded["ward"] != 1) | (coded.index % 8 == 0)].reset_index(drop=True)
    assert set(left(few, few, schema).query("reason == 'RARE_CATEGORY'")["columns"]) == {"ward"}


def test_too_few_even_together_join_the_commonest(wards):
    out, _, _, _ = coarse(wards[:109].query("ward != 'west'"))
    assert out["ward"].value_counts().to_dict() == {"north": 66, "south": 40}


def test_an_other_that_is_there_takes_them():
    frame = pd.DataFrame({"ward": ["a"] * 50 + ["other"] * 20 + ["b"] * 2, "dose": np.arange(72.0) / 4})
    assert coarse(frame)[0]["ward"].value_counts().to_dict() == {"a": 50, "other": 22}


def test_ordered_labels_join_their_neighbour():
    grades = pd.Categorical(["low"] * 30 + ["mid"] * 30 + ["high"] * 4, ["low", "mid", "high"], ordered=True)
    out, _, _, _ = coarse(pd.DataFrame({"grade": grades, "dose": np.arange(64.0) / 4}))
    assert out["grade"].value_counts().to_dict() == {"low": 30, "mid": 34}
    assert out["grade"].dtype.ordered


def test_yes_and_no_join_the_commonest():
    frame = pd.DataFrame({"sick": ["f"] * 70 + ["t"] * 2, "dose": np.arange(72.0) / 4})
    assert set(coarse(frame)[0]["sick"]) == {"f"}


def test_what_is_declared_public_stays(wards):
    schema = infer_schema(wards)
    schema = schema.with_column("ward", categories=schema["ward"].categories).with_column("dose", bounds=(0.0, 30.0))
    out, _, _, record = coarse(wards, schema)
    pd.testing.assert_frame_equal(out, wards)
    assert not record.merged_labels and not record.coded_extremes


def test_extremes_are_cut_where_the_tenth_person_is():
    frame = pd.DataFrame({"dose": np.arange(100.0) / 4})
    out, _, _, record = coarse(frame)
    assert out["dose"].min() == 9 / 4
    assert out["dose"].max() == 90 / 4
    assert record.coded_extremes == {"dose": 18}
    assert (out["dose"] == frame["dose"].clip(9 / 4, 90 / 4)).all()


def test_extremes_are_cut_in_each_class_too():
    dose = np.r_[np.arange(100.0), 200 + np.arange(40.0)] / 4
    frame = pd.DataFrame({"dose": dose, "y": ["well"] * 100 + ["sick"] * 40})
    out, coded, schema, _ = coarse(frame, target="y")
    sick = out.loc[out["y"] == "sick", "dose"] * 4
    assert (sick.min(), sick.max()) == (209, 230)
    assert left(out, coded, schema).empty


def test_the_callers_table_is_not_touched_and_dtypes_stay():
    frame = pd.DataFrame(
        {
            "n": pd.array([None, *range(0, 198, 2)], dtype="Int64"),
            "when": pd.date_range("2020-01-01", periods=100, tz="Europe/Berlin"),
            "tag": pd.Categorical(["a"] * 60 + ["b"] * 25 + ["c"] * 9 + ["d"] * 6),
        },
        index=[f"row{i}" for i in range(100)],
    )
    before = frame.copy(deep=True)
    out, coded, schema, record = coarse(frame)
    pd.testing.assert_frame_equal(frame, before)
    assert out.index.equals(frame.index)
    assert out.dtypes[["n", "when"]].to_dict() == frame.dtypes[["n", "when"]].to_dict()
    assert out["tag"].astype(str).value_counts().to_dict() == {"a": 60, "b": 25, "other": 15}
    assert out["n"].isna().sum() == 1
    assert set(record.coded_extremes) == {"n", "when"}
    pd.testing.assert_frame_equal(encode(out, schema), coded)


def test_rare_cells_move_to_the_commonest_like_them():
    frame = pd.DataFrame(
        {"sex": ["f"] * 40 + ["m"] * 40 + ["f"] * 2, "town": ["x"] * 40 + ["y"] * 42, "dose": np.arange(82.0) / 4}
    )
    schema = infer_schema(frame, quasi_identifiers=["sex", "town"])
    out, coded, schema, record = coarse(frame, schema)
    # f in y is shared by two; f in x and m in y each agree in one column, and are as common.
    assert record.moved_cells == 2
    assert out.groupby(["sex", "town"]).size().min() >= 40
    assert left(out, coded, schema).empty


def test_numbers_among_quasi_identifiers_are_rounded():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"age": rng.integers(18, 90, 2000), "sex": rng.choice(["f", "m"], 2000)})
    schema = infer_schema(frame, quasi_identifiers=["age", "sex"])
    out, coded, new, record = coarse(frame, schema)
    assert 2 <= record.grouped_columns["age"] <= 64
    assert out["age"].nunique() <= record.grouped_columns["age"]
    assert out["age"].dtype == frame["age"].dtype
    assert out["age"].corr(frame["age"]) > 0.95
    assert left(out, coded, new).empty


def test_cells_that_nobody_shares_are_an_error():
    frame = pd.DataFrame({"a": list("abcdefghij") * 3, "b": [f"v{i % 29}" for i in range(30)], "c": [1.5, 2.25] * 15})
    schema = infer_schema(frame)
    for name in ("a", "b"):
        column = schema[name]
        schema = schema.with_column(name, role=Role.QUASI_IDENTIFIER, kind="categorical",
                                    categories=column.categories or tuple(dict.fromkeys(frame[name])))  # fmt: skip
    with pytest.raises(DataError, match="No 10 people share a combination of the quasi-identifiers 'a', 'b'"):
        coarse(frame, schema)


def test_a_rare_class_must_be_declared():
    frame = pd.DataFrame({"dose": np.arange(60.0) / 4, "y": ["well"] * 55 + ["odd"] * 5})
    with pytest.raises(DataError, match=r"fewer than 10 people have class 'odd'.*with_column\('y', categories="):
        coarse(frame, target="y")
    schema = infer_schema(frame, target="y")
    schema = schema.with_column("y", categories=schema["y"].categories)
    out, _, _, _ = coarse(frame, schema)
    assert (out["y"] == frame["y"]).all()


def test_too_few_people_are_an_error():
    frame = pd.DataFrame({"person": ["p", "q"] * 20, "dose": np.arange(40.0)})
    with pytest.raises(DataError, match="about 2 people"):
        coarse(frame, subject="person")


def test_a_column_that_few_people_fill_is_an_error_that_names_it():
    dose = np.arange(200.0) / 4
    salary = np.where(np.arange(200) < 9, 1000.5 + dose, np.nan)
    frame = pd.DataFrame({"dose": dose, "salary": salary})
    words = r"Only 9 people have a value in column 'salary'.*columns=\['salary'\]"
    with pytest.raises(DataError, match=words) as found:
        coarse(frame)
    assert "100" not in str(found.value)
    # Ten people share what is left, which is the value in their middle.
    frame.loc[9, "salary"] = 1010.75
    out, coded, schema, _ = coarse(frame)
    assert out["salary"].value_counts().to_dict() == {1001.5: 10}
    assert left(out, coded, schema).empty


def test_health_data_need_eleven():
    frame = pd.DataFrame({"ward": ["a"] * 50 + ["b"] * 10, "dose": np.arange(60.0) / 4})
    assert not coarse(frame)[3].merged_labels
    assert coarse(frame, fewest=11)[3].merged_labels == {"ward": 1}


@pytest.mark.parametrize("name", ["adult", "thyroid"])
def test_nothing_is_left_of_real_tables_and_twice_is_as_once(name):
    frame = getattr(sg.datasets, f"load_{name}")()[:4000]
    schema = infer_schema(frame)
    quasi = {"adult": ["age", "sex", "race"], "thyroid": ["age", "sex"]}[name]
    for column in quasi:
        schema = schema.with_column(column, role=Role.QUASI_IDENTIFIER)
    out, coded, new, _ = coarse(frame, schema)
    assert left(out, coded, new).empty
    again, _, _, record = coarsen(out, coded, new)
    pd.testing.assert_frame_equal(again, out)
    assert record.moved_cells == 0 and not record.merged_labels and not record.coded_extremes
    assert out.dtypes.to_dict() == frame.dtypes.to_dict()
