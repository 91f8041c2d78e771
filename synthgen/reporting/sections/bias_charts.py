"""The bias report's charts: ends of axes, and what stands under them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from synthgen.reporting.html import compact, interval, share, shorten
from synthgen.reporting.svg import Dot, interval_dots, paired_bars

if TYPE_CHECKING:
    from markupsafe import Markup

    from synthgen.profiling.bias_parts import ConditionalDisparity

__all__ = ["differences", "dots", "strata_bars", "top"]

DESCRIBED = 20


def dots(
    rows: Sequence[Dot], title: str, as_share: bool = False, *, low: float | None = None, high: float | None = None,
    baseline: float | None = None,
) -> Markup:  # fmt: skip
    """Values with intervals from 0, or from ``low`` to ``high``; numbers that aren't shares from the lowest end."""
    ends = _ends(rows)
    if low is None:
        low = 0.0 if as_share else min(ends)
    if high is None:
        high = top([*ends, baseline or 0.0]) if as_share else max(ends)
    return _draw(rows, title, low, high, as_share, baseline)


def differences(rows: Sequence[Dot], title: str, as_share: bool = False) -> Markup:
    """Values on both sides of a dashed zero."""
    ends = _ends(rows)
    low, high = min(0.0, *ends), max(0.0, *ends)
    if as_share:
        low, high = -top([-low]) if low < 0 else 0.0, top([high]) if high > 0 else 0.0
    return _draw(rows, title, low, high, as_share, 0.0)


def strata_bars(item: ConditionalDisparity) -> Markup:
    """Rates of both groups in each stratum, largest first."""
    given = " and ".join(item.given)
    return paired_bars(
        [s.label for s in item.strata], [s.low for s in item.strata], [s.high for s in item.strata],
        [f"{share(s.low)} | {share(s.high)}" for s in item.strata], title=f"Rates within {shorten(given)}",
        description="; ".join(f"{shorten(s.label, 18)}: {share(s.low)} and {share(s.high)}" for s in item.strata),
    )  # fmt: skip


def top(values: Sequence[float]) -> float:
    """Give the round number at or above the largest of some shares."""
    high = max([value for value in values if math.isfinite(value)], default=1.0)
    step = 10.0 ** math.floor(math.log10(max(high, 1e-6))) / 2
    return min(math.ceil(high / step - 1e-9) * step, 1.0)


def _ends(rows: Sequence[Dot]) -> list[float]:
    ends = [end for row in rows for end in (row.value, row.baseline, *(row.interval or ())) if end is not None]
    return [end for end in ends if math.isfinite(end)] or [0.0, 1.0]


def _draw(
    rows: Sequence[Dot], title: str, low: float, high: float, as_share: bool, baseline: float | None
) -> Markup:  # fmt: skip
    shown = share if as_share else compact
    return interval_dots(
        rows, low=low, high=high, ends=(shown(low), shown(high)), title=title, baseline=baseline,
        description="; ".join(
            f"{shorten(row.label, 18)}: {row.text}" + (f", {interval(row.interval, as_share)}" if row.interval else "")
            for row in rows[:DESCRIBED]
        ),
    )  # fmt: skip
