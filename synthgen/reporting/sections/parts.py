"""Sections that answer a question in parts: words, charts, and a table behind each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from synthgen.reporting.html import prose, render
from synthgen.reporting.section import Section

Cell = Markup | str
Row = tuple[Cell, ...]


@dataclass(frozen=True)
class Table:
    """A table of one part; ``label`` is unique in the page."""

    label: str
    caption: str
    headings: tuple[str, ...]
    rows: tuple[Row, ...]
    hidden: int = 0
    open: bool = False
    summary: str = "Figures"


@dataclass(frozen=True)
class Part:
    """What a question has to say about one thing, such as a sensitive column; ``numbered``: names of a chart's rows."""

    title: str | None
    figures: tuple[tuple[Cell, Markup], ...] = ()
    tables: tuple[Table, ...] = ()
    words: str = ""
    numbered: tuple[str, ...] = ()


def question(
    id: str, title: str, introduction: Cell, parts: Sequence[Part], key: Cell = "", words: Iterable[str] = ()
) -> Section | None:
    """Give a section of sentences and parts; None where there are neither."""
    listed = [_stopped(text) for text in words]
    if not parts and not listed:
        return None
    html = render("question.html", words=listed, introduction=introduction, parts=parts, key=key)
    return Section(id, title, html)


def below(first: Cell, second: Cell) -> Markup:
    """Put one figure under another, small."""
    return Markup('{}<span class="tag">{}</span>').format(first, second)


def _stopped(text: str) -> str:
    """Prose with a stop; its first word may be a column's name, which keeps its case."""
    shown = prose(text).strip()
    return shown if shown.endswith((".", "!", "?", "…")) else f"{shown}."
