"""Small charts as inline SVG: shapes from numbers that are handed in, nothing computed.

Colours come from the page's style sheet by class, so that a chart is right in light, dark and
print. Real is a grey area or bar with an outline, synthetic a solid blue bar or a line, so the two
differ without colour. Each chart is 360 units wide, near its width on a telephone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from markupsafe import Markup

from synthgen.reporting.html import shorten
from synthgen.reporting.svg_marks import (
    WIDTH,
    axis,
    bar,
    box,
    drawing,
    finite,
    gutter_for,
    label_at,
    plus_or_minus,
    short,
    text_at,
)

VALUES = 52
LEVELS = 8


@dataclass(frozen=True)
class Dot:
    """One row of an interval chart; ``value`` None prints ``text`` only."""

    label: str
    value: float | None
    text: str
    interval: tuple[float, float] | None = None
    baseline: float | None = None


def paired_bars(
    labels: Sequence[str], real: Sequence[float], synthetic: Sequence[float],
    texts: Sequence[str], *, title: str, description: str,
) -> Markup:  # fmt: skip
    """Two bars a label, real above synthetic, with the figures at their ends."""
    top = max([*real, *synthetic, 1e-12])
    gutter = gutter_for(labels)
    room = WIDTH - gutter - 104
    marks, bars = [], {"r": "", "s": ""}
    for index, (label, first, second, text) in enumerate(zip(labels, real, synthetic, texts, strict=True)):
        y = 4 + 24 * index
        marks.append(label_at(gutter, y + 12, label))
        bars["r"] += box(gutter, y, room * finite(first) / top, 8)
        bars["s"] += box(gutter, y + 9, room * finite(second) / top, 8)
        widest = room * max(finite(first), finite(second)) / top
        marks.append(text_at(gutter + widest + 6, y + 12, text, "m"))
    marks += [f'<path class="{kind}" d="{path}"/>' for kind, path in bars.items() if path]
    height = 24 * len(labels) + 6
    marks.append(axis(gutter, 0, gutter, height))
    return drawing(height, marks, title, description)


def single_bars(
    labels: Sequence[str], values: Sequence[float], texts: Sequence[str],
    *, title: str, description: str, kind: str = "r",
) -> Markup:  # fmt: skip
    """One bar a label, with the figure at its end."""
    top = max([*map(finite, values), 1e-12])
    gutter = gutter_for(labels)
    room = WIDTH - gutter - VALUES
    marks = []
    for index, (label, value, text) in enumerate(zip(labels, values, texts, strict=True)):
        y = 3 + 19 * index
        length = room * finite(value) / top
        marks.append(label_at(gutter, y + 10, label))
        marks.append(bar(kind, gutter, y, length, 12))
        marks.append(text_at(gutter + length + 6, y + 10, text, "m"))
    height = 19 * len(labels) + 4
    marks.append(axis(gutter, 0, gutter, height))
    return drawing(height, marks, title, description)


def step_histograms(
    edges: Sequence[float], real: Sequence[float], synthetic: Sequence[float],
    ticks: Sequence[str], *, title: str, description: str,
) -> Markup:  # fmt: skip
    """Two histograms over the same bars: real as a grey area, synthetic as a line.

    Bars are as wide as their edges say and as high as their share over their width. Where edges
    coincide or nearly do, all bars are drawn equally wide.
    """
    height, left, right = 128, 6, WIDTH - 6
    places, widths = _places(edges, len(real))
    tall = [[finite(part) / w for part, w in zip(side, widths, strict=True)]
            for side in (real, synthetic)]  # fmt: skip
    top = max([*tall[0], *tall[1], 1e-12])
    xs = [left + (right - left) * place for place in places]
    steps = []
    for side in tall:
        path, before = f"M{short(xs[0])} {height}", -1
        for start, value in zip(xs[:-1], side, strict=True):
            level = round(height - (height - 10) * value / top)
            if level != before:
                path += (f"H{short(start)}" if before >= 0 else "") + f"V{level}"
                before = level
        steps.append(f"{path}H{short(xs[-1])}V{height}")
    marks = [f'<path class="r" d="{steps[0]}z"/><path class="sl" d="{steps[1]}"/>']
    marks.append(axis(left, height, right, height))
    for index, tick in enumerate(ticks):
        x = left + (right - left) * index / max(len(ticks) - 1, 1)
        anchor = "" if index == 0 else "e" if index == len(ticks) - 1 else "c"
        marks.append(text_at(x, height + 15, shorten(tick, 16), f"m {anchor}".strip()))
    return drawing(height + 20, marks, title, description)


def interval_dots(
    rows: Sequence[Dot], *, low: float, high: float, ends: tuple[str, str], title: str,
    description: str, baseline: float | None = None, tight: bool = False,
) -> Markup:  # fmt: skip
    """One row a label: a dot at the value, a bar over its interval, a diamond at the baseline.

    ``baseline`` draws one dashed line through all rows instead.
    """
    step = 15 if tight else 22
    left, right = gutter_for([row.label for row in rows]), WIDTH - VALUES - 8
    bottom = step * len(rows) + 6

    def x(value: float) -> float:
        return left + (right - left) * _place(value, low, high)

    marks = [axis(left, bottom, right, bottom)]
    if baseline is not None:
        marks.append(f'<path class="b" d="M{short(x(baseline))} 0V{bottom}"/>')
    for index, row in enumerate(rows):
        y = step * index + step / 2 + 2
        marks.append(label_at(left, y + 4, row.label))
        marks.append(f'<path class="g" d="M{left} {short(y)}H{right}"/>')
        marks.append(_dot(row, x, y))
        if row.value is None:
            marks.append(text_at(left + 6, y + 4, row.text, "m o"))
        else:
            marks.append(text_at(WIDTH - VALUES, y + 4, row.text, ""))
    marks.append(text_at(left, bottom + 14, ends[0], "m"))
    marks.append(text_at(right, bottom + 14, ends[1], "m e"))
    return drawing(bottom + 18, marks, title, description)


def interval_line(
    row: Dot, *, low: float, high: float, ends: tuple[str, str],
    baseline_interval: tuple[float, float] | None = None,
) -> Markup:  # fmt: skip
    """One value with interval and baseline on a line, small enough for a table's cell."""
    left, right, y = 6, 154, 10

    def x(value: float) -> float:
        return left + (right - left) * _place(value, low, high)

    marks = [axis(left, y, right, y)]
    if baseline_interval is not None:
        first, last = (x(end) for end in baseline_interval)
        marks.append(f'<path class="bi" d="M{short(first)} {y + 6}H{short(last)}"/>')
    marks.append(_dot(row, x, y))
    marks.append(text_at(left, y + 17, ends[0], "m x"))
    marks.append(text_at(right, y + 17, ends[1], "m x e"))
    return drawing(30, marks, f"{row.label}: {row.text}", "", width=160)


def quantile_strip(places: Sequence[float], *, title: str, description: str) -> Markup:
    """Five quantiles on a line: 5 to 95 % thin, 25 to 75 % thick, the median a dot."""
    span = (places[-1] - places[0]) or 1.0
    x5, x25, x50, x75, x95 = (6 + (WIDTH - 12) * (place - places[0]) / span for place in places)
    marks = [
        axis(x5, 9, x95, 9),
        f'<rect class="r" x="{short(x25)}" y="4" width="{short(max(x75 - x25, 1))}" height="10"/>',
        f'<path class="md" d="M{short(x50)} 1V17"/>',
    ]
    return drawing(18, marks, title, description)


def heatmap(matrix: Sequence[Sequence[float]], *, title: str, description: str, signed: bool = False) -> Markup:
    """Draw the lower triangle of a symmetric matrix, rows and columns numbered from 1.

    Strength is opacity in steps. Signed cells beyond 0.1 carry a plus or a minus as well.
    """
    size = len(matrix)
    cell = min(float(300 // max(size, 1)), 26.0)
    left = 20.0
    fills: dict[str, list[str]] = {}
    for i in range(size):
        level = short((i + 0.5) * cell)
        for key, run in groupby(range(i), key=lambda j: _shade(finite(matrix[i][j]), signed)):
            cells = list(run)
            if key:
                fills.setdefault(key, []).append(f"M{short(left + cells[0] * cell)} {level}h{short(len(cells) * cell)}")
        for j in range(i):
            value = finite(matrix[i][j])
            if signed and abs(value) >= 0.1:
                mark = plus_or_minus(left + (j + 0.5) * cell, (i + 0.5) * cell, cell / 4, value)
                fills.setdefault("z k", []).append(mark)
    end = short(size * cell)
    grid = (
        "".join(
            f"M{short(left)} {short(i * cell)}h{short(i * cell)}M{short(left + i * cell)} {end}V{short(i * cell)}"
            for i in range(1, size)
        )
        + f"M{short(left)} {short(cell)}V{end}h{short((size - 1) * cell)}"
    )
    marks = [f'<path class="gr" d="{grid}"/>']
    for key, paths in sorted(fills.items()):
        thick = "" if key == "z k" else f' stroke-width="{short(cell)}"'
        marks.append(f'<path class="{key}" d="{"".join(paths)}"{thick}/>')
    for i in range(size):
        middle = i * cell + cell / 2
        if i:
            marks.append(text_at(left - 4, middle + 3, str(i + 1), "x e"))
        if i < size - 1 and (size <= 16 or i % 2 == 0):
            marks.append(text_at(left + middle, size * cell + 11, str(i + 1), "x c"))
    return drawing(size * cell + 16, marks, title, description, width=326)


def _dot(row: Dot, x: Callable[[float], float], y: float) -> str:
    out = ""
    if row.interval is not None:
        first, last = (x(end) for end in row.interval)
        out += f'<path class="i" d="M{short(first)} {short(y)}H{short(last)}"/>'
    if row.baseline is not None:
        out += f'<path class="d" d="M{short(x(row.baseline))} {short(y - 5)}l5 5-5 5-5-5z"/>'
    if row.value is not None:
        out += f'<circle class="s" cx="{short(x(row.value))}" cy="{short(y)}" r="3.6"/>'
    return out


def _places(edges: Sequence[float], bars: int) -> tuple[list[float], list[float]]:
    equal = [index / bars for index in range(bars + 1)]
    span = edges[-1] - edges[0]
    if not math.isfinite(span) or span <= 0:
        return equal, [1.0] * bars
    places = [(edge - edges[0]) / span for edge in edges]
    widths = [(b - a) * bars for a, b in pairwise(places)]
    return (places, widths) if min(widths) > 0.1 else (equal, [1.0] * bars)


def _place(value: float, low: float, high: float) -> float:
    return min(max((finite(value) - low) / ((high - low) or 1.0), 0.0), 1.0)


def _shade(value: float, signed: bool) -> str:
    """Classes of a cell; empty where there is nothing to draw."""
    level = min(math.ceil(abs(value) * LEVELS - 1e-9), LEVELS)
    return f"{'v' if signed and value < 0 else 'h'} l{level}" if level else ""
