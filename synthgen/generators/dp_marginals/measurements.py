"""What a measured table leaves behind: noisy numbers, and what they are about. No module here knows a frame."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from synthgen.generators.dp_marginals.accounting import Budget, Spent
from synthgen.table.column import Column

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Levels:
    """What the codes of a column mean.

    Parameters
    ----------
    column : Column
        As it is public: declared, or found with noise.
    starts : tuple of int
        Of an ordered column, the grid point at which each bin starts, and one past the last; empty for labels.
    missing : bool
        Whether the last of the fine codes stands for a gap.
    groups : tuple of int
        The model's code of each fine code (bins or labels, then the gap): those that few rows have share one.
    shares : tuple of float
        Part that each fine code has of its group.
    """

    column: Column
    starts: tuple[int, ...] = ()
    missing: bool = False
    groups: tuple[int, ...] = ()
    shares: tuple[float, ...] = ()

    @property
    def fine(self) -> int:
        """Number of bins or labels, and the gap."""
        return (len(self.starts) - 1 if self.starts else len(self.column.categories or ())) + self.missing

    @property
    def size(self) -> int:
        """Number of the model's codes."""
        return max(self.groups, default=-1) + 1


@dataclass(frozen=True)
class Marginal:
    """Noisy counts of some columns together.

    Parameters
    ----------
    columns : tuple of int
        Places of the columns, sorted.
    counts : array
        One axis a column.
    sigma : float
        Standard deviation of the noise.
    starts : tuple of tuple of int
        By column, the first code of each run of codes that were counted as one; empty where each was by itself.
    """

    columns: tuple[int, ...]
    counts: Floats
    sigma: float
    starts: tuple[tuple[int, ...], ...] = ()


def summed(values: Floats, starts: tuple[tuple[int, ...], ...]) -> Floats:
    """Add up runs of codes along each axis.

    Examples
    --------
    >>> summed(np.array([1.0, 2.0, 3.0, 4.0]), ((0, 1),)).tolist()
    [1.0, 9.0]
    """
    for axis, firsts in enumerate(starts):
        if len(firsts) < values.shape[axis]:
            values = np.add.reduceat(values, firsts, axis=axis)
    return values


def spread(values: Floats, starts: tuple[tuple[int, ...], ...], shape: tuple[int, ...]) -> Floats:
    """Repeat what stands for a run of codes for each of them.

    Examples
    --------
    >>> spread(np.array([1.0, 9.0]), ((0, 1),), (4,)).tolist()
    [1.0, 9.0, 9.0, 9.0]
    """
    for axis, firsts in enumerate(starts):
        if len(firsts) < shape[axis]:
            values = np.repeat(values, np.diff([*firsts, shape[axis]]), axis=axis)
    return values


@dataclass(frozen=True)
class Measurements:
    """Everything that a differentially private generator knows of a table.

    Parameters
    ----------
    levels : tuple of Levels
        Of each modelled column.
    marginals : tuple of Marginal
    n_rows : float
        Declared, or estimated from noisy counts.
    outside : dict of str to int
        Noisy counts, by column, of values that the schema doesn't allow.
    spent : tuple of Spent
    budget : Budget
    rare : dict of str to int
        By column, how many declared labels have noisy counts that aren't above the noise.
    """

    levels: tuple[Levels, ...]
    marginals: tuple[Marginal, ...]
    n_rows: float
    outside: dict[str, int]
    spent: tuple[Spent, ...]
    budget: Budget
    rare: dict[str, int] = field(default_factory=dict)

    @property
    def sizes(self) -> tuple[int, ...]:
        """Number of codes of each column."""
        return tuple(levels.size for levels in self.levels)
