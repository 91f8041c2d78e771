"""A sheet of few rows, made without looking at any."""

from __future__ import annotations

import pandas as pd

from synthgen.reviewing import Group, Pick, Review
from synthgen.reviewing.binding import Binding


def table(n=8):
    """Synthetic rows of many kinds, one of them hostile."""
    return pd.DataFrame(
        {
            "amount": [10.5 + place for place in range(n)],
            "shop": ["web", "=1+1", "+49 30", "@till", "-", "'quoted", "a; =b", "NA"][:n],
            "when": pd.date_range("2024-03-05 13:45:10", periods=n, freq="h"),
            "ok": [True, False] * (n // 2),
            "code": ["007", "7", "12", "13", "14", "15", "16", "17"][:n],
            "gap": [1.0, None] * (n // 2),
        }
    )


def review_of(made, groups=(Group.TYPICAL, Group.TYPICAL, Group.NEAREST, Group.EDGE)):
    """A sheet of the first rows, one of each group given."""
    picks = tuple(Pick(row, group, (f"reason {row}",)) for row, group in enumerate(groups))
    lines = [(number, pick.row, str(pick.group)) for number, pick in enumerate(picks, 1)]
    rows = made.iloc[[pick.row for pick in picks]].reset_index(drop=True)
    return Review(picks, rows, Binding.of(made, lines))


def filled(review, *words):
    """The sheet as a frame, with decisions; the last word stands for all that are left."""
    frame = review.frame
    frame["decision"] = [*words, *[words[-1]] * (len(frame) - len(words))]
    return frame
