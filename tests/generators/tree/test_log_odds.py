"""Rows that go through the trees together get what each would get by itself."""

import numpy as np

from synthgen.generators.tree.boosting import MOST_LEAVES, Strength
from synthgen.generators.tree.conditional import fit_conditional
from synthgen.generators.tree.log_odds import AT_ONCE, log_odds_at, log_odds_of, room_for


def test_many_rows_at_a_time_to_the_same_bits():
    rng = np.random.default_rng(0)
    n = 3 * AT_ONCE + 7
    codes = rng.integers(0, 12, (n, 5)).astype(np.uint8)
    classes = ((codes[:, 0] > 5) + 2 * (codes[:, 3] % 3 == 1) + (rng.random(n) < 0.2)).astype(np.int32)
    strength = Strength(rounds=30, rate=0.2, leaves=MOST_LEAVES, ridge=1.0, least=0.5, patience=8, worth=0.0)
    parents = np.array([4, 0, 3], np.int32)  # one of them a label, and codes that no parent reads
    model = fit_conditional(
        classes, 4, 0, False, codes, np.full(5, 12), np.array([False, False, False, True, False]), parents,
        np.arange(n) % 10, 2, strength, 1, np.ones(n),
    )  # fmt: skip
    order = rng.permutation(n).astype(np.int32)
    start, stop = 5, n - 3
    for node in range(len(model.cut)):
        assert model.last[node] > model.first[node]
        out, spare = np.full(n, -1.0), np.empty(3, np.uint8)
        log_odds_of(model, codes, order, start, stop, node, room_for(model), out)
        alone = [log_odds_at(model, codes, i, node, spare) for i in order[start:stop]]
        assert out[start:stop].tolist() == alone
        assert set(out[:start]) == set(out[stop:]) == {-1.0}
