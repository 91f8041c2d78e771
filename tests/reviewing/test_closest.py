"""Distances to the nearest real row, worked out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from synthgen.reviewing.closest import nearness
from synthgen.table.column import Column, Kind
from synthgen.table.schema import Schema
from synthgen.validation.comparison import Comparison

LABELS = tuple("abcdefghijklmnopqrstuvwxyz")
SCHEMA = Schema(tuple(Column(name, Kind.CATEGORICAL, categories=LABELS) for name in ("one", "two", "three")))


def coded(*rows):
    return pd.DataFrame(rows, columns=["one", "two", "three"], dtype=float)


REAL = coded(*((k, k, k) for k in range(20)))


def asked(made, holdout=None):
    held = REAL[:0] if holdout is None else holdout
    return nearness(Comparison.of(REAL, held, made, SCHEMA), np.random.default_rng(0))


def test_labels_that_differ_are_one_apart_each():
    found = asked(coded((3, 3, 3), (3, 3, 4), (3, 21, 22), (23, 24, 25)))
    assert found.made == pytest.approx(np.sqrt([0, 1, 2, 3]))
    # Any two real rows differ in all three.
    assert found.usual == pytest.approx(np.sqrt(3))
    assert found.words(1) == "1 from the nearest real row; half of the real rows have another within 1.73"


def test_rows_that_the_generator_did_not_see_count_too():
    assert asked(coded((21, 22, 23)), holdout=coded((21, 22, 25))).made == pytest.approx([1])


def test_of_too_few_real_rows_nothing_is_said():
    assert nearness(Comparison.of(REAL[:19], REAL[:0], REAL[:1], SCHEMA), np.random.default_rng(0)) is None
