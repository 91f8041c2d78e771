"""The widget of a notebook: what it is given, and what it gives back. No browser is needed for that."""

from __future__ import annotations

import builtins
import json

import pytest

from synthgen.errors import DataError, MissingExtraError, UsageError
from synthgen.reviewing import read_decisions
from synthgen.reviewing.widget import review_widget

from .sheets import review_of, table

MADE = table()


@pytest.fixture
def widget():
    pytest.importorskip("anywidget")
    return review_widget(review_of(MADE))


def test_the_page_is_given_plain_texts(widget):
    lines = json.loads(json.dumps(widget.lines))
    assert [item["row"] for item in lines] == [0, 1, 2, 3]
    assert lines[1]["cells"][1] == ["shop", "=1+1"]
    assert lines[3] | {"cells": []} == {
        "line": 4, "row": 3, "group": "edge of a rule", "reasons": ["reason 3"], "cells": []
    }  # fmt: skip


def test_what_was_decided_on_the_page_is_taken(widget):
    widget.decisions = {"1": "accept", "2": "refuse", "3": "accept", "4": "accept"}
    widget.comments = {"2": "=odd"}
    widget.reviewer = "Ada"
    log = read_decisions(widget, MADE)
    assert (log.refused_rows, log.reviewer) == ((1,), "Ada")
    assert widget.frame["comment"].tolist() == ["", "=odd", "", ""]
    assert repr(widget) == "ReviewWidget(4 of 4 rows decided)"


def test_a_page_that_is_not_done_is_refused(widget):
    widget.decisions = {"1": "accept"}
    with pytest.raises(DataError, match="3 of 4 decisions lack, in lines 2 to 4"):
        read_decisions(widget, MADE, "Ada")
    widget.decisions = {str(line): "accept" for line in range(1, 5)}
    with pytest.raises(UsageError, match="Nobody"):
        read_decisions(widget, MADE)


def test_the_module_sets_cells_as_text_only(widget):
    script = str(widget._esm)
    assert "textContent" in script
    for risky in ("innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval(", "fetch(", "http"):
        assert risky not in script


def test_without_the_extra_the_error_names_it(monkeypatch):
    whole = builtins.__import__

    def lacking(name, *args, **kwargs):
        if name == "anywidget":
            raise ImportError(name)
        return whole(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", lacking)
    with pytest.raises(MissingExtraError, match=r"synthgen-tabular\[notebook\]"):
        review_widget(review_of(MADE))
