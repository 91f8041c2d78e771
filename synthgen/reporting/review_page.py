"""A review sheet as a page, to read and to sign; decisions go into the .csv or .xlsx sheet of the same rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from synthgen.reporting.html import render
from synthgen.reporting.section import Section
from synthgen.reviewing.cells import text_of
from synthgen.reviewing.reasons import GROUP_WORDS, Group

if TYPE_CHECKING:
    from synthgen.reviewing import Review

LINES = ("Reviewer", "Role", "Date", "Signature")


def review_html(review: Review, provenance: Mapping[str, Any] | None = None, about: str = "synthgen") -> str:
    """Give a review sheet as one page.

    Parameters
    ----------
    review : Review
    provenance : mapping or None
        How the rows were made: ``created``, ``generator``, ``purpose``, ``target`` and ``counts`` are shown.
    about : str
        What made the page.

    Returns
    -------
    str
        HTML without script or outside request. It shows synthetic rows and distances to real ones, so it is for those
        who may see the real table.
    """
    known = dict.fromkeys(("created", "generator", "purpose")) | dict(provenance or {})
    accepted = (known.get("counts") or {}).get("accepted")
    opening = render("review_opening.html", n=len(review), known=known, accepted=accepted)
    sections = [made for group in Group if (made := _section(group, review))]
    sections.append(
        Section(
            "decision", "Decision", render("review_decision.html", lines=LINES, n=len(review), sheet=review.binding)
        )
    )
    return str(render("page.html", title="Review sheet", opening=opening, sections=sections, about=about))


def _section(group: Group, review: Review) -> Section | None:
    """The rows of one group, each with all its values."""
    columns = list(review.rows.columns)
    rows = [
        {
            "line": place + 1,
            "row": pick.row,
            "reasons": pick.reasons,
            "cells": list(zip(columns, map(text_of, review.rows.iloc[place].tolist()), strict=True)),
        }
        for place, pick in enumerate(review.picks)
        if pick.group is group
    ]
    if not rows:
        return None
    html = render("review_group.html", rows=rows, words=GROUP_WORDS[group])
    return Section(group.name.lower().replace("_", "-"), f"{group.value[0].upper()}{group.value[1:]}", html)
