"""Real texts are changed a little, and stay with their label."""

import numpy as np
import pandas as pd
import pytest

from synthgen.table.text.changing import Changing, _delete, _insert, _replace, _swap, changed
from synthgen.table.text.english import english

SYNONYMS = {"flat": ("apartment",), "nice": ("pleasant",)}


def rng(seed=0):
    return np.random.default_rng(seed)


def acted(act, text="A NICE flat, near Flat 7!", many=1, seed=0):
    from synthgen.table.text.words import split

    parts = split(text)
    words, between = list(parts.words), list(parts.between)
    act(words, between, many, SYNONYMS, rng(seed))
    assert len(between) == len(words) + 1
    return "".join(a + b for a, b in zip(between, [*words, ""], strict=True))


def test_synonyms_keep_the_case_of_the_word():
    assert {acted(_replace, seed=seed) for seed in range(20)} == {
        "A PLEASANT flat, near Flat 7!", "A NICE apartment, near Flat 7!", "A NICE flat, near Apartment 7!",
    }  # fmt: skip
    assert acted(_replace, many=3) == "A PLEASANT apartment, near Apartment 7!"


def test_insertion_puts_in_a_synonym_and_keeps_the_rest():
    for seed in range(10):
        words = acted(_insert, seed=seed).replace("!", "").replace(",", "").split()
        assert len(words) == 7
        assert len([word for word in words if word.lower() in ("apartment", "pleasant")]) == 1


def test_swap_keeps_the_words_and_deletion_loses_one():
    before = sorted(["A", "NICE", "flat", "near", "Flat", "7"])
    for seed in range(10):
        assert sorted(acted(_swap, seed=seed).replace("!", "").replace(",", "").split()) == before
        left = acted(_delete, seed=seed).replace("!", " ").replace(",", " ").split()
        assert len(left) == 5 and set(left) <= set(before)
    assert acted(_delete, text="Flat!") == "Flat!"
    assert acted(_swap, text="Flat") == "Flat"


def test_every_text_changes_but_one_word_without_synonyms():
    for seed in range(50):
        assert changed("the cat sat on a mat", {}, rng(seed)) != "the cat sat on a mat"
    assert changed("xyzzy", {}, rng()) == "xyzzy"
    assert changed("", {}, rng()) == ""


def test_the_list_is_symmetric_and_never_gives_the_word_itself():
    known = english()
    assert len(known) > 300
    assert all(word not in others and others for word, others in known.items())
    assert all(word in known[other] for word, others in known.items() for other in others)


def test_texts_come_from_rows_of_the_same_label():
    texts = [f"cat number {k} sat" for k in range(20)] + [f"dog number {k} ran" for k in range(20)]
    levels = pd.DataFrame({"pet": np.repeat([0.0, 1.0], 20)})
    model = Changing.learn(texts, levels, "pet", {})
    made = model.draw(pd.DataFrame({"pet": [0.0, 1.0] * 50}), rng())
    for text, pet in zip(made, ["cat", "dog"] * 50, strict=True):
        other = "dog ran" if pet == "cat" else "cat sat"
        assert not set(text.split()) & set(other.split())
    # A label that no text has takes any.
    assert model.draw(pd.DataFrame({"pet": [7.0]}), rng())


@pytest.mark.parametrize("seed", range(5))
def test_a_users_words_go_before_the_list(seed):
    model = Changing.learn(["flat flat flat"], pd.DataFrame(index=[0]), None, {"Flat": ["maisonette"]})
    made = " ".join(model.draw(pd.DataFrame(index=range(40)), rng(seed)))
    assert "maisonette" in made and "apartment" not in made
