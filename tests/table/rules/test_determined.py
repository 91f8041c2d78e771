"""A column that another one determines."""

import numpy as np

from synthgen.table.rules import Determined, Rules
from tests.table.rules.coded import LABEL, WHOLE, find, pairs, table


def test_a_level_that_no_row_had_is_unknown():
    rule = Determined("degree", "years", np.array([9.0, 13.0]), np.array([np.nan, 1.0]))
    np.testing.assert_array_equal(rule.apply(np.array([13, 9, 8, 14, np.nan])), [1, np.nan, np.nan, np.nan, np.nan])


def test_the_map_holds_missing_values_as_values():
    years = np.tile([16, 9, 13, np.nan], 30)
    degree = np.tile([2, np.nan, 1, 0], 30)
    (rule,) = find(table(years=(WHOLE, years), degree=(LABEL, degree))).determined
    assert (rule.column, rule.by) == ("degree", "years")
    np.testing.assert_array_equal(rule.levels, [9, 13, 16, np.nan])
    np.testing.assert_array_equal(rule.values, [np.nan, 1, 2, 0])


def test_independent_columns_of_the_same_cardinality_are_free(rng):
    columns = {name: (LABEL, rng.integers(0, 16, 2000)) for name in "abcd"}
    assert find(table(**columns)) == Rules()


def test_one_row_kills_it(rng):
    month = rng.integers(0, 12, 3000)
    quarter = month // 3
    assert pairs(find(table(month=(LABEL, month), quarter=(LABEL, quarter))).determined) == [("quarter", "month")]
    quarter[1234] = (quarter[1234] + 1) % 4
    assert find(table(month=(LABEL, month), quarter=(LABEL, quarter))) == Rules()


def test_one_row_kills_it_between_rare_columns():
    # The rows that tell are 11 in 50,000: no sample of some thousand would hold them.
    rare = np.zeros(50_000)
    rare[:11] = 1
    almost = rare.copy()
    almost[10] = 0
    assert find(table(a=(LABEL, rare), b=(LABEL, rare))).determined
    assert find(table(a=(LABEL, rare), b=(LABEL, almost))) == Rules()


def test_of_two_that_determine_each_other_the_earlier_leads_and_the_target_before_all(rng):
    month = rng.integers(0, 12, 600)
    columns = {
        "quarter": (LABEL, month // 3),
        "month": (LABEL, month),
        "name": (LABEL, 11 - month),
        "days": (WHOLE, 10 * month),
    }
    assert pairs(find(table(**columns)).determined) == [("quarter", "month"), ("name", "month"), ("days", "month")]
    found = find(table("days", **columns)).determined
    assert pairs(found) == [("quarter", "days"), ("month", "days"), ("name", "days")]


def test_the_target_follows_where_it_cannot_lead(rng):
    month = rng.integers(0, 12, 600)
    found = find(table("season", season=(LABEL, month // 3), month=(LABEL, month), half=(LABEL, month // 6)))
    assert pairs(found.determined) == [("season", "month"), ("half", "month")]


def test_of_two_unrelated_sources_the_one_with_fewer_levels(rng):
    hour, shift = rng.integers(0, 24, 2000), rng.integers(0, 4, 2000)
    night = rng.integers(0, 2, 2000)
    columns = {"code": (WHOLE, 2 * hour + night), "label": (LABEL, 2 * shift + night), "night": (LABEL, night)}
    assert pairs(find(table(**columns)).determined) == [("night", "label")]


def test_more_than_256_values_are_left_alone(rng):
    days = rng.integers(0, 300, 9000)
    assert not find(table(days=(WHOLE, days), half=(LABEL, days // 150))).determined
    assert find(table(days=(WHOLE, days % 256), half=(LABEL, days % 256 // 150))).determined
