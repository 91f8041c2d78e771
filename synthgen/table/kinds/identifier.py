"""Names of things: numbers and texts that are nearly all distinct and carry no quantity.

A synthetic row never gets a real identifier; :func:`draw` makes new ones of the same shape.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from synthgen.errors import DataError, UsageError
from synthgen.table.check_digits import check_named, with_check
from synthgen.table.column import Column
from synthgen.table.dtypes import holds_objects, labels
from synthgen.table.storing import base_dtype, sparse_again, store_text

SPACE_PER_DRAW = 1e9
"""A shape must allow this many times the identifiers drawn, so that meeting a real one is negligible."""

_HEX = re.compile(r"(?=.*[a-f])(?=.*\d)[0-9a-f-]{16,}")
FIRST_TRIED = 20
"""Shapes of which none can carry the check digits are given up."""

ALPHABETS = {
    "9": "0123456789",
    "a": "abcdefghijklmnopqrstuvwxyz",
    "A": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "h": "0123456789abcdef",
}
FEWEST_HELD = 15
"""Digits that a float64 holds of any number, and every wider type."""

INT64_DIGITS = 18
"""Digits that any whole number of 64 bits has room for."""

MOST_TURNS = 100


def parse(series: pd.Series[Any], column: Column) -> np.ndarray:
    """Read a column as str objects, None where missing; whole numbers without a decimal point."""
    codes, values = labels(series)
    token = column.storage.missing_token
    table = np.array([*(_as_text(value, token) for value in values), None], dtype=object)
    return np.asarray(table[codes], dtype=object)


def _as_text(value: Any, token: str | None) -> str | None:
    if isinstance(value, (float, Decimal)) and value == int(value):
        return str(int(value))
    return None if token is not None and value == token else str(value)


def holds_text(column: Column) -> bool:
    """Whether the caller's column holds the identifiers as text."""
    storage = column.storage
    if storage.dtype == "object":
        return storage.python_type in (None, "str", "mixed")
    return storage.dtype.startswith(("str", "utf8", "large_string", "category"))


def restore(values: np.ndarray, column: Column) -> pd.Series[Any]:
    """Give identifiers back in the column's dtype; one too narrow for new numbers becomes int64."""
    # Since pandas 3 a column of texts turns None into NaN.
    values = np.array(
        [None if gone else value for value, gone in zip(values, pd.isna(values), strict=True)], dtype=object
    )
    if column.storage.dtype == "category":
        numeric = "int" in (column.storage.python_type or "")
        made = [int(value) if numeric and value is not None else value for value in values]
        return pd.Series(pd.Categorical(made), name=column.name)
    if holds_text(column):
        return store_text(values, column)
    try:
        whole = [None if value is None else int(value) for value in values]
    except ValueError as error:
        raise DataError(
            f"Column {column.name!r} holds numbers, but an identifier made for it isn't one. "
            "Give the column a pattern of digits."
        ) from error
    dtype = base_dtype(column.storage)
    if isinstance(dtype, pd.ArrowDtype):
        return pd.Series(_arrow_numbers(whole, dtype.pyarrow_dtype), name=column.name)
    if holds_objects(dtype):
        made = [np.nan if v is None else Decimal(v) if column.storage.python_type == "Decimal" else v for v in whole]
        return pd.Series(made, dtype=object, name=column.name)
    if getattr(dtype, "kind", "O") in "iu":
        nullable = not isinstance(dtype, np.dtype)
        if not _fits(whole, dtype.name.lower()):
            dtype = pd.Int64Dtype() if nullable else np.dtype("int64")
        if None in whole and not nullable:
            dtype = np.dtype("float64")
    return sparse_again(pd.Series(whole, dtype=dtype, name=column.name), column.storage)


def _arrow_numbers(whole: list[int | None], kind: pa.DataType) -> Any:
    made: list[Any] = list(whole)
    if pa.types.is_decimal(kind):
        made = [None if value is None else Decimal(value) for value in whole]
        if any(value is not None and len(value.as_tuple().digits) > kind.precision - kind.scale for value in made):
            kind = pa.decimal128(38, kind.scale)
    elif pa.types.is_integer(kind):
        kind = kind if _fits(whole, kind.to_pandas_dtype()) else pa.int64()
    else:
        made = [None if value is None else float(value) for value in whole]
    return pd.array(pa.array(made, type=kind), dtype=pd.ArrowDtype(kind))


def _fits(values: list[int | None], dtype: Any) -> bool:
    present = [value for value in values if value is not None]
    info = np.iinfo(dtype)
    return not present or (info.min <= min(present) and max(present) <= info.max)


class _Mask(dict[int, str]):
    """Translation table that learns each character's class on first sight."""

    def __missing__(self, point: int) -> str:
        char = chr(point)
        mark = "9" if char.isdigit() else ("A" if char.isupper() else "a") if char.isalpha() else char
        self[point] = mark
        return mark


def learn_pattern(values: Iterable[str | None]) -> str:
    """Find the commonest shape of identifiers.

    Parameters
    ----------
    values : iterable of str or None

    Returns
    -------
    str
        ``9`` stands for a digit, ``A`` and ``a`` for letters, ``h`` for a digit of a hexadecimal
        number of 16 digits or more (such as a UUID), anything else for itself.

    Examples
    --------
    >>> learn_pattern(["7590-VHVEG", "5575-GNVDE", None])
    '9999-AAAAA'
    """
    present = [value for value in values if value]
    hexadecimal = all(_HEX.fullmatch(value) for value in present)
    table = str.maketrans(dict.fromkeys("0123456789abcdef", "h")) if hexadecimal else _Mask()
    counts = Counter(value.translate(table) for value in present)
    return min(counts, key=lambda mask: (-counts[mask], mask)) if counts else "9"


def draw(
    pattern: str,
    n: int,
    rng: np.random.Generator,
    *,
    check: str | None = None,
    taken: Collection[str] = frozenset(),
    held: int = FEWEST_HELD,
) -> np.ndarray:
    """Draw new, distinct identifiers of a shape.

    A shape with room for fewer than 10⁹ identifiers a draw is made longer (its last run of digits,
    or else of letters), so that a new identifier equals a real one with a chance below one in 10⁹
    for each real one. Shapes of digits only are numbers: no leading zero, made no longer than 15 digits, so
    that a float64 holds them (from a million draws on, that leaves less room), and cut to what the column's type holds.
    Shapes with check digits keep their length, so only ``taken`` keeps real ones out of a shape that is nearly full.

    Parameters
    ----------
    pattern : str
        As :func:`learn_pattern` gives it.
    n : int
    rng : numpy.random.Generator
    check : str, optional
        Check digits that each carries; see :data:`synthgen.table.check_digits.CHECKS`.
    taken : collection of str
        Identifiers that aren't drawn.
    held : int
        Digits that the column's type holds; see :func:`digits_held`.

    Returns
    -------
    numpy.ndarray of object, shape (n,)

    Raises
    ------
    UsageError
        The shape hasn't room for so many, or can't carry the check digits.

    Examples
    --------
    >>> import numpy as np
    >>> made = draw("AA-9999", 3, np.random.default_rng(0))
    >>> len(set(made)), all(len(name) > 7 and name[2] == "-" for name in made)
    (3, True)
    """
    shape = pattern if check else lengthen(pattern, n, held)
    kind = check_named(check) if check else None
    found: dict[str, None] = {}
    # At least one character in ten follows from the others where there are check digits.
    turns = 0 if kind is not None and room(shape) < 12 * n else MOST_TURNS
    for _ in range(turns):
        drawn: Iterable[str | None] = _in_shape(shape, n - len(found), rng)
        if kind is not None:
            tried = list(drawn)
            drawn = [with_check(text, kind, rng) for text in tried[:FIRST_TRIED] if text is not None]
            if not any(drawn):
                break  # no number of this shape can carry them
            drawn += [with_check(text, kind, rng) for text in tried[FIRST_TRIED:] if text is not None]
        found.update(dict.fromkeys(text for text in drawn if text is not None and text not in taken))
        if len(found) >= n:
            return np.array(list(found)[:n], dtype=object)
    raise UsageError(
        f"The shape {shape!r}" + (f" with the check digits {check!r}" if check else "") + f" has no room for {n:,} new "
        f"identifiers. Ask for fewer rows, or declare a longer pattern or no check."
    )


def _in_shape(shape: str, n: int, rng: np.random.Generator) -> list[str]:
    number = set(shape.lstrip("-")) == {"9"}
    points = np.empty((n, len(shape)), dtype=np.uint32)
    for place, mark in enumerate(shape):
        alphabet = np.array([ord(char) for char in ALPHABETS.get(mark, mark)], dtype=np.uint32)
        low = 1 if number and place == shape.index("9") and len(shape) > 1 else 0
        points[:, place] = alphabet[rng.integers(low, len(alphabet), n)]
    drawn: list[str] = points.view(f"<U{len(shape)}").reshape(-1).tolist()
    return drawn


def digits_held(column: Column) -> int:
    """How many digits of a number a column's type holds, 15 at least.

    Examples
    --------
    >>> from synthgen.table.column import Kind, Storage
    >>> [digits_held(Column("id", Kind.IDENTIFIER, storage=Storage(name))) for name in ("int64", "float64", "int32")]
    [18, 15, 15]
    """
    if not column.complete:
        return FEWEST_HELD
    dtype = base_dtype(column.storage)
    if holds_text(column) or holds_objects(dtype):
        return max(FEWEST_HELD, len(column.pattern or ""))
    if isinstance(dtype, pd.ArrowDtype) and pa.types.is_decimal(dtype.pyarrow_dtype):
        return max(FEWEST_HELD, int(dtype.pyarrow_dtype.precision) - int(dtype.pyarrow_dtype.scale))
    return INT64_DIGITS if column.storage.dtype.lower().startswith(("int64", "uint64")) else FEWEST_HELD


def lengthen(pattern: str, n: int, held: int = FEWEST_HELD) -> str:
    """Return a shape of the same form with room for ``10**9 * n`` identifiers, as far as ``held`` digits go."""
    place = pattern.rfind("9")
    if place < 0:
        place = max(pattern.rfind(mark) for mark in ALPHABETS)
    if place < 0:
        pattern, place = pattern + "9", len(pattern)
    mark, shape = pattern[place], pattern
    digits_only = set(shape.lstrip("-")) == {"9"}
    while room(shape) < SPACE_PER_DRAW * max(n, 1) and not (digits_only and shape.count("9") >= FEWEST_HELD):
        shape = shape[:place] + mark + shape[place:]
    if digits_only and shape.count("9") > held:
        shape = ("-" if shape.startswith("-") else "") + "9" * held
    return shape


def room(pattern: str) -> float:
    """How many identifiers a shape allows."""
    return float(np.prod([len(ALPHABETS.get(mark, mark)) for mark in pattern], dtype=np.float64))
