"""What a profile says of one column beside its chart, in a sentence for each part."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from synthgen.reporting.html import number, share, words

if TYPE_CHECKING:
    from synthgen.profiling.column_parts import Dates, Levels, Texts
    from synthgen.profiling.profile import ColumnProfile

SHAPES = 3
NO_LAW = ("categories", "identifier", "text")


def column_words(column: ColumnProfile) -> tuple[str, ...]:
    """Sentences on a column's family, peaks, tails, grid, labels, dates or texts."""
    return tuple(_said(column))


def _said(column: ColumnProfile) -> Iterator[str]:
    fit = column.goodness
    if column.family and column.family not in NO_LAW:
        text = f"Best described as {words(column.family)}"
        if column.parameters:
            text += f" ({', '.join(f'{key} {number(value)}' for key, value in column.parameters)})"
        # Without the number of rows looked at: it may happen to be a value of the table.
        yield (
            f"{text}."
            if fit is None
            else f"{text}; differs from the rows by at most {fit.interval[1]:.3f} at any point."
        )
        if fit is not None and fit.alternatives:
            yield f"Not told apart from it: {', '.join(fit.alternatives)}."
    if column.modes is not None and column.modes.number > 1:
        yield f"{column.modes.number} peaks."
    for tail in column.tails:
        if tail.weight == "heavy":
            index = "" if tail.index is None else f", index {number(tail.index)}"
            yield f"The {tail.side} tail is heavy{index}."
    grid = column.rounding
    if grid is not None and grid.step is not None:
        yield f"Every value is a multiple of {number(grid.step)}."
    if grid is not None and grid.heap is not None and grid.heap_share is not None:
        held = share(grid.heap_share)
        yield f"Multiples of {number(grid.heap)} are more frequent than by chance ({held} of the rows)."
    if column.spread is not None:
        yield from _levels(column.spread)
    if column.dates is not None:
        yield from _dates(column.dates)
    if column.texts is not None:
        yield from _texts(column.texts)


def _levels(found: Levels) -> Iterator[str]:
    even = f"{found.effective:.1f}".removesuffix(".0")
    yield f"As even as {even} equally frequent labels (entropy {number(found.entropy)} bits)."
    if found.rare:
        held = "label is" if found.rare == 1 else "labels are"
        yield f"{number(found.rare)} {held} held by fewer than ten rows, {share(found.rare_share)} of all."


def _dates(found: Dates) -> Iterator[str]:
    regular = f", a step of {found.regular} between rows" if found.regular else ""
    yield f"From {found.first} to {found.last}, to the {found.resolution}{regular}."
    seasons = [f"{item.part} (busiest: {item.busiest})" for item in found.seasons if item.found]
    if seasons:
        yield f"The number of rows goes with the {', '.join(seasons)}."
    if found.empty_days:
        longest = number(found.longest_gap_days)
        yield f"{share(found.empty_days)} of the days have no row; the longest gap is {longest} days."


def _texts(found: Texts) -> Iterator[str]:
    if found.lengths:
        low, middle, high = (number(length) for _, length in found.lengths)
        own = share(found.unique)
        yield f"{middle} characters, mostly {low} to {high}; {own} of the rows have a value of their own."
    if found.shapes:
        listed = ", ".join(f"{shape} ({share(part)})" for shape, part in found.shapes[:SHAPES])
        yield f"Looks like: {listed}. (A and a stand for letters, 9 for a digit.)"
