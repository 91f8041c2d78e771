"""What differs between two reports in what was said of models: uplift, and probabilities that come true."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from synthgen.reporting.changes import (
    BETTER,
    CHANGED,
    WORSE,
    Change,
    Compared,
    compared,
    on_one_side,
    outside_both,
    several,
)
from synthgen.reporting.html import number, share
from synthgen.reporting.records import text

if TYPE_CHECKING:
    from synthgen.reporting.uplift_record import Arm, UpliftRecord
    from synthgen.validation.utility.reliability import Reliability

BESIDE = "Average precision beside the same model without synthetic rows"


def uplift_changes(before: UpliftRecord | None, after: UpliftRecord | None) -> Compared:
    """Models and treatments whose gain differs, and the advice where it is another."""

    def key(item: Arm | str) -> tuple[str, ...]:
        return ("advice",) if isinstance(item, str) else (item.learner, item.arm)

    def changes(one: Any, two: Any) -> Iterable[Change | None]:
        if isinstance(two, str):
            if text(one) != text(two):
                yield Change("Advice", "", text(one), text(two), CHANGED)
        else:
            yield _gain(one, two)

    def alone(item: Arm | str, mark: str) -> Change:
        if isinstance(item, str):
            return on_one_side("Advice", "", text(item), mark)
        return on_one_side(BESIDE, _name(item), number(item.difference), mark)

    return several("Uplift", _told(before), _told(after), key, changes, alone)


def calibration_changes(before: Sequence[Reliability], after: Sequence[Reliability]) -> Compared:
    """Models whose probabilities came true another time: group by group, from the least probable up."""
    return compared(
        "Calibration", _groups(before), _groups(after), lambda item: item[:2], _nearness,
        lambda item, mark: on_one_side(_place(item), text(item[0]), _pair(item), mark),
    )  # fmt: skip


def _told(record: UpliftRecord | None) -> tuple[Arm | str, ...]:
    return () if record is None else (record.advice, *record.arms)


def _name(item: Arm) -> str:
    return f"{text(item.learner)}: {text(item.arm)}"


def _gain(one: Arm, two: Arm) -> Change | None:
    shown = number(one.difference), number(two.difference)
    if shown[0] == shown[1]:
        return None
    known = one.difference == one.difference and two.difference == two.difference
    mark = CHANGED if not known else BETTER if two.difference > one.difference else WORSE
    intervals = [None if item.low != item.low else (item.low, item.high) for item in (one, two)]
    apart = outside_both((one.difference, intervals[0]), (two.difference, intervals[1])) if known else None
    return Change(BESIDE, _name(two), *shown, mark, apart)


Group = tuple[str, int, float, float]
"""A model's name, the place of a group of rows, their mean probability, and the share that came true."""


def _groups(models: Sequence[Reliability]) -> list[Group]:
    return [
        (item.name, place, predicted, observed)
        for item in models
        for place, (predicted, observed) in enumerate(zip(item.predicted, item.observed, strict=True), start=1)
    ]


def _nearness(one: Group, two: Group) -> Change | None:
    before, after = _pair(one), _pair(two)
    if before == after:
        return None
    gain = abs(one[2] - one[3]) - abs(two[2] - two[3])
    mark = BETTER if gain > 0 else WORSE if gain < 0 else CHANGED
    return Change(_place(two), text(two[0]), before, after, mark)


def _place(item: Group) -> str:
    return f"Group {item[1]} of rows with like probabilities: predicted, and came true"


def _pair(item: Group) -> str:
    return f"{share(item[2])}, {share(item[3])}"
