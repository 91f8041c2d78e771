"""What noise costs, and that the budget is what was asked for."""

from __future__ import annotations

from math import exp, inf, log

import pytest

from synthgen.errors import UsageError
from synthgen.generators.dp_marginals import Budget, epsilon_of, rho_of
from synthgen.generators.dp_marginals.accounting import gaussian_scale, pure_of, rho_of_pure
from synthgen.generators.dp_marginals.measure.plan import plan


@pytest.mark.parametrize(("rho", "delta"), [(0.001, 1e-5), (0.015, 1e-9), (1.0, 1e-9)])
def test_the_conversion_is_opendps(rho, delta):
    dp = pytest.importorskip("opendp.prelude", reason="the extra dp isn't installed")
    dp.enable_features("contrib")
    space = dp.atom_domain(T=int), dp.absolute_distance(T=float)
    converted = dp.c.make_zCDP_to_approxDP(dp.m.make_gaussian(*space, scale=gaussian_scale(rho, 1)))
    assert epsilon_of(rho, delta) == pytest.approx(converted.map(1.0).epsilon(delta), rel=1e-9)


@pytest.mark.parametrize("epsilon", [0.1, 1.0, 10.0])
def test_the_conversion_is_tighter_than_the_simple_one_and_inverts(epsilon):
    rho = rho_of(epsilon, 1e-9)
    assert epsilon_of(rho, 1e-9) == pytest.approx(epsilon, rel=1e-9)
    # Bun and Steinke (2016): epsilon = rho + 2 sqrt(rho log(1 / delta)).
    assert epsilon < rho + 2 * (rho * log(1e9)) ** 0.5


def test_pure_parts_and_scales_by_hand():
    assert rho_of_pure(0.2) == pytest.approx(0.02)
    assert pure_of(0.02) == pytest.approx(0.2)
    assert gaussian_scale(0.02, 1) == pytest.approx(5.0)
    assert gaussian_scale(0.02, 3) == pytest.approx(15.0)
    assert gaussian_scale(0.0, 1) == inf


@pytest.mark.parametrize("epsilon", [0, -1, float("nan"), inf, "1", None, True])
def test_an_epsilon_that_is_none_is_refused(epsilon):
    with pytest.raises(UsageError, match="epsilon must be"):
        Budget(epsilon).check()


@pytest.mark.parametrize("delta", [0, 1, -1e-9, "small", None])
def test_a_delta_that_is_none_is_refused(delta):
    with pytest.raises(UsageError, match="delta must be"):
        Budget(1.0, delta).check()


@pytest.mark.parametrize(("trees", "unlisted", "unbounded"), [(0, 0, 0), (5, 0, 0), (5, 3, 4)])
def test_a_plan_spends_all_of_the_budget_and_no_more(trees, unlisted, unbounded):
    made = plan(Budget(1.0, 1e-9), columns=14, trees=trees, unlisted=unlisted, unbounded=unbounded)
    parts = made.found * (unlisted + unbounded) + made.outside + made.tree * trees + made.one_way * 14 + made.rounds
    assert parts == pytest.approx(made.rho, rel=1e-12)
    assert epsilon_of(made.rho, 1e-9 - made.list_delta * unlisted) <= 1.0 + 1e-9
    assert made.list_delta * unlisted == pytest.approx(5e-10 if unlisted else 0.0)


def test_the_bins_of_a_column_cost_what_they_say():
    """Of PrivTree with whole-number noise: the worst path of one row more, added up node by node."""

    def at_least(places, q):
        return q**places / (1 + q) if places >= 1 else 1 - q ** (1 - places) / (1 + q)

    from synthgen.generators.dp_marginals.measure.bins import tree_scale

    for epsilon in (2.0, 0.5, 0.1):
        scale = tree_scale(epsilon, 1)
        q, decay = exp(-1 / scale), -int(-scale * log(2) // 1)
        for last in range(1 - decay, decay + 1):
            counts = [last + depth * decay for depth in range(500)]
            split = sum(log(at_least(1 - count, q) / at_least(2 - count, q)) for count in counts)
            assert split <= epsilon
