"""How columns go together: real, synthetic, and the difference."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from synthgen.reporting.html import render
from synthgen.reporting.section import Section
from synthgen.reporting.svg import heatmap

if TYPE_CHECKING:
    from synthgen.validation.report import ValidationReport

PAIRS = 150


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
        hidden=max(len(pairs) - PAIRS, 0),
    )  # fmt: skip
    return Section("associations", "Pairs of columns", html)
