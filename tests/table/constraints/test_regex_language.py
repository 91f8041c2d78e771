"""The texts of an expression: all of them, each with one number."""

import re
from itertools import product

import pytest

from synthgen.errors import ConstraintError
from synthgen.table.constraints import regex_language
from synthgen.table.constraints.regex_language import Language


def texts(language):
    return [language.text(length, number) for length, size in language.sizes.items() for number in range(size)]


@pytest.mark.parametrize(
    "regex",
    [
        "[AB]1|[A-C]2",
        "(a|aa)(a|aa)",
        "x{0,3}y?",
        "(a|ab)(c|bcd)d{0,2}",
        "^a(b|c){2}$",
        "a{2}b{1,2}|aab",
        "[^ -@B-Zb-~`\\[-_]",
    ],
)
def test_all_texts_that_match_are_there_once(regex):
    made = texts(Language(regex))
    chars = sorted({char for text in made for char in text})
    most = max(map(len, made))
    all_texts = ("".join(text) for length in range(1, most + 1) for text in product(chars, repeat=length))
    assert sorted(made) == sorted(text for text in all_texts if re.fullmatch(regex, text))


def test_sizes_by_hand():
    assert Language(r"[A-C]{1,2}\d").sizes == {2: 30, 3: 90}
    assert Language("x*").sizes == {length: 1 for length in range(1, 9)}
    # 26 first letters, and any last one.
    open_end = Language("[A-Z][0-9]", open_end=True)
    assert open_end.sizes == {2: 26}
    assert {open_end.text(2, number)[0] for number in range(26)} == set("ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def test_many_texts_are_counted_without_being_made():
    language = Language(r"[a-z]{60}")
    assert language.sizes == {60: 26**60}
    assert language.text(60, 26**60 - 1) == "z" * 60


@pytest.mark.parametrize(
    ("regex", "words"),
    [(r"(?=a)b", "looks ahead"), (r"(a)\1", "at a group"), ("[^ -~]", "no printable")],
)
def test_what_has_no_texts_to_count_is_refused(regex, words):
    with pytest.raises(ConstraintError, match=words):
        Language(regex)


def test_an_expression_that_is_too_large_is_refused(monkeypatch):
    monkeypatch.setattr(regex_language, "MOST_STATES", 60)
    assert Language("a{50}").sizes == {50: 1}
    for regex in ("a{70}", "(a|b){0,5}a(a|b){6}"):
        with pytest.raises(ConstraintError, match="too large"):
            Language(regex)
