"""Which rows of a block may be handed out, and why the others may not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.scale.comparing.grid import Grid
from synthgen.scale.comparing.keys import Alone, Copies
from synthgen.table.constraints.base import Constraint
from synthgen.table.constraints.ruleset import rows_of
from synthgen.table.disclosure import cells
from synthgen.table.schema import Schema
from synthgen.validation.privacy.disclosure import Policy

MOST_NOTED = 2_000
"""Real rows met by one block that are named in its note, seen or not alike."""


@dataclass(frozen=True, eq=False)
class Screen:
    """Reasons to refuse a row; small, and safe to hand to another process.

    Attributes
    ----------
    grid : Grid
    copies : Copies
    rules : tuple of Constraint
        Declared ones, fitted.
    schema : Schema or None
        What the rules are about.
    policy : Policy or None
        Of disclosure, for a release.
    few : Alone or None
        Combinations of quasi-identifiers that too few of all real rows have.
    """

    grid: Grid
    copies: Copies
    rules: tuple[Constraint, ...] = ()
    schema: Schema | None = None
    policy: Policy | None = None
    few: Alone | None = None

    def __call__(self, coded: pd.DataFrame) -> tuple[NDArray[np.bool_], dict[str, Any]]:
        """Say which coded rows are kept, and note what they met for :class:`Tally`; the note holds JSON values."""
        met = self.copies.meet(coded)
        broken, shown = self._broken(coded), self._shown(coded)
        note: dict[str, Any] = {"rows": len(coded), "broken": int(broken.sum()), "disclosing": int(shown.sum())}
        classes, n = self.grid.classes_of(coded), self.grid.n_classes
        for name, place, seen in (
            ("exact", met.exact, met.exact_seen), ("rounded", met.rounded, met.rounded_seen),
        ):  # fmt: skip
            rows = np.flatnonzero(place >= 0)
            # The first that are met, whoever saw them: which ones are named must not depend on that.
            first = rows[np.sort(np.unique(place[rows], return_index=True)[1])[:MOST_NOTED]]
            note[name] = {
                "seen": np.bincount(classes[rows[seen[rows]]], minlength=n).tolist(),
                "unseen": np.bincount(classes[rows[~seen[rows]]], minlength=n).tolist(),
                "met": ((place[first] * n + classes[first]) * 2 + seen[first]).tolist(),
            }
        return met.kept & ~broken & ~shown, note

    def _broken(self, coded: pd.DataFrame) -> NDArray[np.bool_]:
        """Rows that break a declared rule."""
        kept = np.ones(len(coded), dtype=bool)
        for rule in self.rules:
            assert self.schema is not None
            kept &= rule.holds(rows_of(coded), self.schema)
        return ~kept

    def _shown(self, coded: pd.DataFrame) -> NDArray[np.bool_]:
        """Rows that show what too few people have."""
        if self.policy is None:
            return np.zeros(len(coded), dtype=bool)
        shown = self.policy.shown(coded)
        if self.few is not None:
            shown |= self.few.find(cells(coded, self.policy.names))[0] >= 0
        return shown
