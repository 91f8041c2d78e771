"""Lists that are made from what the repository holds, so that no page can fall behind it."""

from __future__ import annotations

import pkgutil
from pathlib import Path
from typing import Any, ClassVar

import nbformat
from docutils import nodes
from docutils.parsers.rst import Directive, directives

from synthgen.validation import METRICS, Metric

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"


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


class NotebookPlot(Directive):
    """``notebook-plot:: NAME NUMBER``: a picture that a notebook was committed with, counted from 1, and its words."""

    required_arguments = 2
    has_content = True
    option_spec: ClassVar[dict[str, Any]] = {"alt": directives.unchanged_required}

    def run(self) -> list[nodes.Node]:
        """Give the picture as a part of the page, with the sentences below it."""
        name, number = self.arguments[0], int(self.arguments[1])
        path = NOTEBOOKS / f"{name}.ipynb"
        self.state.document.settings.record_dependencies.add(str(path))
        pictures = plots(path)
        if not 1 <= number <= len(pictures):
            raise self.error(f"{path.name} has {len(pictures)} plots; there is no number {number}.")
        address = "data:image/png;base64," + pictures[number - 1].replace("\n", "")
        words = nodes.container()
        self.state.nested_parse(self.content, self.content_offset, words)
        return [nodes.image(uri=address, alt=self.options.get("alt", words.astext())), *words.children]


def plots(path: Path) -> list[str]:
    """Pictures of a notebook, in order, as they are stored."""
    notebook = nbformat.read(path, as_version=4)
    data = [output.get("data", {}) for cell in notebook.cells for output in cell.get("outputs", [])]
    return [found["image/png"] for found in data if "image/png" in found]


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


def inner(_app: Any, _env: Any, node: nodes.Element, shown: nodes.Element) -> nodes.Element | None:
    """Show the name of a part of synthgen that has no page of its own as it is; a name of nothing stays a warning."""
    if node.get("refdomain") != "py":
        return None
    names = [node["reftarget"], f"{node.get('py:module')}.{node['reftarget']}"]
    return shown if any(name.startswith("synthgen.") and exists(name) for name in names) else None


def exists(name: str) -> bool:
    """Whether a dotted name is that of a module, or of something in one."""
    try:
        pkgutil.resolve_name(name)
    except (ImportError, AttributeError):
        return False
    return True


def setup(app: Any) -> dict[str, bool]:
    """Register the directives, and what is done about names without a page."""
    app.add_directive("metric-table", MetricTable)
    app.add_directive("notebook-plot", NotebookPlot)
    app.connect("missing-reference", inner)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
