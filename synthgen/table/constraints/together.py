"""Rules about rows together: no two alike, and values that never fall within a group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from synthgen.errors import ConstraintError
from synthgen.table.column import ORDERED_KINDS, Kind
from synthgen.table.constraints.base import MODELLED, Bools, Constraint, Places, Rows, names_of
from synthgen.table.schema import Schema


@dataclass(frozen=True)
class Unique(Constraint):
    """No two rows have the same values in these columns; rows in which one is missing are left aside.

    Parameters
    ----------
    names : str or list of str

    Examples
    --------
    >>> schema = Schema.infer(pd.DataFrame({"room": [1, 1, 2, 2], "day": [1, 2, 1, 2]}))
    >>> rule = Unique(["room", "day"])
    >>> rule.holds({"room": np.array([1.0, 1.0, 2.0]), "day": np.array([5.0, 5.0, 5.0])}, schema).tolist()
    [True, False, True]
    """

    names: tuple[str, ...]
    whole_table: ClassVar[bool] = True
    kinds: ClassVar[tuple[Kind, ...]] = (*MODELLED, Kind.IDENTIFIER)

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", names_of(self.names, "Unique"))

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns."""
        return self.names

    @property
    def words(self) -> str:
        """Such as ``unique: room, day``."""
        return f"unique: {', '.join(self.names)}"

    def holds(self, rows: Rows, schema: Schema) -> Bools:
        """Whether each row is the first with its values."""
        frame = pd.DataFrame({str(j): rows[name] for j, name in enumerate(self.names)})
        return np.asarray(~frame.duplicated() | frame.isna().any(axis=1))

    def mend(self, rows: Rows, where: Places, free: frozenset[str], schema: Schema, rng: np.random.Generator) -> None:
        """Leave the rows: another is drawn in the place of one that repeats."""


@dataclass(frozen=True)
class Monotone(Constraint):
    """A column never falls (or never rises) from one row of a group to the next.

    Parameters
    ----------
    column : str
    by : str or None
        Column that names the group, such as a subject; None: the whole table.
    order : str or None
        Column that says which row comes next, such as a date; None: the order of the table.
    decreasing : bool
        Whether it never rises, rather than never falls.

    Examples
    --------
    >>> schema = Schema.infer(pd.DataFrame({"meter": [1, 1, 2], "reading": [5, 7, 3]}))
    >>> rule = Monotone("reading", by="meter")
    >>> rule.holds({"meter": np.array([1.0, 1.0, 2.0]), "reading": np.array([7.0, 5.0, 3.0])}, schema).tolist()
    [True, False, True]
    """

    column: str
    by: str | None = None
    order: str | None = None
    decreasing: bool = False
    whole_table: ClassVar[bool] = True
    kinds: ClassVar[tuple[Kind, ...]] = (*MODELLED, Kind.IDENTIFIER)

    @property
    def columns(self) -> tuple[str, ...]:
        """The group and the order where they are named, and the column."""
        return tuple(name for name in (self.by, self.order, self.column) if name is not None)

    @property
    def words(self) -> str:
        """Such as ``reading never falls along date within each meter``."""
        along = f" along {self.order}" if self.order else ""
        within = f" within each {self.by}" if self.by else ""
        return f"{self.column} never {'rises' if self.decreasing else 'falls'}{along}{within}"

    def check(self, schema: Schema) -> None:
        """Refuse a column without an order."""
        super().check(schema)
        names_of(self.columns, "Monotone")
        for name in (self.column, self.order):
            if name is not None and schema[name].kind not in ORDERED_KINDS:
                raise ConstraintError(
                    f"The rule {self.words!r} needs an order in column {name!r}, which is {schema[name].kind}. "
                    "Name a column of numbers or dates."
                )

    def holds(self, rows: Rows, schema: Schema) -> Bools:
        """Whether each row's value isn't below that of the row before it in its group."""
        order, starts = self._walk(rows)
        values = rows[self.column][order] * (-1.0 if self.decreasing else 1.0)
        known = pd.Series(np.where(np.isnan(values), -np.inf, values))
        highest = known.groupby(np.cumsum(starts)).cummax().to_numpy()
        before = np.where(starts, -np.inf, np.concatenate([[-np.inf], highest[:-1]])) if len(values) else values
        out = np.ones(len(values), dtype=bool)
        out[order] = ~(values < before)
        return out

    def mend(self, rows: Rows, where: Places, free: frozenset[str], schema: Schema, rng: np.random.Generator) -> None:
        """Put the values of each group in order; gaps stay where they are."""
        if self.column not in free:
            return
        order, starts = self._walk(rows)
        values = rows[self.column][order]
        known = np.flatnonzero(~np.isnan(values))
        group = np.cumsum(starts)[known]
        sign = -1.0 if self.decreasing else 1.0
        ranked = known[np.lexsort((sign * values[known], group))]
        values[known] = values[ranked]
        rows[self.column][order] = values

    def _walk(self, rows: Rows) -> tuple[Places, Bools]:
        """Rows in the order in which they follow each other, and where a group starts."""
        n = len(rows[self.column])
        groups: Any = pd.factorize(rows[self.by], use_na_sentinel=False)[0] if self.by else np.zeros(n, dtype=int)
        along = rows[self.order] if self.order else np.arange(n)
        order = np.lexsort((np.arange(n), along, groups))
        starts = np.ones(n, dtype=bool)
        starts[1:] = groups[order][1:] != groups[order][:-1]
        return order, starts
