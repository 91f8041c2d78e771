"""The audit finds no more than what is claimed, and would find noise of half the size. About a minute in all."""

from __future__ import annotations

import ast
from math import exp, inf, log
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import norm

import synthgen
from benchmarks import dp_audit_cases as cases
from benchmarks.dp_audit_cases import Case, Scaled, audit, canary_label, clopper_pearson, lower_bound, lower_rho
from synthgen.generators.dp_marginals import OpenDPNoise
from synthgen.generators.dp_marginals.accounting import epsilon_of, gaussian_scale, pure_of
from synthgen.generators.dp_marginals.measure.undeclared import gaussian_threshold, laplace_threshold

RUNS = 1200
PACKAGE = Path(synthgen.__file__).parent / "generators" / "dp_marginals"


@pytest.fixture(scope="module")
def noise():
    pytest.importorskip("opendp", reason="the extra dp isn't installed")
    return OpenDPNoise()


# The audit itself


def test_bounds_of_a_share_by_hand():
    # None of n: the upper bound is 1 - tail^(1/n), the rule of three at 95 % one-sided.
    assert clopper_pearson(0, 100, 0.9) == (0.0, pytest.approx(1 - 0.05 ** (1 / 100)))
    assert clopper_pearson(100, 100, 0.9) == (pytest.approx(0.05 ** (1 / 100)), 1.0)
    low, high = clopper_pearson(30, 100)
    assert low < 0.3 < high


def test_a_lower_bound_by_hand():
    low, high = clopper_pearson(900, 1000)[0], clopper_pearson(10, 1000)[1]
    assert lower_bound(900, 10, 1000, 0.05) == pytest.approx(log((low - 0.05) / high))
    assert lower_bound(10, 900, 1000, 0.05) == 0


def test_a_lower_bound_of_rho_by_hand():
    low, high = clopper_pearson(900, 1000)[0], clopper_pearson(10, 1000)[1]
    # Near order one, the Rényi divergence is Kullback and Leibler's; the larger of both ways counts.
    one_way = low * log(low / high) + (1 - low) * log((1 - low) / (1 - high))
    other_way = high * log(high / low) + (1 - high) * log((1 - high) / (1 - low))
    assert lower_rho(900, 10, 1000) == pytest.approx(max(one_way, other_way), rel=0.01)
    assert lower_rho(10, 900, 1000) == 0


@pytest.mark.parametrize("rho", [0.1, 0.5, 2.0])
def test_no_event_of_gaussian_noise_says_more_than_its_rho(rho):
    """Of a mechanism whose rho is known, shares that are exact: their bound never passes it, and comes near."""
    apart = (2 * rho) ** 0.5
    p, q = (norm.sf(np.linspace(-3, 6, 50) - shift) for shift in (apart, 0.0))
    found = cases._rho(p, q)
    assert 0.55 * rho < found.max() <= rho


class Numpy:
    """Gaussian noise of a known size, for an audit that can be reckoned."""

    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)

    def gaussian(self, counts, scale):
        return counts + self.rng.normal(0, scale, counts.shape)


def normal_case(claimed):
    def statistic(there, noise):
        return float(noise.gaussian(np.array([float(there)]), 0.5)[0])

    return Case("a normal figure", claimed, 0.0, claimed, statistic)


@pytest.mark.parametrize("seed", range(3))
def test_an_audit_comes_near_what_is_known(seed):
    found = audit(normal_case(inf), 1500, Numpy(seed))
    # Two normals two standard deviations apart: no event is more telling than some tail, and its bound is below that.
    ratios = [norm.sf(cut - 2) / norm.sf(cut) for cut in np.linspace(0, 4, 81)]
    assert 2 < found.epsilon < log(max(ratios))
    # Their rho is 2 ** 2 / 2; the event where both are as likely to be wrong keeps half of it.
    assert 0.7 < found.rho < 2


def test_an_audit_that_sees_nothing_finds_nothing():
    found = audit(Case("nothing", 0.0, 0.0, 0.0, lambda there, noise: float(noise.rng.random())), 2000, Numpy(0))
    assert found.epsilon < 0.5
    assert found.rho < 0.01


# The mechanism


@pytest.mark.slow
@pytest.mark.parametrize("make", [make for make in cases.CASES if make is not cases.three_columns])
def test_no_more_is_found_than_what_is_claimed(make, noise):
    case = make()
    found = audit(case, RUNS, noise)
    assert found.epsilon <= case.epsilon
    assert found.rho <= case.rho


@pytest.mark.slow
def test_nor_where_groups_of_columns_are_chosen(noise):
    case = cases.three_columns(rounds=1)
    found = audit(case, 1000, noise)
    assert found.epsilon <= case.epsilon
    assert found.rho <= case.rho


@pytest.mark.slow
@pytest.mark.parametrize("make", [cases.one_column, cases.a_choice, cases.a_gap, cases.a_subject, cases.an_outsider])
def test_noise_of_half_the_size_is_found(make, noise):
    case = make()
    assert audit(case, RUNS, Scaled(noise, 0.5)).rho > 1.5 * case.rho


@pytest.mark.slow
def test_noise_of_half_the_size_is_found_in_epsilon_too(noise):
    case = cases.a_subject()
    assert audit(case, 2 * RUNS, Scaled(noise, 0.5)).epsilon > case.epsilon


# Labels that one unit alone has


@pytest.mark.slow
@pytest.mark.parametrize(("rho", "rows"), [(0.5, 1), (0.005, 1), (0.5, 3)])
def test_a_canary_label_is_listed_as_seldom_as_delta_allows(rho, rows, noise):
    seen = sum(canary_label(rho, cases.DELTA, noise, rows) for _ in range(2000))
    assert clopper_pearson(seen, 2000)[0] <= cases.DELTA


@pytest.mark.slow
def test_that_test_finds_more_noise_than_the_threshold_was_made_for(noise):
    seen = sum(canary_label(0.005, cases.DELTA, Scaled(noise, 2.0)) for _ in range(2000))
    assert clopper_pearson(seen, 2000)[0] > cases.DELTA


@pytest.mark.parametrize("epsilon", [0.1, 1.0, 3.0])
@pytest.mark.parametrize("delta", [0.05, 1e-6, 1e-9])
@pytest.mark.parametrize("rows", [1, 4])
def test_the_threshold_is_the_least_that_keeps_delta(epsilon, delta, rows):
    scale = rows / epsilon

    def passes(threshold):
        """Chance that a label of all the unit's rows gets there by discrete Laplace noise, times as many labels."""
        needed = threshold - rows
        return rows * exp(-needed / scale) / (1 + exp(-1 / scale))

    threshold = laplace_threshold(scale, delta, rows)
    assert passes(threshold) <= delta * (1 + 1e-9)
    assert threshold == rows + 1 or passes(threshold - 1) > delta


def test_the_threshold_is_near_the_one_of_continuous_noise():
    assert laplace_threshold(1.0, 1e-6) == 15  # 1 + ln(1 / (2 * 1e-6)) / 1 is 14.1


@pytest.mark.parametrize("rho", [0.005, 0.5])
def test_the_threshold_of_gaussian_noise_keeps_delta_exactly(rho):
    sigma, delta = gaussian_scale(rho, 1), 0.05
    grid = np.arange(-400, 401)
    weights = np.exp(-(grid.astype(float) ** 2) / (2 * sigma**2))
    needed = gaussian_threshold(sigma, delta) - 1
    assert weights[grid >= needed].sum() / weights.sum() <= delta


# How noise is drawn


def test_nothing_in_the_package_draws_noise_of_its_own():
    """Noise is OpenDP's: in all that sees rows, nothing is drawn from numpy, scipy or Python."""
    barred = {"random", "default_rng", "normal", "laplace", "standard_normal", "gumbel", "rvs", "exponential"}
    found = []
    for path in [*(PACKAGE / "measure").glob("*.py"), PACKAGE / "mechanism.py", PACKAGE / "accounting.py"]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in barred:
                owner = node.value
                names = owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", "")
                if names not in ("noise", "self"):
                    found.append(f"{path.name}: {names}.{node.attr}")
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                modules = [getattr(node, "module", None) or "", *(item.name for item in node.names)]
                found += [
                    f"{path.name}: imports {name}" for name in modules if name.split(".")[0] in ("random", "secrets")
                ]
                found += [f"{path.name}: imports {name}" for name in modules if name == "synthgen.randomness"]
    assert not found


def test_the_claims_of_the_cases_are_those_of_the_accounting():
    case = cases.bounds()
    assert case.epsilon == epsilon_of(0.5, cases.DELTA)
    assert pure_of(0.5) == 1.0
