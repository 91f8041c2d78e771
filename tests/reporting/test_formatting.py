from __future__ import annotations

import math

import numpy as np
import pytest

from synthgen.reporting.html import compact, interval, name, number, plain, sentence, share, shorten
from synthgen.reporting.svg import step_histograms


@pytest.mark.parametrize(("value", "text"), [
    (0.93124, "0.931"), (0, "0"), (1234567, "1,234,567"), (-0.5, "−0.500"), (0.00012, "0.00012"),
    (12.34, "12.3"), (math.nan, "–"), (None, "–"), (np.float64(0.25), "0.250"),
])  # fmt: skip
def test_numbers(value, text):
    assert number(value) == text


@pytest.mark.parametrize(("value", "text"), [
    (0.5, "50 %"), (0.1234, "12.3 %"), (0.0001, "< 0.1 %"), (0.99999, "> 99.9 %"), (0, "0 %"),
    (1, "100 %"), (math.nan, "–"),
])  # fmt: skip
def test_shares_are_never_rounded_to_nothing_or_all(value, text):
    assert share(value).replace("\u00a0", " ") == text


def test_intervals():
    assert interval((0.1, 0.25)) == "0.100 to 0.250"
    assert interval((0.1, 0.25), True).replace("\u00a0", " ") == "10 to 25 %"
    assert interval(None) == "–"


def test_dates_and_values():
    assert compact(0.0, "datetime") == "1970-01-01"
    assert compact(1e30, "datetime") == "1e+30"
    assert compact(123.456) == "123"


def test_shortening_counts_wide_characters_twice():
    assert shorten("💰" * 10, 10) == "💰" * 4 + "…"
    assert shorten("short", 10) == "short"


def test_names_are_isolated_and_escaped():
    assert name("<b>") == "<bdi>&lt;b&gt;</bdi>"
    assert "(blank)" in name("  ")
    assert "(10,000 characters)" in name("y" * 10_000)


def test_sentences():
    assert sentence("no stop") == "No stop."
    assert sentence("is it?") == "Is it?"


def test_unknown_objects_are_never_printed():
    assert plain(object()) == "<object>"
    assert plain({"a": np.float64("nan"), 1: (np.int64(2), {3})}) == {"a": None, "1": [2, [3]]}


def test_bars_are_as_high_as_their_share_over_their_width():
    chart = step_histograms((0.0, 1.0, 3.0), (0.5, 0.5), (0.5, 0.5), ("0", "3"), title="t", description="")
    assert 'd="M6 128V10H122V69H354V128z"' in chart
