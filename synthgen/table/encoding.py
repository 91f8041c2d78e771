"""From the caller's frame to canonical values and back, by the schema."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import pandas as pd

from synthgen.errors import UsageError
from synthgen.table.column import LABEL_KINDS
from synthgen.table.distance import DistanceSpace
from synthgen.table.dtypes import labels, sort_labels
from synthgen.table.kinds import KINDS
from synthgen.table.kinds.categorical import key, lookup
from synthgen.table.schema import Schema

__all__ = ["DistanceSpace", "decode", "encode", "extend_categories"]


def encode(frame: pd.DataFrame, schema: Schema, *, unseen: Literal["error", "extend"] = "error") -> pd.DataFrame:
    """Read a frame as canonical values.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns that the schema doesn't name are left out.
    schema : Schema
    unseen : {"error", "extend"}, default "error"
        What to do with labels that the schema doesn't list: "extend" gives them codes after those
        listed, the same as :func:`extend_categories` does.

    Returns
    -------
    pandas.DataFrame
        Rows numbered from 0, the schema's columns in its order: float64 with NaN where missing
        (labels as codes, datetimes as microseconds), identifiers and text as str objects.

    Examples
    --------
    >>> import pandas as pd
    >>> from synthgen.table.inference import infer_schema
    >>> table = pd.DataFrame({"sick": ["f", "t", "f"], "TSH": [0.3, 1.6, None]})
    >>> encode(table, infer_schema(table))["sick"].tolist()
    [0.0, 1.0, 0.0]
    """
    missing = [name for name in schema.names if name not in frame.columns]
    if missing:
        raise UsageError(
            f"The table lacks column {missing[0]!r}"
            + (f" and {len(missing) - 1} more of its schema" if len(missing) > 1 else "")
            + f". Its columns are: {', '.join(map(str, frame.columns))}."
        )
    if unseen == "extend":
        schema = extend_categories(schema, frame)
    columns = {column.name: KINDS[column.kind].parse(frame[column.name], column) for column in schema}
    return _frame(columns, schema, len(frame))


def decode(coded: pd.DataFrame, schema: Schema) -> pd.DataFrame:
    """Give canonical values back in the caller's dtypes.

    Parameters
    ----------
    coded : pandas.DataFrame
        As :func:`encode` gives it; only columns of ``schema`` are taken.
    schema : Schema

    Returns
    -------
    pandas.DataFrame
        Numbers rounded to the column's decimals, datetimes to its grid.

    Examples
    --------
    >>> import pandas as pd
    >>> from synthgen.table.inference import infer_schema
    >>> table = pd.DataFrame({"sick": ["f", "t", "f"], "TSH": [0.3, 1.6, None]})
    >>> schema = infer_schema(table)
    >>> decode(encode(table, schema), schema).equals(table)
    True
    """
    columns: dict[str, Any] = {
        column.name: KINDS[column.kind].restore(coded[column.name].to_numpy(), column) for column in schema
    }
    return _frame(columns, schema, len(coded))


def _frame(columns: dict[str, Any], schema: Schema, rows: int) -> pd.DataFrame:
    # Given as arrays and Series of object dtype, so that pandas guesses no dtype.
    made = {
        name: values if isinstance(values, pd.Series) else pd.Series(values, dtype=values.dtype)
        for name, values in columns.items()
    }
    return pd.DataFrame(made, index=pd.RangeIndex(rows), columns=pd.Index(schema.names))


def extend_categories(schema: Schema, *frames: pd.DataFrame) -> Schema:
    """List labels that occur in frames but not in the schema, after those it lists.

    Codes of listed labels stay what they are.

    Parameters
    ----------
    schema : Schema
    *frames : pandas.DataFrame

    Returns
    -------
    Schema

    Examples
    --------
    >>> import pandas as pd
    >>> from synthgen.table.inference import infer_schema
    >>> schema = infer_schema(pd.DataFrame({"sex": ["F", "M", "F"]}))
    >>> extend_categories(schema, pd.DataFrame({"sex": ["M", "X"]}))["sex"].categories
    ('F', 'M', 'X')
    """
    changed = []
    for column in schema.of(*LABEL_KINDS):
        new: dict[Any, Any] = {}
        for frame in frames:
            if column.name not in frame.columns:
                continue
            codes, values = labels(frame[column.name])
            present = set(codes.tolist())
            for place, code in enumerate(lookup(values, column)[:-1]):
                if code == -2 and place in present:
                    new.setdefault(key(values[place], column), values[place])
        if new or column.categories is None:
            listed = (*(column.categories or ()), *sort_labels(list(new.values())))
            changed.append(replace(column, categories=listed))
    return schema.with_columns(changed)
