"""The page of a review sheet: all that a reader needs, nothing that runs, nothing of a hostile cell."""

from __future__ import annotations

import re

import pandas as pd

from synthgen.reporting import review_html
from synthgen.reviewing import Group, Pick, Review
from synthgen.reviewing.binding import Binding

HOSTILE = '<script>alert(1)</script><img src=x onerror="a()">'


def page(**provenance):
    made = pd.DataFrame({"amount": [1.5, None], HOSTILE: ["web", HOSTILE]})
    picks = (Pick(0, Group.TYPICAL, ("drawn at random",)), Pick(1, Group.EDGE, (f"breaks {HOSTILE}", "and more")))
    lines = [(1, 0, "typical"), (2, 1, "edge of a rule")]
    return review_html(Review(picks, made, Binding.of(made, lines)), provenance)


def test_each_row_is_shown_with_its_reasons_and_room_for_a_decision():
    html = page(created="2026-01-01", generator="tree", counts={"accepted": 2})
    for words in (
        "Line 1",
        "Line 2",
        "Drawn at random.",
        "And more.",
        "accept",
        "refuse",
        "Signature",
        "generator tree",
    ):
        assert words in html
    assert html.count("<article") == 2
    assert re.search(r"<dd>\s*<span class=\"muted\">missing</span>", html)
    assert "synthgen-review-1:" in html
    # A group without rows has no heading.
    assert "Label in doubt" not in html


def test_nothing_runs_and_nothing_is_asked_for():
    html = page()
    assert "default-src 'none'" in html
    assert "<script" not in html
    assert "<img" not in html
    assert not re.search(r"(src|href)=\"(?!#)", html)


def test_who_sees_the_rows_is_said_by_the_purpose():
    assert "merged with real ones" in page(purpose="augment")
    assert "are shared" in page(purpose="release")
