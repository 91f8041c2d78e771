"""Rules that say when a column is missing: at a label, with another gap, or beyond a number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.profiling.few_classes import Floats
from synthgen.profiling.missingness.results import GapRule
from synthgen.profiling.multiplicity import LEVEL
from synthgen.table.column import LABEL_KINDS, Column, Kind
from synthgen.table.disclosure import FEWEST_HOLDERS

MOST_BROKEN = 0.02
"""Share of the rows it speaks of in which a rule may be broken."""

MOST_LEVELS = 200
MOST_LISTED = 5

SORTS = ("exactly when", "always when", "only when")


class _Condition(NamedTuple):
    """Rows in which a condition holds, in words, and how many like it were looked at."""

    by: str
    words: str
    holds: NDArray[np.bool_]
    tried: int


def gap_rules(
    coded: pd.DataFrame, columns: list[Column], gaps: Mapping[str, NDArray[np.bool_]]
) -> tuple[tuple[GapRule, ...], int]:
    """Find for each column with gaps when it is missing.

    A rule counts if it is broken in at most 2 % of the rows that it speaks of, and if, with gaps that fell at
    random, as good a one had a probability below ``LEVEL`` in all that were looked at (Bonferroni). The probability is
    that of the hypergeometric distribution; of a threshold, times the places where it could lie.

    Parameters
    ----------
    coded : pandas.DataFrame
    columns : list of Column
        Columns to look for conditions in.
    gaps : mapping of str to array
        Whether each column with gaps is missing.

    Returns
    -------
    (tuple of GapRule, int)
        At most three a column, the best first, and the number looked at.
    """
    looked = [_Looked.at(coded[c.name].to_numpy(float), c) for c in columns]
    tried = sum(len(SORTS) * item.places for name in gaps for item in looked if item.column.name != name)
    found: list[GapRule] = []
    for name, gap in gaps.items():
        if FEWEST_HOLDERS <= gap.sum() <= len(gap) - FEWEST_HOLDERS:
            conditions = (c for item in looked if item.column.name != name for c in _conditions(item, gap))
            found += _best([rule for condition in conditions for rule in _rules(name, gap, condition, tried)])
    return tuple(found), tried


class _Looked(NamedTuple):
    """A column that conditions are looked for in: its known values in order, and where a threshold could lie."""

    column: Column
    values: Floats
    order: NDArray[np.int64]
    cuts: NDArray[np.int64]
    places: int

    @classmethod
    def at(cls, values: Floats, column: Column) -> _Looked:
        known = np.flatnonzero(~np.isnan(values))
        order = known[np.argsort(values[known], kind="stable")]
        cuts = np.flatnonzero(np.diff(values[order]) > 0) + 1
        if column.kind in LABEL_KINDS:
            return cls(column, values, order, cuts, min(len(cuts) + 1, MOST_LEVELS) + 2)
        cuts = cuts[(cuts >= FEWEST_HOLDERS) & (cuts <= len(order) - FEWEST_HOLDERS)]
        return cls(column, values, order, cuts, 2 * len(cuts) + 2)


def _conditions(looked: _Looked, gap: NDArray[np.bool_]) -> Iterator[_Condition]:
    name, missing = looked.column.name, np.isnan(looked.values)
    if len(looked.order) < len(missing):
        yield _Condition(name, "is missing", missing, 1)
        yield _Condition(name, "has a value", ~missing, 1)
    yield from (_labels if looked.column.kind in LABEL_KINDS else _thresholds)(looked, gap)


def _labels(looked: _Looked, gap: NDArray[np.bool_]) -> Iterator[_Condition]:
    """Each label at which nearly all is missing, all of those together, and all at which anything is."""
    codes = looked.values[looked.order].astype(np.int64)
    if not len(codes):
        return
    n = np.bincount(codes)
    k = np.bincount(codes, gap[looked.order], minlength=len(n))
    shown = np.flatnonzero(n >= FEWEST_HOLDERS)
    if not 2 <= len(shown) <= MOST_LEVELS:
        return
    full = shown[k[shown] >= (1 - MOST_BROKEN) * n[shown]]
    some = shown[k[shown] > MOST_BROKEN * k.sum() / len(shown)]
    for chosen in sorted({tuple(full.tolist()), tuple(some.tolist()), *((code,) for code in full.tolist())}):
        if 0 < len(chosen) <= MOST_LISTED and len(chosen) < len(shown):
            words = " or ".join(repr(str((looked.column.categories or ())[code])) for code in chosen)
            # Of so many labels, there are fewer sets of this size than this.
            sets = len(shown) ** (len(chosen) - 1)
            yield _Condition(looked.column.name, f"is {words}", np.isin(looked.values, chosen), sets)


def _thresholds(looked: _Looked, gap: NDArray[np.bool_]) -> Iterator[_Condition]:
    """The thresholds that best separate gaps from values: exactly, always and only, above and below."""
    cuts, missing, n = looked.cuts, gap[looked.order], len(looked.order)
    total = int(missing.sum())
    if not len(cuts) or not total:
        return
    below = np.cumsum(missing)[cuts - 1]
    for upper in (True, False):
        inside, hits = (n - cuts, total - below) if upper else (cuts, below)
        exact = (inside - hits) + (total - hits)
        always = np.where(inside - hits <= MOST_BROKEN * inside, hits, -1)
        only = np.where(total - hits <= MOST_BROKEN * total, -inside, -n - 1)
        for place in sorted({int(np.argmin(exact)), int(np.argmax(always)), int(np.argmax(only))}):
            # Half of a rule's gaps at least: what is no rule need not be written out.
            if 2 * hits[place] >= min(inside[place], total):
                low, high = looked.values[looked.order[cuts[place] - 1 : cuts[place] + 1]].tolist()
                holds = looked.values >= high if upper else looked.values < high
                yield _Condition(looked.column.name, _threshold_words(low, high, looked.column, upper=upper), holds, 1)


def _threshold_words(below: float, above: float, column: Column, *, upper: bool) -> str:
    """The roundest number between two neighbouring values, so that neither of them need be shown."""
    if column.kind is Kind.DATETIME:
        day = 86_400_000_000
        midnight = np.floor(above / day) * day
        at = pd.Timestamp(midnight if midnight > below else above, unit="us")
        text = str(at.date()) if midnight > below else str(at)
    else:
        text = f"{roundest(below, above):.15g}"
    return f"is at least {text}" if upper else f"is below {text}"


def roundest(below: float, above: float) -> float:
    """The number with the fewest digits that is larger than ``below`` and at most ``above``.

    Examples
    --------
    >>> roundest(99.97, 100.02), roundest(64.0, 65.0), roundest(0.0312, 0.0471)
    (100.0, 65.0, 0.04)
    """
    for exponent in range(15, -16, -1):
        # Near the middle where several are as round, so that it is neither of the two.
        for place in (np.rint, np.floor):
            at = (below + above) / 2 if place is np.rint else above
            step = 10.0 ** abs(exponent)
            number = place(at / step) * step if exponent >= 0 else place(at * step) / step
            if below < number <= above:
                return float(number)
    return above


def _rules(name: str, gap: NDArray[np.bool_], condition: _Condition, tried: int) -> Iterator[GapRule]:
    """The rules that a condition makes, if any: exactly, always or only when it holds."""
    from scipy.stats import hypergeom

    holds = condition.holds
    n, inside, total = len(gap), int(holds.sum()), int(gap.sum())
    both = int((holds & gap).sum())
    if both < FEWEST_HOLDERS or inside > n - FEWEST_HOLDERS:
        return
    outside, spared = total - both, inside - both
    broken = {"exactly when": outside + spared, "always when": spared, "only when": outside}
    room = {"exactly when": min(inside, total), "always when": inside, "only when": total}
    sort = next((sort for sort in SORTS if broken[sort] <= MOST_BROKEN * room[sort]), None)
    if sort is None:
        return
    p = float(hypergeom.sf(both - 1, n, total, inside)) * tried * condition.tried
    if p >= LEVEL:
        return
    exceptions = broken[sort]
    shown = exceptions if exceptions == 0 or exceptions >= FEWEST_HOLDERS else None
    few = f"fewer than {FEWEST_HOLDERS}" if shown is None else f"{shown:,}" if shown else "no"
    text = f"{name} is missing {sort} {condition.by} {condition.words}: {both:,} rows, {few} exceptions."
    yield GapRule(name, condition.by, sort, condition.words, both, shown, min(1.0, p), text)


def _best(rules: list[GapRule]) -> list[GapRule]:
    """Three rules at most, one for each column: the exact ones alone where there are any, those without exceptions."""
    exact = [rule for rule in rules if rule.sort == "exactly when"]
    kept = [rule for rule in exact if rule.exceptions == 0] or exact or rules
    chosen: dict[str, GapRule] = {}
    for rule in sorted(kept, key=_rank):
        chosen.setdefault(rule.by, rule)
    return list(chosen.values())[:3]


def _rank(rule: GapRule) -> tuple[int, int, float]:
    """Fewest exceptions first, then most support, then the least probable."""
    exceptions = FEWEST_HOLDERS - 1 if rule.exceptions is None else rule.exceptions
    return exceptions, -rule.support, rule.p
