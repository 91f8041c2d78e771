"""What is found wrong with a sample is said of the sample, not of the table that it is of."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from synthgen.errors import ConditionError, DataError


@contextmanager
def sampled(rows: int, of: int) -> Iterator[None]:
    """Add to what is wrong with rows that only some of the table's rows were looked at.

    Parameters
    ----------
    rows : int
        Rows of the sample.
    of : int
        Rows of the table.

    Examples
    --------
    >>> with sampled(1000, 6000):
    ...     raise DataError("Column 'a' has no value.")
    Traceback (most recent call last):
    synthgen.errors.DataError: Column 'a' has no value. (That was seen on a sample of 1,000 of the table's 6,000 rows.)
    """
    try:
        yield
    except (ConditionError, DataError) as error:
        if rows >= of:
            raise
        raise type(error)(f"{error} (That was seen on a sample of {rows:,} of the table's {of:,} rows.)") from None
