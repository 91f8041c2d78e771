"""Values as classes and back."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from synthgen.generators.tree.codes import LabelCodes, NumberCodes, parent_bins
from synthgen.generators.tree.columns import on_grid, read_table
from synthgen.table.column import Column, Kind, Role
from synthgen.table.rules import Rules
from synthgen.table.schema import Schema

REAL, WHOLE = Column("x", Kind.CONTINUOUS), Column("x", Kind.INTEGER)


def cut(values, column=REAL, bins=64, weights=None):
    values = np.asarray(values, float)
    return NumberCodes.fit(values, column, bins, np.ones(len(values)) if weights is None else weights)


def every(codes, times=100):
    classes = np.repeat(np.arange(codes.n_classes, dtype=np.int32), times)
    return classes, codes.decode(classes, np.random.default_rng(0).random(len(classes)))


@pytest.mark.parametrize("law", ["normal", "exponential", "uniform"])
def test_values_come_back_to_their_class_or_the_one_beside_it(law):
    values = getattr(np.random.default_rng(0), law)(size=4000)
    codes = cut(values)
    classes, back = every(codes)
    apart = np.abs(codes.encode(back) - classes)
    # A bin's ends are smoothed, so that a value near one may be over it.
    assert apart.max() <= 1
    assert (apart > 0).mean() < 0.05
    assert not np.isin(back, values).any()
    assert np.array_equal(np.sort(codes.encode(np.sort(values))), codes.encode(np.sort(values)))


def test_the_classes_drawn_as_in_the_rows_give_the_rows_quantiles():
    values = np.random.default_rng(0).gamma(2, 30, 5000)
    codes = cut(values)
    back = codes.decode(codes.encode(values), np.random.default_rng(1).random(5000))
    at = [0.01, 0.1, 0.5, 0.9, 0.99]
    # 64 bins of 1.6 % each: the same quantile within a bin.
    low, high = (np.quantile(values, np.clip(np.add(at, step), 0, 1)) for step in (-0.016, 0.016))
    found = np.quantile(back, at)
    assert (found > low).all() and (found < high).all()


def test_spikes_are_classes_of_their_own_and_exact():
    rng = np.random.default_rng(0)
    values = np.concatenate([np.zeros(700), np.full(200, 99.5), rng.uniform(1, 98, 1100)])
    codes = cut(values)
    for spike in (0.0, 99.5):
        own = codes.encode(np.array([spike]))[0]
        assert codes.single[own] == spike
        assert (codes.encode(values) == own).sum() == (values == spike).sum()
    classes, back = every(codes)
    single = ~np.isnan(codes.single[classes])
    assert np.array_equal(back[single], codes.single[classes[single]])
    assert not np.isin(back[~single], values).any()


def test_single_values_have_at_least_five_rows():
    values = np.concatenate([np.repeat([1.0, 2.0, 3.0, 4.0], [4, 5, 6, 300]), np.arange(10, 40) + 0.5])
    for column in (REAL, WHOLE):
        kept = cut(values, column).single
        kept = kept[~np.isnan(kept)]
        assert 1.0 not in kept
        assert 4.0 in kept
    found = cut(np.repeat(np.arange(6), [4, 5, 6, 300, 300, 2]), WHOLE).single
    assert sorted(found[~np.isnan(found)]) == [1, 2, 3, 4]


def test_a_missing_value_is_class_0_and_comes_back():
    values = np.random.default_rng(0).normal(size=500)
    values[::7] = np.nan
    codes = cut(values)
    assert codes.missing
    classes = codes.encode(values)
    assert np.array_equal(classes == 0, np.isnan(values))
    back = codes.decode(classes, np.full(500, 0.3))
    assert np.array_equal(np.isnan(back), np.isnan(values))


def test_integers_come_back_whole():
    values = np.random.default_rng(0).integers(0, 3000, 4000).astype(float)
    codes = cut(values, WHOLE)
    _, back = every(codes)
    schema = Schema((Column("x", Kind.INTEGER, bounds=(0.0, 2999.0)),))
    made = on_grid(back, "x", schema)
    assert (made == made.round()).all()
    assert made.min() >= 0 and made.max() <= 2999


def test_columns_without_much_in_them():
    nothing = cut(np.full(50, np.nan))
    assert nothing.n_classes == 1
    assert np.isnan(nothing.decode(nothing.encode(np.full(3, np.nan)), np.full(3, 0.5))).all()
    constant = cut(np.full(50, 3.25))
    assert constant.n_classes == 1
    assert constant.decode(np.zeros(2, np.int32), np.array([0.0, 0.999])).tolist() == [3.25, 3.25]
    two = cut(np.repeat([-1.0, 8.0], 25))
    assert two.encode(np.array([-1.0, 8.0])).tolist() == [0, 1]
    assert two.decode(np.array([0, 1], np.int32), np.array([0.9, 0.1])).tolist() == [-1.0, 8.0]


def test_heavy_ties_keep_their_shares():
    values = np.random.default_rng(0).poisson(3, 3000).astype(float)
    codes = cut(values, WHOLE)
    back = codes.decode(codes.encode(values), np.random.default_rng(1).random(3000)).round()
    for value in range(9):
        assert (back == value).sum() == (values == value).sum()


@pytest.mark.parametrize("kind", [Kind.CONTINUOUS, Kind.INTEGER])
def test_no_class_but_those_beside_a_single_value_has_fewer_than_five_rows(kind):
    values = np.random.default_rng(0).integers(0, 900, 1501).astype(float)
    codes = cut(values, Column("x", kind))
    counts = np.bincount(codes.encode(values), minlength=codes.n_classes)
    # What is left over at the upper end is the one other exception.
    alone = np.isnan(codes.single)
    beside = np.append(~alone[1:], True) | np.append(False, ~alone[:-1])
    assert counts[~beside].min() >= 5
    assert counts.sum() == 1501


@pytest.mark.parametrize("n", [500, 501, 777, 4000])
def test_every_bin_of_a_column_without_ties_has_five_rows(n):
    values = np.random.default_rng(n).normal(size=n)
    assert np.bincount(cut(values).encode(values)).min() >= 5


def test_a_rare_class_gets_bins_of_its_own():
    rng = np.random.default_rng(0)
    x = np.concatenate([rng.normal(0, 1, 4000), rng.normal(20, 1, 60)])
    y = np.repeat([0.0, 1.0], [4000, 60])
    coded = pd.DataFrame({"x": x, "y": y})

    def bins_above_ten(role):
        schema = Schema((Column("x", Kind.CONTINUOUS), Column("y", Kind.BOOLEAN, role, categories=(False, True))))
        table = read_table(coded, schema, Rules(), 64, np.random.default_rng(0))
        return len(np.unique(table.classes[4000:, 0]))

    # 60 rows are about one bin of 64 among 4,060, but with the target they hold a quarter of the weight.
    assert bins_above_ten(Role.FEATURE) <= 2
    assert bins_above_ten(Role.TARGET) >= 8


def test_what_parents_show_keeps_the_order_and_tells_gaps():
    values = np.random.default_rng(0).normal(size=9000)
    values[:900] = np.nan
    codes = cut(values, bins=300)
    counts = np.bincount(codes.encode(values), minlength=codes.n_classes).astype(float)
    assert codes.n_classes > 64
    shown = parent_bins(codes, counts)
    assert shown[0] == 0
    assert (shown[1:] > 0).all()
    assert (np.diff(shown.astype(int)) >= 0).all()
    assert len(np.unique(shown)) == shown.max() + 1 <= 64
    weight = np.bincount(shown, counts)[1:]
    assert weight.max() < 2.5 * weight.mean()


def test_the_rarest_labels_share_a_code():
    counts = np.arange(100, 0, -1).astype(float)
    shown = parent_bins(LabelCodes(np.arange(100.0), 100), counts)
    assert len(np.unique(shown)) == 64
    assert len(np.unique(shown[:63])) == 63
    assert set(shown[63:]) == {63}
    assert parent_bins(LabelCodes(np.arange(64.0), 64), counts[:64]).tolist() == list(range(64))


def test_labels_come_back_and_unseen_ones_are_minus_1():
    values = np.array([3.0, 0.0, 2.0, 0.0, np.nan])
    codes = LabelCodes.fit(values, np.array([2, 9, 0, 1, 5]), missing_first=False)
    # By rank: 2 (0), 3 (1), 0 (2), missing (5); label 1 isn't there.
    assert codes.levels[:3].tolist() == [2, 3, 0] and np.isnan(codes.levels[3])
    assert codes.encode(values).tolist() == [1, 2, 0, 2, 3]
    assert codes.encode(np.array([1.0, 4.0, 7.0])).tolist() == [-1, -1, -1]
    classes = np.arange(4, dtype=np.int32)
    assert np.array_equal(codes.encode(codes.decode(classes, np.zeros(4))), classes)


def test_labels_with_the_gap_first():
    codes = LabelCodes.fit(np.array([1.0, 0.0, np.nan]), np.array([0, 1, 2]), missing_first=True)
    assert np.isnan(codes.levels[0])
    assert codes.encode(np.array([np.nan, 0.0, 1.0])).tolist() == [0, 1, 2]
    gapless = LabelCodes.fit(np.array([1.0, 0.0]), np.array([0, 1, 2]), missing_first=False)
    assert gapless.encode(np.array([np.nan])).tolist() == [-1]


@pytest.mark.parametrize("values", [[1.0, 2.0, np.nan, 5.5] * 20, np.arange(300) / 7])
def test_a_stored_column_is_the_same_column(values):
    codes = cut(values)
    other = NumberCodes.from_state(codes.state())
    _, back = every(codes)
    assert np.array_equal(back, every(other)[1], equal_nan=True)
    assert np.array_equal(other.encode(back), codes.encode(back))
