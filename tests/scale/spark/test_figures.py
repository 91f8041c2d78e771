"""Sums that executors take: the same however rows are divided, and those that one process takes."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from synthgen.errors import DataError
from synthgen.randomness import seed_sequence
from synthgen.scale.comparing.counts import Counts
from synthgen.scale.comparing.real_rows import SEEN, UNSEEN
from synthgen.scale.spark import figures
from synthgen.scale.spark.figures import Reading, added, count_real, packed, unpacked
from synthgen.scale.spark.frames import read_frame
from synthgen.table import encode
from synthgen.validation import Comparison


def table(n=1_200, seed=0):
    rng = np.random.default_rng(seed)
    y = (np.arange(n) % 8 == 0).astype(int)
    return pd.DataFrame(
        {
            "amount": np.round(rng.gamma(2 + y, 20), 2),
            "hour": rng.integers(0, 24, n),
            "shop": np.where(rng.random(n) < 0.1, None, rng.choice(["a", "b", "c"], n)),
            "Class": y,
        }
    )


@pytest.fixture
def reading():
    frame = table()
    schema = sg.Schema.infer(frame, target="Class")
    coded = encode(frame, schema)
    parts = coded.iloc[:600], coded.iloc[600:], coded.iloc[:300]
    comparison = Comparison.of(*(part.reset_index(drop=True) for part in parts), schema)
    return Reading.of(comparison, seed_sequence(0)), comparison


def same(one, other):
    for name in ("bins", "cells", "ranks"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    assert {k: v.tolist() for k, v in one.patterns.items() if v.any()} == {
        k: v.tolist() for k, v in other.patterns.items() if v.any()
    }


def counted(reading, frame, side):
    counts = Counts.empty(reading.plan)
    reading.count_real(encode(frame, reading.schema), counts, side)
    return counts


def test_sums_are_packed_and_added(reading):
    reading, _ = reading
    one, other = (counted(reading, table(400, seed), UNSEEN) for seed in (1, 2))
    same(unpacked(packed(one), reading.plan), one)
    both = counted(reading, pd.concat([table(400, 1), table(400, 2)], ignore_index=True), UNSEEN)
    same(added([packed(one), b"", packed(other)], reading.plan), both)
    assert both.rows().sum() == 800


@pytest.mark.parametrize("most", [16, 2])
def test_partitions_change_no_sum(in_spark, reading, monkeypatch, most):
    reading, _ = reading
    monkeypatch.setattr(figures, "MOST_SENT", most)
    frame = table(3_000, seed=5)
    frame.loc[:4, "shop"] = "never seen"
    here = Counts.empty(reading.plan)
    reading.count_real(reading.code(pa_table(frame)), here, UNSEEN)
    for parts in (1, 7):
        same(count_real(read_frame(in_spark(frame, parts)), reading), here)
    rare = in_spark(frame).filter("amount < 0")
    assert count_real(read_frame(rare), reading).rows().sum() == 0


def test_rows_that_the_model_saw_are_told_from_the_others(reading):
    reading, comparison = reading
    frame = table()
    real = counted(reading, frame, UNSEEN)
    made = Counts.empty(reading.made)
    reading.count_made(encode(table(900, 3), reading.schema), made, 0)
    found, tally = figures.figures(
        reading, real, figures.Made(np.array([900]), np.array([900]), made), 1_200, comparison, seed_sequence(0)
    )
    assert (tally.rows, tally.kept) == (900, 900)
    rows = real.rows().sum(axis=0)
    assert rows[:2, SEEN].tolist() == rows[:2, UNSEEN].tolist() == [525, 75]
    shop = next(figure for figure in found if (figure.name, figure.subject) == ("column_shapes", "shop"))
    # By hand: half the sum of differences of shares, real rows weighted to the classes of the synthetic ones.
    mine = table(900, 3)
    weights = frame["Class"].map(mine["Class"].value_counts(normalize=True) / frame["Class"][600:].value_counts())
    shares = [
        mine["shop"].value_counts(normalize=True).sort_index().to_numpy(),
        weights[600:].groupby(frame["shop"][600:]).sum().sort_index().to_numpy(),
    ]
    shares[1] = shares[1] / shares[1].sum()
    assert shop.value == pytest.approx(1 - 0.5 * np.abs(shares[0] - shares[1]).sum())
    assert shop.baseline > 0.9


@pytest.mark.parametrize(("rows", "n_rows"), [(table(), 1_201), (table().assign(amount=1.0), 1_200), (table(), 1_200)])
def test_a_table_whose_rows_are_others_when_read_again_is_refused(reading, rows, n_rows):
    reading, comparison = reading
    made = Counts.empty(reading.made)
    reading.count_made(encode(table(900, 3), reading.schema), made, 0)
    counts = counted(reading, rows, UNSEEN), figures.Made(np.array([900]), np.array([900]), made)
    same_again = n_rows == len(rows) and rows.equals(table())
    with nullcontext() if same_again else pytest.raises(DataError, match="isn't the same each time"):
        figures.figures(reading, *counts, n_rows, comparison, seed_sequence(0))


def test_rows_that_are_off_are_found_so(reading):
    reading, comparison = reading
    off = table(900, 3).assign(amount=lambda frame: frame["amount"] * 3)
    values = {}
    for name, frame in (("good", table(900, 3)), ("off", off)):
        made = Counts.empty(reading.made)
        reading.count_made(encode(frame, reading.schema), made, 0)
        found, _ = figures.figures(
            reading, counted(reading, table(), UNSEEN), figures.Made(np.array([900]), np.array([900]), made), 1_200,
            comparison, seed_sequence(0),
        )  # fmt: skip
        values[name] = {figure.subject: figure.value for figure in found if figure.name == "column_shapes"}
    assert values["good"]["amount"] > 0.9 > 0.6 > values["off"]["amount"]
    assert replace(comparison).target is not None


def pa_table(frame):
    import pyarrow as pa

    return pa.Table.from_pandas(frame, preserve_index=False)
