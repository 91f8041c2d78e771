"""Orders between columns: found where they hold beyond chance, and nowhere else."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from synthgen.table import Column, Kind, Schema
from synthgen.table.inequalities import AtMost, find_inequalities


@pytest.fixture
def rng():
    """A seeded generator."""
    return np.random.default_rng(0)


def found(kinds=None, **columns):
    kinds = kinds or {}
    schema = Schema(tuple(Column(name, kinds.get(name, Kind.CONTINUOUS)) for name in columns))
    return find_inequalities(pd.DataFrame({name: np.asarray(v, dtype=float) for name, v in columns.items()}), schema)


def test_a_start_is_never_after_its_end(rng):
    start = rng.uniform(0, 100, 300)
    assert found(start=start, end=start + rng.uniform(0, 5, 300)) == (AtMost("start", "end"),)


def test_one_row_refutes_it(rng):
    start = rng.uniform(0, 100, 300)
    end = start + rng.uniform(0, 5, 300)
    end[17] = start[17] - 0.1
    assert found(start=start, end=end) == ()


def test_columns_whose_ranges_dont_meet_tell_nothing(rng):
    assert found(age=rng.uniform(0, 90, 500), weight=rng.uniform(1_000, 9_000, 500)) == ()
    # They meet in a value or two, which is nothing beyond chance.
    assert found(age=rng.uniform(0, 90, 500), weight=rng.uniform(89.9, 9_000, 500)) == ()


@pytest.mark.parametrize("seed", range(20))
def test_unrelated_columns_have_no_order(seed):
    rng = np.random.default_rng(seed)
    columns = {f"x{k}": rng.normal(0.3 * k, 1, 200) for k in range(8)}
    columns |= {f"n{k}": rng.poisson(1 + k, 200) for k in range(4)}
    assert found(**columns) == ()


def test_gaps_refute_nothing_and_few_rows_show_nothing(rng):
    low = rng.uniform(0, 100, 300)
    high = np.where(rng.random(300) < 0.3, np.nan, low + 1)
    assert found(low=low, high=high) == (AtMost("low", "high"),)
    assert found(low=low[:15], high=low[:15] + 1) == ()


def test_what_follows_from_others_is_left_out(rng):
    a = rng.uniform(0, 100, 400)
    b = a + rng.uniform(0, 3, 400)
    assert found(c=b + rng.uniform(0, 3, 400), a=a, b=b) == (AtMost("a", "b"), AtMost("b", "c"))


def test_dates_are_compared_with_dates_only_and_copies_are_no_order(rng):
    day = rng.uniform(0, 100, 300)
    kinds = {"sent": Kind.DATETIME, "paid": Kind.DATETIME}
    assert found(kinds, sent=day, paid=day + 1, amount=day + 2) == (AtMost("sent", "paid"),)
    assert found(a=day, b=day) == ()
