"""Associations of every pair of kinds, against scipy's and known values."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom, kruskal, spearmanr

from synthgen.profiling.dependence.associations import measure, strongest
from synthgen.table.column import Column, Kind

NUMBER, LABEL = Kind.CONTINUOUS, Kind.CATEGORICAL


def measured(seed=0, **columns):
    described = [Column(name, kind, categories=tuple("abcdef")) for name, (kind, _) in columns.items()]
    coded = pd.DataFrame({name: np.asarray(values, float) for name, (_, values) in columns.items()})
    return measure(coded, described, np.random.default_rng(seed)), described


def test_two_numbers_are_spearmans_less_chance():
    rng = np.random.default_rng(0)
    x = rng.normal(size=400)
    y = -x + rng.normal(size=400)
    found, _ = measured(x=(NUMBER, x), y=(NUMBER, np.exp(y)))
    rho = spearmanr(x, y).statistic
    assert found.value[0, 1] == pytest.approx(np.sqrt(1 - (1 - rho**2) * 399 / 398), abs=1e-5)
    assert found.falls[0, 1]
    assert not found.curved[0, 1]


def test_a_label_and_a_number_are_kruskals_less_chance():
    rng = np.random.default_rng(0)
    g = rng.integers(0, 3, 400)
    x = g + rng.normal(size=400)
    found, _ = measured(x=(NUMBER, x), g=(LABEL, g))
    h = kruskal(*(x[g == k] for k in range(3)))
    ratio = h.statistic / 399
    assert found.value[0, 1] == pytest.approx(np.sqrt(1 - (1 - ratio) * 399 / 397), abs=1e-5)
    assert np.log(found.p[0, 1]) == pytest.approx(np.log(h.pvalue), rel=1e-4)
    assert found.value[1, 0] == found.value[0, 1]


def test_gaps_are_left_out_of_a_pair_only():
    rng = np.random.default_rng(0)
    x, y, z = rng.normal(size=(3, 500))
    y = y + x
    x[:200] = np.nan
    found, _ = measured(x=(NUMBER, x), y=(NUMBER, y), z=(NUMBER, z))
    rho = spearmanr(x[200:], y[200:]).statistic
    assert found.n[0, 1] == 300
    assert found.n[1, 2] == 500
    # Ranks are those among all rows, so that they are counted once: nearly the same.
    assert found.value[0, 1] == pytest.approx(abs(rho), abs=0.01)


def test_a_curve_is_seen_and_named():
    rng = np.random.default_rng(0)
    x = rng.normal(size=1000)
    found, described = measured(x=(NUMBER, x), y=(NUMBER, x**2 + rng.normal(size=1000) / 2))
    assert abs(spearmanr(x, x**2).statistic) < 0.1
    (one,) = strongest(found, described)
    assert one.measure == "correlation ratio"
    assert one.value > 0.6


def test_a_line_is_no_curve():
    rng = np.random.default_rng(0)
    x = rng.normal(size=1000)
    found, described = measured(x=(NUMBER, x), y=(NUMBER, x + rng.normal(size=1000) / 2))
    assert [a.measure for a in strongest(found, described)] == ["rank correlation"]


def test_copies_are_one_and_constants_none():
    x = np.arange(200.0)
    found, described = measured(x=(NUMBER, x), y=(NUMBER, -x), c=(NUMBER, np.ones(200)), k=(LABEL, np.zeros(200)))
    assert found.value[0, 1] == pytest.approx(1, abs=1e-6)
    assert found.low[0, 1] == pytest.approx(1, abs=1e-6)
    assert found.value[2:].max() == 0 == found.value[:, 2:].max()
    assert [(a.a, a.b, a.falls) for a in strongest(found, described)] == [("x", "y", True)]


def test_two_spikes_that_meet_by_chance_are_no_finding():
    # Two numbers that are nearly always 0; chi-squared of ranks would say 1e-26.
    a, b = np.zeros(2000), np.zeros(2000)
    a[:12] = np.arange(12) + 1.5
    b[9:21] = np.arange(12) + 2.5
    found, _ = measured(a=(NUMBER, a), b=(NUMBER, b))
    assert found.p[0, 1] > 1e-3


def test_one_row_and_no_column():
    assert measured(x=(NUMBER, [1.0]))[0] is None
    assert measure(pd.DataFrame(index=range(5)), [], np.random.default_rng(0)) is None


# Intervals


def bivariate(kind, rng, n):
    x = rng.normal(size=n)
    y = kind[1] * x + np.sqrt(1 - kind[1] ** 2) * rng.normal(size=n)
    if kind[0] == "numbers":
        return {"x": (NUMBER, x), "y": (NUMBER, y)}
    if kind[0] == "mixed":
        return {"x": (NUMBER, x), "y": (LABEL, np.digitize(y, [-0.5, 0.5]))}
    return {"x": (LABEL, np.digitize(x, [-0.5, 0.5])), "y": (LABEL, np.digitize(y, [-1, 0, 1.2]))}


@pytest.mark.slow
@pytest.mark.parametrize("n", [300, 1000])
@pytest.mark.parametrize(
    "kind", [(name, strength) for name in ("numbers", "mixed", "labels") for strength in (0.1, 0.3, 0.6, 0.9)]
)
def test_intervals_cover(kind, n):
    large = [measured(seed, **bivariate(kind, np.random.default_rng(seed), 50_000))[0] for seed in range(3)]
    truth = np.mean([found.value[0, 1] for found in large])
    if kind[0] == "numbers":
        assert truth == pytest.approx(6 / np.pi * np.arcsin(kind[1] / 2), abs=0.01)
    held = 0
    for seed in range(300):
        found, _ = measured(seed, **bivariate(kind, np.random.default_rng(1000 + seed), n))
        held += found.low[0, 1] <= truth <= found.high[0, 1]
    # 93 % at least; one in a thousand such tests may fail.
    assert held >= binom.ppf(0.001, 300, 0.93)
