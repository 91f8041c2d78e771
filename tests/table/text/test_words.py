"""Texts are split into words whatever their script, and what real texts say is found again."""

import numpy as np
import pytest

from synthgen.table.text.words import RealRuns, folded, is_address, split, unspaced_share
from tests.real_runs import repeating


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("King's Cross, 2 beds!", ["King", "s", "Cross", "2", "beds"]),
        ("", []),
        (" \n\t… —", []),
        ("<b>Nice</b><br/>flat", ["b", "Nice", "b", "br", "flat"]),
        ("first line\nsecond", ["first", "line", "second"]),
        ("to jo.b@mail.test or www.mail.test/x?y=1", ["to", "jo.b@mail.test", "or", "www.mail.test/x?y=1"]),
        ("❤️ lovely 👨‍👩‍👧 flat", ["lovely", "flat"]),
        ("नमस्ते दुनिया", ["नमस्ते", "दुनिया"]),
        ("سلام عليكم", ["سلام", "عليكم"]),
        ("می‌خواهم", ["می‌خواهم"]),
        ("Привет, мир", ["Привет", "мир"]),
        ("snake_case 1bed", ["snake", "case", "1bed"]),
    ],
)  # fmt: skip
def test_words_in_any_script(text, words):
    found = split(text)
    assert list(found.words) == words
    assert "".join(a + b for a, b in zip(found.between, [*found.words, ""], strict=True)) == text


def test_case_and_form_of_letters_do_not_tell_words_apart():
    assert folded("STRASSE") == folded("straße")
    assert folded("cafe\u0301") == folded("caf\u00e9")
    assert is_address("a.b@c.test") and not is_address("a.b")


def test_scripts_without_spaces_are_told():
    assert unspaced_share(["房间很好", "部屋 です", "ห้องดี", "nice"]) == 0.75
    assert unspaced_share([]) == 0.0


def real(*texts, rare=True):
    return RealRuns([split(text) for text in texts], np.full(len(texts), rare))


def test_six_words_in_a_row_are_found_and_five_are_not():
    known = real("The old man went to the sea, alone.")
    cases = {
        "But the OLD man - went to THE hills": True,
        "the old man went to": False,
        "the old man ran to the sea alone": False,
        "man went to the sea alone": True,
        "went to the sea alone the old man": False,
        "": False,
    }
    assert known.repeated([split(text) for text in cases]).tolist() == list(cases.values())
    assert [bool(repeating([text], ["The old man went to the sea, alone."])) for text in cases] == list(cases.values())


def test_runs_do_not_cross_from_one_text_to_the_next():
    known = real("one two three four", "five six seven eight")
    assert not known.repeated([split("two three four five six seven")]).any()


def test_short_texts_that_few_have_are_found_and_others_not():
    found = real("My secret flat").repeated([split("my SECRET flat!"), split("secret flat"), split("flat")])
    assert found.tolist() == [True, False, False]
    assert not real("Nice flat", rare=False).repeated([split("Nice flat")]).any()


def test_no_texts_at_all():
    assert real().repeated([split("one two three four five six")]).tolist() == [False]
    assert real("").repeated([]).tolist() == []
