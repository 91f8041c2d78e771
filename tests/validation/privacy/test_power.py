"""The smallest leak that would have been found is one that is found."""

from __future__ import annotations

import numpy as np
import pytest

from synthgen.randomness import seed_sequence
from synthgen.validation.privacy.check import run_checks
from synthgen.validation.privacy.checks import CHECKS
from synthgen.validation.privacy.pool import Pool
from synthgen.validation.privacy.power import smallest_leak


def parts(rng, n_holdout=400):
    return [{name: rng.normal(size=n) for name in "abcd"} for n in (400, n_holdout, 400)]


def estimates(comparison, rng, critical):
    pool, permutations = Pool.of(comparison, rng)
    return {item.subject: item for item in smallest_leak(pool, permutations, critical, rng)}


def test_exact_copies_by_hand(compare, rng):
    found = estimates(compare(*parts(rng)), rng, critical=3.0)["exact copies"]
    # Of m rows met, all in train: a score of about m ** .5, which is 3 at nine (finite tables make it a little more).
    assert found.value == pytest.approx(9 / 400, abs=1 / 400)


def test_the_nearest_share_by_hand(compare, rng):
    found = estimates(compare(*parts(rng)), rng, critical=3.0)[None]
    # 400 rows whose share has a deviation of about .5 * (2 / 400) ** .5, as real rows are met more than once.
    assert 0.1 < found.value < 0.35


def test_few_held_out_rows_find_less(compare, rng):
    many = estimates(compare(*parts(rng)), rng, 3.0)["exact copies"].value
    few = estimates(compare(*parts(rng, 44)), rng, 3.0)["exact copies"].value
    assert few > 4 * many


def test_a_rare_class_says_what_it_cant_show(compare, rng):
    def part(n, sick):
        return {"x": rng.normal(size=n), "y": ["sick"] * sick + ["well"] * (n - sick)}

    both = compare(part(400, 30), part(400, 11), part(400, 30), labels={"y": ["well", "sick"]}, target="y")
    found = estimates(both, rng, critical=3.0)
    assert "41 real rows of this class" in found["y = sick"].reason
    assert found["y = sick"].value > 2 * found[None].value


def test_what_it_promises_is_found(compare):
    hits, seeds = 0, 12
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        rows = parts(rng)
        for name in "abcd":
            rows[2][name][:16] = rows[0][name][:16]
        pool, permutations = Pool.of(compare(*rows), rng)
        found = run_checks(CHECKS, pool, permutations, seed_sequence(seed))
        named = {item.name: p for item, p in zip(found.evidence, found.adjusted.p_values, strict=True)}
        hits += named["exact_copies"] <= 0.02
    # Sixteen are a score of 4 where about 3 is asked for.
    assert hits >= 0.8 * seeds


def test_without_enough_rows_there_is_no_power(compare, rng):
    found = estimates(compare({"x": range(30)}, {"x": range(50, 60)}, {"x": [1]}), rng, 3.0)[None]
    assert found.value is None
    assert "10" in found.reason
