"""From zCDP to (epsilon, delta) and back."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import norm

from synthgen.generators.dp_marginals.accounting import epsilon_of, rho_of

GRID = [(rho, delta) for rho in (1e-6, 1e-3, 0.1, 1.0, 20.0) for delta in (1e-12, 1e-6, 0.05)]


def exact_delta(epsilon, rho):
    """Delta of the Gaussian mechanism with sensitivity 1 (Balle and Wang 2018, theorem 8)."""
    sigma = 1 / math.sqrt(2 * rho)
    a, b = 1 / (2 * sigma), epsilon * sigma
    return norm.cdf(a - b) - math.exp(epsilon + norm.logcdf(-a - b))


@pytest.mark.parametrize(("rho", "delta"), GRID)
def test_the_bound_lies_between_the_exact_epsilon_of_a_gaussian_and_the_simple_bound(rho, delta):
    found = epsilon_of(rho, delta)
    assert found <= rho + 2 * math.sqrt(rho * math.log(1 / delta)) + 1e-12
    assert exact_delta(found, rho) <= delta * (1 + 1e-9)


@pytest.mark.parametrize(("rho", "delta"), [pair for pair in GRID if epsilon_of(*pair) > 0])
def test_there_and_back(rho, delta):
    there = epsilon_of(rho, delta)
    back = rho_of(there, delta)
    assert back == pytest.approx(rho, rel=1e-5)
    assert epsilon_of(back, delta) <= there


def test_more_rho_costs_more_and_more_delta_less():
    rhos = np.geomspace(1e-4, 10, 30)
    costs = [epsilon_of(rho, 1e-6) for rho in rhos]
    assert np.all(np.diff(costs) > 0)
    assert epsilon_of(0.1, 1e-9) > epsilon_of(0.1, 1e-6) > epsilon_of(0.1, 1e-3)


def test_nothing_costs_nothing():
    assert epsilon_of(0.0, 1e-6) == 0
