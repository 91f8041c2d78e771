"""Nearest shares and their scan, on points set by hand."""

from __future__ import annotations

import numpy as np
import pytest

from synthgen.validation.privacy.checks.nearest import closest_rows, dcr_share, nndr, rare_classes, weights
from synthgen.validation.privacy.pool import Pool
from synthgen.validation.privacy.scan import Ordered, prefixes, scan
from synthgen.validation.privacy.search import Neighbours

EVEN = [float(i) for i in range(0, 200, 2)]
ODD = [float(i) for i in range(1, 200, 2)]


def run(check, comparison, rng):
    pool, permutations = Pool.of(comparison, rng)
    return {item.subject: item for item in check(pool, permutations, rng)}


def p_value(evidence):
    return (1 + (evidence.null >= evidence.statistic - 1e-6).sum()) / (1 + len(evidence.null))


@pytest.mark.parametrize(
    ("made", "share"),
    [
        ([v + 0.1 for v in EVEN], 1.0),
        ([v - 0.1 for v in ODD], 0.0),
        ([v + 0.1 for v in EVEN[:75]] + [v + 0.1 for v in ODD[:25]], 0.75),
    ],
)
def test_dcr_share_by_hand(compare, rng, made, share):
    found = run(dcr_share, compare({"x": EVEN}, {"x": ODD}, {"x": made}), rng)[None]
    assert found.value == pytest.approx(share)
    assert found.baseline == pytest.approx(0.5, abs=0.01)


def test_equally_near_rows_share_a_synthetic_row():
    rows, scores = weights(Neighbours(np.array([[1.0, 1.0, 2.0], [0.0, 1.0, 1.0]]), np.array([[4, 7, 1], [7, 4, 1]])))
    assert rows.tolist() == [4, 7]
    assert scores.tolist() == [0.5, 1.5]


@pytest.mark.parametrize(("train", "holdout"), [(100, 100), (100, 25), (30, 90)])
def test_the_null_share_is_the_train_rows_share(compare, rng, train, holdout):
    parts = [{"x": rng.normal(size=n), "z": rng.normal(size=n)} for n in (train, holdout, 300)]
    found = run(dcr_share, compare(*parts), rng)[None]
    assert found.baseline == pytest.approx(train / (train + holdout), abs=0.01)
    assert found.baseline_interval[0] < found.value < found.baseline_interval[1]
    assert p_value(found) > 0.01


def test_many_synthetic_rows_around_few_real_ones_are_no_more_evidence(compare):
    missed = 0
    for seed in range(30):
        rng = np.random.default_rng(seed)
        parts = [{name: rng.normal(size=n) for name in "ab"} for n in (40, 40, 4_000)]
        found = run(dcr_share, compare(*parts), rng)[None]
        missed += not found.interval[0] <= 0.5 <= found.interval[1]
    # At 95 % one or two of 30 intervals miss the truth; five or more by chance once in 60 times.
    assert missed <= 4


def test_the_null_share_holds_within_each_class(compare, rng):
    # Train has 90 % of the sick and 10 % of the well; half of the synthetic rows are sick.
    def part(sick, well):
        return {"x": np.r_[rng.normal(9, 1, sick), rng.normal(0, 1, well)], "y": ["sick"] * sick + ["well"] * well}

    both = compare(part(90, 10), part(10, 90), part(100, 100), labels={"y": ["well", "sick"]}, target="y")
    found = run(dcr_share, both, rng)[None]
    assert found.baseline == pytest.approx(0.5 * 0.9 + 0.5 * 0.1, abs=0.02)
    assert p_value(found) > 0.01


def test_copies_have_the_smallest_p_value_there_is(compare, rng):
    found = run(dcr_share, compare({"x": EVEN}, {"x": ODD}, {"x": EVEN}), rng)[None]
    assert found.value == 1.0
    assert p_value(found) == pytest.approx(1 / 2000)


def test_dcr_needs_twenty_rows_a_side(compare, rng):
    found = run(dcr_share, compare({"x": EVEN}, {"x": ODD[:19]}, {"x": EVEN}), rng)[None]
    assert found.value is None
    assert "19" in found.reason
    assert not found.vacuous


def test_a_rare_class_is_looked_at_on_its_own(compare, rng):
    def part(n, sick):
        return {"x": rng.normal(size=n), "y": ["sick"] * sick + ["well"] * (n - sick)}

    train, holdout, made = part(400, 30), part(400, 30), part(400, 30)
    made["x"][:30] = train["x"][:30] + 1e-4
    both = compare(train, holdout, made, labels={"y": ["well", "sick"]}, target="y")
    pool, _ = Pool.of(both, rng)
    assert [(name, len(real)) for name, real, _ in rare_classes(pool)] == [("y = sick", 60)]
    found = run(dcr_share, both, rng)
    assert found["y = sick"].value > 0.9
    assert p_value(found["y = sick"]) == pytest.approx(1 / 2000)
    assert p_value(found[None]) > 0.02


def test_prefixes_grow_to_all():
    assert prefixes(30).tolist() == [8, 11, 16, 22, 30]
    assert prefixes(5).tolist() == [5]
    assert prefixes(0).tolist() == []


def test_the_scan_finds_copies_that_the_share_misses(compare, rng):
    parts = [{name: rng.normal(size=n) for name in "abcd"} for n in (1000, 1000, 1000)]
    for name in "abcd":
        parts[2][name][:20] = parts[0][name][:20]
    both = compare(*parts)
    assert p_value(run(dcr_share, both, rng)[None]) > 0.02
    found = run(closest_rows, both, rng)[None]
    assert p_value(found) <= 0.005
    assert found.value > 0.9


def test_the_scan_counts_a_real_row_once(compare, rng):
    _, permutations = Pool.of(compare({"x": EVEN}, {"x": ODD}, {"x": [1.0]}), rng)
    row = int(np.flatnonzero(permutations.labels)[0])
    found = scan("x", permutations, [Ordered(np.full(64, row), np.arange(64.0))])
    assert (1 + (found.null >= found.statistic - 1e-6).sum()) / 2000 == pytest.approx(0.5, abs=0.05)


def test_nndr_by_hand(compare, rng):
    # Real rows at 0, 10, 20 …; 2.5 is 2.5 from 0 and 7.5 from 10: a third. A real row's two neighbours are equally far.
    every = [10.0 * i for i in range(80)]
    found = run(nndr, compare({"x": every[::2]}, {"x": every[1::2]}, {"x": [v + 2.5 for v in every[5:-5]]}), rng)[None]
    assert found.value == pytest.approx(1 / 3, rel=1e-4)
    assert found.baseline == pytest.approx(1.0, rel=1e-4)


def test_nndr_of_copies_is_zero(compare, rng):
    assert run(nndr, compare({"x": EVEN}, {"x": ODD}, {"x": EVEN}), rng)[None].value == 0.0
