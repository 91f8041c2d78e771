"""The graphical model: exact where it can be, against sums over all cells."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from synthgen.generators.dp_marginals.estimation import fitted
from synthgen.generators.dp_marginals.graph import junction_tree
from synthgen.generators.dp_marginals.measurements import Levels, Marginal
from synthgen.generators.dp_marginals.sampling import drawn_codes, drawn_values
from synthgen.table.column import Column, Kind

SIZES = (3, 4, 2, 5, 3)
GROUPS = [(0, 1), (1, 2), (2, 3), (0, 2, 4)]


def joint():
    return np.random.default_rng(0).dirichlet(np.full(np.prod(SIZES), 0.1)).reshape(SIZES)


def onto(full, group):
    return full.sum(axis=tuple(axis for axis in range(full.ndim) if axis not in group))


@pytest.fixture(scope="module")
def model():
    known = [Marginal(group, onto(joint(), group) * 1000, 1.0) for group in GROUPS]
    return fitted(known, SIZES, 1000, iterations=1000)


def test_the_model_has_the_counts_that_it_was_given(model):
    for group in GROUPS:
        assert model.marginal(group) * 1000 == pytest.approx(onto(joint(), group) * 1000, abs=1e-6)


def test_any_marginal_is_the_sum_over_all_cells(model):
    full = np.ones(SIZES)
    for group, theta in zip(GROUPS, model.thetas, strict=True):
        full = full * np.exp(theta).reshape([SIZES[axis] if axis in group else 1 for axis in range(len(SIZES))])
    full /= full.sum()
    for many in (1, 2, 3, 4):
        for group in combinations(range(len(SIZES)), many):
            assert model.marginal(group) == pytest.approx(onto(full, group), abs=1e-9)


def test_conflicting_counts_are_met_halfway_by_their_noise():
    known = [Marginal((0,), np.array([80.0, 20.0]), 1.0), Marginal((0,), np.array([40.0, 60.0]), 2.0)]
    # Weights 4 : 1.
    assert fitted(known, (2,), 100.0).marginal((0,)) == pytest.approx([0.72, 0.28], abs=1e-4)


def test_a_tree_holds_every_group_and_starts_from_the_column_asked_for():
    cycle = [(0, 1), (1, 2), (2, 3), (0, 3)]
    tree = junction_tree(cycle, [2, 2, 2, 2], first=3)
    assert 3 in tree.cliques[0]
    assert all(any(set(group) <= set(clique) for clique in tree.cliques) for group in cycle)
    assert max(map(len, tree.cliques)) == 3


def test_rows_are_spread_as_the_model_says(model):
    rng = np.random.default_rng(1)
    codes = drawn_codes(model, 20_000, {}, rng)
    for group in GROUPS:
        drawn = np.zeros([SIZES[column] for column in group])
        np.add.at(drawn, tuple(codes[:, column] for column in group), 1 / len(codes))
        # Chance alone would misplace about this many rows; what is spread evenly misplaces fewer.
        by_chance = np.sqrt(model.marginal(group) * 2 / np.pi / len(codes)).sum() / 2
        assert np.abs(drawn - model.marginal(group)).sum() / 2 < by_chance


def test_a_code_becomes_the_values_of_its_group_in_their_shares():
    column = Column("hours", Kind.INTEGER, bounds=(1, 6), nullable=True)
    levels = Levels(column, (0, 1, 3, 6), missing=True, groups=(0, 0, 1, 2), shares=(0.9, 0.1, 1.0, 1.0))
    rng = np.random.default_rng(0)
    values = drawn_values(np.repeat([[0], [1], [2]], 10_000, axis=0), [levels], rng)["hours"]
    assert (values[:10_000] == 1).mean() == pytest.approx(0.9, abs=0.02)
    assert set(values[:10_000]) == {1, 2, 3}
    assert set(values[10_000:20_000]) == {4, 5, 6}
    assert np.isnan(values[20_000:]).all()


def test_noisy_counts_of_little_noise_are_met_within_few_steps():
    # Counts that hang together, some far surer than others: plain descent needs thousands of steps.
    rng, sizes, n = np.random.default_rng(1), (8, 6, 5, 7), 1e5
    full = rng.dirichlet(np.full(np.prod(sizes), 0.1)).reshape(sizes)
    known = []
    for group, sigma in [((0,), 3.0), ((1,), 3.0), ((0, 1), 15.0), ((1, 2), 15.0), ((0, 2), 15.0), ((2, 3), 15.0)]:
        counts = onto(full, group) * n
        known.append(Marginal(group, counts + rng.normal(0, sigma, counts.shape), sigma))
    model = fitted(known, sizes, n, iterations=300)
    left = sum(float((((model.marginal(x.columns) * n - x.counts) / x.sigma) ** 2).sum()) for x in known)
    assert left < sum(x.counts.size for x in known)
