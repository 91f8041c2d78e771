"""A table that was written, as an Arrow dataset of the types that it was written with."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.dataset

from synthgen.errors import FileError
from synthgen.scale.merging import fitted
from synthgen.table.files import suffix_of

_ARROW = (".arrow", ".feather", ".ipc")


def written(out: str | Path, schema: pa.Schema) -> pa.dataset.Dataset:
    r"""Open a file or a folder of parts.

    Text doesn't say what it is: without the schema a code such as ``007`` would be the number 7, and a missing text an
    empty one. Spans of time stay text; see :func:`as_written`.

    Parameters
    ----------
    out : path
    schema : pyarrow.Schema
        That the table was written with.

    Raises
    ------
    FileError
        It isn't there any more.

    Examples
    --------
    >>> import tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> path = Path(folder.name) / "t.csv"
    >>> _ = path.write_text("code,land\n007,\n012,at\n")
    >>> written(path, pa.schema([("code", pa.string()), ("land", pa.string())])).to_table().to_pylist()
    [{'code': '007', 'land': None}, {'code': '012', 'land': 'at'}]
    >>> folder.cleanup()
    """
    if not Path(out).exists():
        raise FileError(f"The table isn't at {str(out)!r} any more. Put it back there, or read it where it is now.")
    suffix = ".parquet" if Path(out).is_dir() else suffix_of(out)
    if suffix == ".parquet":
        return pa.dataset.dataset(out, format="parquet")
    if suffix in _ARROW:
        return pa.dataset.dataset(out, format="ipc")
    options = pa.csv.ConvertOptions(
        column_types={field.name: _read_as(field.type) for field in schema},
        null_values=[""], strings_can_be_null=True, true_values=["True"], false_values=["False"],
    )  # fmt: skip
    shape = pa.csv.ParseOptions(delimiter="\t" if suffix == ".tsv" else ",", newlines_in_values=True)
    return pa.dataset.dataset(out, format=pa.dataset.CsvFileFormat(parse_options=shape, convert_options=options))


def as_written(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """Give the rows of such a dataset in the columns and the types of a schema."""
    spans = {
        field.name: pa.array(pd.to_timedelta(batch.column(field.name).to_pandas()), from_pandas=True)
        for field in schema
        if pa.types.is_duration(field.type) and pa.types.is_string(batch.column(field.name).type)
    }
    columns = {name: spans.get(name, batch.column(name)) for name in schema.names}
    return fitted(pa.RecordBatch.from_pydict(columns), schema)


def _read_as(kind: pa.DataType) -> pa.DataType:
    """Give the type that text of a column is read as; moments may have more digits than their unit."""
    if pa.types.is_dictionary(kind):
        return _read_as(kind.value_type)
    if pa.types.is_timestamp(kind) and kind.unit != "ns":
        return pa.timestamp("us", kind.tz)
    if pa.types.is_time(kind):
        return pa.time64("us")
    if pa.types.is_date(kind):
        return pa.date32()
    if pa.types.is_float16(kind):
        return pa.float32()
    return pa.string() if pa.types.is_duration(kind) else kind
