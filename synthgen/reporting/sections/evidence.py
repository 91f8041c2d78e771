"""The evidence: every measurement beside what held-out real rows score, privacy and fidelity apart."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from synthgen.reporting.html import clean, compact, interval, number, render
from synthgen.reporting.section import Section
from synthgen.reporting.svg import Dot, interval_line

if TYPE_CHECKING:
    from synthgen.validation.metric import Measurement
    from synthgen.validation.report import ValidationReport

BETTER = {
    "higher": "higher is better",
    "lower": "lower is better",
    "near baseline": "best where held-out real rows are",
}
STATES = {"not_applicable": "Not applicable", "failed": "Could not be measured"}
SHOWN = 30
RULES = ("declared_rules", "rules_kept", "missing_rates", "missing_patterns")
"""Told in a section of their own."""
INTRODUCTIONS = {
    "privacy": "What the synthetic rows give away about the real ones. A figure is worth something only "
    "beside what real rows score that the generator never saw, or what chance gives where nothing leaks. The p-values "
    "hold for all leak checks together.",
    "fidelity": "How far the synthetic rows behave like real ones. The best that can be hoped for is what "
    "held-out real rows score.",
    "utility": "What a model learns from the synthetic rows, tried on real rows that no generator saw.",
}


@dataclass(frozen=True)
class Row:
    """One measurement as the table shows it."""

    measurement: Measurement
    better: str
    state: str
    chart: Markup
    subject: str


@dataclass(frozen=True)
class Group:
    """All measurements of one metric that are about a column, a pair or a class."""

    title: str
    explanation: str
    better: str
    rows: tuple[Row, ...]
    hidden: int
    noted: bool
    attack: bool


def fidelity(report: ValidationReport, provenance: Mapping[str, Any]) -> Section | None:
    """Show how near the synthetic rows are to the real ones, as a whole."""
    html = family_html(report, "fidelity", without=RULES)
    return Section("fidelity", "Fidelity", html) if html else None


def overall(report: ValidationReport, family: str) -> tuple[Row, ...]:
    """Give the rows about the whole table, of one family."""
    chosen = [m for m in report.results if m.family == family and m.subject is None]
    return tuple(map(row_of, chosen))


def family_html(report: ValidationReport, family: str, without: tuple[str, ...] = ()) -> Markup | None:
    """Everything that was measured of one family, but for some metrics that stand elsewhere."""
    chosen = [m for m in report.results if m.family == family and m.name not in without]
    if not chosen:
        return None
    return render(
        "evidence.html", family=family, introduction=INTRODUCTIONS[family],
        rows=tuple(row_of(m) for m in chosen if m.subject is None),
        groups=grouped(m for m in chosen if m.subject is not None),
    )  # fmt: skip


def grouped(measurements: Iterable[Measurement]) -> tuple[Group, ...]:
    """Figures about columns, pairs and classes, those of one metric together, worst first."""
    return tuple(_groups(measurements))


def _groups(measurements: Iterable[Measurement]) -> Iterable[Group]:
    by_name: dict[str, list[Measurement]] = {}
    for measurement in measurements:
        by_name.setdefault(measurement.name, []).append(measurement)
    for group in by_name.values():
        first = group[0]
        rows = tuple(map(row_of, sorted(group, key=_badness, reverse=True)[:SHOWN]))
        yield Group(
            first.title, first.explanation, BETTER[str(first.direction)], rows,
            max(len(group) - SHOWN, 0), any(m.reason or m.p_value is not None for m in group),
            any(m.success is not None for m in group),
        )  # fmt: skip


def _badness(measurement: Measurement) -> float:
    """Order of reading only: what could not be measured first, then the worst."""
    value = measurement.value
    if value is None or not math.isfinite(value):
        return math.inf if measurement.status == "failed" else -math.inf
    if measurement.direction == "higher":
        return -value
    if measurement.direction == "lower" or measurement.baseline is None:
        return value
    return abs(value - measurement.baseline)


def row_of(measurement: Measurement) -> Row:
    """One measurement with its chart, or with the reason why there is none."""
    state = STATES.get(str(measurement.status), "")
    chart = Markup("")
    if measurement.value is not None and math.isfinite(measurement.value):
        low, high = _scale(measurement)
        text = f"{number(measurement.value)}, 95 % interval {interval(measurement.interval)}, "
        dot = Dot(
            measurement.title, measurement.value,
            text + f"held-out real rows {number(measurement.baseline)}",
            measurement.interval, measurement.baseline,
        )  # fmt: skip
        chart = interval_line(
            dot, low=low, high=high, ends=(compact(low), compact(high)),
            baseline_interval=measurement.baseline_interval,
        )  # fmt: skip
    elif not state:
        state = STATES["failed"]
    return Row(
        measurement, BETTER[str(measurement.direction)], state, chart,
        clean(measurement.subject) if measurement.subject is not None else "",
    )  # fmt: skip


def _scale(measurement: Measurement) -> tuple[float, float]:
    """Choose the ends of the line it is drawn on: 0 to 1, or out to the next round number."""
    values = [measurement.value, measurement.baseline]
    values += [*(measurement.interval or ()), *(measurement.baseline_interval or ())]
    finite = [value for value in values if value is not None and math.isfinite(value)]
    return _round_out(min(finite), -1.0), _round_out(max(finite), 1.0)


def _round_out(value: float, side: float) -> float:
    if side < 0 <= value:
        return 0.0
    if side > 0 and 0.2 < value <= 1.0:
        return 1.0
    if side > 0 and value <= 0.0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(max(abs(value), 1e-12)))
    return math.copysign(math.ceil(abs(value) / power) * power, value)
