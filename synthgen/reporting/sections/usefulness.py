"""What a model learns from the rows: signal kept, labels, precision and recall, uplift and calibration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from synthgen.reporting.html import number, render, shorten
from synthgen.reporting.section import Section
from synthgen.reporting.sections.evidence import family_html
from synthgen.reporting.svg import Dot, interval_dots
from synthgen.reporting.svg_lines import Line, curves

if TYPE_CHECKING:
    from synthgen.reporting.uplift_record import UpliftRecord
    from synthgen.validation.report import PrecisionCurve, ValidationReport
    from synthgen.validation.utility.reliability import Reliability

ARMS = 24
DONE_WIDTH = 12


@dataclass(frozen=True)
class Drawn:
    """A chart and the rows of the table behind it."""

    label: str
    chart: Markup
    rows: tuple[tuple[float, ...], ...]
    about: Any = None


def usefulness(report: ValidationReport, provenance: Mapping[str, Any]) -> Section | None:
    """Show what a model can learn from the synthetic rows."""
    evidence = family_html(report, "utility")
    uplift, calibration = provenance.get("uplift"), provenance.get("calibration") or ()
    if not (evidence or report.curves or uplift or calibration):
        return None
    html = render(
        "usefulness.html", evidence=evidence, curves=[_precision(curve) for curve in report.curves],
        uplift=None if uplift is None else _uplift(uplift), calibration=[_reliability(item) for item in calibration],
    )  # fmt: skip
    return Section("utility", "Usefulness", html)


def _precision(curve: PrecisionCurve) -> Drawn:
    chart = curves(
        [Line("r", curve.recall, curve.real), Line("s", curve.recall, curve.synthetic)],
        names=("recall: share of the class found", "precision"), level=curve.prevalence,
        title=f"Precision and recall for class {shorten(curve.label)}",
        description="Squares: trained on real rows of the class; dots: on its synthetic rows; dashed: guessing.",
    )  # fmt: skip
    return Drawn(curve.label, chart, tuple(zip(curve.recall, curve.real, curve.synthetic, strict=True)), curve)


def _reliability(item: Reliability) -> Drawn:
    chart = curves(
        [Line("s", item.predicted, item.observed)], names=("predicted probability", "share that came true"),
        diagonal=True, title=f"Reliability: {shorten(item.name)}",
        description="A dot for some rows with like probabilities; on the dashed diagonal they are right.",
    )  # fmt: skip
    return Drawn(item.name, chart, tuple(zip(item.predicted, item.observed, item.rows, strict=True)), item)


def _uplift(uplift: UpliftRecord) -> dict[str, Any]:
    """One chart a model, all on one scale; what changes no ranking by itself isn't drawn."""
    drawn = [arm for arm in uplift.arms if arm.low < arm.high]
    high = max([*(abs(end) for arm in drawn for end in (arm.low, arm.high)), 0.01])
    charts = []
    for learner in dict.fromkeys(arm.learner for arm in drawn):
        mine = [arm for arm in drawn if arm.learner == learner][:ARMS]
        dots = [
            Dot(_done(arm.arm), arm.difference, f"{arm.difference:+.3f}".replace("-", "−"), (arm.low, arm.high))
            for arm in mine
        ]
        chart = interval_dots(
            dots, low=-high, high=high, ends=(number(-high), number(high)), baseline=0.0, tight=len(dots) > 12,
            title=f"{shorten(learner)}: average precision beside the same model without synthetic rows",
            description="A dot and its 95 % interval for each treatment; right of the dashed line is better.",
        )  # fmt: skip
        charts.append((learner, chart))
    return {"found": uplift, "charts": charts}


def _done(arm: str) -> str:
    """Shorten what was done so that how much of it is still seen."""
    what, at, much = arm.partition(" at ")
    return f"{shorten(what, DONE_WIDTH)}{at}{much}" if at and len(arm) > DONE_WIDTH + 8 else arm
