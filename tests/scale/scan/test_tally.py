"""Facts of one column from its pieces, of every type."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

from synthgen.scale.scan.tally import LONGEST_LABEL, ColumnTally

DAY = 86_400_000_000


def tally_of(array, size=7, most=10_000):
    tally = ColumnTally("x", array.type, most_labels=most)
    for start in range(0, len(array), size):
        tally.add(array.slice(start, size))
    return tally


def facts_of(array, **more):
    return tally_of(array, **more).facts()


def test_counted_numbers_say_everything_exactly():
    facts = facts_of(pa.array([3, 1, None, 3, 2]))
    assert (facts.n, facts.missing, facts.distinct, facts.labels) == (5, 1, 3, ((3, 2), (1, 1), (2, 1)))
    assert (facts.minimum, facts.maximum, facts.mean) == (1, 3, 2.25)
    assert facts.sd == pytest.approx(np.std([3, 1, 3, 2], ddof=1))
    assert (facts.quantile_error, facts.distinct_error) == (0, 0)
    found = dict(facts.quantiles)
    assert [found[share] for share in (0.0, 0.25, 0.5, 0.75, 1.0)] == [1, 1, 2, 3, 3] and len(found) == 257


@pytest.mark.parametrize("most", [10, 100_000])
def test_many_values_are_sketched_and_their_first_ones_count_too(most):
    # The first pieces are counted, then there are too many labels.
    values = np.concatenate([np.repeat(np.arange(8.0), 500), np.random.default_rng(0).normal(4, 1, 6_000)])
    facts = facts_of(pa.array(values), size=1_000, most=most)
    assert facts.mean == pytest.approx(values.mean()) and facts.sd == pytest.approx(values.std(ddof=1))
    assert (facts.minimum, facts.maximum) == (values.min(), values.max())
    assert facts.distinct == pytest.approx(len(np.unique(values)), rel=facts.distinct_error or 1e-12)
    assert (facts.labels is None) == (most == 10)
    assert dict(facts.quantiles)[0.5] == pytest.approx(np.quantile(values, 0.5), abs=0.05)


@pytest.mark.parametrize("most", [3, 50, 10_000])
def test_merged_tallies_are_one_tally(most):
    rng = np.random.default_rng(1)
    array = pa.array(rng.integers(0, 40, 3_000), mask=rng.random(3_000) < 0.1)
    one = tally_of(array, most=most).facts()
    first, second = tally_of(array[:1_100], most=most), tally_of(array[1_100:], most=most)
    first.merge(second)
    both = first.facts()
    assert (both.n, both.missing, both.labels, both.distinct) == (one.n, one.missing, one.labels, one.distinct)
    assert both.mean == pytest.approx(one.mean) and both.sd == pytest.approx(one.sd)
    assert both.quantiles == one.quantiles


CASES = {
    "floats": (pa.array([1.5, float("nan"), None, -0.5]), 2, -0.5, 1.5),
    "decimals": (pa.array([Decimal("1.25"), None], pa.decimal128(9, 2)), 1, 1.25, 1.25),
    "dates": (pa.array([dt.date(1970, 1, 2), None, dt.date(1969, 12, 31)]), 1, -DAY, DAY),
    "moments": (pa.array([dt.datetime(1970, 1, 2), None], pa.timestamp("ms")), 1, DAY, DAY),
    "zoned": (pa.array([DAY * 1000], pa.timestamp("ns", "Europe/Vienna")), 0, DAY, DAY),
    "spans": (pa.array([dt.timedelta(seconds=90)], pa.duration("ms")), 0, 90.0, 90.0),
    "times": (pa.array([dt.time(0, 0, 1)]), 0, 1_000_000, 1_000_000),
    "large": (pa.array([2**64 - 1, 0], pa.uint64()), 0, 0, 2**64 - 1),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("most", [0, 10])
def test_types_that_have_an_order(name, most):
    array, missing, low, high = CASES[name]
    facts = facts_of(array, most=most)
    assert (facts.missing, facts.minimum, facts.maximum) == (missing, low, high)
    assert (facts.labels is None) == (most == 0)


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())])
def test_labels(kind):
    facts = facts_of(pa.array(["b", None, "a", "b"]).cast(kind), size=3)
    assert (facts.missing, facts.labels, facts.distinct, facts.mean) == (1, (("b", 2), ("a", 1)), 2, None)
    assert facts_of(pa.array([True, None, False, True])).labels == ((True, 2), (False, 1))


def test_texts_beyond_the_cap_are_estimated():
    array = pa.array([f"id {k % 5_000}" for k in range(10_000)])
    facts = facts_of(array, size=1_000, most=100)
    # Fewer than the sketch holds: it knows them all.
    assert (facts.labels, facts.distinct, facts.distinct_error, facts.quantiles) == (None, 5_000, 0, ())
    assert facts_of(pa.array(["x", "y" * (LONGEST_LABEL + 1)])).labels is None


def test_what_cannot_be_counted_still_has_gaps():
    facts = facts_of(pa.array([[1], None, [2]]))
    assert (facts.n, facts.missing, facts.distinct, facts.labels) == (3, 1, None, None)
    nothing = facts_of(pa.array([None, None], pa.float64()))
    assert (nothing.missing, nothing.distinct, nothing.mean, nothing.labels) == (2, 0, None, ())
    assert facts_of(pa.nulls(3)).missing == 3


def test_no_value_is_shown():
    shown = repr(facts_of(pa.array(["Müller", "Meier", None])))
    assert shown == "ColumnFacts('x': 3 rows, 1 missing, 2 distinct)"
