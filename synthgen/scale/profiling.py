"""The profile of a sample, with all that was counted on all rows put in its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol

import numpy as np

from synthgen.profiling import Profile
from synthgen.profiling.profile import ColumnProfile
from synthgen.scale.scan import ColumnFacts
from synthgen.table.column import Kind
from synthgen.table.disclosure import FEWEST_HOLDERS

_NUMBERS = (str(Kind.CONTINUOUS), str(Kind.INTEGER))


class Counted(Protocol):
    """What was counted on all rows; see :class:`~synthgen.scale.scan.Scan`."""

    @property
    def n_rows(self) -> int:
        """All rows."""

    @property
    def facts(self) -> Mapping[str, ColumnFacts]:
        """Of columns, where they were counted."""

    @property
    def classes(self) -> Mapping[Any, int] | None:
        """Rows of each class."""


def profile_of_all(sampled: Profile, scan: Counted) -> Profile:
    """Give the profile of the whole table: counts of all rows, shapes and relations of a sample.

    Parameters
    ----------
    sampled : Profile
        Of rows of the sample that are alike the whole table.
    scan : Counted

    Returns
    -------
    Profile
        Its notes say what was seen on how many rows.
    """
    columns = tuple(
        _column(item, scan.facts[item.name]) if item.name in scan.facts else item for item in sampled.columns
    )
    classes = _classes(scan) if sampled.classes else ()
    counted, rest = "rows, gaps, classes and quantiles", "shapes, groups and what goes with what are"
    if not scan.facts:
        counted, rest = "rows and classes", "all else is"
    note = f"{counted} are of all {scan.n_rows:,} rows; {rest} of {sampled.n_rows:,} of them, drawn at random"
    return replace(sampled, n_rows=scan.n_rows, columns=columns, classes=classes, notes=(*sampled.notes, note))


def _column(sampled: ColumnProfile, facts: ColumnFacts) -> ColumnProfile:
    known = replace(sampled, n=facts.n - facts.missing, missing=facts.missing / facts.n)
    if facts.distinct is not None:
        known = replace(known, distinct=facts.distinct)
    if sampled.kind in _NUMBERS and facts.quantiles and sampled.quantiles:
        shares, values = np.array(facts.quantiles, dtype=float).T
        at = [share for share, _ in sampled.quantiles]
        known = replace(known, quantiles=tuple(zip(at, np.interp(at, shares, values).tolist(), strict=True)))
    return known


def _classes(scan: Counted) -> tuple[tuple[str, int], ...]:
    """Rows of each class, commonest first; those of few rows together."""
    counts = sorted((scan.classes or {}).items(), key=lambda item: -item[1])
    shown = tuple((str(label), n) for label, n in counts if n >= FEWEST_HOLDERS)
    small = [n for _, n in counts if n < FEWEST_HOLDERS]
    if small:
        shown += ((f"other ({len(small)} with fewer than {FEWEST_HOLDERS} rows each)", sum(small)),)
    return shown
