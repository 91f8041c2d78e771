"""A database in a file that isn't there yet: it has one schema, and goes again if nothing can be written to it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from synthgen.table.sources import failures
from synthgen.table.sources.address import Address


def check_new(address: Address) -> None:
    """Refuse a schema in a file that is to be made, which has none but ``main``.

    Raises
    ------
    FileError
        With the schema.
    """
    schema = address.written_to.schema
    if schema not in (None, "main"):
        raise failures.no_schema(address, str(schema))


@contextlib.contextmanager
def removed_on_failure(address: Address) -> Iterator[None]:
    """Make a file within; one that wasn't there before isn't there after a failure."""
    new = not address.file.exists()
    if new:
        check_new(address)
    try:
        yield
    except BaseException:
        if new:
            address.file.unlink(missing_ok=True)
        raise
