"""Curves over a square, and cells of two columns: charts of a model's use and of pairs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from synthgen.reporting.svg_marks import (
    WIDTH,
    axis,
    drawing,
    finite,
    gutter_for,
    label_at,
    plus_or_minus,
    short,
    text_at,
)

HIGH = 15
TOP = 14
APART = 8
NARROW = 100.0
LEVELS = 8
LETTERS = "abcdefghijklmnop"


@dataclass(frozen=True)
class Line:
    """One curve: ``kind`` "r" is drawn grey with squares, "s" blue with dots."""

    kind: str
    xs: Sequence[float]
    ys: Sequence[float]


def curves(
    lines: Sequence[Line], *, names: tuple[str, str], title: str, description: str, level: float | None = None,
    diagonal: bool = False,
) -> Markup:  # fmt: skip
    """Draw curves over the unit square, with a dashed line at ``level`` or along the diagonal."""
    left, right, top, bottom = 44, WIDTH - 12, 8, 188

    def x(value: float) -> float:
        return left + (right - left) * min(max(finite(value), 0.0), 1.0)

    def y(value: float) -> float:
        return bottom - (bottom - top) * min(max(finite(value), 0.0), 1.0)

    marks = [axis(left, bottom, right, bottom), axis(left, top, left, bottom)]
    for share in (0.0, 0.5, 1.0):
        marks.append(text_at(x(share), bottom + 14, f"{share:g}", "m c"))
        marks.append(text_at(left - 6, y(share) + 4, f"{share:g}", "m e"))
        marks.append(f'<path class="g" d="M{left} {short(y(share))}H{right}"/>')
    marks.append(text_at((left + right) / 2, bottom + 28, names[0], "m c"))
    marks.append(f'<text class="m c" transform="translate(12 {(top + bottom) // 2}) rotate(-90)">{names[1]}</text>')
    if diagonal:
        marks.append(f'<path class="b" d="M{left} {bottom}L{right} {top}"/>')
    if level is not None:
        marks.append(f'<path class="b" d="M{left} {short(y(level))}H{right}"/>')
    for line in lines:
        places = [(x(a), y(b)) for a, b in zip(line.xs, line.ys, strict=True)]
        path = "L".join(f"{short(a)} {short(b)}" for a, b in places)
        marks.append(f'<path class="{line.kind}l" d="M{path}"/>')
        for a, b in places:
            if line.kind == "s":
                marks.append(f'<circle class="s" cx="{short(a)}" cy="{short(b)}" r="3"/>')
            else:
                marks.append(f'<rect class="r" x="{short(a - 3)}" y="{short(b - 3)}" width="6" height="6"/>')
    return drawing(bottom + 34, marks, title, description)


def joint_cells(
    rows: Sequence[str], real: Sequence[Sequence[float]], synthetic: Sequence[Sequence[float]],
    few: Sequence[Sequence[bool]], *, title: str, description: str,
) -> Markup:  # fmt: skip
    """Three grids of the same cells: real, synthetic, and synthetic less real; columns are lettered.

    Strength is opacity in steps of the largest share; differences beyond a tenth of it carry a plus or a minus, and
    cells that few real rows have a point.
    """
    difference = [[b - a for a, b in zip(*both, strict=True)] for both in zip(real, synthetic, strict=True)]
    top = max([*(value for side in (real, synthetic) for row in side for value in row), 1e-12])
    gutter = min(gutter_for(rows), NARROW)
    wide = (WIDTH - gutter - 2 * APART) / (3 * len(real[0]))
    marks = [label_at(gutter, TOP + HIGH * (i + 0.72), name) for i, name in enumerate(rows)]
    for k, side in enumerate((real, synthetic, difference)):
        left = gutter + k * (wide * len(real[0]) + APART)
        marks += _grid(left, wide, side, top, few, signed=k == 2)
        marks.append(text_at(left, 9, ("real", "synthetic", "difference")[k], "x"))
        for j in range(len(real[0])):
            marks.append(text_at(left + wide * (j + 0.5), TOP + HIGH * len(rows) + 10, LETTERS[j % 16], "x c"))
    return drawing(TOP + HIGH * len(rows) + 14, marks, title, description)


def _grid(
    left: float, wide: float, side: Sequence[Sequence[float]], top: float, few: Sequence[Sequence[bool]], *,
    signed: bool,
) -> list[str]:  # fmt: skip
    fills: dict[str, list[str]] = {}
    frame = []
    for i, row in enumerate(side):
        for j, value in enumerate(row):
            x, y, middle = left + wide * j, TOP + HIGH * i, TOP + HIGH * (i + 0.5)
            frame.append(f"M{short(x)} {short(y)}h{short(wide)}v{HIGH}h{short(-wide)}z")
            level = min(math.ceil(abs(finite(value)) / top * LEVELS - 1e-9), LEVELS)
            if level and abs(value) >= 0.02 * top:
                key = f"{'v' if signed and value < 0 else 'h'} l{level}"
                fills.setdefault(key, []).append(f"M{short(x)} {short(middle)}h{short(wide)}")
            if signed and abs(value) >= 0.1 * top:
                fills.setdefault("z k", []).append(plus_or_minus(x + wide / 2, middle, HIGH / 4, value))
            elif few[i][j] and not signed:
                fills.setdefault("z k", []).append(f"M{short(x + wide / 2 - 0.7)} {short(middle)}h1.4")
    marks = [f'<path class="gr" d="{"".join(frame)}"/>']
    for key, paths in sorted(fills.items()):
        thick = "" if key == "z k" else f' stroke-width="{HIGH}"'
        marks.append(f'<path class="{key}" d="{"".join(paths)}"{thick}/>')
    return marks
