"""Groups' shares against those of a population that someone gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from synthgen.errors import DataError, UsageError
from synthgen.profiling.bias.grouping import MISSING, Grouping, plain_label, same_cuts
from synthgen.profiling.bias.intervals import ALPHA, wilson
from synthgen.profiling.bias_parts import Representation
from synthgen.profiling.profile import Group
from synthgen.table.column import ORDERED_KINDS, Column
from synthgen.table.encoding import encode, extend_categories
from synthgen.table.frames import to_pandas
from synthgen.table.schema import Schema

SUM_MAY_MISS = 0.01
COUNTS_FROM = 1.5

ReferencePopulation: TypeAlias = "Mapping[str, Mapping[Any, float]] | Any"


def reference_shares(
    given: ReferencePopulation, groupings: list[Grouping], schema: Schema
) -> dict[str, dict[str, float]]:
    """Read the shares of a reference population by group of this table.

    Parameters
    ----------
    given : mapping or table
        Shares or counts by label, by sensitive column; or a table of people with sensitive columns.
    groupings : list of Grouping
        Groups of the sensitive columns.
    schema : Schema

    Returns
    -------
    dict of dict
        For each column of the reference: share by label of group. Labels that the table lacks keep their own name.

    Raises
    ------
    UsageError
        If a column isn't audited, a share is negative, or shares don't sum to one.
    """
    by_name = {grouping.feature: grouping for grouping in groupings}
    if isinstance(given, Mapping):
        unknown = [str(name) for name in given if name not in by_name]
        if unknown:
            raise UsageError(
                f"reference_population names {unknown[0]!r}, which isn't an audited column. Audited are: "
                f"{', '.join(by_name) or 'none'}. Name it in sensitive_features as well."
            )
        return {name: _from_shares(shares, by_name[name], schema[name]) for name, shares in given.items()}
    frame, _ = to_pandas(given)
    shared = [name for name in by_name if name in frame.columns]
    if not shared:
        raise UsageError(
            f"The table given as reference_population has none of the audited columns: {', '.join(by_name) or 'none'}."
        )
    return {name: _from_people(frame[name], by_name[name], schema[name]) for name in shared}


def _from_shares(shares: Any, grouping: Grouping, column: Column) -> dict[str, float]:
    name = column.name
    if not isinstance(shares, Mapping) or not shares:
        raise UsageError(f'reference_population[{name!r}] must give a share a label, such as {{"F": 0.51, "M": 0.49}}.')
    if column.kind in ORDERED_KINDS and not set(map(str, shares)) <= set(grouping.labels):
        raise UsageError(
            f"{name!r} is compared in ranges, so its shares can't be given by value. Give them for the ranges "
            f"{', '.join(map(repr, grouping.labels))}, or give a table of people as reference_population."
        )
    values = {str(label): _share(value, name, label) for label, value in shares.items()}
    total = sum(values.values())
    # More than all is a count of people; a little less or more than all is rounding.
    if not (total > COUNTS_FROM or abs(total - 1) <= SUM_MAY_MISS):
        raise UsageError(
            f"The shares of reference_population[{name!r}] sum to {total:.3g}; they must sum to 1. "
            "Add the groups that are left out, or give counts."
        )
    return _by_group({label: value / total for label, value in values.items()}, grouping, column)


def _share(value: Any, name: str, label: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = float("nan")
    if not np.isfinite(number) or number < 0:
        raise UsageError(
            f"reference_population[{name!r}] gives {value!r} for {label!r}; it must be a share or count of 0 or more."
        )
    return number


def _by_group(shares: Mapping[str, float], grouping: Grouping, column: Column) -> dict[str, float]:
    """Add up the shares of labels that are one group here."""
    group = {plain_label(label): label for label in grouping.labels}
    names = column.categories or ()
    for label, members in zip(grouping.labels, grouping.members, strict=True):
        if column.kind not in ORDERED_KINDS:
            group |= {plain_label(names[code]): label for code in members}
    out: dict[str, float] = {}
    for label, value in shares.items():
        place = group.get(plain_label(label), label)
        out[place] = out.get(place, 0.0) + value
    return out


def _from_people(values: pd.Series, grouping: Grouping, column: Column) -> dict[str, float]:
    lone = Schema((column,))
    frame = values.to_frame()
    longer = extend_categories(lone, frame)
    coded = encode(frame, longer)[column.name].dropna()
    if not len(coded):
        raise DataError(f"Column {column.name!r} of reference_population has no values. Leave it out or fill it.")
    if column.kind in ORDERED_KINDS:
        places = np.bincount(same_cuts(grouping, coded)) / len(coded)
        of_place = {own[0]: label for label, own in zip(grouping.labels, grouping.members, strict=True) if own}
        return {of_place.get(place, f"range {place + 1}"): float(share) for place, share in enumerate(places.tolist())}
    names = longer[column.name].categories or ()
    counts = coded.value_counts(normalize=True)
    return _by_group({str(names[int(code)]): float(s) for code, s in counts.items()}, grouping, column)  # type: ignore[call-overload]


def with_reference(groups: list[Group], shares: Mapping[str, float]) -> list[Group]:
    """Put each group's share of the reference population beside its own."""
    return [replace(group, reference=shares.get(group.label)) for group in groups]


def compare_shares(groups: list[Group], shares: Mapping[str, float]) -> Representation | None:
    """Find the group that falls shortest of the reference; None where fewer than two can be compared."""
    from scipy.stats import binom, chisquare

    counts = {group.label: group.n for group in groups if group.label != MISSING}
    listed = [label for label in dict.fromkeys([*counts, *shares]) if shares.get(label, 0.0) > 0]
    unlisted = tuple(label for label in counts if label not in shares)
    absent_there = [label for label in counts if shares.get(label) == 0.0 and counts[label]]
    total = sum(counts.get(label, 0) for label in listed)
    if len(listed) < 2 or not total:
        return None
    held = np.array([counts.get(label, 0) for label in listed], dtype=float)
    expected = np.array([shares[label] for label in listed])
    expected = expected / expected.sum() * total
    level = 1 - ALPHA / len(listed)
    if expected.min() >= 5:
        p_value = float(chisquare(held, expected).pvalue)
    else:  # Too few are expected for chi-square: the sharpest exact test of one group, times the groups.
        tails = [2 * min(binom.cdf(k, total, e / total), binom.sf(k - 1, total, e / total))
                 for k, e in zip(held, expected, strict=True)]  # fmt: skip
        p_value = float(min(1.0, min(tails) * len(listed)))
    worst = int(np.argmin(held / expected))
    return Representation(
        groups[0].feature, listed[worst], float(held[worst] / total), wilson(int(held[worst]), int(total), level),
        float(expected[worst] / total), float(held[worst] / expected[worst]), p_value, (*unlisted, *absent_there),
    )  # fmt: skip
