"""Evidence judged together: the level of the family, and shares worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest, norm

from synthgen.validation.privacy.evidence import Evidence, adjust, clopper_pearson, normal_scores, share_of_train
from synthgen.validation.privacy.permutation import Permutations


@pytest.mark.parametrize(("hits", "n"), [(0, 10), (3, 10), (10, 10), (1, 4000)])
def test_the_interval_of_a_share_is_scipys(hits, n):
    exact = binomtest(hits, n).proportion_ci(method="exact")
    assert clopper_pearson(hits, n) == pytest.approx((exact.low, exact.high))


def test_nothing_seen_says_nothing():
    assert clopper_pearson(0, 0) == (0.0, 1.0)


def test_the_share_of_train_by_hand(rng):
    found = Permutations.of([True] * 3 + [False], rng=rng)
    evidence = share_of_train("x", found, np.array([1.0, 1.0, 0.0, 2.0]), n=4)
    assert evidence.value == pytest.approx(0.5)
    assert evidence.baseline == pytest.approx(0.75, abs=0.03)
    assert evidence.interval == clopper_pearson(2, 4)
    assert share_of_train("x", found, np.zeros(4), n=4).vacuous


def test_scores_are_standard_normal_whatever_the_skew(rng):
    draws = (
        rng.normal(5, 3, 20_000),
        rng.poisson(20.0, 20_000),
        rng.binomial(80, 0.9, 20_000),
        rng.gamma(3, 1, 20_000),
    )
    for values in draws:
        scores = normal_scores(float(values[0]), values[1:])
        assert scores[0] == pytest.approx(normal_scores(float(values[0]), values[1:])[0])
        for level in (0.1, 0.01, 0.001):
            assert (scores > norm.ppf(1 - level)).mean() == pytest.approx(level, rel=0.5, abs=0.001)


def test_what_never_varies_is_no_evidence():
    assert (normal_scores(3.0, np.full(99, 3.0)) == 0).all()
    found = adjust([Evidence("x", 3.0, np.full(99, 3.0)), Evidence("y")])
    assert found.p_values.tolist() == [1.0, 1.0]


def test_one_statistic_keeps_its_own_p_value():
    null = np.arange(199.0)
    # Twenty of 199 are at least 179, and the true labels count as one more draw.
    assert adjust([Evidence("x", 179.0, null)]).p_values[0] == pytest.approx(21 / 200)
    assert adjust([Evidence("x", 500.0, null)]).p_values[0] == pytest.approx(1 / 200)


def test_the_same_statistic_many_times_costs_nothing():
    null = np.arange(199.0)
    alone = adjust([Evidence("x", 190.0, null)]).p_values[0]
    assert adjust([Evidence("x", 190.0, null)] * 30).p_values.tolist() == pytest.approx([alone] * 30)


def test_independent_statistics_cost_their_number(rng):
    nulls = [rng.normal(size=1999) for _ in range(20)]
    # A score of 3 alone has p = .00135; the largest of 20 exceeds it with .0267.
    found = adjust([Evidence("x", 3.0, nulls[0]), *(Evidence("y", 0.0, null) for null in nulls[1:])])
    assert found.p_values[0] == pytest.approx(0.0267, abs=0.012)
    assert found.critical == pytest.approx(norm.ppf(0.98 ** (1 / 20)), abs=0.35)


def test_p_values_rise_with_what_is_less_remarkable(rng):
    found = adjust([Evidence("x", float(z), rng.normal(size=999)) for z in (1.0, 5.0, 2.5, 4.0)])
    assert (np.diff(found.p_values[np.argsort(-found.scores)]) >= 0).all()


def test_the_family_keeps_its_level():
    rng = np.random.default_rng(1)
    labels = np.arange(80) < 60
    false = 0
    for _ in range(300):
        permutations = Permutations.of(rng.permutation(labels), rng=rng, n=199)
        scores = np.concatenate([rng.random((80, 5)) ** 4, rng.random((80, 3)) < 0.1], axis=1)
        evidence = [share_of_train("x", permutations, column, n=50) for column in scores.T]
        false += bool((adjust(evidence).p_values <= 0.1).any())
    # 30 of 300 are expected; 47 and more, or 14 and fewer, have a chance under .2 %.
    assert 14 < false < 47


def test_a_statistic_that_is_no_number_is_an_error():
    with pytest.raises(ValueError, match="not a number"):
        adjust([Evidence("x", np.nan, np.zeros(9))])
