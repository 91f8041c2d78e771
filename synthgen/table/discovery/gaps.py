"""Gaps that follow from a label or from other gaps, said as conditions."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np
import pandas as pd

from synthgen.table.column import LABEL_KINDS
from synthgen.table.constraints import Constraint, When
from synthgen.table.constraints.conditional import NOT_NULL
from synthgen.table.constraints.found import Gapped
from synthgen.table.disclosure import FEWEST_HOLDERS
from synthgen.table.discovery.dependencies import ROWS, Codes, Search
from synthgen.table.discovery.proposals import Draft
from synthgen.table.rules import MOST_LEVELS, Gap
from synthgen.table.schema import Schema

FAMILY = "gaps"


def gap_drafts(gap: Gap, coded: pd.DataFrame, schema: Schema) -> Iterator[Draft]:
    """A found rule as conditions that can be declared; where labels of few rows keep it from being said, as it is."""
    said = list(_by_gaps(gap)) if gap.by_missing else list(_by_labels(gap, coded, schema))
    rules: list[Constraint] = [*said] or [Gapped(gap)]
    for rule in rules:
        yield Draft(FAMILY, rule, rule)


def _by_gaps(gap: Gap) -> Iterator[When]:
    for missing, then in zip(gap.levels, gap.missing, strict=True):
        yield When({gap.by: None if missing else NOT_NULL}, {gap.column: None if then else NOT_NULL})


def _by_labels(gap: Gap, coded: pd.DataFrame, schema: Schema) -> Iterator[When]:
    """Rules for the labels with a gap and for those without; a label of fewer than ten rows isn't shown."""
    labels = schema[gap.by].categories or ()
    counts = coded[gap.by].value_counts()
    sides: dict[bool, list[object]] = {True: [], False: []}
    shown = {True: True, False: True}
    for level, missing in zip(gap.levels, gap.missing, strict=True):
        if np.isnan(level):
            sides[bool(missing)].append(None)
        else:
            sides[bool(missing)].append(labels[int(level)])
            shown[bool(missing)] &= int(counts[level]) >= FEWEST_HOLDERS
    for missing, side in sides.items():
        other = sides[not missing]
        condition: object = None
        if side and shown[missing]:
            condition = side[0] if len(side) == 1 else side
        elif side and shown[not missing] and len(other) == 1 and other[0] is not None:
            condition = f"!= {other[0]}"
        else:
            continue
        yield When({gap.by: condition}, {gap.column: None if missing else NOT_NULL})


def near_gaps(
    coded: pd.DataFrame,
    schema: Schema,
    gaps: Collection[Gap],
    given: Collection[str | None],
    rng: np.random.Generator,
) -> Iterator[Gap]:
    """Gaps that follow from a label or from other gaps in all but few rows.

    Parameters
    ----------
    gaps : collection of Gap
        Those that follow in all rows.
    given : collection of str
        Columns that a rule gives, with their gaps.
    """
    some = coded.iloc[rng.permutation(len(coded))[:ROWS]]
    masks: dict[tuple[str, bool], Codes] = {}
    labels: dict[tuple[str, bool], Codes] = {}
    for each in schema:
        gone = some[each.name].isna().to_numpy()
        if gone.any() and not gone.all():
            masks[each.name, True] = gone.astype(np.int64)
        if each.kind in LABEL_KINDS and len(each.categories or ()) <= MOST_LEVELS:
            labels[each.name, False] = pd.factorize(some[each.name].to_numpy(float), use_na_sentinel=False)[0]
    sources = {**labels, **masks}
    search = Search(sources, max(1, len(sources) * len(masks)))
    known = {gap.column for gap in gaps} | {gap.by for gap in gaps if gap.by_missing} | set(given)
    for column, _ in masks:
        if column in known:
            continue
        tried = (search.follows((by,), (column, True)) for by in sources if by[0] != column)
        best = max((found for found in tried if found), key=lambda found: (found.share, found.by[0][1]), default=None)
        if best:
            by, by_missing = best.by[0]
            known |= {column, by} if by_missing else {column}
            yield _majority(column, by, by_missing, coded)


def _majority(column: str, by: str, by_missing: bool, coded: pd.DataFrame) -> Gap:
    """Whether a column is missing in most rows of each class of another."""
    values = coded[by].isna().to_numpy(float) if by_missing else coded[by].to_numpy(float)
    share = coded[column].isna().groupby(values, dropna=False).mean()
    return Gap(column, by, by_missing, share.index.to_numpy(float), share.to_numpy() > 0.5)
