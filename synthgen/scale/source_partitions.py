"""Columns that the names of folders give, as in ``country=AT/part.parquet``."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pyarrow as pa

from synthgen.errors import DataError
from synthgen.scale.source_listing import Listed


def partitions(files: Sequence[Listed], own: Sequence[str]) -> list[pa.Field]:
    """Settle the columns that the names of folders give: whole numbers if all are, else text.

    Parameters
    ----------
    files : sequence of Listed
    own : sequence of str
        Columns of the files, which say more than the name of a folder.

    Raises
    ------
    DataError
        Not all files are in folders of the same names.
    """
    names = [key for key, _ in files[0].keys]
    for file in files:
        if [key for key, _ in file.keys] != names:
            raise DataError(
                f"The folders of {str(files[0].path)!r} and {str(file.path)!r} don't name the same partitions. All "
                "files need the same ones."
            )
    fields = []
    for name in dict.fromkeys(names):
        if name in own:
            continue
        values = [value for file in files for key, value in file.keys if key == name and value is not None]
        whole = bool(values) and all(re.fullmatch(r"0|-?[1-9][0-9]{0,17}", value) for value in values)
        fields.append(pa.field(name, pa.int64() if whole else pa.string()))
    return fields


def with_partitions(table: pa.Table, rows: int, wanted: pa.Schema, file: Listed) -> pa.Table:
    """Give the columns wanted: those that a file's rows lack are what its folders say.

    Parameters
    ----------
    table : pyarrow.Table
        Rows of the file, of types that fit.
    rows : int
        How many; a table without a column doesn't know.
    """
    held = dict(file.keys)
    columns = []
    for field in wanted:
        if field.name in table.column_names:
            columns.append(table.column(field.name))
            continue
        value = held[field.name]
        typed = int(value) if value is not None and pa.types.is_integer(field.type) else value
        columns.append(pa.repeat(pa.scalar(typed, field.type), rows))
    return pa.Table.from_arrays(columns, schema=wanted)
