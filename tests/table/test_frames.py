"""Tables come in as they are and go out as they came."""

from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from synthgen.errors import DataError, UsageError
from synthgen.table import to_pandas, write_file
from synthgen.table.frames import PANDAS

HOSTILE = ["", " ", "a b", "a.b", "x\ny", "<b>", "'; DROP", "é", "日本", "index", "__class__", "0"]


def test_the_frame_shares_nothing_that_renaming_could_change():
    frame = pd.DataFrame({0: [1, 2], "b": [3, 4]}, index=["r", "s"])
    taken, form = to_pandas(frame)
    assert list(taken.columns) == ["0", "b"]
    assert list(taken.index) == ["r", "s"]
    assert list(frame.columns) == [0, "b"]
    pd.testing.assert_frame_equal(form.give_back(taken), frame)


def test_new_columns_keep_their_name_and_dtype():
    for table in (
        pd.DataFrame({"a": [1, 2]}),
        pl.DataFrame({"a": [1, 2]}),
        pa.table({"a": [1, 2]}),
    ):
        taken, form = to_pandas(table)
        given = form.give_back(taken.assign(is_synthetic=[False, True]))
        assert type(given) is type(table)
        assert given["is_synthetic"].to_numpy().tolist() == [False, True]


def test_names_of_every_kind():
    frame = pd.DataFrame([range(len(HOSTILE))] * 2, columns=HOSTILE)
    for table in (frame, pl.from_pandas(frame), pa.Table.from_pandas(frame)):
        taken, form = to_pandas(table)
        assert list(taken.columns) == HOSTILE
        given = form.give_back(taken)
        assert list(given.column_names if isinstance(given, pa.Table) else given.columns) == HOSTILE


def test_column_index_comes_back_with_name_and_dtype():
    columns = pd.Index([3, 1, 2], name="year")
    frame = pd.DataFrame([[1, 2, 3]], columns=columns)
    taken, form = to_pandas(frame)
    pd.testing.assert_index_equal(form.give_back(taken).columns, columns)
    assert list(form.give_back(taken[["1", "3"]]).columns) == [1, 3]


def test_whole_numbers_that_a_type_is_too_narrow_for_widen_it_and_others_do_not():
    longer = {"id": [10**11, 10**11 + 1], "n": [3, 4]}
    table = pa.table({"id": pa.array([1, 2], pa.int16()), "n": pa.array([1, 2], pa.int16())})
    for given in (table, pl.DataFrame(table)):
        _, form = to_pandas(given)
        made = form.give_back(pd.DataFrame(longer))
        made = made if given is table else made.to_arrow()
        assert made.schema.types == [pa.int64(), pa.int16()]
        assert made.to_pydict() == longer
    _, form = to_pandas(pa.table({"id": pa.array([Decimal(1)], pa.decimal128(4, 0))}))
    made = form.give_back(pd.DataFrame({"id": [Decimal(10**11)]}))
    assert made["id"].to_pylist() == [Decimal(10**11)]
    _, form = to_pandas(pa.table({"id": pa.array([1], pa.int16())}))
    with pytest.raises(pa.ArrowInvalid):
        form.give_back(pd.DataFrame({"id": ["x"]}))


def test_arrays_and_lazy_frames_and_paths(tmp_path):
    taken, form = to_pandas(np.array([[1.5, 2.0], [3.0, 4.0]]))
    assert list(taken.columns) == ["x0", "x1"]
    assert form.give_back(taken).dtype == np.float64
    taken, form = to_pandas(pl.LazyFrame({"a": [1]}))
    assert isinstance(form.give_back(taken), pl.DataFrame)
    write_file(pd.DataFrame({"a": [1]}), tmp_path / "t.csv")
    assert to_pandas(str(tmp_path / "t.csv"))[0]["a"].tolist() == [1]


def test_arrow_metadata_and_nullability_come_back():
    field = pa.field("a", pa.int64(), nullable=False, metadata={"unit": "cm"})
    table = pa.table([[1, 2]], schema=pa.schema([field], metadata={"source": "x"}))
    taken, form = to_pandas(table)
    assert form.give_back(taken).schema.equals(table.schema, check_metadata=True)


def test_a_form_without_a_table():
    frame = pd.DataFrame({"a": [1]})
    pd.testing.assert_frame_equal(PANDAS.give_back(frame), frame)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "'a' occurs more than once"),
        (pd.DataFrame([[1, 2]], columns=[1, "1"]), "'1' occurs more than once"),
        (pa.Table.from_arrays([pa.array([1])] * 2, names=["a", "a"]), "'a' occurs more than once"),
        (pd.DataFrame([[1]], columns=pd.MultiIndex.from_tuples([("a", "b")])), "2 levels"),
        (pd.DataFrame(index=[1, 2]), "no columns"),
        (pd.DataFrame({"a": []}), "no rows"),
        (pl.DataFrame({"a": []}), "no rows"),
        (np.empty((0, 3)), "no rows"),
        (np.empty((3, 0)), "no columns"),
        (pl.DataFrame({"a": [object()]}), "polars type Object"),
    ],
)
def test_unusable_tables_are_refused(table, words):
    with pytest.raises(DataError, match=words):
        to_pandas(table)


@pytest.mark.parametrize("table", [[1, 2], {"a": [1]}, pd.Series([1]), np.zeros(3), None])
def test_other_things_are_refused(table):
    with pytest.raises(UsageError, match=rf"train must be .* got {type(table).__name__}"):
        to_pandas(table, name="train")


def test_a_form_names_the_labels_it_is_given_and_no_others():
    labels = ["a", "b", "SECRET"]
    table = pl.DataFrame({"n": ["a", "b"], "m": ["a", "a"]}, schema=dict.fromkeys("nm", pl.Enum(labels)))
    taken, form = to_pandas(table)
    taken["n"] = taken["n"].cat.remove_categories("SECRET")
    given = form.listing({"n": ["a", "b"]}).give_back(taken)
    assert given.schema == {"n": pl.Enum(["a", "b"]), "m": pl.Enum(labels)}
    assert given["n"].to_list() == ["a", "b"]


def test_notes_of_an_arrow_column_go_with_its_labels():
    # polars writes the labels of an Enum into the notes of the Arrow column.
    table = pl.DataFrame({"n": ["a"], "m": ["a"]}, schema=dict.fromkeys("nm", pl.Enum(["a", "SECRET"]))).to_arrow()
    table = table.replace_schema_metadata({"labels": "a, SECRET"})
    taken, form = to_pandas(table)
    schema = form.listing({"n": ["a"]}).give_back(taken).schema
    assert schema.field("n").metadata is None
    assert schema.metadata is None
    assert schema.field("m").metadata == table.schema.field("m").metadata
    assert form.listing({}).give_back(taken).schema.equals(table.schema, check_metadata=True)
