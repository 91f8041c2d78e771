"""What differs between two reports: matched by name, told in words, nothing measured anew."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from synthgen.reporting.html import number, share
from synthgen.reporting.records import shown, text
from synthgen.reporting.sections.provenance import COUNTS, FACTS, fact

if TYPE_CHECKING:
    from synthgen.profiling.profile import ColumnProfile, Group, Profile
    from synthgen.validation.metric import Measurement
    from synthgen.validation.report import ColumnComparison, ValidationReport

T = TypeVar("T")

BETTER, WORSE, CHANGED, NEW, GONE = "better", "worse", "changed", "new", "gone"
RANK = {"FAIL": 0, "INCONCLUSIVE": 1, "PASS": 2}


@dataclass(frozen=True)
class Change:
    """One thing that differs.

    Parameters
    ----------
    about : str
        What was measured or said.
    subject : str
        Of which column, class or group; "" for the whole table.
    before, after : str
        As a page writes them; a dash where there is none.
    mark : {"better", "worse", "changed", "new", "gone"}
        "changed" where no direction is better.
    apart : bool or None
        Whether each figure lies outside the other's interval; None where an interval is missing.
    """

    about: str
    subject: str
    before: str
    after: str
    mark: str
    apart: bool | None = None


@dataclass(frozen=True)
class Compared:
    """A group of changes, and how many things of the kind are as they were."""

    title: str
    changes: tuple[Change, ...]
    same: int


def verdict_changes(before: ValidationReport, after: ValidationReport) -> Compared:
    """Criteria whose outcome, or whether it blocks, differs."""

    def state(finding: Any) -> str:
        return str(finding.outcome) + ("" if finding.blocks else ", warns only")

    def change(one: Any, two: Any) -> Change | None:
        if state(one) == state(two):
            return None
        ranks = RANK[str(one.outcome)], RANK[str(two.outcome)]
        mark = CHANGED if ranks[0] == ranks[1] else BETTER if ranks[1] > ranks[0] else WORSE
        return Change(text(two.words), "", state(one), state(two), mark)

    return compared(
        "Criteria", before.verdict.findings, after.verdict.findings, lambda item: item.criterion, change,
        lambda item, mark: on_one_side(text(item.words), "", state(item), mark),
    )  # fmt: skip


def measurement_changes(before: ValidationReport, after: ValidationReport) -> Compared:
    """Measurements whose value differs in the digits that a page shows."""
    return compared(
        "Measurements", before.results, after.results, lambda item: (item.name, item.subject), _measurement,
        lambda item, mark: on_one_side(text(item.title), text(item.subject or ""), _measured(item), mark),
    )  # fmt: skip


def column_changes(before: ValidationReport, after: ValidationReport) -> Compared:
    """Columns whose gap to held-out rows differs."""

    def change(one: ColumnComparison, two: ColumnComparison) -> Change | None:
        return _figures("Gap to held-out rows", two.name, one.gap, two.gap, lower=True)

    return compared(
        "Columns", before.columns, after.columns, lambda item: item.name, change,
        lambda item, mark: on_one_side("Gap to held-out rows", item.name, number(item.gap), mark),
    )  # fmt: skip


def group_changes(before: Profile, after: Profile) -> Compared:
    """Groups of sensitive columns whose share of the rows or rate of the outcome differs."""

    def key(item: Group) -> tuple[str, str]:
        return item.feature, item.label

    def changes(one: Group, two: Group) -> Iterable[Change | None]:
        name = f"{two.feature}: {two.label}"
        yield _shares("Share of the rows", name, (one.share, one.share_interval), (two.share, two.share_interval))
        yield _shares("Rate of the outcome", name, (one.rate, one.rate_interval), (two.rate, two.rate_interval))

    return several(
        "Groups", before.bias.groups, after.bias.groups, key, changes,
        lambda item, mark: on_one_side("Share of the rows", f"{item.feature}: {item.label}", share(item.share), mark),
    )  # fmt: skip


def class_changes(before: Profile, after: Profile) -> Compared:
    """Classes of the target whose number of rows differs."""

    def change(one: tuple[str, int], two: tuple[str, int]) -> Change | None:
        return None if one[1] == two[1] else Change("Rows", two[0], number(one[1]), number(two[1]), CHANGED)

    return compared(
        "Classes", before.classes, after.classes, lambda item: item[0], change,
        lambda item, mark: on_one_side("Rows", item[0], number(item[1]), mark),
    )  # fmt: skip


def profile_changes(before: Profile, after: Profile) -> Compared:
    """Columns of the source whose kind, missing values or distinct values differ."""

    def changes(one: ColumnProfile, two: ColumnProfile) -> Iterable[Change | None]:
        if one.kind != two.kind:
            yield Change("Kind", two.name, text(one.kind), text(two.kind), CHANGED)
        yield _shares("Missing", two.name, (one.missing, None), (two.missing, None))
        if one.distinct != two.distinct:
            yield Change("Distinct values", two.name, number(one.distinct), number(two.distinct), CHANGED)

    return several(
        "Columns", before.columns, after.columns, lambda item: item.name, changes,
        lambda item, mark: on_one_side("Kind", item.name, text(item.kind), mark),
    )  # fmt: skip


def said_changes(title: str, before: Iterable[str], after: Iterable[str]) -> Compared:
    """Sentences that are no longer said, or are said now."""
    return compared(
        title, tuple(before), tuple(after), lambda item: item, lambda one, two: None,
        lambda item, mark: Change(item, "", "said" if mark == GONE else "–", "said" if mark == NEW else "–", mark),
    )  # fmt: skip


def provenance_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Compared:
    """Facts, parameters, row counts and libraries that differ."""

    def change(one: tuple[str, str], two: tuple[str, str]) -> Change | None:
        return None if one[1] == two[1] else Change(two[0], "", one[1], two[1], CHANGED)

    return compared(
        "How the table was made", _facts(before), _facts(after), lambda item: item[0], change,
        lambda item, mark: on_one_side(item[0], "", item[1], mark),
    )  # fmt: skip


def _facts(provenance: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    pairs: list[tuple[str, Any]] = [(t, fact(key, provenance[key])) for key, t in FACTS.items() if key in provenance]
    for part, names in (("counts", COUNTS), ("parameters", {}), ("libraries", {})):
        held = provenance.get(part)
        pairs += [(names.get(key) or key, item) for key, item in held.items()] if isinstance(held, Mapping) else []
    return tuple((text(title), _written(value)) for title, value in pairs)


def _written(value: Any) -> str:
    if value is None:
        return "none"
    return number(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else text(value)


def _measurement(one: Measurement, two: Measurement) -> Change | None:
    about, subject = text(two.title), text(two.subject or "")
    if one.value is None or two.value is None or not (one.computed and two.computed):
        before, after = _measured(one), _measured(two)
        return None if before == after else Change(about, subject, before, after, CHANGED)
    if shown(one.value) == shown(two.value):
        return None
    apart = outside_both((one.value, one.interval), (two.value, two.interval))
    return Change(about, subject, number(one.value), number(two.value), _mark(one, two), apart)


def _measured(item: Measurement) -> str:
    return number(item.value) if item.computed and item.value is not None else str(item.status).replace("_", " ")


def _mark(one: Measurement, two: Measurement) -> str:
    assert one.value is not None and two.value is not None
    gain = two.value - one.value
    if two.direction == "lower":
        gain = -gain
    elif two.direction != "higher":
        if one.baseline is None or two.baseline is None:
            return CHANGED
        gain = abs(one.value - one.baseline) - abs(two.value - two.baseline)
    return BETTER if gain > 0 else WORSE if gain < 0 else CHANGED


Figure = tuple[float | None, tuple[float, float] | None]


def _shares(about: str, subject: str, one: Figure, two: Figure) -> Change | None:
    before, after = share(one[0]), share(two[0])
    return None if before == after else Change(about, subject, before, after, CHANGED, outside_both(one, two))


def _figures(about: str, subject: str, one: float, two: float, *, lower: bool) -> Change | None:
    if number(one) == number(two):
        return None
    if not (math.isfinite(one) and math.isfinite(two)):
        return Change(about, subject, number(one), number(two), CHANGED)
    return Change(about, subject, number(one), number(two), BETTER if (two < one) is lower else WORSE)


def outside_both(one: Figure, two: Figure) -> bool | None:
    """Whether each figure lies outside the other's interval; None where one is missing."""
    if one[0] is None or two[0] is None or one[1] is None or two[1] is None:
        return None
    return not (two[1][0] <= one[0] <= two[1][1]) and not (one[1][0] <= two[0] <= one[1][1])


def on_one_side(about: str, subject: str, value: str, mark: str) -> Change:
    """What only one report has."""
    return Change(about, subject, value if mark == GONE else "–", value if mark == NEW else "–", mark)


def compared(
    title: str, before: Iterable[T], after: Iterable[T], key: Callable[[T], Any],
    change: Callable[[T, T], Change | None], alone: Callable[[T, str], Change],
) -> Compared:  # fmt: skip
    """Match by key, one change at most each; what stands on one side only is new or gone."""
    return several(title, before, after, key, lambda one, two: [change(one, two)], alone)


def several(
    title: str, before: Iterable[T], after: Iterable[T], key: Callable[[T], Any],
    changes: Callable[[T, T], Iterable[Change | None]], alone: Callable[[T, str], Change],
) -> Compared:  # fmt: skip
    """Match by key; what stands on one side only is new or gone."""
    old, new = {key(item): item for item in before}, {key(item): item for item in after}
    found: list[Change] = []
    same = 0
    for name, item in new.items():
        if name not in old:
            found.append(alone(item, NEW))
            continue
        differing = [made for made in changes(old[name], item) if made is not None]
        found += differing
        same += not differing
    found += [alone(item, GONE) for name, item in old.items() if name not in new]
    return Compared(title, tuple(found), same)
