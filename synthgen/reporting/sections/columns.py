"""Every column, real against synthetic, worst first."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from synthgen.reporting.html import compact, number, render, share, shorten
from synthgen.reporting.section import Section
from synthgen.reporting.svg import Dot, interval_dots, paired_bars, step_histograms

if TYPE_CHECKING:
    from synthgen.validation.report import ColumnComparison, ValidationReport

BARS = 30


@dataclass(frozen=True)
class Figure:
    """One column's chart and the table behind it."""

    position: int
    column: ColumnComparison
    chart: Markup
    rows: tuple[tuple[str, float, float], ...]
    drawn: int


def columns(report: ValidationReport, provenance: Mapping[str, Any]) -> Section | None:
    """An overview of every column's gap, beside what real training rows have."""
    if not report.columns:
        return None
    linked = any(column.labels for column in report.columns)
    html = render("columns.html", columns=report.columns, overview=_overview(report.columns), linked=linked)
    return Section("columns", "Columns, worst first", html)


def figures(compared: Sequence[ColumnComparison]) -> tuple[Figure, ...]:
    """Draw one figure a column, in the order given."""
    return tuple(_figure(index, column) for index, column in enumerate(compared, start=1))


def _figure(position: int, column: ColumnComparison) -> Figure:
    rows = tuple(zip(column.labels, column.real, column.synthetic, strict=True))
    title = f"{shorten(column.name)}: real and synthetic rows"
    if not rows:
        return Figure(position, column, Markup(""), rows, 0)
    if column.edges is not None and len(column.edges) == len(rows) + 1:
        first, last = column.edges[0], column.edges[-1]
        chart = step_histograms(
            column.edges, column.real, column.synthetic,
            (compact(first, column.kind), compact(last, column.kind)), title=title,
            description=f"Histogram of {len(rows)} bars, real as an area and synthetic as a line; "
            f"the gap is {number(column.gap)}.",
        )  # fmt: skip
        return Figure(position, column, chart, rows, len(rows))
    drawn = rows[:BARS]
    chart = paired_bars(
        [row[0] for row in drawn], [row[1] for row in drawn], [row[2] for row in drawn],
        [f"{share(row[1])} · {share(row[2])}" for row in drawn], title=title,
        description=f"Shares of {len(drawn)} labels, real above synthetic; the gap is {number(column.gap)}.",
    )  # fmt: skip
    return Figure(position, column, chart, rows, len(drawn))


def _overview(compared: Sequence[ColumnComparison]) -> Markup:
    gaps = [value for column in compared for value in (column.gap, column.baseline_gap)]
    high = max([value for value in gaps if math.isfinite(value)], default=0.0)
    high = max(math.ceil(high * 20) / 20, 0.05)
    dots = [
        Dot(column.name, column.gap if math.isfinite(column.gap) else None, number(column.gap),
            baseline=column.baseline_gap if math.isfinite(column.baseline_gap) else None)
        for column in compared
    ]  # fmt: skip
    return interval_dots(
        dots, low=0.0, high=high, ends=("0", compact(high)), tight=len(dots) > 12,
        title="Gap of every column to held-out real rows",
        description="A dot for the synthetic rows and a diamond for real training rows; 0 is best.",
    )  # fmt: skip
