"""Texts drawn from regular expressions: all match, all differ."""

from __future__ import annotations

import re

import numpy as np
import pytest

from synthgen.errors import ConstraintError
from synthgen.table.constraints.regex_values import values_matching


@pytest.mark.parametrize(
    "regex",
    [
        r"\d{5}", r"[A-Z]{2}-\d{3,4}", r"(AB|CD)\d{4}", r"^[a-f0-9]{8}$", r"\w+@\w+\.(com|org)", r"[^0-9]{4}", r".{3}",
        r"(?:x|y)z{2,}\d\d", r"a*\d{3}", r"a?b+?\d{3}", r"\S{3}\s\D", r"[\d_]{4}", r"[^\W\d]{3}", r"(?i:ab)\d{3}",
        r"\+44 \(0\) \d{6}", r"é\d{3}", r"\bfoo\d{3}\b",
    ],
)  # fmt: skip
def test_values_match_and_differ(regex):
    values = values_matching(regex, 60, np.random.default_rng(0))
    assert len(values) == 60 == len(set(values)) and values.dtype == object
    assert all(re.fullmatch(regex, value) for value in values)


def test_the_seed_decides():
    first, again, other = (values_matching(r"\d{6}", 5, np.random.default_rng(seed)).tolist() for seed in (1, 1, 2))
    assert first == again != other


def test_all_values_of_a_small_set_are_found():
    assert sorted(values_matching("[A-C]x", 3, np.random.default_rng(0))) == ["Ax", "Bx", "Cx"]
    with pytest.raises(ConstraintError, match="gave 3 different values of the 4"):
        values_matching("[A-C]x", 4, np.random.default_rng(0))


def test_alternatives_are_drawn_alike():
    values = values_matching("(A|B)[a-z]{4}", 2000, np.random.default_rng(0))
    assert np.mean([value[0] == "A" for value in values]) == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize("regex", [r"(a)\1", r"a(?=b)b", r"(?<=a)b", r"(?!a)b"])
def test_what_looks_around_is_refused(regex):
    with pytest.raises(ConstraintError, match="looks ahead, back or at a group"):
        values_matching(regex, 1, np.random.default_rng(0))


@pytest.mark.parametrize(("regex", "words"), [("[a", "isn't a regular"), (r"[^\x20-\x7e]", "no printable ASCII")])
def test_what_can_not_be_drawn_says_so(regex, words):
    with pytest.raises(ConstraintError, match=words):
        values_matching(regex, 1, np.random.default_rng(0))
