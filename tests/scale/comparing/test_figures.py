"""Figures over all rows: the same as in memory within what the bins can hide, whatever the pieces."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from synthgen.scale.comparing import Tally, figures, measurements
from synthgen.scale.comparing.totals import Totals
from synthgen.table import ORDERED_KINDS, encode, infer_schema
from synthgen.validation import Comparison
from synthgen.validation.comparison import KS_BINS
from synthgen.validation.fidelity.missingness import missing_patterns, missing_rates
from synthgen.validation.fidelity.shapes import class_shapes, column_shapes
from synthgen.validation.fidelity.trends import dependence_kept, pair_trends

BEIJING = Path(__file__).parents[4] / "shared" / "data" / "beijing_pm25.csv.gz"
N_TRAIN, N_HOLDOUT, N_MADE = 3000, 2000, 2000


def estimates(outcome):
    found = [outcome] if not hasattr(outcome, "__iter__") else list(outcome)
    return {estimate.subject: estimate for estimate in found}


def tables(frame, target=None, spoil=None):
    """Schema and train, holdout and synthetic rows, which are fresh real ones, spoilt or not."""
    frame = frame.sample(N_TRAIN + N_HOLDOUT + N_MADE, random_state=0).reset_index(drop=True)
    schema = infer_schema(frame, target=target)
    made = frame[N_TRAIN + N_HOLDOUT :].reset_index(drop=True)
    return schema, frame[: N_TRAIN + N_HOLDOUT], made if spoil is None else spoil(made)


def both(frame, schema, made, read, **options):
    """The comparison in memory, and totals of all rows."""
    parts = [frame[:N_TRAIN], frame[N_TRAIN:], made]
    comparison = Comparison.of(*(encode(p.reset_index(drop=True), schema) for p in parts), schema, effort="full")
    real = read(frame.reset_index(drop=True), N_TRAIN, made, schema=schema, rows=700, **options)
    tally = Tally(real)
    tally.counts.add(real.grid.codes(comparison.synthetic), _groups(tally, comparison.synthetic))
    tally.rows = tally.kept = len(made)
    return comparison, Totals(real, tally)


def _groups(tally, coded):
    return tally.counts.plan.groups(np.arange(len(coded)), tally.real.grid.classes_of(coded))


def shuffled(made):
    rng = np.random.default_rng(0)
    return made.apply(lambda values: values.to_numpy()[rng.permutation(len(values))])


def test_shapes_differ_by_what_lies_inside_a_bin_at_most(read):
    schema, frame, made = tables(sg.datasets.load_adult())
    comparison, totals = both(frame, schema, made, read)
    old = estimates(column_shapes(comparison, np.random.default_rng(0)))
    new = estimates(figures.column_shapes(totals))
    # Between two edges of common quantiles of n rows lies no more than 1/256 of them, values that many share aside
    # (these are edges), so no more than n/256/(holdout + synthetic) of at least one of the two that are compared. Both
    # miss so much of the largest difference at most.
    bound = (N_TRAIN + N_HOLDOUT + N_MADE) / KS_BINS / (N_HOLDOUT + N_MADE)
    assert old.keys() == new.keys()
    for name, estimate in old.items():
        assert new[name].value == pytest.approx(estimate.value, abs=bound)
        assert new[name].baseline == pytest.approx(estimate.baseline, abs=bound)
    spoilt = made.assign(age=made["age"] + 3)
    other = estimates(figures.column_shapes(both(frame, schema, spoilt, read)[1]))
    assert abs(other["age"].value - old["age"].value) > bound


@pytest.mark.parametrize("name", ["adult", "beijing"])
def test_pairs_and_gaps_are_those_of_memory(read, name):
    if name == "beijing" and not BEIJING.exists():
        pytest.skip("the shared tables aren't there")
    given = sg.datasets.load_adult().iloc[:, ::2] if name == "adult" else pd.read_csv(BEIJING)
    schema, frame, made = tables(given, target="income" if name == "adult" else None)
    comparison, totals = both(frame, schema, made, read)
    old = estimates(missing_rates(comparison, np.random.default_rng(0)))
    new = estimates(figures.missing_rates(totals))
    assert old.keys() == new.keys()
    for subject, estimate in old.items():
        assert new[subject].value == pytest.approx(estimate.value, abs=1e-12)
        assert new[subject].interval == pytest.approx(estimate.interval, abs=1e-4)
    there, here = (
        estimates(f)[None]
        for f in (missing_patterns(comparison, np.random.default_rng(0)), figures.missing_patterns(totals))
    )
    assert (there.value, there.baseline) == pytest.approx((here.value, here.baseline), abs=1e-12) or there.vacuous
    old = estimates(pair_trends(comparison, np.random.default_rng(0)))
    new = estimates(figures.pair_trends(totals))
    # Ranks are those of the middles of bins: they are off by half a bin at most, 1/512 of the pooled rows, which moves
    # a correlation of ranks with standard deviations above 0.05 by less than 4 * (1/512 * 7/5) / 0.05 / 2 each way.
    numbers = {column.name for column in schema if column.kind in ORDERED_KINDS}
    for subject in old.keys() & new.keys() - {None}:
        bound = 0.11 if set(subject.split(" × ")) <= numbers else 1e-9
        assert new[subject].value == pytest.approx(old[subject].value, abs=bound)
    assert new[None].value == pytest.approx(old[None].value, abs=0.002)
    assert new[None].baseline == pytest.approx(old[None].baseline, abs=0.002)


def test_dependence_kept_is_that_of_memory_and_falls_where_columns_are_shuffled(read):
    names = ["age", "education", "marital-status", "relationship", "sex", "hours-per-week", "income"]
    schema, frame, made = tables(sg.datasets.load_adult()[names], target="income")
    found = []
    for rows in (made, shuffled(made)):
        comparison, totals = both(frame, schema, rows, read)
        old = dependence_kept(comparison, np.random.default_rng(0))
        new = estimates(figures.dependence_kept(totals))[None]
        found.append(new.value)
        assert new.value == pytest.approx(old.value, abs=max(old.interval[1] - old.value, 0.03))
        assert new.interval[0] < new.value < new.interval[1]
    assert found[0] > 0.9 and found[1] < 0.1


def test_classes_are_weighted_to_the_synthetic_mix(read):
    schema, frame, made = tables(sg.datasets.load_adult(), target="income")
    rare = made[made["income"] == ">50K"]
    mixed = pd.concat([made, rare, rare, rare], ignore_index=True)
    comparison, totals = both(frame, schema, mixed, read)
    for old, new in (
        (column_shapes(comparison, np.random.default_rng(0)), figures.column_shapes(totals)),
        (class_shapes(comparison, np.random.default_rng(0)), figures.class_shapes(totals)),
    ):
        there, here = estimates(old), estimates(new)
        assert there.keys() == here.keys()
        for subject, estimate in there.items():
            assert here[subject].value == pytest.approx(estimate.value, abs=0.01)
    assert figures.counted(totals).startswith("all 5,000 real")


def test_figures_do_not_depend_on_pieces_or_their_order(people, read):
    frame, made = people(3000), people(1200, seed=1)
    made.iloc[:20] = frame.iloc[1490:1510].to_numpy()
    made = made.astype(frame.dtypes)
    schema = infer_schema(frame, target="ill")
    comparison = Comparison.of(*(encode(part, schema) for part in (frame[:9], frame[9:20], made)), schema)
    seen = []
    for rows, order in ((89, [0, 1, 2, 3]), (3000, [3, 1, 0, 2])):
        real = read(frame, 1500, made, schema=schema, rows=rows)
        halves = [Tally(real), Tally(real)]
        for block in order:
            part = made[block * 300 : (block + 1) * 300].reset_index(drop=True)
            halves[block % 2].add(encode(part, schema), block=block)
        halves[0].merge(halves[1])
        seen.append(measurements(real, halves[0], comparison))
    assert len(seen[0]) > 20
    assert seen[0] == seen[1]


def test_labels_and_numbers_that_the_sample_lacks_count(people, read):
    frame = people(3000)
    frame.loc[1500:2099, "ward"] = "east"
    frame.loc[2500:2549, "dose"] = 1e6
    made = people(1000, seed=1)
    real = read(frame, 800, made, schema=infer_schema(frame[:1000]), sample=range(1000))
    tally = Tally(real)
    tally.add(encode(made, real.schema))
    found = estimates(figures.column_shapes(Totals(real, tally)))
    unseen = 2200
    assert found["ward"].value < 1 - 600 / unseen + 0.05
    assert found["weight"].value > 0.95
    dose = real.grid.names.index("dose")
    last = real.counts.plan.starts[dose + 1] - 2
    assert real.counts.bins[:, last].sum() >= 50


def test_figures_that_cannot_be_had_say_so(people, read):
    frame, made = people(1000), people(300, seed=1)
    real = read(frame, 1000, made)
    tally = Tally(real)
    tally.add(encode(made, real.schema))
    found = figures.fidelity(Totals(real, tally))
    assert {m.name for m in found} >= {"column_shapes", "dependence_kept", "missing_rates"}
    assert not any(m.computed for m in found)


def test_too_many_combinations_of_gaps_leave_the_sample_s_figure(people, read, monkeypatch):
    monkeypatch.setattr("synthgen.scale.comparing.counts.MOST_PATTERNS", 1)
    frame, made = people(1000), people(300, seed=1)
    frame.loc[::7, "dose"] = np.nan
    real = read(frame, 500, made)
    tally = Tally(real)
    tally.add(encode(made, real.schema))
    names = [m.name for m in figures.fidelity(Totals(real, tally))]
    assert "missing_patterns" not in names and "missing_rates" in names


def test_rows_made_to_meet_a_condition_are_compared_with_real_rows_that_meet_it(people, read):
    frame = people(4000)
    made = people(6000, seed=1)
    made = made[made["dose"] > 40].reset_index(drop=True)
    found = []
    for like in (None, lambda coded: coded["dose"].to_numpy() > 40):
        real = read(frame, 2000, made, like=like)
        tally = Tally(real)
        tally.add(encode(made, real.schema))
        found.append(estimates(figures.column_shapes(Totals(real, tally)))["dose"].value)
        assert real.sizes.sum() == 4000 and real.near is not None
    assert found[0] < 0.6 and found[1] > 0.9
