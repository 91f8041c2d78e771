"""What crosses the boundary, and what may happen at it."""

from __future__ import annotations

from decimal import Decimal
from math import exp

import numpy as np
import pandas as pd
import pytest

from synthgen.generators.dp_marginals import Budget, as_public, public_schema
from synthgen.generators.dp_marginals.measure import Rounds, measure
from synthgen.generators.dp_marginals.measure.bins import MOST_BINS, private_bins
from synthgen.generators.dp_marginals.measure.reading import held, quantities, within_limit
from synthgen.generators.dp_marginals.measure.undeclared import (
    gaussian_threshold,
    laplace_threshold,
    listed_labels,
    noisy_bounds,
)
from synthgen.table.column import Column, Kind, Role, Storage
from synthgen.table.schema import Schema


class NoNoise:
    """What a mechanism would give without noise, so that what it counts can be worked out by hand."""

    def __init__(self):
        self.asked = []

    def gaussian(self, counts, scale):
        self.asked.append((counts.copy(), scale))
        return counts.copy()

    laplace = gaussian

    def largest(self, scores, scale):
        self.asked.append((np.array(scores), scale))
        return int(np.argmax(scores))


BUDGET = Budget(1.0, 1e-9)


def schema_of(*columns):
    return as_public(Schema(columns))


SEX = Column("sex", Kind.CATEGORICAL, categories=("f", "m"))
AGE = Column("age", Kind.INTEGER, bounds=(0, 9))


def public(frame, schema):
    return public_schema({name: held(frame[name]) for name in frame}, schema, None)


def counts_of(found, place):
    return found.marginals[place].counts.tolist()


def test_counts_are_of_the_rows_and_gaps_are_a_level():
    frame = pd.DataFrame({"sex": ["f", "m", "m", None], "age": [0, 9, 9, 4]})
    schema = public(frame, schema_of(Column("sex", Kind.CATEGORICAL, categories=("f", "m"), nullable=True), AGE))
    found = measure(frame, schema, BUDGET, NoNoise(), rounds=Rounds(1))
    assert counts_of(found, 0) == [1, 2, 1]
    assert [item.columns for item in found.marginals] == [(0,), (1,), (0, 1)]
    assert found.n_rows == 4


def test_what_the_schema_does_not_allow_is_moved_counted_or_left_out_and_never_an_error():
    frame = pd.DataFrame({"sex": ["f"] * 300 + ["SECRET"] * 300, "age": [-5] * 300 + [99] * 300})
    found = measure(frame, public(frame, schema_of(SEX, AGE)), Budget(50.0), NoNoise())
    assert counts_of(found, 0) == [300, 0]  # without a gap to go to, the row isn't learnt from
    assert counts_of(found, 1)[0] == 300
    assert found.outside == {"sex": 300, "age": 600}
    assert "SECRET" not in repr(found)


@pytest.mark.parametrize(
    "cells", [[[1], {}, object()], [1j, "x", None], [float("inf"), float("-inf"), float("nan")], [None] * 3]
)
@pytest.mark.parametrize("column", [SEX, AGE, Column("when", Kind.DATETIME, bounds=(0, 1e15), nullable=True)])
def test_no_cell_is_an_error(cells, column):
    frame = pd.DataFrame({column.name: pd.Series(cells, dtype=object)})
    found = measure(frame, public(frame, schema_of(column)), BUDGET, NoNoise())
    assert len(found.levels) == 1


@pytest.mark.parametrize(
    "cell",
    [10**400, -(10**400), Decimal("sNaN"), "\ud800", "2020-01-01T00:00:00.1234567", [1], ""],
    ids=["large", "small", "signaling", "surrogate", "nanoseconds", "list", "empty"],
)
@pytest.mark.parametrize("text_format", [None, "%Y-%m-%d"])
@pytest.mark.parametrize(
    ("kind", "cells"),
    [
        (Kind.DATETIME, ["1500-01-02", "2020-05-06", "3000-11-12"]),
        (Kind.INTEGER, [1, 2**62, -7]),
        (Kind.CONTINUOUS, ["1.5", 2, Decimal("0.25")]),
    ],
)
def test_no_cell_changes_how_another_is_read(kind, cells, text_format, cell):
    column = Column("x", kind, storage=Storage("object", "str", text_format=text_format))
    alone = quantities(pd.Series(cells, dtype=object), column)
    beside = quantities(pd.Series([*cells, cell], dtype=object), column)
    assert np.isfinite(alone[1])
    np.testing.assert_array_equal(beside[:-1], alone)


def test_every_answer_has_the_noise_that_the_ledger_pays_for():
    frame = pd.DataFrame({"sex": ["f", "m"] * 50, "age": list(range(10)) * 10})
    noise = NoNoise()
    found = measure(frame, public(frame, schema_of(SEX, AGE)), BUDGET, noise, rounds=Rounds(2))
    paid = {item.what: item.rho for item in found.spent}
    assert sum(paid.values()) <= 0.015
    one_way = [scale for counts, scale in noise.asked if counts.shape in {(2,), (10,)} and scale > 1][1]
    assert one_way == pytest.approx((2 * paid["counts of sex"]) ** -0.5)
    choice, pair = noise.asked[-2][1], noise.asked[-1][1]
    # Choosing and counting: both (sensitivity / scale) ** 2 / 2; one row moves the score of a pair by one.
    assert 0.5 / choice**2 + 0.5 / pair**2 == pytest.approx(paid["choice and counts of sex, age"])


def test_no_subject_has_more_rows_than_it_may():
    subjects = pd.Series(["a"] * 50 + ["b"] * 2 + [None] * 3)
    kept = within_limit(subjects, 2)
    assert kept[:50].sum() == 2
    assert kept[50:].all()


def test_noise_grows_with_the_rows_of_a_subject():
    frame = pd.DataFrame({"who": [f"s{i // 10}" for i in range(100)], "sex": ["f", "m"] * 50, "age": [3] * 100})
    subject = Column("who", Kind.IDENTIFIER, Role.SUBJECT, pattern="s9")
    schema = public(frame, schema_of(subject, SEX, AGE))
    scales = {}
    for rows in (1, 4):
        noise = NoNoise()
        found = measure(frame, schema, Budget(1.0, 1e-9, "subject", rows), noise, rounds=Rounds(1))
        scales[rows] = [scale for _, scale in noise.asked]
        assert sum(counts_of(found, 0)) == 10 * rows
    assert scales[4] == pytest.approx([4 * scale for scale in scales[1]])


@pytest.mark.parametrize("rows", [1, 3])
def test_a_label_of_one_unit_is_listed_with_a_probability_of_delta_at_most(rows):
    delta, scale = 0.05, 2.0
    needed = laplace_threshold(scale, delta, rows) - rows
    q = exp(-1 / scale)
    assert rows * q**needed / (1 + q) <= delta < rows * q ** (needed - 2) / (1 + q)
    assert gaussian_threshold(10.0, 1e-9, rows) > laplace_threshold(1e-3, 1e-9, rows)


def test_labels_above_the_threshold_are_listed_in_an_order_of_their_own():
    codes = np.repeat([0, 1, 2, 3], [5000, 3, 4000, 0])
    found = listed_labels(codes, ["zeta", "rare", "alpha", "unused"], 0.001, 1e-9, 1, NoNoise())
    assert found == ("alpha", "zeta")


def test_bounds_are_powers_of_two_around_what_many_rows_have():
    values = np.r_[np.full(5000, 37.0), np.full(5000, 900.0), [1e9]]
    assert noisy_bounds(values, 0.001, 1, NoNoise(), whole=True) == (32.0, 1024.0)
    assert noisy_bounds(-values, 0.001, 1, NoNoise(), whole=True) == (-1024.0, -32.0)
    assert noisy_bounds(np.zeros(5000), 0.001, 1, NoNoise(), whole=False) == (0.0, 0.0)


def test_bins_are_narrow_where_rows_are_and_cover_everything():
    points = np.r_[np.full(20_000, 40), np.arange(1000)]
    starts = private_bins(points, 100_000, 0.5, 1, NoNoise())
    widths = np.diff(starts)
    assert starts[0] == 0
    assert widths.sum() == 100_000
    assert widths[np.searchsorted(starts, 40, side="right") - 1] == 1
    assert widths[-1] > 10_000
    assert len(private_bins(np.arange(100_000), 100_000, 50.0, 1, NoNoise())) <= MOST_BINS + 1
