"""Columns cut into classes."""

from __future__ import annotations

import numpy as np

from synthgen.profiling.few_classes import few_classes
from synthgen.table.column import Column, Kind

NUMBER, LABEL = Column("x", Kind.CONTINUOUS), Column("x", Kind.CATEGORICAL, categories=tuple("abcd"))


def test_numbers_are_cut_at_quantiles():
    codes, size = few_classes(np.arange(8.0), NUMBER, 4)
    assert (codes.tolist(), size) == ([0, 0, 1, 1, 2, 2, 3, 3], 4)


def test_a_spike_is_one_class():
    codes, size = few_classes(np.array([0.0] * 90 + [1.0] * 10), NUMBER, 8)
    assert (np.bincount(codes).tolist(), size) == ([90, 10], 2)


def test_rare_labels_are_taken_together():
    values = np.repeat([0.0, 1, 2, 3], [40, 20, 3, 2])
    codes, size = few_classes(values, LABEL, 20)
    assert (np.bincount(codes).tolist(), size) == ([40, 20, 5], 3)


def test_the_commonest_labels_are_kept():
    codes, size = few_classes(np.repeat([0.0, 1, 2, 3], [10, 40, 20, 30]), LABEL, 3)
    assert (np.bincount(codes).tolist(), size) == ([40, 30, 30], 3)


def test_gaps_are_minus_one_or_a_class():
    values = np.array([np.nan, 1.0, 2.0])
    assert few_classes(values, NUMBER, 2).codes.tolist() == [-1, 0, 1]
    assert few_classes(values, NUMBER, 2, gap_is_a_class=True).codes.tolist() == [2, 0, 1]
    assert few_classes(np.full(3, np.nan), NUMBER, 2).size == 0
