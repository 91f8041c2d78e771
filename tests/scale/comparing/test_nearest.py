"""The nearest of all real rows, and whose they are."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from synthgen.scale.comparing import Tally
from synthgen.scale.comparing.leaks import nearest_share, privacy
from synthgen.table import encode
from synthgen.validation.leak_criteria import LEAK_LEVEL
from synthgen.validation.privacy.search import nearest_laid


def noisy(frame, rows, seed=0):
    """Rows of a frame with so little noise that they stay nearest to what they were made of."""
    rng = np.random.default_rng(seed)
    out = frame.iloc[rows].reset_index(drop=True)
    return out.assign(
        dose=out["dose"] + rng.normal(0, 0.02, len(out)), weight=out["weight"] + rng.normal(0, 0.02, len(out))
    )


@pytest.fixture
def spread(people):
    """A table without dates, in which rows are far apart."""
    return lambda n, seed=0: people(n, seed).drop(columns="seen")


@pytest.mark.parametrize("sample", [None, range(0, 4000, 4)])
def test_it_finds_what_a_full_search_finds(spread, read, sample):
    frame, made = spread(4000), spread(500, seed=1)
    real = read(frame, 2000, made, rows=311, sample=sample)
    near = real.near
    rows = near.neighbours.rows // near.n_groups
    ranks_of = encode(frame, real.schema)
    from synthgen.validation.privacy.encodings import Ranks

    fitted = Ranks.fit(ranks_of if sample is None else ranks_of.iloc[list(sample)], real.schema)
    true = nearest_laid(fitted.lay(encode(made, real.schema)), fitted.lay(ranks_of), 1)
    assert near.recall >= 0.95
    same = near.neighbours.distances[:, 0] <= true.distances[:, 0] * (1 + 1e-6)
    assert same.mean() >= 0.95
    assert (rows[same, 0] == true.rows[same, 0]).mean() > 0.99


def test_those_furthest_from_all_are_compared_with_every_row(spread, read):
    frame, made = spread(4000), spread(500, seed=1)
    made.loc[:9, "dose"] = 500.0 + np.arange(10)
    made.loc[:9, "weight"] = 200.0
    real = read(frame, 2000, made, rows=500)
    from synthgen.validation.privacy.encodings import Ranks

    fitted = Ranks.fit(encode(frame, real.schema), real.schema)
    true = nearest_laid(fitted.lay(encode(made[:10], real.schema)), fitted.lay(encode(frame, real.schema)), 1)
    assert real.near.exact >= 200
    np.testing.assert_allclose(real.near.neighbours.distances[:10, 0], true.distances[:, 0], rtol=1e-6)


def test_rows_that_are_train_rows_with_a_trace_of_noise_fail_and_fresh_rows_pass(spread, read):
    frame, fresh = spread(6000), spread(800, seed=1)
    saw = np.sort(np.random.default_rng(3).choice(6000, 1500, replace=False))
    found = {}
    for name, made in (("fresh", fresh), ("overfitted", noisy(frame, saw[:800]))):
        real = read(frame, saw, made, rows=700)
        found[name] = nearest_share(real)
        tally = Tally(real)
        tally.add(encode(made, real.schema))
        assert [m.name for m in privacy(real, tally)] == ["exact_copies", "near_copies", "dcr_share"]
    assert found["fresh"].baseline == pytest.approx(0.25, abs=0.02)
    assert found["fresh"].interval[0] < 0.25 < found["fresh"].interval[1]
    assert found["fresh"].p_value > LEAK_LEVEL
    assert found["overfitted"].value > 0.8
    assert found["overfitted"].p_value <= LEAK_LEVEL
    assert found["overfitted"].interval[0] > found["overfitted"].baseline_interval[1]


def test_chance_is_that_of_each_class_where_more_of_a_rare_one_was_seen(spread, read):
    frame, made = spread(4000), spread(600, seed=1)
    ill = np.flatnonzero(frame["ill"] == "yes")
    saw = np.sort(np.concatenate([ill[: len(ill) * 4 // 5], np.flatnonzero(frame["ill"] == "no")[:300]]))
    found = nearest_share(read(frame, saw, made, target="ill"))
    share = float((made["ill"] == "yes").mean())
    expected = 0.8 * share + 300 / (4000 - len(ill)) * (1 - share)
    assert found.baseline == pytest.approx(expected, abs=0.06)
    assert found.p_value > LEAK_LEVEL


def test_only_real_rows_of_the_synthetic_classes_are_searched(spread, read):
    frame, made = spread(3000), spread(600, seed=1)
    made = made[made["ill"] == "yes"]
    real = read(frame, 1500, made, target="ill")
    rows = real.near.neighbours.rows // real.near.n_groups
    assert set(frame["ill"].to_numpy()[rows.ravel()]) == {"yes"}


def test_rows_of_one_subject_are_no_evidence_each(spread, read):
    frame, made = spread(3000), spread(500, seed=1)
    alone = nearest_share(read(frame, 1500, made))
    from synthgen.table import infer_schema

    frame = frame.assign(person=[f"p{i // 10}" for i in range(3000)])
    schema = infer_schema(frame).with_column("person", kind="identifier", role="subject")
    together = nearest_share(read(frame, 1500, made.assign(person="x"), schema=schema))
    widths = [found.baseline_interval[1] - found.baseline_interval[0] for found in (alone, together)]
    assert widths[1] == pytest.approx(widths[0] * np.sqrt(10), rel=0.15)


def test_rows_that_repeat_each_other_count_once(spread, read):
    frame, made = spread(1000), spread(400, seed=1)
    # The model saw all copies of some rows and none of others: no more evidence than of one row each.
    saw = np.random.default_rng(0).random(1000) < 0.5
    p_values = []
    for times in (1, 4):
        repeated = pd.concat([frame] * times, ignore_index=True)
        real = read(repeated, np.flatnonzero(np.tile(saw, times)), made, sample=range(1000))
        assert (real.near.neighbours.rows // real.near.n_groups).max() < 1000
        p_values.append(nearest_share(real).p_value)
    assert p_values[0] == p_values[1]


def test_without_enough_rows_on_a_side_nothing_is_said(spread, read):
    frame, made = spread(1000), spread(100, seed=1)
    found = nearest_share(read(frame, 5, made))
    assert found.value is None and "5" in found.reason


def test_copies_are_evidence_only_where_more_are_seen_than_chance_gives(read):
    rng = np.random.default_rng(0)
    names = [f"c{i}" for i in range(6)]
    frame, made = (pd.DataFrame(rng.integers(0, 4, (n, 6)).astype(str), columns=names) for n in (4000, 2000))
    saw = np.sort(rng.choice(4000, 1000, replace=False))
    p_values = []
    for rows in (made, frame.iloc[np.resize(saw, 2000)].reset_index(drop=True)):
        real = read(frame, saw, rows)
        tally = Tally(real)
        tally.add(encode(rows, real.schema))
        exact = privacy(real, tally)[0]
        p_values.append(exact.p_value)
        assert exact.n == 2000 and exact.value > 0
    assert p_values[0] > LEAK_LEVEL >= p_values[1]
