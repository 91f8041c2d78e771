"""Whom the attacks aim at: real rows, chosen without a word on which side of the split they are."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from synthgen.randomness import stream
from synthgen.table.column import LABEL_KINDS, Column, Role
from synthgen.table.distance import DistanceSpace
from synthgen.validation.privacy.attacks.search import MISSING, Points, Rows, nearest_rows, places
from synthgen.validation.privacy.pool import Pool

Mask = NDArray[np.bool_]

MOST_TARGETS = {"standard": 4_000, "full": 20_000}
MOST_OF_PART = {"standard": 1_000, "full": 4_000}
MOST_PAIRS = {"standard": 2.5e8, "full": 2.5e9}
"""Targets x synthetic rows; synthetic rows beyond them are sampled."""

FEWEST_OF_PART = 20
"""Real rows without which a class or group isn't attacked on its own."""

RARE = 0.3
"""A class with a smaller share of the rows than this is rare."""

MOST_CLASSES = 4
MOST_GROUPS = 8
VULNERABLE = 0.01
FEWEST_VULNERABLE = 50
"""In a table of fewer than 5,000 rows more than 1 % are called vulnerable, or too few to tell anything."""

_ALL_MEASURED = 20_000
_CANDIDATES = 0.03
_REFERENCE = 5_000
_NEIGHBOURS = 5


@dataclass(frozen=True)
class Part:
    """Some of the real rows that are attacked apart.

    Parameters
    ----------
    name : str or None
        None for the sample of all rows.
    rows : array of positions
        In the pool, ascending.
    """

    name: str | None
    rows: Rows


@dataclass(frozen=True)
class Aim:
    """Targets of the attacks and the synthetic rows that they look through.

    Attributes
    ----------
    parts : tuple of Part
        The sample of all rows first; then rare classes, the most vulnerable rows, groups of sensitive columns.
    columns : tuple of Column
    real, made : arrays of shape (n_rows, n_columns)
        Places of all real rows and of the synthetic rows that are looked through.
    made_rows : array of positions
        Which synthetic rows these are.
    """

    parts: tuple[Part, ...]
    columns: tuple[Column, ...]
    real: Points
    made: Points
    made_rows: Rows

    @classmethod
    def at(cls, pool: Pool) -> Aim:
        """Choose targets; the same for every attack on a pool."""
        return pool.once("aim", lambda: cls._choose(pool))

    @classmethod
    def _choose(cls, pool: Pool) -> Aim:
        rng = stream(np.random.SeedSequence(pool.seed), "aim")
        space = DistanceSpace.fit(pool.real, pool.schema)
        real = places(pool.real, pool.columns, space)
        sample = some(np.arange(len(real)), MOST_TARGETS[pool.effort], rng)
        most = MOST_OF_PART[pool.effort]
        parts = [*_rare_classes(pool), _vulnerable(real, pool, rng), *_groups(pool)]
        parts = [Part(part.name, some(part.rows, most, rng)) for part in parts if len(part.rows) >= FEWEST_OF_PART]
        all_parts = (Part(None, sample), *parts)
        n_targets = len(np.unique(np.concatenate([part.rows for part in all_parts])))
        looked = some(np.arange(len(pool.synthetic)), int(MOST_PAIRS[pool.effort] / max(n_targets, 1)), rng)
        made = places(pool.synthetic.iloc[looked], pool.columns, space)
        return cls(all_parts, tuple(pool.columns), real, made, looked)

    @property
    def sample(self) -> Rows:
        """Targets that stand for all real rows."""
        return self.parts[0].rows

    @cached_property
    def targets(self) -> Rows:
        """Targets of any part, ascending."""
        return np.unique(np.concatenate([part.rows for part in self.parts]))

    @cached_property
    def found(self) -> tuple[NDArray[np.float64], Rows, Rows]:
        """Nearest synthetic rows of every target, with and without each column; see :func:`nearest_rows`."""
        return nearest_rows(self.real[self.targets], self.made, k=_NEIGHBOURS, leave_out=True)

    def within(self, rows: Rows) -> Rows:
        """Where ``rows`` are among the targets."""
        return np.searchsorted(self.targets, rows)


def some(rows: Rows, most: int, rng: np.random.Generator) -> Rows:
    """At most so many of the rows, at random and in their order: tables are often sorted by what matters."""
    return rows if len(rows) <= most else np.sort(rng.choice(rows, max(most, 1), replace=False))


def _rare_classes(pool: Pool) -> list[Part]:
    """The smallest classes that have enough rows, and the classes too small for that together."""
    if pool.target is None:
        return []
    codes = pool.real[pool.target.name].to_numpy(float)
    classes, counts = np.unique(codes[~np.isnan(codes)], return_counts=True)
    if len(classes) < 2:
        return []
    rare = counts < RARE * counts.sum()
    labels = pool.target.categories or ()
    order = [c for c in np.argsort(counts, kind="stable") if rare[c] and counts[c] >= FEWEST_OF_PART]
    parts = [
        Part(f"{pool.target.name} = {labels[int(classes[c])]}", np.flatnonzero(codes == classes[c]))
        for c in order[:MOST_CLASSES]
    ]
    tiny = classes[rare & (counts < FEWEST_OF_PART)]
    if len(tiny):
        words = f"{pool.target.name}: {len(tiny)} class{'es' * (len(tiny) > 1)} of fewer than {FEWEST_OF_PART} rows"
        parts.append(Part(words, np.flatnonzero(np.isin(codes, tiny))))
    return parts


def _groups(pool: Pool) -> list[Part]:
    """Groups of the sensitive columns: labels, or thirds of a number."""
    parts = []
    for column in pool.schema.role(Role.SENSITIVE):
        values = pool.real[column.name].to_numpy(float)
        known = values[~np.isnan(values)]
        if column.kind in LABEL_KINDS:
            codes, counts = np.unique(known, return_counts=True)
            kept = codes[np.argsort(-counts, kind="stable")][:MOST_GROUPS]
            labels = column.categories or ()
            parts += [Part(f"{column.name} = {labels[int(code)]}", np.flatnonzero(values == code)) for code in kept]
        elif len(known):
            low, high = np.quantile(known, [1 / 3, 2 / 3])
            for words, mask in (("lowest", values <= low), ("highest", values > high)):
                parts.append(Part(f"{column.name}: {words} third", np.flatnonzero(mask)))
    return parts


def _vulnerable(real: Points, pool: Pool, rng: np.random.Generator) -> Part:
    """Rows furthest from all others: the mean distance to five neighbours, with the tails of numbers stretched.

    Meeus et al. (2023), https://arxiv.org/abs/2306.10308. In a large table only the rows with the least usual values
    are measured, against a sample.
    """
    n = len(real)
    few = round(VULNERABLE * n) < FEWEST_VULNERABLE
    wanted = FEWEST_VULNERABLE if few else round(VULNERABLE * n)
    name = f"the {wanted} most vulnerable rows" if few else "the most vulnerable 1 %"
    if n < 4 * wanted:
        return Part(name, np.arange(0))
    stretched, surprise = real.copy(), np.zeros(n)
    for j, column in enumerate(pool.columns):
        known = real[:, j] != MISSING
        if column.kind in LABEL_KINDS:
            _, which, counts = np.unique(real[:, j], return_inverse=True, return_counts=True)
            surprise -= np.log(counts[which] / n)
            continue
        rank = np.clip(real[known, j], 0.5 / n, 1 - 0.5 / n)
        stretched[known, j] = np.log(rank / (1 - rank)) / 4
        surprise[known] -= np.log(2 * np.minimum(rank, 1 - rank))
    candidates = np.arange(n)
    if n > _ALL_MEASURED:
        candidates = np.argsort(-surprise, kind="stable")[: max(wanted, round(_CANDIDATES * n))]
    reference = some(np.arange(n), _REFERENCE, rng)
    own = np.searchsorted(reference, candidates)
    own = np.where(reference[np.minimum(own, len(reference) - 1)] == candidates, own, -1)
    distances, _, _ = nearest_rows(stretched[candidates], stretched[reference], k=_NEIGHBOURS, own=own)
    return Part(name, np.sort(candidates[np.argsort(-distances.mean(axis=1), kind="stable")[:wanted]]))
