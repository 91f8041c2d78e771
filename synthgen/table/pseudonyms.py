"""Pseudonyms: for each value of a column another of the same shape, by a key that the user holds.

This is pseudonymisation, not anonymisation (GDPR, Article 4(5)): whoever holds the key can tell whose a row is, and
rows that tell of one person still do. It is for real rows that stay under control, such as those of a table for
training.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from synthgen.errors import DataError, UsageError
from synthgen.table.column import Column, Kind
from synthgen.table.frames import to_pandas
from synthgen.table.inference import as_identifier, infer_column
from synthgen.table.kinds import KINDS
from synthgen.table.kinds.identifier import digits_held, draw, lengthen

SHORTEST_KEY = 16
MOST_TRIES = 100
ROOM_FOR = 1_000_000
"""Shapes have room for 10⁹ times as many pseudonyms, so that two of a million hardly ever meet."""


def pseudonymise(data: Any, columns: Sequence[str], *, key: bytes) -> Any:
    """Put pseudonyms in place of a table's identifiers.

    A value's pseudonym is drawn, in the commonest shape of the column's values and with their check digits, from a
    stream that HMAC-SHA256 (RFC 2104) of the value and the column's name gives under the key. So the same value has
    the same pseudonym in all rows and, by the same key, in a later table whose values have the same shape and check
    digits (in a short shape with check digits, where pseudonyms meet, not always). No pseudonym is a value of the
    column, and no two values share one.

    Parameters
    ----------
    data : table
        pandas, polars, Arrow or a path. Never changed.
    columns : list of str
        Numbers or texts; gaps stay gaps.
    key : bytes
        16 bytes or more, from ``secrets.token_bytes(32)``. It isn't stored anywhere: keep it apart from the table.

    Returns
    -------
    The same type of table as was given.

    Raises
    ------
    UsageError
        The key is too short, or a column doesn't exist.
    DataError
        The column holds something else than numbers and texts.

    Examples
    --------
    >>> import pandas as pd
    >>> visits = pd.DataFrame({"patient": ["K-17", "K-18", "K-17"], "dose": [1.5, 2.0, 2.5]})
    >>> made = pseudonymise(visits, ["patient"], key=b"kept apart from the table")
    >>> (made["patient"] == made["patient"][0]).tolist(), made["dose"].equals(visits["dose"])
    ([True, False, True], True)
    """
    if not isinstance(key, bytes) or len(key) < SHORTEST_KEY:
        raise UsageError(
            f"The key of pseudonyms must be bytes, {SHORTEST_KEY} or more. Make one with secrets.token_bytes(32) and "
            "keep it apart from the table."
        )
    if isinstance(columns, str):
        raise UsageError(f"columns must be a list of names; got the text {columns!r}. Write [{columns!r}].")
    frame, form = to_pandas(data)
    lacking = [name for name in columns if name not in frame.columns]
    if lacking:
        raise UsageError(
            f"The table has no column {lacking[0]!r}. Its columns are: {', '.join(map(str, frame.columns))}."
        )
    made = {name: _column(frame[name], name, key) for name in columns}
    return form.give_back(frame.assign(**made))


def _column(series: pd.Series[Any], name: str, key: bytes) -> pd.Series[Any]:
    read = infer_column(series, name)
    if read.kind in (Kind.DATETIME, Kind.BOOLEAN, Kind.CONTINUOUS):
        raise DataError(
            f"Column {name!r} is {read.kind}: pseudonyms are for identifiers, names and other labels. "
            "Leave it out, or convert it to text."
        )
    column = as_identifier(series, read)
    values = KINDS[Kind.IDENTIFIER].parse(series, column)
    distinct = sorted({value for value in values if value is not None})
    pseudonyms = _drawn(distinct, column, key)
    made = np.array([None if value is None else pseudonyms[value] for value in values], dtype=object)
    return KINDS[Kind.IDENTIFIER].restore(made, column).set_axis(series.index)


def _drawn(distinct: list[str], column: Column, key: bytes) -> dict[str, str]:
    taken = set(distinct)
    found: dict[str, str] = {}
    pattern = column.pattern or "9"
    held = digits_held(column)
    shape = pattern if column.check else lengthen(pattern, ROOM_FOR, held)
    for value in distinct:
        # As a rule the first is free: only short shapes with check digits get full.
        for attempt in range(MOST_TRIES):
            message = f"{column.name}\0{value}\0{attempt}".encode()
            seed = int.from_bytes(hmac.digest(key, message, "sha256"), "big")
            made = str(draw(shape, 1, np.random.default_rng(seed), check=column.check, held=held)[0])
            if made not in taken:
                break
        else:
            raise DataError(f"Column {column.name!r} leaves no room for pseudonyms in the shape of its values.")
        taken.add(made)
        found[value] = made
    return found
