"""The edge: any table in as pandas, and the caller's own type out again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import narwhals.stable.v1 as nw
import numpy as np
import pandas as pd
import pyarrow as pa

from synthgen.errors import DataError, UsageError
from synthgen.table.csv_reading import UNTYPED
from synthgen.table.sources import read_table

SHARES_WRITES = int(pd.__version__.split(".")[0]) < 3
"""Before pandas 3 a shallow copy shares later writes with its source, so frames are copied whole."""


@dataclass(frozen=True)
class Form:
    """What the caller's table looked like, so that one like it can be given back.

    Parameters
    ----------
    library : {"pandas", "polars", "arrow", "numpy"}
    labels : dict of str to object
        The caller's own column labels, by the text they became.
    native : object
        The schema of polars or of Arrow, the dtype of an array, the columns of a pandas frame.
    arrow : pyarrow.Schema or None
        For polars, the Arrow schema it converts through.
    untyped : bool
        Whether the columns are text of a file, whatever they hold.
    """

    library: Literal["pandas", "polars", "arrow", "numpy"]
    labels: dict[str, Any] = field(default_factory=dict)
    native: Any = None
    arrow: Any = None
    untyped: bool = False

    def give_back(self, frame: pd.DataFrame) -> Any:
        """Turn a pandas frame whose columns have the caller's dtypes into the caller's type.

        Columns that the caller's table didn't have keep their name and natural dtype.
        """
        if self.library == "pandas":
            out = frame.copy(deep=SHARES_WRITES)
            same = list(frame.columns) == list(self.labels)
            names = [self.labels.get(name, name) for name in frame.columns]
            out.columns = self.native if same else pd.Index(names, name=getattr(self.native, "name", None))
            return out
        if self.library == "numpy":
            return frame.to_numpy(dtype=self.native)
        schema = self.native if self.library == "arrow" else self.arrow
        fields, columns = [], []
        for name in frame.columns:
            known = schema.field(name) if name in schema.names else None
            column = _to_arrow(frame[name], known.type if known is not None else None)
            columns.append(column)
            fields.append(pa.field(name, column.type) if known is None else known.with_type(column.type))
        table = pa.Table.from_arrays(columns, schema=pa.schema(fields))
        if self.library == "arrow":
            return table.replace_schema_metadata(_kept_metadata(self.native))
        import polars as pl

        own = {
            name: dtype
            for name, dtype in self.native.items()
            if name in frame.columns and table.schema.field(name).type == schema.field(name).type
        }
        given = pl.DataFrame(table)
        # polars renames a column without a name.
        given.columns = list(frame.columns)
        return given.cast(own)

    def with_columns(self, frame: pd.DataFrame) -> Form:
        """Return the form of the caller's table widened to the columns of ``frame``."""
        if self.library != "numpy":
            return self
        kinds = [self.native, *(np.asarray(frame[name]).dtype for name in frame if name not in self.labels)]
        numeric = all(np.dtype(kind).kind in "biuf" for kind in kinds)
        return replace(self, native=np.result_type(*kinds) if numeric else np.dtype(object))

    def listing(self, labels: Mapping[str, Sequence[Any]]) -> Form:
        """Return a form whose types name these labels of the columns given, and no others.

        A polars Enum lists its labels whether a row has them or not; and so may notes in an Arrow schema (polars
        keeps an Enum's labels there), so those of these columns and of the whole table are left out.
        """
        if not labels or self.library not in ("polars", "arrow"):
            return self
        if self.library == "arrow":
            return replace(self, native=_without_notes(self.native, labels))
        import polars as pl

        native = {
            name: pl.Enum([str(label) for label in labels[name]]) if name in labels and dtype == pl.Enum else dtype
            for name, dtype in self.native.items()
        }
        return replace(self, native=native, arrow=_without_notes(self.arrow, labels))


PANDAS = Form("pandas")
"""A pandas frame with the names that the schema has."""


def is_frame(data: Any) -> bool:
    """Whether ``data`` is a table with column names: pandas, polars or Arrow."""
    return (
        isinstance(data, (pd.DataFrame, pa.Table))
        or nw.dependencies.is_polars_dataframe(data)
        or nw.dependencies.is_polars_lazyframe(data)
    )


def to_pandas(data: Any, *, name: str = "data", steady: bool = False) -> tuple[pd.DataFrame, Form]:
    """Take a table of any supported type as pandas, without changing it.

    Parameters
    ----------
    data : pandas or polars DataFrame, polars LazyFrame, pyarrow Table, 2-D numpy array, path or URL
        Arrays get columns ``x0, x1, …``; a place is read by :func:`~synthgen.table.sources.read_table`.
    name : str, default "data"
        What error messages call the table.
    steady : bool
        Whether no cell of a file may decide the dtype of its column; see
        :func:`~synthgen.table.sources.read_table`. The text of a CSV file is then ``untyped``.

    Returns
    -------
    (pandas.DataFrame, Form)
        The frame has text column names. It may share memory with the caller's: don't write to it.

    Raises
    ------
    DataError
        Two columns have the same name, or there is no column or no row.
    UsageError
        ``data`` isn't a table.

    Examples
    --------
    >>> import pandas as pd
    >>> frame, form = to_pandas(pd.DataFrame({0: [1, 2], "b": [3, 4]}))
    >>> list(frame.columns), list(form.give_back(frame).columns)
    (['0', 'b'], [0, 'b'])
    """
    if isinstance(data, (str, Path)):
        data = read_table(data, steady=steady)
    if isinstance(data, pd.DataFrame):
        frame, form = _from_pandas(data, name)
        if frame.attrs.pop(UNTYPED, False):
            form = replace(form, untyped=True)
    elif isinstance(data, pa.Table):
        _check_names(list(data.column_names), name)
        form = Form("arrow", {label: label for label in data.column_names}, native=data.schema)
        frame = from_arrow(data)
    elif is_frame(data):
        frame, form = _from_polars(data, name)
    elif isinstance(data, np.ndarray) and data.ndim == 2:
        frame = pd.DataFrame(data, columns=[f"x{place}" for place in range(data.shape[1])])
        _check_names(list(frame.columns), name)
        form = Form("numpy", {label: label for label in frame.columns}, native=data.dtype)
    else:
        shape = f" of {data.ndim} dimension(s)" if isinstance(data, np.ndarray) else ""
        raise UsageError(
            f"{name} must be a pandas or polars DataFrame, an Arrow table, a 2-D array, a path or a URL; "
            f"got {type(data).__name__}{shape}."
        )
    if not len(frame):
        raise DataError(f"{name} has no rows. Give a table with at least one row.")
    return frame, form


def _check_names(labels: list[Any], name: str) -> None:
    if not labels:
        raise DataError(f"{name} has no columns. Give a table with at least one column.")
    texts = [str(label) for label in labels]
    twice = sorted({text for text in texts if texts.count(text) > 1})
    if twice:
        raise DataError(
            f"Column names of {name} must be distinct as text; {', '.join(map(repr, twice))} "
            f"occur{'s' if len(twice) == 1 else ''} more than once. Rename them."
        )


def _from_pandas(data: pd.DataFrame, name: str) -> tuple[pd.DataFrame, Form]:
    if data.columns.nlevels > 1:
        raise DataError(
            f"{name} has columns of {data.columns.nlevels} levels ({data.columns[0]!r}, …). "
            "Join the levels into one name each first."
        )
    labels = list(data.columns)
    _check_names(labels, name)
    frame = data.copy(deep=SHARES_WRITES)
    frame.columns = pd.Index([str(label) for label in labels])
    form = Form("pandas", {str(label): label for label in labels}, native=data.columns)
    return frame, form


def _from_polars(data: Any, name: str) -> tuple[pd.DataFrame, Form]:
    import polars as pl

    if isinstance(data, pl.LazyFrame):
        data = data.collect()
    _check_names(data.columns, name)
    odd = [label for label, dtype in data.schema.items() if dtype in (pl.Object, pl.Int128)]
    if odd:
        raise DataError(
            f"Column {odd[0]!r} of {name} has the polars type {data.schema[odd[0]]}, which synthgen "
            "can't hold. Cast it to numbers, text or datetimes first."
        )
    table = data.to_arrow()
    frame = from_arrow(table)
    for label, dtype in data.schema.items():
        # A polars Categorical may carry labels of other tables; an Enum's are the column's own.
        if dtype == pl.Categorical:
            frame[label] = frame[label].cat.remove_unused_categories()
    form = Form("polars", {label: label for label in data.columns}, native=data.schema, arrow=table.schema)
    return frame, form


def from_arrow(table: pa.Table) -> pd.DataFrame:
    """Take an Arrow table as pandas, each column of Arrow's own type; labels become categories."""
    columns = {}
    for label, column in zip(table.column_names, table.columns, strict=True):
        if pa.types.is_dictionary(column.type):
            # pandas needs one dictionary a column.
            columns[label] = column.unify_dictionaries().combine_chunks().to_pandas()
        else:
            columns[label] = pd.Series(pd.array(column, dtype=pd.ArrowDtype(column.type)))
    return pd.DataFrame(columns)


def _to_arrow(series: pd.Series[Any], kind: pa.DataType | None) -> pa.Array | pa.ChunkedArray:
    if kind is None:
        return pa.array(series, from_pandas=True)
    if not pa.types.is_dictionary(kind):
        if isinstance(series.dtype, pd.CategoricalDtype):
            series = series.astype(object)
        array = pa.array(series, from_pandas=True)
        return array if array.type == kind else _cast(array, kind)
    listed = series.astype("category")
    codes = pa.array(listed.cat.codes.to_numpy(), mask=listed.isna().to_numpy()).cast(kind.index_type)
    values = pa.array(listed.cat.categories.tolist(), type=kind.value_type)
    return pa.DictionaryArray.from_arrays(codes, values, ordered=kind.ordered)


def _cast(array: pa.Array, kind: pa.DataType) -> pa.Array:
    """Give values in a type, or in their own: new identifiers may be too long for it."""
    try:
        return array.cast(kind)
    except pa.ArrowInvalid:
        if not any(is_kind(array.type) and is_kind(kind) for is_kind in (pa.types.is_integer, pa.types.is_decimal)):
            raise
        return array


def _without_notes(schema: pa.Schema, names: Mapping[str, Any]) -> pa.Schema:
    return pa.schema([known.remove_metadata() if known.name in names else known for known in schema])


def _kept_metadata(schema: pa.Schema) -> dict[bytes, bytes] | None:
    # pandas' notes describe an index and rows that the new table doesn't have.
    kept = {key: value for key, value in (schema.metadata or {}).items() if key != b"pandas"}
    return kept or None
