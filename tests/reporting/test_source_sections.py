"""What the bias page says of the source: size, gaps, what hangs together, personal data; hostile names stay text."""

from __future__ import annotations

import json
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from synthgen.reporting import bias_html
from tests.reporting.test_pages import Page

EVIL = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def table():
    """A gap that a state explains, a sum, personal data, and a class with few rows."""
    rng = np.random.default_rng(0)
    n = 600
    state = rng.choice(["open", "closed"], n)
    a, b = rng.integers(1, 50, n), rng.integers(1, 50, n)
    return pd.DataFrame(
        {
            EVIL: np.where(state == "open", np.nan, np.round(rng.gamma(2, 5, n), 2)),
            "state": state, "a": a, "b": b, "total": a + b,
            "mail": [f"user{k:04d}@example{k % 7}.org" for k in rng.permutation(n)],
            "ill": (np.arange(n) % 30 == 0).astype(int),
        }
    )  # fmt: skip


@pytest.fixture(scope="module")
def found(table):
    return sg.profile(table, target="ill")


@pytest.fixture(scope="module")
def html(found):
    return bias_html(found)


def test_each_question_is_answered_in_words(html):
    page = Page(html)
    for title in ("What can be learnt from so many rows", "Missing values", "What hangs together", "Personal data"):
        assert title in page.text
    assert f"{EVIL} is missing exactly when state is 'open'" in page.text
    assert "total" in page.text and "e-mail" in page.text
    assert EVIL not in html


def test_no_value_of_a_column_with_personal_data_is_shown(html, table):
    assert not any(value in html for value in table["mail"])
    assert "user0001" in html.replace("Personal data", "Personal data user0001")  # the search itself finds one


def test_structure_of_the_page_holds(html):
    page = Page(html)
    levels = [int(tag[1]) for tag, _ in page.tags if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit()]
    assert levels.count(1) == 1 and all(after - before <= 1 for before, after in pairwise(levels))
    assert html.count("<svg") == html.count("<title>") - 1 == html.count('role="img"')
    assert html.count("<table") == html.count("<caption")
    names = [a["aria-label"] for _, a in page.tags if a.get("role") == "region"]
    assert len(names) == len(set(names))


def test_a_profile_as_json_has_all_parts_and_no_single_row(found, table, tmp_path):
    text = found.to_json(tmp_path / "profile.json")
    assert (tmp_path / "profile.json").read_text(encoding="utf-8") == text
    parts = json.loads(text)
    assert parts["synthgen_profile"] == 1 and "schema" not in parts
    assert parts["missingness"]["rules"][0]["by"] == "state"
    assert parts["size"]["rows"] == len(table)
    assert not any(value in text for value in table["mail"])


def test_without_gaps_nothing_is_said_of_them(html):
    plain = pd.DataFrame({"x": np.arange(40) % 7, "y": np.arange(40) % 5})
    title = ">Missing values</h2>"
    assert title in html and title not in bias_html(sg.profile(plain))
