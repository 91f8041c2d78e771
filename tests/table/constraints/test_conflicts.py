"""Rules that can't hold together: the smallest set of them is named, and no other."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from synthgen.errors import ConstraintError
from synthgen.table.column import Column, Kind
from synthgen.table.constraints import Formula, Inequality, Linear, Positive, Range, Unique
from synthgen.table.constraints.conflicts import check_consistent, smallest
from synthgen.table.schema import Schema

WHOLE = Schema(tuple(Column(name, Kind.INTEGER) for name in "abcdef"))
REAL = Schema(tuple(Column(name, Kind.CONTINUOUS) for name in "abcdef"))

UNRELATED = [Range("d", 0, 9), Inequality("d", "e"), Linear("f", ["d", "e"]), Unique("d"), Formula("f", "d * e")]

LOOP = [Inequality("a", "b", strict=True), Inequality("b", "c", strict=True), Inequality("c", "a", strict=True)]
CONFLICTS = {
    "a loop": LOOP,
    "a loop with one strict": [Inequality("a", "b"), Inequality("b", "c"), Inequality("c", "a", strict=True)],
    "two ranges": [Range("a", high=3), Range("a", low=4)],
    "ends that don't meet": [Range("a", high=4, closed="neither"), Range("a", low=4)],
    "a range and a sign": [Range("a", high=-1), Positive("a")],
    "a range and an order": [Range("a", low=10), Range("b", high=5), Inequality("a", "b")],
    "a range and a sum": [Range("c", high=10), Range("a", low=8), Range("b", low=8), Linear("c", ["a", "b"])],
    "by way of two": [Range("a", low=10), Inequality("a", "b"), Inequality("b", "c"), Range("c", high=9)],
    "a copy": [Linear("b", ["a"]), Range("a", high=1), Range("b", low=2)],
}
FINE = {
    "nothing": [],
    "a loop of equals": [Inequality("a", "b"), Inequality("b", "c"), Inequality("c", "a")],
    "ranges that touch": [Range("a", high=4), Range("a", low=4)],
    "a sum that just fits": [Range("c", high=16), Range("a", low=8), Range("b", low=8), Linear("c", ["a", "b"])],
    "open ends": [Inequality("a", "b", strict=True), Range("a", low=5), Range("b", low=0)],
    "a copy and more": [Linear("b", {"a": 1}, constant=1), Linear("c", {"b": 1}, constant=1)],
}


@pytest.mark.parametrize("schema", [WHOLE, REAL], ids=["whole", "real"])
@pytest.mark.parametrize("name", CONFLICTS)
def test_the_smallest_set_is_named(schema, name):
    rules = CONFLICTS[name]
    mixed = [UNRELATED[0], *rules[:1], *UNRELATED[1:3], *rules[1:], *UNRELATED[3:]]
    with pytest.raises(ConstraintError, match="can't hold together") as error:
        check_consistent(mixed, schema)
    for rule in rules:
        assert repr(rule.words) in str(error.value)
    for rule in UNRELATED:
        assert repr(rule.words) not in str(error.value)
    for fewer in itertools.combinations(rules, len(rules) - 1):
        check_consistent([*fewer, *UNRELATED], schema)


@pytest.mark.parametrize("schema", [WHOLE, REAL], ids=["whole", "real"])
@pytest.mark.parametrize("name", FINE)
def test_what_can_hold_is_let_through(schema, name):
    check_consistent([*FINE[name], *UNRELATED], schema)


def test_order_and_ends_of_real_numbers():
    # a <= 5 <= b, and b < a: no two reals, though no whole step lies between.
    rules = [Range("a", high=5), Range("b", low=5), Inequality("b", "a", strict=True)]
    for schema in (WHOLE, REAL):
        with pytest.raises(ConstraintError):
            check_consistent(rules, schema)
        check_consistent([*rules[:2], Inequality("b", "a")], schema)


def test_declared_bounds_count_and_read_off_bounds_do_not():
    declared = WHOLE.with_column("a", bounds=(0, 10))
    with pytest.raises(ConstraintError, match="bounds that the schema declares: 'a >= 11'"):
        check_consistent([Range("a", low=11)], declared)
    seen = Schema((Column("a", Kind.INTEGER, bounds=(0, 10)),))
    check_consistent([Range("a", low=11)], seen)


def test_the_schema_refuses_them():
    with pytest.raises(ConstraintError, match="'a < b'; 'b < c'; 'c < a'"):
        WHOLE.with_constraints(*LOOP)
    assert len(WHOLE.with_constraints(*LOOP[:2], *LOOP[:2]).constraints) == 2


def test_dates_are_compared_as_dates():
    schema = Schema((Column("s", Kind.DATETIME), Column("e", Kind.DATETIME)))
    rules = [Inequality("s", "e"), Range("s", low="2024-06-01"), Range("e", high="2024-01-01")]
    with pytest.raises(ConstraintError, match="'s <= e'"):
        check_consistent(rules, schema)


def test_smallest_leaves_nothing_that_can_be_left_out():
    rng = np.random.default_rng(0)
    for _ in range(20):
        core = set(rng.choice(12, int(rng.integers(1, 5)), replace=False).tolist())
        assert set(smallest(list(range(12)), lambda some, core=core: core <= set(some))) == core
