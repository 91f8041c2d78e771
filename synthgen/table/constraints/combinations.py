"""Rules of labels: combinations that exist, columns that follow from others, one of a group that is set."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd

from synthgen.errors import ConstraintError
from synthgen.table.column import Kind
from synthgen.table.constraints.base import Bools, Constraint, Floats, Places, Rows, donors, names_of
from synthgen.table.schema import Schema

if TYPE_CHECKING:
    from typing import Self

MOST_COMBINATIONS = 50_000
MOST_COLUMNS = 6

Learnt = tuple[tuple[float | None, ...], ...]


@dataclass(frozen=True)
class FixedCombinations(Constraint):
    """Values of these columns occur together only as they do in the real rows; missing is a value too.

    Parameters
    ----------
    names : list of str
        Two to six columns.

    Examples
    --------
    >>> from synthgen.table.column import Column
    >>> schema = Schema((Column("city", Kind.CATEGORICAL, categories=("Oslo", "Rome")),
    ...                  Column("country", Kind.CATEGORICAL, categories=("IT", "NO"))))
    >>> real = {"city": np.array([0.0, 1.0]), "country": np.array([1.0, 0.0])}
    >>> rule = FixedCombinations(["city", "country"]).fitted(real, schema)
    >>> rule.holds({"city": np.array([0.0, 0.0]), "country": np.array([0.0, 1.0])}, schema).tolist()
    [False, True]
    """

    names: tuple[str, ...]
    known: Learnt | None = field(default=None, repr=False)
    counts: tuple[int, ...] | None = field(default=None, repr=False)
    learnt: ClassVar[tuple[str, ...]] = ("known", "counts")

    def __post_init__(self) -> None:
        names = names_of(self.names, "FixedCombinations", 2)
        if len(names) > MOST_COLUMNS:
            raise ConstraintError(
                f"FixedCombinations takes up to {MOST_COLUMNS} columns; got {len(names)}. Name fewer."
            )
        object.__setattr__(self, "names", names)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns."""
        return self.names

    @property
    def words(self) -> str:
        """Such as ``combinations of city, country as in the real rows``."""
        return f"combinations of {', '.join(self.names)} as in the real rows"

    def fitted(self, rows: Rows, schema: Schema) -> Self:
        """Learn the combinations and how often each occurs; they are real values, as categories are."""
        known, counts = _distinct(rows, self.names, self.words)
        return replace(self, known=known, counts=counts)

    def holds(self, rows: Rows, schema: Schema) -> Bools:
        """Whether each row's combination is known."""
        return _place(rows, self.names, self.known) >= 0

    def mend(self, rows: Rows, where: Places, free: frozenset[str], schema: Schema, rng: np.random.Generator) -> None:
        """Take a known combination that shares as many columns as can be with the row."""
        nearest_combination(rows, where, self.names, free, self.known or (), self.counts or (), rng)


@dataclass(frozen=True)
class FunctionalDependency(Constraint):
    """A column has one value for each value (or combination) of others; missing is a value too.

    What an unseen combination would give isn't known, so it breaks nothing.

    Parameters
    ----------
    by : str or list of str
        Up to five columns that determine it: labels, or numbers and dates with repeated values.
    column : str

    Examples
    --------
    >>> from synthgen.table.column import Column
    >>> schema = Schema((Column("degree", Kind.INTEGER), Column("years", Kind.INTEGER)))
    >>> real = {"degree": np.array([0.0, 1.0]), "years": np.array([9.0, 13.0])}
    >>> rule = FunctionalDependency("degree", "years").fitted(real, schema)
    >>> rule.holds({"degree": np.array([1.0, 1.0]), "years": np.array([13.0, 9.0])}, schema).tolist()
    [True, False]
    """

    by: tuple[str, ...]
    column: str
    known: Learnt | None = field(default=None, repr=False)
    counts: tuple[int, ...] | None = field(default=None, repr=False)
    learnt: ClassVar[tuple[str, ...]] = ("known", "counts")

    def __post_init__(self) -> None:
        by = names_of(self.by, "FunctionalDependency")
        if self.column in by or len(by) >= MOST_COLUMNS:
            raise ConstraintError(
                f"FunctionalDependency takes one to {MOST_COLUMNS - 1} columns that determine another; "
                f"got {list(by)} for {self.column!r}. Correct it."
            )
        object.__setattr__(self, "by", by)

    @property
    def columns(self) -> tuple[str, ...]:
        """Those that determine, then the one that follows."""
        return (*self.by, self.column)

    @property
    def words(self) -> str:
        """Such as ``country follows from city``."""
        return f"{self.column} follows from {', '.join(self.by)}"

    @property
    def gives(self) -> str:
        """The column that follows."""
        return self.column

    def fitted(self, rows: Rows, schema: Schema) -> Self:
        """Learn which value goes with which; they are real values, as categories are.

        Raises
        ------
        ConstraintError
            Real rows have several values for one combination.
        """
        known, counts = _distinct(rows, self.columns, self.words)
        several = len(known) - len({row[:-1] for row in known})
        if several:
            raise ConstraintError(
                f"The rule {self.words!r} doesn't hold in the real rows: {several} of their combinations of "
                f"{', '.join(self.by)} go with several values of {self.column!r}. Correct the rows, or leave it out."
            )
        return replace(self, known=known, counts=counts)

    def seen(self, rows: Rows) -> Places:
        """How many real rows had each row's combination of the columns that determine."""
        return np.append(np.array(self.counts or (), dtype=np.intp), 0)[
            _place(rows, self.by, _cut(self.known, len(self.by)))
        ]

    def holds(self, rows: Rows, schema: Schema) -> Bools:
        """Whether each row has the value that goes with its others, where that is known."""
        place = _place(rows, self.by, _cut(self.known, len(self.by)))
        given = np.append(_column(self.known, len(self.by)), np.nan)[place]
        values = rows[self.column]
        return np.asarray((place < 0) | (values == given) | (np.isnan(values) & np.isnan(given)))

    def mend(self, rows: Rows, where: Places, free: frozenset[str], schema: Schema, rng: np.random.Generator) -> None:
        """Set the column; where it may not change, take others that it goes with."""
        if self.column in free:
            place = _place({name: rows[name][where] for name in self.by}, self.by, _cut(self.known, len(self.by)))
            given = np.append(_column(self.known, len(self.by)), np.nan)[place]
            rows[self.column][where] = np.where(place < 0, rows[self.column][where], given)
            return
        nearest_combination(rows, where, self.columns, free, self.known or (), self.counts or (), rng)


@dataclass(frozen=True)
class OneHot(Constraint):
    """Of a group of yes/no columns exactly one is yes (true, or 1) in each row.

    Parameters
    ----------
    names : list of str
        Two or more boolean or integer columns.

    Examples
    --------
    >>> from synthgen.table.column import Column
    >>> schema = Schema((Column("cash", Kind.INTEGER), Column("card", Kind.INTEGER)))
    >>> rule = OneHot(["cash", "card"])
    >>> rule.holds({"cash": np.array([0.0, 1.0, 1.0]), "card": np.array([1.0, 1.0, 0.0])}, schema).tolist()
    [True, False, True]
    """

    names: tuple[str, ...]
    kinds: ClassVar[tuple[Kind, ...]] = (Kind.BOOLEAN, Kind.INTEGER)

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", names_of(self.names, "OneHot", 2))

    @property
    def columns(self) -> tuple[str, ...]:
        """The group."""
        return self.names

    @property
    def words(self) -> str:
        """Such as ``exactly one of cash, card``."""
        return f"exactly one of {', '.join(self.names)}"

    def holds(self, rows: Rows, schema: Schema) -> Bools:
        """Whether one is 1 and all others are 0."""
        values = np.column_stack([rows[name] for name in self.names])
        return np.asarray((np.isin(values, (0.0, 1.0)).all(axis=1)) & (values.sum(axis=1) == 1))

    def mend(self, rows: Rows, where: Places, free: frozenset[str], schema: Schema, rng: np.random.Generator) -> None:
        """Keep one of those that are set; where none is, set the one of a row that keeps the rule."""
        values = np.column_stack([rows[name][where] for name in self.names])
        lender = donors(rows, where, self.holds(rows, schema), schema, rng)
        lent = np.column_stack([rows[name][lender] for name in self.names]) * (lender >= 0)[:, None]
        fixed = np.array([name not in free for name in self.names])
        # What is fixed decides; then what is set; then what another row has; then any.
        score = rng.random(values.shape) + 2.0 * lent + 4.0 * (values == 1)
        score += np.where(fixed, np.where(values == 1, 100.0, -100.0), 0.0)
        made = np.zeros_like(values)
        made[np.arange(len(where)), score.argmax(axis=1)] = 1.0
        for j, name in enumerate(self.names):
            if not fixed[j]:
                rows[name][where] = made[:, j]


def nearest_combination(
    rows: Rows,
    where: Places,
    names: tuple[str, ...],
    free: frozenset[str],
    known: Learnt,
    counts: tuple[int, ...],
    rng: np.random.Generator,
) -> None:
    """Put known combinations in, by chance and as often as they occur, that change the fewest columns of each row."""
    if not known or not len(where):
        return
    table, weights = np.array(known, dtype=float), np.array(counts, dtype=float)
    left = np.asarray(where)
    for kept in _subsets(names, free):
        if not len(left):
            return
        at = [names.index(name) for name in kept]
        keys, groups = _grouped(table[:, at])
        place = np.zeros(len(left), dtype=np.intp)
        if kept:
            place = _place({name: rows[name][left] for name in kept}, kept, keys)
        for group in np.unique(place[place >= 0]):
            mine, choices = left[place == group], groups[group]
            chosen = rng.choice(choices, len(mine), p=weights[choices] / weights[choices].sum())
            for j, name in enumerate(names):
                if name not in kept:
                    rows[name][mine] = table[chosen, j]
        left = left[place < 0]


def _subsets(names: tuple[str, ...], free: frozenset[str]) -> Iterator[tuple[str, ...]]:
    """Which columns to keep: ever fewer of the free ones, and always the others."""
    movable = [name for name in names if name in free]
    for n_moved in range(1, len(movable) + 1):
        for moved in combinations(reversed(movable), n_moved):
            yield tuple(name for name in names if name not in moved)


def _grouped(table: Floats) -> tuple[Learnt, list[Places]]:
    """Distinct rows, and which rows each of them is."""
    groups: dict[tuple[float | None, ...], list[int]] = {}
    for number, row in enumerate(_tuples(table)):
        groups.setdefault(row, []).append(number)
    return tuple(groups), [np.array(rows) for rows in groups.values()]


def _tuples(table: Floats) -> list[tuple[float | None, ...]]:
    return [tuple(None if value != value else value for value in row) for row in table.tolist()]


def _distinct(rows: Rows, names: tuple[str, ...], words: str) -> tuple[Learnt, tuple[int, ...]]:
    frame = pd.DataFrame({str(j): rows[name] for j, name in enumerate(names)})
    counts = frame.value_counts(dropna=False, sort=False)
    if len(counts) > MOST_COMBINATIONS:
        raise ConstraintError(
            f"The rule {words!r} is about {len(counts):,} combinations; it can learn {MOST_COMBINATIONS:,}. "
            "Columns with that many values hold quantities: use Formula or Inequality."
        )
    values = np.array([list(key) for key in counts.index], dtype=float).reshape(len(counts), len(names))
    return tuple(_tuples(values)), tuple(int(count) for count in counts)


def _place(rows: Rows, names: tuple[str, ...], known: Learnt | None) -> Places:
    """Number of each row's combination among the known ones, −1 where it isn't one."""
    table = np.array(known or np.empty((0, len(names))), dtype=float).reshape(-1, len(names))
    n = len(rows[names[0]])
    place = np.zeros(len(table) + n, dtype=np.int64)
    for j, name in enumerate(names):
        # Column by column, so that keys stay small whatever the values are.
        codes, levels = pd.factorize(np.concatenate([table[:, j], rows[name]]), use_na_sentinel=False)
        place = pd.factorize(place * len(levels) + codes)[0]
    number = np.full(int(place.max(initial=-1)) + 1, -1, dtype=np.intp)
    number[place[: len(table)]] = np.arange(len(table))
    return np.asarray(number[place[len(table) :]])


def _cut(known: Learnt | None, n: int) -> Learnt:
    return tuple(row[:n] for row in known or ())


def _column(known: Learnt | None, j: int) -> Floats:
    return np.array([row[j] for row in known or ()], dtype=float)
