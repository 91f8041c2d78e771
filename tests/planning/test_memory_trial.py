"""A generator that remembers its rows is found out on an inner split, and not taken for a release."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from synthgen.generators import GENERATORS, Synthesizer
from synthgen.guarantee import RowSource
from synthgen.planning import Plan, Wanted, choose_generator, memory_trial, remembers
from synthgen.randomness import seed_sequence
from synthgen.table import encode, infer_schema
from synthgen.validation import Purpose


class Rememberer(Synthesizer):
    """Its own rows, each number moved by a hair."""

    row_source = RowSource.MODEL

    def __init__(self, random_state=None):
        self.random_state = random_state

    def _fit(self, coded, rng):
        self._rows = coded

    def _sample(self, n, codes, rng):
        out = self._rows.sample(n, replace=True, random_state=rng.integers(2**31)).reset_index(drop=True)
        return out + rng.normal(0, 0.05, out.shape)

    def _state(self):
        return {}

    def _set_state(self, state):
        pass


class Forgetter(Rememberer):
    """Means and spreads alone."""

    def _sample(self, n, codes, rng):
        return pd.DataFrame({name: rng.normal(x.mean(), x.std(), n) for name, x in self._rows.items()})


class Broken(Rememberer):
    def _sample(self, n, codes, rng):
        raise ValueError("a private value")


@pytest.fixture
def frame():
    return pd.DataFrame(np.random.default_rng(0).normal(size=(1_200, 6)), columns=list("abcdef"))


def found(frame, model, seed=0):
    schema = infer_schema(frame)
    return remembers(frame, encode(frame, schema), schema, model, seed_sequence(seed))


def choose(frame, purpose="release"):
    schema = infer_schema(frame)
    plan = Plan(len(frame), None, True)
    return choose_generator(frame, encode(frame, schema), schema, plan, Wanted(), Purpose(purpose), seed_sequence(0))


def test_rows_that_are_remembered_are_found_and_rows_that_are_not_pass(frame):
    assert "dcr_share" in found(frame, Rememberer())
    assert found(frame, Forgetter()) == ()


def test_half_of_the_rows_are_learnt_from_and_never_more_than_it_may(frame, monkeypatch):
    seen = []

    class Spy(Forgetter):
        def _fit(self, coded, rng):
            seen.append(len(coded))
            super()._fit(coded, rng)

    found(frame, Spy())
    monkeypatch.setattr(memory_trial, "MOST_ROWS", 500)
    found(frame, Spy())
    assert seen == [600, 250]


@pytest.mark.parametrize(
    ("tree", "copula", "taken"),
    [(Forgetter, Rememberer, "tree"), (Rememberer, Forgetter, "gaussian_copula"),
     (Rememberer, Rememberer, "gaussian_copula")],
)  # fmt: skip
def test_what_remembers_is_not_taken_for_a_release(frame, monkeypatch, tree, copula, taken):
    monkeypatch.setitem(GENERATORS, "tree", tree)
    monkeypatch.setitem(GENERATORS, "gaussian_copula", copula)
    choice = choose(frame)
    assert choice.name == taken
    assert choice.reason.endswith(f"taken: {taken}")
    assert ("tree shows no leak" in choice.reason) == (tree is Forgetter)
    assert ("tree leaks by " in choice.reason) == (tree is Rememberer)
    # Without a leak there is no reason to try another.
    assert ("; gaussian_copula" in choice.reason) == (tree is Rememberer)


def test_to_train_on_it_is_not_asked(frame, monkeypatch):
    monkeypatch.setitem(GENERATORS, "tree", Rememberer)
    choice = choose(frame, "augment")
    assert choice.name == "tree" and "remembers" not in choice.reason


def test_a_trial_that_stops_leaves_the_choice_and_tells_no_value(frame, monkeypatch):
    monkeypatch.setitem(GENERATORS, "tree", Broken)
    choice = choose(frame)
    assert choice.name == "tree"
    assert "the trial stopped with ValueError" in choice.reason and "private" not in choice.reason


def test_the_same_seed_finds_the_same(frame):
    assert found(frame, Rememberer(), 3) == found(frame, Rememberer(), 3)
