"""The marks that charts are made of: text, bars and lines as SVG, escaped and short."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from markupsafe import Markup, escape

from synthgen.reporting.html import cells, clean, shorten

WIDTH = 360
WIDEST_LABELS = 150
CELL = 7.0


def drawing(height: float, marks: Iterable[str], title: str, description: str, width: int = WIDTH) -> Markup:
    """Wrap marks into one picture with its title and description."""
    about = f"<desc>{escape(description)}</desc>" if description else ""
    return Markup(
        f'<svg role="img" viewBox="0 0 {width} {short(height)}" width="{width}" height="{short(height)}">'
        f"<title>{escape(title)}</title>{about}{''.join(marks)}</svg>"
    )


def text_at(x: float, y: float, text: str, kind: str) -> str:
    """Escaped text at a place; ``kind`` is its class."""
    style = f' class="{kind}"' if kind else ""
    return f'<text x="{short(x)}" y="{short(y)}"{style}>{escape(text)}</text>'


def gutter_for(labels: Sequence[str]) -> float:
    """Room for the longest label, up to a limit where labels are shortened."""
    longest = max((cells(clean(label)[:40]) for label in labels), default=0)
    return min(max(CELL * longest + 10, 40.0), WIDEST_LABELS)


def label_at(gutter: float, y: float, label: str) -> str:
    """A label that ends at the gutter, shortened to fit."""
    shown = shorten(label, int((gutter - 8) / CELL)) if label.strip() else "(blank)"
    return text_at(gutter - 8, y, shown, "e")


def bar(kind: str, x: float, y: float, width: float, height: float) -> str:
    """One horizontal bar; none where it has no length."""
    if width <= 0:
        return ""
    return f'<rect class="{kind}" x="{short(x)}" y="{short(y)}" width="{short(width)}" height="{height}"/>'


def box(x: float, y: float, width: float, height: float) -> str:
    """One bar as a part of a path, which is shorter where there are many; none where it has no length."""
    return f"M{short(x)} {short(y)}h{short(width)}v{short(height)}h{short(-width)}z" if width > 0 else ""


def axis(x1: float, y1: float, x2: float, y2: float) -> str:
    """A straight line, across or down."""
    end = f"V{short(y2)}" if x1 == x2 else f"H{short(x2)}"
    return f'<path class="a" d="M{short(x1)} {short(y1)}{end}"/>'


def plus_or_minus(x: float, y: float, arm: float, value: float) -> str:
    """A plus or a minus about a point."""
    minus = f"M{short(x - arm)} {short(y)}h{short(2 * arm)}"
    return minus if value < 0 else minus + f"M{short(x)} {short(y - arm)}v{short(2 * arm)}"


def finite(value: float) -> float:
    """The value, or 0 where it isn't a number."""
    return value if math.isfinite(value) else 0.0


def short(value: float) -> str:
    """A coordinate in one decimal."""
    return f"{value:.1f}".removesuffix(".0")
