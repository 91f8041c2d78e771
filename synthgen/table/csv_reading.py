"""CSV files, read whole or in pieces, with errors in words."""

from __future__ import annotations

import contextlib
import csv
import gzip
import io
import warnings
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, BinaryIO

import pandas as pd

from synthgen.errors import DataError, FileError

# Before 3.1, pandas read decimals fast and one bit off; since then the argument is deprecated.
_OLD_PANDAS = tuple(map(int, pd.__version__.split(".")[:2])) < (3, 1)
_PRECISION: dict[str, Any] = {"float_precision": "round_trip"} if _OLD_PANDAS else {}

_WRONG = "Check what wrote it, or rename it to what it is."

Opened = Callable[[], BinaryIO]
"""Opens the bytes of the text, anew at each call."""


UNTYPED = "synthgen_untyped"
"""Attribute of a frame whose cells are the text of a file, whatever they hold."""


def read_csv(opened: Opened, separator: str, name: str, *, as_text: bool = False) -> pd.DataFrame:
    """Read a CSV file whole; ``name`` is what errors call it. ``as_text``: no dtype is guessed of the cells."""
    check_start(opened, separator, name)
    with _errors(name), _strict(), opened() as raw:
        frame: pd.DataFrame = pd.read_csv(raw, dtype=str if as_text else None, **_options(separator))
    if as_text:
        frame.attrs[UNTYPED] = True
    if lacks_last_cells(frame):
        refuse_short_rows(opened, separator, len(frame.columns), name)
    return frame


def guessed(frame: pd.DataFrame) -> pd.DataFrame:
    """Give a frame that was read as text the dtypes that its cells show.

    Examples
    --------
    >>> guessed(pd.DataFrame({"age": ["31", None], "ward": ["A", "7"]}))["age"].tolist()
    [31.0, nan]
    """
    # pandas quotes no lone carriage return by itself.
    text = frame.to_csv(index=False, quoting=csv.QUOTE_ALL)
    with _strict():
        made: pd.DataFrame = pd.read_csv(io.BytesIO(text.encode()), **_options(","))
    made.columns = frame.columns
    return made


def read_pieces(
    opened: Opened, separator: str, name: str, rows: int, dtypes: Mapping[str, Any] | None = None
) -> Iterator[pd.DataFrame]:
    """Read a CSV file in pieces of so many rows; without ``dtypes`` each column's type is that of the piece alone.

    Short rows are let through: see :func:`refuse_short_rows`.
    """
    check_start(opened, separator, name)
    with opened() as raw:
        with _errors(name), _strict():
            reader = pd.read_csv(raw, **_options(separator), chunksize=rows, dtype=dtypes)
        with reader:
            while True:
                # The filter on warnings is the whole program's: it may not outlast a piece.
                with _errors(name), _strict():
                    piece = next(reader, None)
                if piece is None:
                    return
                yield piece


def _options(separator: str) -> dict[str, Any]:
    return {
        "sep": separator, "keep_default_na": False, "na_values": [""], "low_memory": False, "index_col": False,
        "encoding": "utf-8-sig", **_PRECISION,
    }  # fmt: skip


def check_start(opened: Opened, separator: str, name: str) -> None:
    """Refuse what isn't text, and a first line that names a column twice."""
    with _errors(name):
        with opened() as raw:
            start = raw.read(1 << 16)
        if b"\x00" in start or start.startswith((b"PAR1", b"PK\x03\x04", b"\x1f\x8b")):
            raise FileError(f"{name} isn't text, so it isn't a CSV file. {_WRONG}")
        with _text(opened) as file:
            _refuse_repeated(next(csv.reader(file, delimiter=separator), []))


def lacks_last_cells(frame: pd.DataFrame) -> bool:
    """Whether rows may have been short: pandas fills them with missing cells, so one always lacks its last cell."""
    return len(frame.columns) > 1 and len(frame) > 0 and bool(frame[frame.columns[-1]].isna().any())


def refuse_short_rows(opened: Opened, separator: str, width: int, name: str) -> None:
    """Refuse a row with fewer cells than the first line."""
    with _text(opened) as file:
        reader = csv.reader(file, delimiter=separator)
        for row in reader:
            if row and len(row) < width:
                raise FileError(
                    f"{name} isn't a well-formed CSV file: line {reader.line_num} has {len(row)} "
                    f"cells, the first line has {width}. Correct that row."
                )


@contextlib.contextmanager
def _strict() -> Iterator[None]:
    with warnings.catch_warnings():
        # pandas only warns where it cuts off cells of rows longer than the header.
        warnings.simplefilter("error", pd.errors.ParserWarning)
        yield


@contextlib.contextmanager
def _errors(name: str) -> Iterator[None]:
    try:
        yield
    except pd.errors.EmptyDataError as error:
        raise FileError(f"{name} is empty. It needs a line of column names and at least one row.") from error
    except (pd.errors.ParserError, pd.errors.ParserWarning, csv.Error) as error:
        raise FileError(
            f"{name} isn't a well-formed CSV file: its rows don't all have as many cells as the first "
            f"line, or a quote isn't closed. {_WRONG}"
        ) from error
    except UnicodeDecodeError as error:
        raise FileError(f"{name} isn't UTF-8 text. Save it as UTF-8 first.") from error
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise FileError(f"{name} isn't a whole gzip file. {_WRONG}") from error


def _text(opened: Opened) -> io.TextIOWrapper:
    return io.TextIOWrapper(opened(), encoding="utf-8-sig", newline="")


def _refuse_repeated(header: list[str]) -> None:
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise DataError(f"Column names must be distinct; {twice} occur more than once. Rename them.")
