"""Real rows of both sides in one heap, without a word on which side each is from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.randomness import stream
from synthgen.table.column import LABEL_KINDS, Column
from synthgen.table.disclosure import cells
from synthgen.table.schema import Schema
from synthgen.validation.privacy.cells import nearest_nearly
from synthgen.validation.privacy.encodings import ENCODINGS, Laid
from synthgen.validation.privacy.likeness import most_alike
from synthgen.validation.privacy.permutation import Permutations, split_units
from synthgen.validation.privacy.search import Neighbours, nearest_laid

if TYPE_CHECKING:
    from synthgen.validation.comparison import Comparison

Floats = NDArray[np.float64]
Places = NDArray[np.int64]
Mask = NDArray[np.bool_]
Keys = NDArray[np.uint64]
Made = TypeVar("Made")

MOST_WORK = {"standard": 3e9, "full": 6e10}
"""Comparisons of values in one search (queries x real rows x columns). Beyond them "standard" samples the synthetic
rows, and "full" searches only the cells around each."""

MOST_NEARLY = 500_000
FURTHEST = 0.01
"""Share of the synthetic rows, those furthest from all real ones, that are searched in full all the same."""

FEWEST_SEARCHED = 3_000
MOST_LEFT_OUT = {"standard": 4_000, "full": 10_000}
MOST_LOOKED_AT = 4_000
N_NEIGHBOURS = 5


@dataclass(frozen=True, eq=False)
class Pool:
    """What a leak check may see: shuffled real rows without their labels, synthetic rows, the schema.

    Attributes
    ----------
    real : pandas.DataFrame
        Coded train and holdout rows (of the classes that the synthetic rows have), shuffled.
    synthetic : pandas.DataFrame
        All synthetic rows, coded.
    schema : Schema
    searched : array of positions
        Synthetic rows whose neighbours are looked for: all, or a sample where that is too much work.
    left_out : array of positions
        Real rows whose own neighbours among the other real rows are looked for, to know what is usual; classes in turn.
    looked_at : array of positions
        At most 4,000 of ``searched``, for what takes longer.
    effort : {"standard", "full"}
        How much the slower checks may look at.
    seed : int
        Of what several checks choose together.
    nearly : bool
        Neighbours of synthetic rows are looked for in the cells around them only; see :mod:`.cells`.
    """

    real: pd.DataFrame
    synthetic: pd.DataFrame
    schema: Schema
    searched: Places
    left_out: Places
    looked_at: Places
    effort: str = "standard"
    seed: int = 0
    nearly: bool = False

    @classmethod
    def of(cls, comparison: Comparison, rng: np.random.Generator) -> tuple[Pool, Permutations]:
        """Pool the real rows of a comparison, and shuffle their labels.

        Labels are exchanged within classes. Whole subjects keep a common label; so do rows that repeat each
        other, if all that do are on one side (they were split together then).

        Raises
        ------
        ValueError
            If a subject has rows in train and in holdout.
        """
        train, holdout = comparison.real_train, comparison.real_holdout
        order = rng.permutation(len(train) + len(holdout))
        real = pd.concat([train.coded, holdout.coded], ignore_index=True).iloc[order].reset_index(drop=True)
        labels = np.repeat([True, False], [len(train), len(holdout)])[order]
        names = [column.name for column in comparison.columns]
        target = comparison.target
        strata = real[target.name].to_numpy(float) if target is not None else np.zeros(len(real))
        subjects = comparison.subjects
        if subjects is not None:
            units: Places | None = np.concatenate([subjects[0][train.rows], subjects[1][holdout.rows]])[order]
        else:
            units = np.unique(hashed(real[names]), return_inverse=True)[1]
            units = None if split_units(labels, units).any() or not len(real) else units
        samples, nearly = _samples(comparison, strata, rng)
        pool = cls(
            real, comparison.synthetic, comparison.schema.without(*_opaque(comparison)), *samples, comparison.effort,
            int(rng.integers(0, 2**63)), nearly,
        )  # fmt: skip
        return pool, Permutations.of(labels, strata, units, rng=rng)

    def once(self, name: str, make: Callable[[], Made]) -> Made:
        """Make something that several checks need, and keep it."""
        if name not in self.kept:
            self.kept[name] = make()
        made: Made = self.kept[name]
        return made

    @property
    def columns(self) -> tuple[Column, ...]:
        """Columns that are compared: all but identifiers and text."""
        return self.schema.columns

    @property
    def target(self) -> Column | None:
        """The target, if it has classes."""
        target = self.schema.target
        return target if target is not None and target.kind in LABEL_KINDS else None

    @cached_property
    def real_classes(self) -> Floats:
        """Class of each real row; 0 for all without classes."""
        return self._classes(self.real)

    @cached_property
    def synthetic_classes(self) -> Floats:
        """Class of each synthetic row; 0 for all without classes."""
        return self._classes(self.synthetic)

    def _classes(self, frame: pd.DataFrame) -> Floats:
        if self.target is None:
            return np.zeros(len(frame))
        return frame[self.target.name].fillna(-1).to_numpy(dtype=np.float64)

    @cached_property
    def real_keys(self) -> Keys:
        """A hash of each real row over all columns."""
        return hashed(self.real[self.schema.names])

    @cached_property
    def synthetic_keys(self) -> Keys:
        """A hash of each synthetic row over all columns."""
        return hashed(self.synthetic[self.schema.names])

    def laid(self, encoding: str) -> tuple[Laid, Laid]:
        """Real rows and searched synthetic rows in one of :data:`ENCODINGS`; not kept, they are large."""
        return ENCODINGS[encoding](self.real, self.synthetic.iloc[self.searched], self.schema)

    def neighbours(self, encoding: str) -> Neighbours:
        """Nearest real rows of each searched synthetic row, in one of :data:`ENCODINGS`; shape (n_searched, 5)."""
        return self._searches(encoding)[0]

    def usual(self, encoding: str) -> Neighbours:
        """Nearest other real rows of each ``left_out`` real row: what a fresh row would find."""
        return self._searches(encoding)[1]

    @cached_property
    def alike(self) -> tuple[Neighbours, Neighbours]:
        """Real rows most like each searched synthetic row, and most like each ``left_out`` real row.

        Of all that are near in any encoding; ``distances`` are bits, negated (see :func:`likeness.most_alike`).
        """
        out = []
        for k, queries in enumerate((self.synthetic.iloc[self.searched], self.real.iloc[self.left_out])):
            found = [self._searches(encoding)[k] for encoding in ENCODINGS]
            out.append(most_alike(queries, self.real, self.schema, found, left_out=k == 1))
        return out[0], out[1]

    @cached_property
    def kept(self) -> dict[str, Any]:
        """What several checks share, made by the first that needs it."""
        return {}

    @cached_property
    def _found(self) -> dict[str, tuple[Neighbours, Neighbours]]:
        return {}

    def _searches(self, encoding: str) -> tuple[Neighbours, Neighbours]:
        if encoding not in self._found:
            real, made = self.laid(encoding)
            own = nearest_laid(real.take(self.left_out), real, N_NEIGHBOURS, self.left_out)
            self._found[encoding] = self._nearest(encoding, made, real), own
        return self._found[encoding]

    def _nearest(self, encoding: str, made: Laid, real: Laid) -> Neighbours:
        if not self.nearly:
            return nearest_laid(made, real, N_NEIGHBOURS)
        rng = stream(np.random.SeedSequence(self.seed), "cells", encoding)
        found, recall = nearest_nearly(made, real, N_NEIGHBOURS, rng, round(FURTHEST * len(made)))
        self.kept["recall"] = min(recall, self.kept.get("recall", 1.0))
        return found

    @property
    def recall(self) -> float | None:
        """Share of random synthetic rows whose nearest real row was found; None where all real rows are searched."""
        return self.kept.get("recall")


def hashed(frame: pd.DataFrame) -> Keys:
    """One number a row; equal rows have equal numbers, gaps equal gaps, -0 equals 0."""
    return cells(frame, list(frame.columns))


def _opaque(comparison: Comparison) -> list[str]:
    kept = {column.name for column in comparison.columns}
    return [name for name in comparison.schema.names if name not in kept]


def _samples(
    comparison: Comparison, classes: Floats, rng: np.random.Generator
) -> tuple[tuple[Places, Places, Places], bool]:
    """Positions of synthetic, of real and of fewer synthetic rows that are looked at; whether in cells only."""
    work = max(1, len(classes) * len(comparison.columns))
    most = max(FEWEST_SEARCHED, int(MOST_WORK[comparison.effort] / work))
    n = len(comparison.synthetic)
    nearly = comparison.effort == "full" and n > most
    at_once = MOST_NEARLY if nearly else most
    searched = np.arange(n) if n <= at_once else np.sort(rng.choice(n, at_once, replace=False))
    # In turn one of each class, so that there are enough of the rare ones too.
    turn = pd.Series(classes).groupby(classes, dropna=False).cumcount().to_numpy()
    order = np.argsort(turn + rng.random(len(classes)), kind="stable")
    left_out = order[: min(max(1, most // 2), MOST_LEFT_OUT[comparison.effort])]
    looked_at = searched
    if len(searched) > MOST_LOOKED_AT:
        looked_at = np.sort(rng.choice(searched, MOST_LOOKED_AT, replace=False))
    return (searched, left_out, looked_at), nearly
