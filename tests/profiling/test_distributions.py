"""Families of known laws, edges, tails, peaks and rounding, by hand or by control."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import synthgen as sg
from synthgen.profiling.distributions import choose_family
from synthgen.profiling.distributions.candidates import FAMILIES
from synthgen.profiling.distributions.edges import bounds_of, find_edges, roundest
from synthgen.profiling.distributions.laws import Law
from synthgen.profiling.distributions.modes import modes_of
from synthgen.profiling.distributions.rounding import rounding_of
from synthgen.profiling.distributions.sample import Sample
from synthgen.profiling.distributions.tails import tails_of
from synthgen.profiling.distributions.unimodality import excess

N = 3000


def column(values, **options):
    (found,) = sg.profile(pd.DataFrame({"x": values}), **options).columns
    return found


def above(rows, limit, n=N):
    return rows[rows > limit][:n]


DRAWS = {
    "normal": lambda r: r.normal(50, 10, N),
    "lognormal": lambda r: r.lognormal(3, 1, N),
    "gamma": lambda r: r.gamma(4, 2, N),
    "Weibull": lambda r: 7 * r.weibull(2.5, N),
    "beta": lambda r: r.beta(2, 5, N),
    "Student t": lambda r: r.standard_t(2.5, N),
    "exponential": lambda r: r.exponential(5, N),
    "Pareto": lambda r: 20 * (1 + r.pareto(1.8, N)),
    "uniform": lambda r: r.uniform(-3, 8, N),
    "truncated normal": lambda r: above(r.normal(30, 12, 4 * N), 25),
    "truncated lognormal": lambda r: -above(-r.lognormal(1, 0.8, 4 * N), -4),
    "truncated exponential": lambda r: -above(-r.exponential(4, 4 * N), -8),
    "Poisson": lambda r: r.poisson(4, N),
    "negative binomial": lambda r: r.negative_binomial(2, 0.2, N),
    "zero-inflated Poisson": lambda r: r.poisson(12, N) * (r.random(N) < 0.6),
    "zero-inflated negative binomial": lambda r: r.negative_binomial(4, 0.3, N) * (r.random(N) < 0.6),
    "zero-inflated gamma": lambda r: r.gamma(4, 2, N) * (r.random(N) < 0.6),
    "spiked normal": lambda r: np.where(r.random(N) < 0.2, 40.0, r.normal(50, 10, N)),
    "kernel density": lambda r: np.append(r.normal(0, 1, N // 2), r.normal(6, 1, N // 2)),
}


# Families


@pytest.mark.parametrize("family", DRAWS)
def test_a_known_law_is_called_by_its_name(family):
    found = [column(DRAWS[family](np.random.default_rng(seed))) for seed in (0, 1)]
    assert [item.family for item in found] == [family] * 2
    assert all(item.goodness.interval[1] < 0.06 for item in found)


def test_the_documented_families_are_tested():
    assert set(FAMILIES) <= set(DRAWS)


@pytest.mark.parametrize(
    ("family", "expected"),
    [
        ("gamma", {"a": 4, "scale": 2}),
        ("Weibull", {"c": 2.5, "scale": 7}),
        ("beta", {"a": 2, "b": 5}),
        ("Student t", {"df": 2.5, "scale": 1}),
        ("Pareto", {"b": 1.8, "scale": 20}),
        ("truncated normal", {"loc": 30, "scale": 12, "low": 25}),
        ("truncated exponential", {"scale": 4, "high": 8}),
        ("Poisson", {"mu": 4}),
        ("negative binomial", {"n": 2, "p": 0.2}),
        ("zero-inflated Poisson", {"mu": 12, "zeros": 0.4}),
    ],
)
def test_parameters_are_those_drawn_with(family, expected):
    parameters = dict(column(DRAWS[family](np.random.default_rng(3))).parameters)
    assert {name: parameters[name] for name in expected} == pytest.approx(expected, rel=0.15)


@pytest.mark.parametrize("name", ["gamma", "weibull_min", "t", "beta", "nbinom"])
def test_no_other_parameters_are_likelier(name):
    """scipy's own search, from our answer, finds nothing better than rounding."""
    rng = np.random.default_rng(4)
    from synthgen.profiling.distributions import count_families, families

    draws = {
        "gamma": (rng.gamma(1.7, 2, 900), families.gamma), "weibull_min": (rng.weibull(0.8, 900), families.weibull),
        "t": (rng.standard_t(3, 900), families.student), "beta": (rng.beta(0.7, 3, 900), families.beta),
        "nbinom": (rng.negative_binomial(1.5, 0.2, 900).astype(float), count_families.negative_binomial),
    }  # fmt: skip
    rows, fit = draws[name]
    sample = Sample.of(rows, 1.0 if name == "nbinom" else 0.0)
    law = fit(sample, find_edges(sample))
    own = sample.n * sample.average(law.log_mass(sample))
    shape = "logpmf" if name == "nbinom" else "logpdf"
    for place, value in enumerate(law.arguments):
        for factor in (0.97, 1.03):
            if value == 0:
                continue
            moved = [value * factor if k == place else other for k, other in enumerate(law.arguments)]
            if name == "beta" and place == 3:
                continue
            assert getattr(getattr(stats, name), shape)(rows, *moved).sum() <= own + 1e-6


def test_counts_are_only_looked_for_in_whole_numbers():
    rng = np.random.default_rng(0)
    assert column(rng.poisson(4, N) + 0.5).family not in ("Poisson", "negative binomial")
    assert column(rng.poisson(4, N) - 9).family != "Poisson"


def test_a_poisson_law_is_not_zero_inflated_though_many_rows_are_zero():
    found = column(np.random.default_rng(0).poisson(0.5, N))
    assert found.family == "Poisson"
    assert "zero in" not in found.note


def test_adults_capital_gain_is_zero_inflated():
    adult = sg.datasets.load_adult()[["capital-gain", "age"]]
    gain, age = sg.profile(adult).columns
    assert gain.family.startswith("zero-inflated")
    assert gain.note.startswith("zero in 92% of the rows")
    assert not age.family.startswith("zero-inflated")


def test_at_fifty_thousand_rows_a_small_misfit_is_a_small_number():
    # A t law of 30 degrees of freedom differs from the normal law of its variance by .0035 at most.
    rows = np.random.default_rng(0).standard_t(30, 50_000)
    found = column(rows)
    assert found.family in ("normal", "Student t")
    assert found.goodness.interval[1] < 0.03
    assert "differs from the rows by at most 0.0" in str(found.goodness)


def test_the_interval_holds_the_true_distance():
    # The normal law with a uniform law's moments differs from it by .0576 (at x = .2217 of the unit interval).
    from synthgen.profiling.distributions.choice import Halves, Trial, distance_of, margin

    grid = np.linspace(0, 1, 100_001)
    true = np.abs(stats.norm.cdf(grid, 0.5, 12**-0.5) - grid).max()
    law = Law("normal", "norm", (0.5, 12**-0.5), ("loc", "scale"), 2)
    held = []
    for seed in range(60):
        rows = np.random.default_rng(seed).random(400)
        halves = Halves(Sample.of(rows[::2]), Sample.of(rows[1::2]), Sample.of(rows))
        distance = distance_of(Trial(law, law, law, np.zeros(400)), halves)
        held.append(abs(distance - true) <= margin(400))
    assert np.mean(held) >= 0.95


def test_a_law_on_a_grid_adds_up_to_one():
    whole = Sample(np.arange(-50.0, 51), np.ones(101), 1.0)
    rounded = Law("normal", "norm", (0.3, 4.0), ("loc", "scale"), 2)
    assert np.exp(rounded.log_mass(whole)).sum() == pytest.approx(1)
    inflated = Law("zero-inflated Poisson", "poisson", (3.0,), ("mu",), 2, zeros=0.4, discrete=True)
    counts = Sample(np.arange(60.0), np.ones(60), 1.0)
    assert np.exp(inflated.log_mass(counts)).sum() == pytest.approx(1)
    assert np.exp(inflated.log_mass(counts))[0] == pytest.approx(0.4 + 0.6 * np.exp(-3))


def test_the_same_rows_give_the_same_law():
    rows = np.random.default_rng(0).gamma(2, 3, 9000)
    assert column(rows) == column(rows)


# Edges and bounds


def test_a_cut_is_told_from_a_tail():
    rng = np.random.default_rng(0)
    cut = find_edges(Sample.of(above(rng.normal(40, 12, 8000), 30, 4000)))
    assert (cut.low, cut.cut_low, cut.cut_high) == (30.0, True, False)
    tails = find_edges(Sample.of(rng.normal(40, 12, 4000)))
    assert not tails.cut_low and not tails.cut_high


@pytest.mark.parametrize(
    ("low", "high", "expected"), [(17.2, 18.9, 18.0), (-1, 3, 0.0), (0.0121, 0.0129, 0.0125), (-130.0, -99.0, -100.0)]
)
def test_the_roundest_number(low, high, expected):
    assert roundest(low, high) == pytest.approx(expected)


def test_bounds_are_reached_by_ten_rows():
    rows = np.concatenate([np.arange(1000.0), [5000.0] * 9])
    assert bounds_of(Sample.of(rows)) == (0.0, 1000.0)
    assert bounds_of(Sample.of(np.append(rows, 5000.0))) == (0.0, 5000.0)
    assert bounds_of(Sample.of(np.arange(99.0))) is None


def test_declared_bounds_are_shown_as_they_are():
    frame = pd.DataFrame({"x": np.random.default_rng(0).beta(2, 2, 500)})
    schema = sg.Schema.infer(frame).with_column("x", bounds=(0.0, 1.0))
    assert column(frame["x"], schema=schema).bounds == (0.0, 1.0)


# Tails, rounding, peaks


def test_tails_by_their_quantiles():
    def weights(draw):
        return [tail.weight for tail in tails_of(Sample.of(draw))]

    rng = np.random.default_rng(0)
    assert weights(rng.normal(size=4000)) == ["as normal", "as normal"]
    assert weights(rng.random(4000)) == ["light", "light"]
    assert weights(rng.standard_t(2, 4000)) == ["heavy", "heavy"]


def test_hills_index_of_a_pareto_law():
    _, upper = tails_of(Sample.of(1 + np.random.default_rng(0).pareto(2.0, 40_000)))
    assert upper.index == pytest.approx(2.0, rel=0.15)


def test_grid_and_heaps_by_hand():
    # Multiples of 50 alone; then one in ten of 0 to 999 by chance, and 300 rows more.
    assert rounding_of(Sample.of(np.arange(0, 5000, 50.0), 1.0), 0).step == 50
    rows = np.arange(1000.0)
    assert rounding_of(Sample.of(rows, 1.0), 0).heap is None
    heaped = rounding_of(Sample.of(np.concatenate([rows, np.tile(np.arange(0, 1000, 10.0), 3)]), 1.0), 0)
    assert heaped.heap == 10
    assert heaped.heap_share == pytest.approx(400 / 1300, abs=0.003)  # but for the commonest value
    assert rounding_of(Sample.of(rows / 7), None).heap is None


@pytest.mark.parametrize(("centres", "number"), [((0,), 1), ((0, 5), 2), ((0, 5, 10), 3)])
def test_peaks_of_mixtures(centres, number):
    rng = np.random.default_rng(1)
    rows = rng.choice(centres, 2000) + rng.normal(size=2000)
    found = modes_of(rows, 0.0, rng, 0.01)
    assert found.number == number
    assert (found.p_value < 0.01) == (number > 1)


def test_excess_by_hand():
    # Five rows evenly apart are a straight line; half of the rows at either end are far from one peak.
    assert excess(np.arange(5.0)) == pytest.approx(0, abs=1e-12)
    two = np.concatenate([np.linspace(0, 0.01, 100), np.linspace(1, 1.01, 100)])
    assert excess(two) > 0.2


@pytest.mark.parametrize("name", ["uniform", "normal", "exponential", "t", "rounded"])
def test_one_peak_is_rejected_at_most_as_often_as_said(name):
    draws = {
        "uniform": lambda r: r.random(500), "normal": lambda r: r.normal(size=500),
        "exponential": lambda r: r.exponential(size=500), "t": lambda r: r.standard_t(1.5, 500),
        "rounded": lambda r: np.rint(r.normal(0, 3, 500)),
    }  # fmt: skip
    found = []
    for seed in range(100):
        rng = np.random.default_rng(seed)
        found.append(modes_of(draws[name](rng), 1.0 if name == "rounded" else 0.0, rng, 0.05).number > 1)
    assert sum(found) <= 10  # of 5 to be expected at most: a chance of .01


# Bad input


@pytest.mark.parametrize(
    "values",
    [
        [None] * 300, [5.0] * 300, [0.0] * 300, [1.0, 2.0, 3.0], [1.5, 2.5, 3.5] * 100, [1e300, -1e300, 0.5] * 100,
        [1e-300, 2e-300, 3e-300, 4e-300] * 50, [0.0] * 299 + [1.0], list(range(60)), [7, 8] * 40,
        [2**60 + k * 1000 for k in range(300)], [-1.0, 0.0] * 100 + [0.5] * 3,
    ],
)  # fmt: skip
def test_odd_columns_are_described_all_the_same(values):
    found = column(pd.Series(values, dtype=object if values[0] is None else None))
    assert found.name == "x"
    figures = [value for _, value in (*found.parameters, *found.quantiles)] + list(found.bounds or ())
    assert np.isfinite(figures).all()


def test_infinities_that_reach_the_choice_are_no_crash():
    rows = np.append(np.random.default_rng(0).normal(size=200), [np.inf, -np.inf])
    choose_family(rows, 0.0, np.random.default_rng(0))


def test_few_values_have_no_family():
    rng = np.random.default_rng(0)
    assert choose_family(np.arange(49.0), 0.0, rng) is None
    assert choose_family(np.ones(200), 0.0, rng) is None


# Nothing of a single row


@pytest.mark.parametrize("family", ["normal", "Pareto", "uniform", "truncated normal", "beta", "kernel density"])
def test_no_extreme_of_a_single_row_is_shown(family):
    rows = DRAWS[family](np.random.default_rng(0))
    found = column(np.append(rows, 1234.56789 if family != "beta" else 0.98765432))
    shown = [*dict(found.parameters).values(), *dict(found.quantiles).values(), *dict(found.spikes), *found.bounds]
    for extreme in (rows.min(), rows.max(), 1234.56789, 0.98765432):
        assert not np.isclose(shown, extreme, rtol=1e-7, atol=0).any()
    assert "1234.5" not in repr(found) and "0.98765" not in repr(found)


def test_an_outlier_does_not_move_what_is_shown_of_the_end():
    rows = np.random.default_rng(0).uniform(0, 50, 5000)
    assert column(np.append(rows, 99_999.9)).bounds == column(rows).bounds == (0.0, 50.0)


@pytest.mark.slow
def test_the_null_excess_is_what_was_written_down():
    from synthgen.profiling.distributions.unimodality import NULL, null_excess

    levels, limits = zip(*NULL[:4], strict=True)
    # At the 1 % level 3,000 samples know a quantile to about .01.
    assert null_excess(levels, 3000, np.random.default_rng(11)) == pytest.approx(limits, abs=0.03)
