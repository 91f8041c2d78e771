"""The rows of a review sheet in a notebook, a page at a time, to accept or refuse."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from synthgen.errors import MissingExtraError
from synthgen.reviewing.cells import one_line, text_of
from synthgen.reviewing.sheet import Review, own_names

HERE = Path(__file__).parent
PAGE = 5


def review_widget(review: Review) -> Any:
    """Show a review in a notebook.

    Parameters
    ----------
    review : Review

    Returns
    -------
    anywidget.AnyWidget
        ``frame`` is the sheet with what was decided so far; ``decisions`` and ``comments`` (by line) and ``reviewer``
        are synchronised with the page.

    Raises
    ------
    MissingExtraError
        Without the extra ``notebook``.
    """
    try:
        import anywidget
        import traitlets
    except ImportError:
        raise MissingExtraError(
            "Rows to accept or refuse in a notebook need anywidget. Install the extra: pip install "
            "'synthgen-tabular[notebook]', or use result.review_sheet(\"review.csv\")."
        ) from None

    class ReviewWidget(anywidget.AnyWidget):
        """Rows with reasons, and a decision on each."""

        _esm = HERE / "widget.js"
        _css = HERE / "widget.css"
        lines: Any = traitlets.List().tag(sync=True)
        page_size: Any = traitlets.Int(PAGE).tag(sync=True)
        decisions: Any = traitlets.Dict().tag(sync=True)
        comments: Any = traitlets.Dict().tag(sync=True)
        reviewer: Any = traitlets.Unicode("").tag(sync=True)

        @property
        def frame(self) -> pd.DataFrame:
            """The sheet, as far as it is decided."""
            return _filled(review, self.decisions, self.comments, self.reviewer)

        def __repr__(self) -> str:
            return f"ReviewWidget({len(self.decisions)} of {len(review)} rows decided)"

    return ReviewWidget(lines=_lines(review))


def _lines(review: Review) -> list[dict[str, Any]]:
    """What the page shows of each row."""
    names = [one_line(str(name)) for name in review.rows.columns]
    return [
        {
            "line": place + 1,
            "row": pick.row,
            "group": str(pick.group),
            "reasons": list(pick.reasons),
            "cells": [list(pair) for pair in zip(names, map(text_of, review.rows.iloc[place].tolist()), strict=True)],
        }
        for place, pick in enumerate(review.picks)
    ]


def _filled(review: Review, decisions: Any, comments: Any, reviewer: str) -> pd.DataFrame:
    frame = review.frame
    own = own_names(list(review.rows.columns))
    keys = frame[own["line"]]
    frame[own["decision"]] = [str(decisions.get(key, "")) for key in keys]
    frame[own["comment"]] = [str(comments.get(key, "")) for key in keys]
    frame[own["reviewer"]] = reviewer
    return frame
