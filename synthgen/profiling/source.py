"""The table that a profile is of, for what must look at its rows again; it isn't kept alive for that."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from synthgen.profiling.profile import Profile
    from synthgen.table.schema import Schema


class Source:
    """A weak reference to the caller's table (a path is kept as it is), and its schema.

    It is no field of the profile: it isn't shown, compared, written or pickled with it.
    """

    def __init__(self, table: Any, schema: Schema) -> None:
        self.schema = schema
        try:
            self._table: Any = weakref.ref(table)
        except TypeError:  # text and other values without weak references; a table is never one
            self._table = lambda: table

    def table(self) -> Any:
        """The table, or None if it is gone."""
        return self._table()

    def __reduce__(self) -> tuple[Any, ...]:
        return Source, (None, self.schema)


def with_source(profile: Profile, table: Any, schema: Schema) -> Profile:
    """Let the audit of a profile know which table it is of."""
    object.__setattr__(profile.bias, "_source", Source(table, schema))
    return profile
