"""A section of a page."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup


@dataclass(frozen=True)
class Section:
    """One part of a page, under a heading of its own.

    Parameters
    ----------
    id : str
        Anchor, unique in the page.
    title : str
        The heading.
    html : Markup
        What stands under the heading; its own headings start at level three.
    """

    id: str
    title: str
    html: Markup
