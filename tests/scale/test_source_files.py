"""Parquet and Arrow files, one or many: what is read, and what is refused in words."""

from __future__ import annotations

import os
from datetime import time

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.dataset
import pyarrow.feather
import pyarrow.parquet as pq
import pytest

from synthgen.errors import DataError, FileError
from synthgen.scale.scan import scan
from synthgen.scale.source import ROWS, frame_of, open_source
from synthgen.scale.writing import write_batches
from synthgen.table import read_table

SECRET = "Krankenhaus"


def table(start=0, n=10, **more):
    return pa.table({"id": range(start, start + n), "name": [SECRET] * n, **more})


def whole(source, columns=None):
    return pa.Table.from_batches(list(source.batches(columns)))


def write(path, content, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(content, path, **options)
    return path


def test_files_of_a_folder_are_read_in_the_order_of_their_names(tmp_path):
    write(tmp_path / "b.parquet", table(10))
    write(tmp_path / "a.parquet", table(0))
    write(tmp_path / "_hidden.parquet", table(99))
    (tmp_path / "_SUCCESS").touch()
    source = open_source(tmp_path)
    assert source.n_rows == 20
    assert whole(source)["id"].to_pylist() == list(range(20))
    assert whole(source, ["name", "id"]).column_names == ["name", "id"]


def test_a_batch_is_never_large_or_empty(tmp_path):
    write(tmp_path / "a.parquet", table(0, 150_000), row_group_size=100_000)
    write(tmp_path / "b.parquet", table(0, 0))
    sizes = [batch.num_rows for batch in open_source(tmp_path).batches()]
    assert sum(sizes) == 150_000 and 0 < min(sizes) <= max(sizes) <= ROWS


def test_partitions_are_columns(tmp_path):
    write(tmp_path / "year=2023" / "country=AT" / "x.parquet", table(0, 2))
    write(tmp_path / "year=2024" / "country=__HIVE_DEFAULT_PARTITION__" / "x.parquet", table(2, 2))
    write(tmp_path / "year=2024" / "country=a%20b" / "x.parquet", table(4, 1))
    (tmp_path / "year=2024" / "country=CH").mkdir()
    source = open_source(tmp_path)
    found = whole(source)
    assert found["year"].to_pylist() == [2023, 2023, 2024, 2024, 2024]
    assert found["country"].to_pylist() == ["AT", "AT", None, None, "a b"]
    assert whole(source, ["year"]).num_rows == 5
    # A glob's partitions are those of the folders it leaves open.
    assert whole(open_source(str(tmp_path / "year=2024" / "*" / "*.parquet"))).column_names == ["id", "name", "country"]


def test_folders_behind_links_are_read_and_links_in_a_circle_are_not_followed_twice(tmp_path):
    write(tmp_path / "elsewhere" / "a.parquet", table(0, 2))
    write(tmp_path / "here" / "b.parquet", table(2, 2))
    (tmp_path / "here" / "year=2024").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere" / "back").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(DataError, match="don't name the same partitions"):
        open_source(tmp_path / "here")
    (tmp_path / "here" / "year=2024").rename(tmp_path / "here" / "more")
    assert whole(open_source(tmp_path / "here")).num_rows == 4
    (tmp_path / "here" / "gone.parquet").symlink_to(tmp_path / "nowhere")
    with pytest.raises(FileError, match=r"There is no file '.*gone\.parquet'"):
        open_source(tmp_path / "here")


def test_folders_that_name_other_partitions_are_refused(tmp_path):
    write(tmp_path / "year=2023" / "x.parquet", table())
    write(tmp_path / "month=1" / "x.parquet", table())
    with pytest.raises(DataError, match=r"month=1.*year=2023.*don't name the same partitions"):
        open_source(tmp_path)


def test_a_glob_that_matches_nothing_and_a_folder_of_no_table(tmp_path):
    (tmp_path / "readme.md").touch()
    with pytest.raises(FileError, match=r"No file that can be read has a name like .*\*\.parquet"):
        open_source(str(tmp_path / "*.parquet"))
    with pytest.raises(FileError, match="holds no table"):
        open_source(tmp_path)
    with pytest.raises(FileError, match="There is no file"):
        open_source(tmp_path / "none.parquet")


def test_a_folder_of_two_formats_is_refused(tmp_path):
    write(tmp_path / "a.parquet", table())
    (tmp_path / "b.csv").write_text("id,name\n1,x\n")
    with pytest.raises(DataError, match=r"a\.parquet.*b\.csv.*different formats"):
        open_source(tmp_path)


@pytest.mark.parametrize(("more", "words"), [(True, "'new' is in"), (False, "'name' is in")])
def test_a_column_more_or_less_is_refused_before_any_row_is_read(tmp_path, more, words):
    write(tmp_path / "a.parquet", table())
    other = table().append_column("new", pa.array(range(10))) if more else table().drop_columns(["name"])
    write(tmp_path / "b.parquet", other)
    with pytest.raises(DataError, match=words) as caught:
        open_source(tmp_path)
    assert "a.parquet" in str(caught.value) and "b.parquet" in str(caught.value)


@pytest.mark.parametrize("ending", ["parquet", "arrow"])
def test_views_of_texts_and_narrow_dictionaries_are_read_as_what_rows_can_be_taken_of(tmp_path, ending):
    # Polars writes views to Arrow files, and pandas numbers its categories in 8 bits as long as they are few.
    held = []
    for part in range(2):
        labels = [f"{part}_{number % 100}" for number in range(400)]
        narrow = pa.array(labels).dictionary_encode().cast(pa.dictionary(pa.int8(), pa.string()))
        held.append(pa.table({"view": pa.array(labels, pa.string_view()), "narrow": narrow}))
        path = tmp_path / "rows" / f"{part}.{ending}"
        path.parent.mkdir(exist_ok=True)
        if ending == "parquet":
            pq.write_table(held[-1], path)
        else:
            with pa.ipc.new_file(path, held[-1].schema) as writer:
                writer.write_table(held[-1])
    dataset = pa.dataset.dataset(tmp_path / "rows", format="ipc" if ending == "arrow" else ending)
    for data in (tmp_path / "rows", dataset, pa.concat_tables(held)):
        source = open_source(data)
        assert source.arrow.types == [pa.string(), pa.dictionary(pa.int32(), pa.string())]
        assert whole(source).column("view").to_pylist() == [label for part in held for label in part[0].to_pylist()]
        sample = scan(source, most_rows=500, random_state=0).sample
        assert len(sample) == 500 and (sample["view"] == sample["narrow"]).all()
    out = tmp_path / "o.arrow"
    write_batches(out, open_source(tmp_path / "rows").batches(), source.arrow)
    assert pa.ipc.open_file(out).read_all().column("narrow").to_pylist() == whole(source).column("view").to_pylist()


def test_times_of_day_have_as_many_digits_as_python_knows(tmp_path):
    write(tmp_path / "t.parquet", pa.table({"at": pa.array([1_999, None], pa.time64("ns"))}))
    source = open_source(tmp_path / "t.parquet")
    assert frame_of(list(source.batches()), source.arrow)["at"].tolist() == [time(microsecond=1), None]
    assert whole(source).column("at").cast(pa.int64()).to_pylist() == [1_999, None]


def test_another_type_is_refused_before_any_row_is_read(tmp_path):
    write(tmp_path / "a.parquet", table())
    write(tmp_path / "b.parquet", table().set_column(0, "id", pa.array([SECRET] * 10)))
    with pytest.raises(
        DataError, match=r"'id' is of type int64 in .*a\.parquet.* and string in .*b\.parquet"
    ) as caught:
        open_source(tmp_path)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        (pa.int32(), pa.int64(), pa.int64()), (pa.float32(), pa.float64(), pa.float64()),
        (pa.int64(), pa.float64(), pa.float64()), (pa.null(), pa.string(), pa.string()),
        (pa.string(), pa.large_string(), pa.large_string()),
        (pa.timestamp("ms"), pa.timestamp("us"), pa.timestamp("us")),
        (pa.dictionary(pa.int8(), pa.string()), pa.string(), pa.string()),
        (pa.decimal128(5, 1), pa.decimal128(9, 4), pa.decimal128(9, 4)),
    ],
)  # fmt: skip
def test_types_that_differ_in_width_are_widened_and_it_is_said(tmp_path, one, other, together):
    for name, kind in (("a", one), ("b", other)):
        write(tmp_path / f"{name}.parquet", pa.table({"x": pa.array([None, None], kind)}))
    source = open_source(tmp_path)
    assert source.arrow.field("x").type == together
    assert "a.parquet" in source.notes[0] and f"it is read as {together}" in source.notes[0]
    assert [batch.schema.field("x").type for batch in source.batches()] == [together] * 2


@pytest.mark.parametrize(
    ("one", "other"),
    [(pa.timestamp("us"), pa.timestamp("us", "UTC")), (pa.bool_(), pa.int8()), (pa.date32(), pa.string())],
)
def test_types_of_other_kinds_are_not(tmp_path, one, other):
    for name, kind in (("a", one), ("b", other)):
        write(tmp_path / f"{name}.parquet", pa.table({"x": pa.array([None], kind)}))
    with pytest.raises(DataError, match="no type in common"):
        open_source(tmp_path)


def test_a_value_that_the_common_type_cannot_hold_is_an_error_without_the_value(tmp_path):
    write(tmp_path / "a.parquet", pa.table({"x": [0.5]}))
    write(tmp_path / "b.parquet", pa.table({"x": [2**53 + 1]}))
    with pytest.raises(FileError, match=r"'x' of '.*b\.parquet' holds values that don't fit double") as caught:
        whole(open_source(tmp_path))
    assert str(2**53 + 1) not in str(caught.value)


def test_a_corrupt_row_group_in_the_middle_names_its_file(tmp_path):
    rng = np.random.default_rng(0)
    for name in "abc":
        numbers = pa.table({"x": rng.random(20_000)})
        pq.write_table(numbers, tmp_path / f"{name}.parquet", row_group_size=5_000, write_page_checksum=True)
    held = bytearray((tmp_path / "b.parquet").read_bytes())
    held[len(held) // 2] ^= 0xFF
    (tmp_path / "b.parquet").write_bytes(held)
    source, rows = open_source(tmp_path), 0
    with pytest.raises(FileError, match=r"b\.parquet' isn't a Parquet file, or is damaged"):  # noqa: PT012
        for batch in source.batches():
            rows += batch.num_rows
    assert 20_000 <= rows < 40_000


@pytest.mark.parametrize("kept", [0.5, 0.99])
def test_a_truncated_file_is_refused_when_it_is_opened(tmp_path, kept):
    for name in "abc":
        write(tmp_path / f"{name}.parquet", table())
    held = (tmp_path / "b.parquet").read_bytes()
    (tmp_path / "b.parquet").write_bytes(held[: int(len(held) * kept)])
    with pytest.raises(FileError, match=r"b\.parquet' isn't a Parquet file, or is damaged"):
        open_source(tmp_path)


def test_files_of_no_byte_and_of_no_row_are_fine_beside_others(tmp_path):
    (tmp_path / "a.parquet").touch()
    write(tmp_path / "b.parquet", table(0, 0))
    write(tmp_path / "c.parquet", table(0, 3))
    assert whole(open_source(tmp_path)).num_rows == 3


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read every file")
def test_a_file_that_may_not_be_read(tmp_path):
    write(tmp_path / "a.parquet", table()).chmod(0)
    with pytest.raises(FileError, match=r"a\.parquet' can't be read: Permission denied"):
        open_source(tmp_path)


def test_a_folder_where_a_file_should_be_is_read_as_a_folder(tmp_path):
    write(tmp_path / "out.parquet" / "part-0.snappy.parquet", table())
    assert open_source(tmp_path / "out.parquet").n_rows == 10


def test_a_file_that_changes_between_two_passes_is_noticed(tmp_path):
    path = write(tmp_path / "a.parquet", table())
    source = open_source(path)
    before = source.mark()
    assert before == source.mark() == open_source(path).mark()
    write(path, table(1, 11))
    assert source.mark() != before
    with pytest.raises(FileError, match=r"a\.parquet' was changed while it was read"):
        list(source.batches())


def test_a_column_that_is_not_there(tmp_path):
    source = open_source(write(tmp_path / "a.parquet", table()))
    with pytest.raises(DataError, match=r"has no column 'nmae'\. Its columns are 'id', 'name'"):
        list(source.batches(["nmae"]))


def test_labels_in_one_file_and_texts_in_another(tmp_path):
    pd.DataFrame({"c": pd.Categorical(["a", "b"])}).to_parquet(tmp_path / "1.parquet")
    pd.DataFrame({"c": ["a", "z"]}).to_parquet(tmp_path / "2.parquet")
    source = open_source(tmp_path)
    assert frame_of(list(source.batches()), source.arrow)["c"].tolist() == ["a", "b", "a", "z"]


def test_a_dot_in_a_name_is_no_path(tmp_path):
    write(tmp_path / "x.parquet", pa.table({"a": [1], "a.b": [2], "s": [{"b": 3}]}))
    assert whole(open_source(tmp_path), ["a.b", "a"]).to_pydict() == {"a.b": [2], "a": [1]}


@pytest.mark.parametrize("ending", ["arrow", "feather", "ipc"])
@pytest.mark.parametrize("stream", [False, True])
def test_arrow_files(tmp_path, ending, stream):
    path = tmp_path / f"a.{ending}"
    if stream:
        with pa.ipc.new_stream(path, table().schema) as writer:
            writer.write_table(table())
    else:
        pa.feather.write_feather(table(), path, chunksize=4)
    source = open_source(path)
    assert whole(source).equals(table())
    assert source.n_rows == (None if stream else 10)
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(FileError, match="Arrow file, or is damaged"):
        whole(open_source(path))


FRAMES = {
    "plain": pd.DataFrame({"i": [1, 2, 3], "f": [0.5, None, 1.0], "s": ["a", None, "b"], "b": [True, False, True]}),
    "nullable": pd.DataFrame({"i": pd.array([1, None, 3], "Int64"), "b": pd.array([True, None, False], "boolean")}),
    "dates": pd.DataFrame({
        "t": pd.to_datetime(["2024-01-01", None, "2024-01-03"]), "z": pd.to_datetime(["2024-01-01"] * 3, utc=True),
    }),
    "labels": pd.DataFrame({"c": pd.Categorical(["a", "b", None]), "o": pd.Categorical(["x", "y", "x"], ordered=True)}),
    "indexed": pd.DataFrame({"x": [1, 2, 3]}, index=pd.Index(["p", "q", "r"], name="key")),
}  # fmt: skip


@pytest.mark.parametrize("name", FRAMES)
def test_a_frame_of_batches_is_the_table_that_is_read_at_once(tmp_path, name):
    path = tmp_path / "a.parquet"
    FRAMES[name].to_parquet(path)
    source = open_source(path)
    expected = read_table(path).reset_index(drop=True)
    pd.testing.assert_frame_equal(frame_of(list(source.batches()), source.arrow), expected)


def test_integers_with_gaps_elsewhere_are_nullable_in_every_piece(tmp_path):
    path = write(tmp_path / "a.parquet", pa.table({"i": [1, 2, None], "b": [True, True, None]}))
    source = open_source(path)
    batch = next(source.batches()).slice(0, 2)
    found = frame_of([batch], source.arrow, missing=["i", "b"])
    assert found.dtypes.tolist() == read_table(path).dtypes.tolist() == [pd.Int64Dtype(), pd.BooleanDtype()]
    assert frame_of([], source.arrow).columns.tolist() == ["i", "b"]
