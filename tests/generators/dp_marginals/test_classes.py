"""A rare class is learnt too: by hand, and on a table on which rows alone would leave it out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from synthgen.generators import DPMarginalsSynthesizer
from synthgen.generators.dp_marginals import Budget, as_public
from synthgen.generators.dp_marginals.estimation import fitted
from synthgen.generators.dp_marginals.measure import Rounds, choosing, measure
from synthgen.generators.dp_marginals.measure.candidates import Candidate, coarse_candidates, fitting
from synthgen.generators.dp_marginals.measure.classes import Classes, coarse_runs, tails
from synthgen.generators.dp_marginals.measurements import Levels, Marginal, spread, summed
from synthgen.table.column import Column, Kind, Role
from synthgen.table.schema import Schema

NUMBER = Column("x", Kind.INTEGER, bounds=(0, 99))


class NoNoise:
    """Exact counts, and the scale of every choice."""

    def __init__(self):
        self.choices = []

    def gaussian(self, counts, scale):
        return counts.copy()

    laplace = gaussian

    def largest(self, scores, scale):
        self.choices.append((scores, scale))
        return int(np.argmax(scores))


def test_every_class_counts_the_same_and_no_class_more_than_the_noise_lets_it():
    first = Marginal((2,), np.array([9_000.0, 900.0, 100.0]), 1.0)
    classes = Classes.of(first, 10_000, noise=1.0)
    assert classes.weights == pytest.approx([10 / 27, 100 / 27, 100 / 3])
    assert (classes.weights * first.counts).tolist() == pytest.approx([10_000 / 3] * 3)
    assert classes.rarest == 0.01
    assert classes.any_rare
    assert Classes.of(first, 10_000, noise=100.0).weights[2] == pytest.approx(10_000 / 3 / 300)
    assert classes.along((1, 2)).shape == (1, 3)


def test_a_gap_and_a_class_that_nobody_may_have_are_no_rare_classes():
    """A declared class without rows would take half of the rounds otherwise, for nothing."""
    first = Marginal((0,), np.array([600.0, 380.0, 15.0, 5.0]), 10.0)
    classes = Classes.of(first, 1000.0, noise=0.0, gap=True)
    assert classes.weights == pytest.approx([1000 / 1200, 1000 / 760, 0, 0])
    assert not classes.any_rare
    assert Classes.of(Marginal((0,), first.counts, 7.0), 1000.0, noise=0.0, gap=True).any_rare
    assert not Classes.of(Marginal((0,), np.zeros(2), 1.0), 1000.0, noise=1.0).any_rare


@pytest.mark.parametrize(("counts", "rare"), [([95, 5], True), ([80, 20], False), ([10] * 10, False), ([1, 1], False)])
def test_a_class_is_rare_beside_the_others(counts, rare):
    classes = Classes.of(Marginal((0,), np.array(counts, dtype=float), 0.1), sum(counts), noise=0.0)
    assert classes.any_rare is rare


def test_runs_widen_from_the_tails():
    assert tails(0.02) == pytest.approx([0.02, 0.06, 0.18])
    levels = Levels(NUMBER, tuple(range(101)), groups=tuple(range(100)), shares=(1.0,) * 100)
    first = Marginal((0,), np.full(100, 10.0), 1.0)
    assert coarse_runs(levels, first, 1000.0, 0.0201) == (0, 3, 7, 19, 81, 93, 97)
    gap = Levels(NUMBER, tuple(range(101)), missing=True, groups=tuple(range(101)), shares=(1.0,) * 101)
    with_gap = Marginal((0,), np.r_[np.full(100, 10.0), 5.0], 1.0)
    assert coarse_runs(gap, with_gap, 1000.0, 0.0201) == (0, 3, 7, 19, 81, 93, 97, 100)
    labels = Levels(Column("w", Kind.CATEGORICAL, categories=("a", "b", "c")), groups=(0, 1, 2))
    assert coarse_runs(labels, Marginal((0,), np.ones(3), 1.0), 3.0, 0.01) == (0, 1, 2)


def test_counts_of_runs_are_sums_and_spread_back_over_their_codes():
    values = np.arange(12.0).reshape(4, 3)
    starts = ((0, 1), (0, 1, 2))
    assert summed(values, starts).tolist() == [[0, 1, 2], [18, 21, 24]]
    assert spread(summed(values, starts), starts, (4, 3))[3].tolist() == [18, 21, 24]
    assert summed(values, ()) is values
    assert spread(values, (), (4, 3)) is values


def test_a_model_of_coarse_counts_has_these_sums_and_keeps_the_shape_within():
    ones = Marginal((0,), np.array([100.0, 300.0, 400.0, 200.0]), 1.0)
    label = Marginal((1,), np.array([800.0, 200.0]), 1.0)
    coarse = Marginal((0, 1), np.array([[250.0, 150.0], [550.0, 50.0]]), 0.01, ((0, 2), (0, 1)))
    model = fitted([ones, label, coarse], (4, 2), 1000.0, iterations=3000)
    joint = model.marginal((0, 1))
    assert summed(joint, coarse.starts) == pytest.approx(coarse.counts / 1000, abs=1e-3)
    assert joint[0, 1] / joint[1, 1] == pytest.approx(1 / 3, abs=0.02)


def test_a_pair_may_be_counted_finely_once_it_was_counted_coarsely():
    sizes, runs = (4, 2, 2), [(0, 2), (0, 1), (0, 1)]
    coarse = coarse_candidates(sizes, 1, runs)
    assert coarse == [Candidate((0, 1), ((0, 2), (0, 1)))]
    known = [Marginal((0, 1), np.zeros((2, 2)), 1.0, coarse[0].starts)]
    assert fitting([*coarse, Candidate((0, 1)), Candidate((0, 2))], known, sizes, 18) == [
        Candidate((0, 1)), Candidate((0, 2)),
    ]  # fmt: skip
    assert fitting([Candidate((0, 1)), Candidate((0, 2))], known, sizes, 17) == [Candidate((0, 1))]


def frauds(n=20_000, rare=200, columns=6, seed=0):
    """Columns that go with each other, and one of which shows a rare class."""
    rng = np.random.default_rng(seed)
    base = rng.normal(size=n)
    fraud = np.arange(n) < rare
    table = {f"v{i}": np.clip(np.round(base + rng.normal(0, 0.5, n), 2), -9, 9) for i in range(columns)}
    table["v0"] = np.where(fraud, np.clip(np.round(rng.normal(-6, 1, n), 2), -9, 9), table["v0"])
    return pd.DataFrame({**table, "fraud": np.where(fraud, "yes", "no")})


SCHEMA = as_public(
    Schema(
        (
            *(Column(f"v{i}", Kind.CONTINUOUS, bounds=(-9, 9), decimals=2) for i in range(6)),
            Column("fraud", Kind.CATEGORICAL, role=Role.TARGET, categories=("no", "yes")),
        )
    )
)


def test_what_shows_a_rare_class_is_counted_first_and_one_row_moves_no_score_by_more_than_is_paid_for():
    noise = NoNoise()
    found = measure(frauds(), SCHEMA, Budget(10.0), noise, rounds=Rounds(4))
    groups = [item.columns for item in found.marginals if len(item.columns) > 1]
    assert groups[0] == (0, 6)
    assert all(6 in group for group in groups[:2])
    # A round costs (sensitivity / scale) ** 2 / 2, and a row of the rare class counts most.
    share = next(item.rho for item in found.spent if item.what.startswith("choice"))
    weight = found.n_rows / (2 * 200)
    _, scale = noise.choices[0]
    widest = scale * (2 * share * choosing.CHOICE_SHARE) ** 0.5
    assert widest / weight == pytest.approx(2 if widest < 3 * weight else 4)  # of a pair, or a triple, with the target


def test_a_row_more_moves_no_score_by_more_than_its_weight():
    """The law itself, on every kind of group: two tables that differ in one rare row, with the same public weights."""
    rng = np.random.default_rng(0)
    codes = np.stack([rng.integers(0, 9, 300), rng.integers(0, 4, 300), rng.integers(0, 2, 300) * 0], axis=1)
    codes[:5, 2] = 1
    sizes = (9, 4, 2)
    classes = Classes.of(Marginal((2,), np.array([295.0, 5.0]), 1.0), 300.0, noise=0.0)
    groups = [Candidate((0, 2)), Candidate((1, 2)), Candidate((0, 1, 2)), Candidate((0, 2), ((0, 3, 8), (0, 1)))]
    model = fitted([Marginal((i,), np.bincount(codes[:, i], minlength=s) * 1.0, 1.0) for i, s in enumerate(sizes)],
                   sizes, 300.0)  # fmt: skip
    for row in ([8, 3, 1], [0, 0, 0]):
        both = [choosing._Choosing(c, sizes, 300.0, 2.0, 2) for c in (codes, np.vstack([codes, row]))]
        for given in (classes, None):
            (one, widest), (other, _) = (each.scores(groups, model, given) for each in both)
            assert np.abs(one - other).max() <= widest + 1e-9


@pytest.mark.filterwarnings("ignore::synthgen.errors.SynthgenWarning")
def test_a_rare_class_is_learnt_where_it_shows():
    pytest.importorskip("opendp", reason="the extra dp isn't installed")
    few = Schema((*SCHEMA.columns[:3], SCHEMA["fraud"]))
    table = frauds(8_000, 100)[few.names]
    model = DPMarginalsSynthesizer(8.0, rounds=2, random_state=0).fit(table, schema=few)
    rows = model.sample(20_000, random_state=0)
    mean = rows.groupby("fraud")["v0"].mean()
    assert mean["yes"] < -4
    assert abs(mean["no"]) < 0.3


@pytest.mark.filterwarnings("ignore::synthgen.errors.SynthgenWarning")
def test_a_target_beside_one_column_has_rounds_left_over_and_is_no_error():
    table = frauds(2_000, 20)[["v0", "fraud"]]
    found = measure(table, Schema((SCHEMA["v0"], SCHEMA["fraud"])), Budget(10.0), NoNoise(), rounds=Rounds(8))
    assert {item.columns for item in found.marginals} == {(0,), (1,), (0, 1)}
