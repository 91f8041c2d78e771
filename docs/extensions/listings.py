"""Tables that are made from the code's own registries, so that no page can fall behind them."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from docutils.parsers.rst import Directive

from synthgen.validation import METRICS, Metric


class MetricTable(Directive):
    """``metric-table``: every figure of a report, from the records that the reports are made of."""

    def run(self) -> list[nodes.Node]:
        """One list entry a metric: its name, title, family, better way, range, meaning and source."""
        families = dict.fromkeys(str(metric.family) for metric in METRICS)
        found: list[nodes.Node] = []
        for family in families:
            section = nodes.section(ids=[nodes.make_id(f"metrics {family}")])
            section += nodes.title("", family.capitalize())
            section += _definitions([metric for metric in METRICS if str(metric.family) == family])
            found.append(section)
        return found


def _definitions(metrics: list[Metric]) -> nodes.definition_list:
    listed = nodes.definition_list()
    for metric in metrics:
        low, high = (f"{end:g}".replace("inf", "∞") for end in metric.range)
        term = nodes.term("", "", nodes.literal("", metric.name), nodes.Text(f" · {metric.title}"))
        about = f"{low} to {high}; better: {metric.direction}."
        meaning = nodes.definition("", nodes.paragraph("", f"{metric.explanation} {about}"))
        if metric.reference:
            meaning += nodes.paragraph("", "", nodes.emphasis("", metric.reference))
        listed += nodes.definition_list_item("", term, meaning)
    return listed


def setup(app: Any) -> dict[str, bool]:
    """Register the directives."""
    app.add_directive("metric-table", MetricTable)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
