"""How columns go together: real, synthetic, and the difference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from synthgen.reporting.html import render, shorten
from synthgen.reporting.section import Section
from synthgen.reporting.svg import heatmap
from synthgen.reporting.svg_lines import LETTERS, joint_cells

if TYPE_CHECKING:
    from synthgen.validation.report import PairView, ValidationReport

PAIRS = 100


@dataclass(frozen=True)
class Joint:
    """Two columns drawn together, with the cells behind the chart."""

    pair: PairView
    chart: Markup
    letters: tuple[tuple[str, str], ...]
    cells: tuple[tuple[str, str, float, float, bool], ...]
    widest: float


def associations(report: ValidationReport, provenance: Mapping[str, Any]) -> Section | None:
    """Three heatmaps over the same columns, with the pairs in a table."""
    view = report.associations
    if view is None or len(view.names) < 2:
        return None
    difference = [
        [synthetic - real for real, synthetic in zip(*rows, strict=True)]
        for rows in zip(view.real, view.synthetic, strict=True)
    ]
    about = f"Lower triangle over {len(view.names)} numbered columns; stronger colour, "
    maps = (
        ("Real", heatmap(view.real, title="Associations in real rows",
                         description=about + "stronger association.")),
        ("Synthetic", heatmap(view.synthetic, title="Associations in synthetic rows",
                              description=about + "stronger association.")),
        ("Difference", heatmap(difference, signed=True, title="Synthetic less real",
                               description=about + "larger difference; plus and minus beyond 0.1.")),
    )  # fmt: skip
    pairs = [
        (view.names[j], view.names[i], view.real[i][j], view.synthetic[i][j], difference[i][j])
        for i in range(len(view.names)) for j in range(i)
    ]  # fmt: skip
    pairs.sort(key=lambda pair: -abs(pair[4]))
    html = render(
        "associations.html", names=view.names, maps=maps, pairs=pairs[:PAIRS],
        hidden=max(len(pairs) - PAIRS, 0), joints=tuple(map(_joint, report.pairs)),
    )  # fmt: skip
    return Section("associations", "Pairs of columns", html)


def _joint(pair: PairView) -> Joint:
    chart = joint_cells(
        pair.rows, pair.real, pair.synthetic, pair.few,
        title=f"{shorten(pair.one)} and {shorten(pair.other)}: real, synthetic, difference",
        description=f"{len(pair.rows)} by {len(pair.columns)} cells; stronger colour, more rows.",
    )  # fmt: skip
    cells = tuple(
        (row, column, pair.real[i][j], pair.synthetic[i][j], pair.few[i][j])
        for i, row in enumerate(pair.rows) for j, column in enumerate(pair.columns)
    )  # fmt: skip
    widest = max((abs(made - real) for _, _, real, made, _ in cells), default=0.0)
    return Joint(pair, chart, tuple(zip(LETTERS, pair.columns, strict=False)), cells, widest)
