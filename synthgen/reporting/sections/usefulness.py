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
    shown = [arm for arm in uplift.arms if arm.low == arm.low][:ARMS]
    ends = [abs(end) for arm in shown for end in (arm.low, arm.high)]
    high = max([*ends, 0.01])
    dots = [
        Dot(f"{arm.learner}: {arm.arm}", arm.difference, number(arm.difference), (arm.low, arm.high)) for arm in shown
    ]
    chart = interval_dots(
        dots, low=-high, high=high, ends=(number(-high), number(high)), baseline=0.0, tight=len(dots) > 12,
        title="Average precision beside the same model without synthetic rows",
        description="A dot and its 95 % interval for each model and treatment; right of the dashed line is better.",
    ) if shown else Markup("")  # fmt: skip
    return {"found": uplift, "chart": chart}
