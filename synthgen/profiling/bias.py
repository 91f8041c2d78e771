"""Who is in the source, and with which outcome: shares and target rates by group."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy.stats import binomtest

from synthgen.profiling.profile import BiasAudit, Group
from synthgen.table.column import LABEL_KINDS, OPAQUE_KINDS, ORDERED_KINDS, Column, Role, Schema

FEWEST = 10
FOUR_FIFTHS = 0.8
BINS = 4
FEWEST_SELECTED = 5
MISSING = "missing"
OTHERS = (MISSING, f"with fewer than {FEWEST} rows each)")
SENSITIVE_WORDS = {
    "sex", "gender", "race", "ethnicity", "ethnic", "age", "religion", "nationality", "disability",
    "marital", "pregnant", "country", "citizenship", "orientation", "foreign",
}  # fmt: skip


def audit_bias(coded: pd.DataFrame, schema: Schema) -> BiasAudit:
    """Count groups and their rates of one target value, with Wilson intervals.

    Sensitive columns are those with that role; if there is none, columns whose name contains a word
    such as "sex" or "race" are looked at, and the audit says that they were guessed. Numbers and dates
    are cut at their quartiles.

    Parameters
    ----------
    coded : pandas.DataFrame
    schema : Schema

    Returns
    -------
    BiasAudit

    References
    ----------
    Wilson (1927), https://doi.org/10.1080/01621459.1927.10502953; the four-fifths rule is 29 CFR
    1607.4(D) of the United States.
    """
    named = schema.role(Role.SENSITIVE)
    columns = named or [c for c in schema if c.role is Role.FEATURE and _sounds_sensitive(c.name)]
    columns = [c for c in columns if c.kind not in OPAQUE_KINDS]
    selected, hit = _selected(coded, schema)
    groups: list[Group] = []
    findings = []
    for column in columns:
        mine = list(_groups(coded, column, hit))
        groups += mine
        outcome = f"{schema.target.name} = {selected}" if selected is not None and schema.target else None
        findings.append(_sentence(column.name, mine, outcome))
    findings.sort(key=lambda item: item[0])
    return BiasAudit(
        tuple(c.name for c in columns), bool(columns) and not named, selected, tuple(groups),
        tuple(words for _, words in findings),
    )  # fmt: skip


def _sounds_sensitive(name: str) -> bool:
    words = re.split(r"[^A-Za-z]+|(?<=[a-z])(?=[A-Z])", name)
    return any(word.lower() in SENSITIVE_WORDS for word in words)


def _selected(coded: pd.DataFrame, schema: Schema) -> tuple[str | None, pd.Series | None]:
    target = schema.target
    if target is None or target.kind not in LABEL_KINDS:
        return None, None
    counts = coded[target.name].value_counts()
    counts = counts[counts >= FEWEST]
    if len(counts) < 2:
        return None, None
    # Of many classes the rarest say nothing about groups; their commonest does.
    code = counts.index[-1] if len(counts) == 2 else counts.index[0]
    return str((target.categories or ())[int(code)]), coded[target.name] == code


def _groups(coded: pd.DataFrame, column: Column, hit: pd.Series | None) -> Iterable[Group]:
    values = coded[column.name]
    total, missing = len(values), float(values.isna().mean())
    for label, mask in _parts(values, column):
        n = int(mask.sum())
        if n == 0:
            continue
        share = binomtest(n, total).proportion_ci(method="wilson")
        rate = interval = None
        if hit is not None and n >= FEWEST:
            k = int((hit & mask).sum())
            rate = k / n
            found = binomtest(k, n).proportion_ci(method="wilson")
            interval = (float(found.low), float(found.high))
        yield Group(column.name, label, n, n / total, (float(share.low), float(share.high)), rate, interval, missing)


def _parts(values: pd.Series, column: Column) -> Iterable[tuple[str, pd.Series]]:
    if column.kind in ORDERED_KINDS:
        known = values.dropna()
        cuts = np.unique(np.quantile(known, np.linspace(0, 1, BINS + 1)[1:-1])).tolist() if len(known) else []
        words = [_number(cut, column) for cut in cuts]
        ends = [-np.inf, *cuts, np.inf]
        names = (
            [f"up to {words[0]}", *(f"{a} to {b}" for a, b in pairwise(words)), f"above {words[-1]}"] if words else []
        )
        for name, (low, high) in zip(names, pairwise(ends), strict=False):
            yield name, (values > low) & (values <= high)
    else:
        counts = values.value_counts()
        large = [int(code) for code in counts.index[counts >= FEWEST]]
        for code, label in enumerate(column.categories or ()):
            if code in large:
                yield str(label), values == code
        small = int((counts < FEWEST).sum())
        if small:
            yield f"other ({small} {OTHERS[1]}", values.notna() & ~values.isin(large)
    if values.isna().any():
        yield MISSING, values.isna()


def _number(value: float, column: Column) -> str:
    return str(pd.Timestamp(value, unit="us").date()) if column.kind == "datetime" else f"{value:.4g}"


def _sentence(name: str, groups: list[Group], selected: str | None) -> tuple[float, str]:
    """A sentence on one column, and a number to sort by: lower is worse."""
    # A group of which fewer than five rows would be selected at the overall rate can't be compared.
    rated = [g for g in groups if g.rate is not None and g.rate_interval is not None and not g.label.endswith(OTHERS)]
    overall = sum(g.n * (g.rate or 0.0) for g in rated) / max(1, sum(g.n for g in rated))
    known = [g for g in rated if g.n * overall >= FEWEST_SELECTED]
    if selected is None or len(known) < 2:
        largest = max(groups, key=lambda g: g.n, default=None)
        words = (
            f"{name}: the largest group is {largest.label!r} with {largest.share:.0%} of the rows."
            if largest
            else f"{name}: has no values."
        )
        return 2.0, words
    low, high = min(known, key=lambda g: g.rate or 0.0), max(known, key=lambda g: g.rate or 0.0)
    ratio = (low.rate or 0.0) / high.rate if high.rate else 1.0
    assert low.rate_interval is not None and high.rate_interval is not None
    apart = low.rate_interval[1] < high.rate_interval[0]
    words = (
        f"{name}: {selected} for {low.rate:.1%} of {low.label!r} and {high.rate:.1%} of {high.label!r}, "
        f"a ratio of {ratio:.2f}"
    )
    if not apart:
        return 1.0 + ratio, words + "; the intervals overlap, so chance may explain it."
    if ratio < FOUR_FIFTHS:
        return (
            ratio,
            words + ", below four fifths: synthetic rows will repeat this unless it is dealt with first.",
        )
    return ratio, words + ", above four fifths."
