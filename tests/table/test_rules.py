"""Rules that hold, rules that one row refutes, and chance that must make none."""

import itertools
import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from synthgen.datasets import load_adult, load_thyroid
from synthgen.table import Column, Kind, Role, Schema, encode, infer_schema, read_file
from synthgen.table.rules import CHANCE, Determined, Gap, Rules, Total, _beyond_chance, find_rules

REAL, WHOLE, LABEL, DATE = Kind.CONTINUOUS, Kind.INTEGER, Kind.CATEGORICAL, Kind.DATETIME
BIKES = Path(__file__).parents[3] / "shared" / "data" / "bike_sharing_hour.csv.gz"


def table(target=None, **columns):
    """A coded frame and its schema: a column is (kind, values), a continuous one (decimals, values)."""
    made, described = {}, []
    for name, (kind, values) in columns.items():
        made[name] = np.asarray(values, dtype=float)
        role = Role.TARGET if name == target else Role.FEATURE
        decimals = None if isinstance(kind, Kind) else kind
        described.append(Column(name, kind if isinstance(kind, Kind) else REAL, role=role, decimals=decimals))
    return pd.DataFrame(made), Schema(tuple(described))


def find(made, seed=0):
    return find_rules(*made, np.random.default_rng(seed))


def pairs(rules):
    return [(rule.column, rule.by) for rule in rules]


def sums(rules):
    """Each total as text, 'x = +a -b', its parts by name."""
    found = []
    for rule in rules.totals:
        parts = sorted(zip(rule.parts, rule.signs, strict=True))
        found.append(" ".join([rule.column, "=", *(f"{'+' if sign > 0 else '-'}{part}" for part, sign in parts)]))
    return found


def apply(rules, coded):
    """What the rules say, in the order that Rules promises, for columns of which only the free ones are known."""
    out = coded.copy()
    for rule in (*rules.totals, *rules.determined):
        out[rule.column] = -1.0
    for gap in rules.gaps:
        out[gap.column] = out[gap.column].where(~gap.apply(out[gap.by].to_numpy()))
    for total in rules.totals:
        out[total.column] = total.apply(out[list(total.parts)].to_numpy())
    for determined in rules.determined:
        out[determined.column] = determined.apply(out[determined.by].to_numpy())
    return out


@pytest.fixture
def rng():
    return np.random.default_rng(7)


# --- what counts as evidence


def test_evidence_by_hand():
    # Two levels of three rows: given their first rows, the other four agree in one of C(4, 2) orders.
    rows, values = np.array([3, 3]), np.array([0, 1])
    assert _beyond_chance(rows, values, math.log(1 / 5)) is False  # the rare half asks for 1 in 100
    rows = np.array([5, 5])
    assert _beyond_chance(rows, values, math.log(1 / 69)) is False
    rows = np.array([6, 6])
    assert _beyond_chance(rows, values, math.log(1 / 251))
    assert not _beyond_chance(rows, values, math.log(1 / 253))  # C(10, 5) = 252


@pytest.mark.parametrize("by", [[0, 0, 0, 0, 1, 1, 1, 1], [0, 0, 0, 0, 0, 1, 1, 1], [0, 0, 0, 1, 1, 1, 2, 2]])
@pytest.mark.parametrize("column", [[0, 1], [0, 0, 0, 1], [0, 0, 1, 2]])
def test_orders_without_contradiction_that_count_are_as_few_as_claimed(by, column, monkeypatch):
    monkeypatch.setattr("synthgen.table.rules.CHANCE_OF_RARE", 1.0 - 1e-9)
    orders = set(itertools.permutations((column * 4)[:8]))
    for chance in (0.5, 0.2, 0.1, 0.03, 0.01):
        kept = 0
        for order in orders:
            level = dict(zip(by, order, strict=True))
            holds = len(set(zip(by, order, strict=True))) == len(level)
            kept += holds and _beyond_chance(np.bincount(by), np.array(list(level.values())), math.log(chance))
        assert kept <= chance * len(orders)


def test_two_halves_need_enough_rows():
    # Two equal columns of n / 2 zeros and ones: one of the C(n - 2, n / 2 - 1) orders of the rows beyond the first two.
    for n, found in ((26, 0), (28, 1)):
        assert (1 / math.comb(n - 2, n // 2 - 1) < CHANCE / 5) == bool(found)
        half = np.arange(n) % 2
        assert len(find(table(a=(LABEL, half), b=(LABEL, half))).determined) == found


def test_a_column_of_almost_distinct_values_determines_nothing():
    values = np.r_[np.arange(58), 57, 57]
    assert not find(table(by=(WHOLE, values), column=(LABEL, np.arange(60) // 30))).determined


@pytest.mark.parametrize("common", [[np.nan], [0], [np.nan, 0]])
def test_common_values_shared_do_not_vouch_for_levels_of_one_row(common):
    # Both columns are missing (or zero) in the same rows, and else have a value of their own in each row.
    shared = np.repeat(common, 90)
    first, second = np.r_[shared, 1 + np.arange(120.0)], np.r_[shared, 1 + np.arange(120.0)[::-1] % 40]
    found = find(table(first=(WHOLE, first), second=(WHOLE, second)))
    assert not found.determined and not found.totals
    assert pairs(found.gaps) == ([("second", "first")] if np.isnan(common[0]) else [])


def test_a_rare_value_is_evidence_where_it_coincides():
    # 12 of 400 rows: one order in C(398, 11).
    rare = (np.arange(400) < 12).astype(float)
    assert pairs(find(table(a=(LABEL, rare), b=(LABEL, 5 - rare))).determined) == [("b", "a")]


@pytest.mark.parametrize("seed", range(8))
def test_noise_makes_no_rules(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(20, 60))
    columns = {}
    for number in range(0, 60, 5):
        columns[f"c{number}"] = LABEL, rng.integers(0, 2, n)
        columns[f"c{number + 1}"] = LABEL, rng.integers(0, n // 2, n)
        columns[f"c{number + 2}"] = WHOLE, rng.poisson(rng.choice([0.05, 0.5, 4]), n)
        columns[f"c{number + 3}"] = 1, rng.normal(0, 0.3, n).round(1)
        columns[f"c{number + 4}"] = REAL, rng.normal(0, 0.1, n)
    coded, schema = table(**columns)
    gaps = rng.random(coded.shape) < rng.choice([0, 0.03, 0.3], coded.shape[1])
    assert find((coded.mask(gaps), schema), seed) == Rules()


@pytest.mark.parametrize("n", [0, 1, 5, 19])
def test_few_rows_make_no_rules(n):
    values = np.arange(n, dtype=float)
    assert (
        find(
            table(
                a=(WHOLE, values),
                b=(WHOLE, values),
                c=(WHOLE, 2 * values),
                d=(LABEL, values % 2),
                e=(LABEL, values % 2),
            )
        )
        == Rules()
    )


# --- a column determined by another


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


# --- totals


def test_signs_and_rounding_by_hand():
    rule = Total("x", ("a", "b"), (1, -1), 1)
    np.testing.assert_array_equal(rule.apply(np.array([[0.3, 0.1], [1.0, np.nan]])), [0.2, np.nan])
    assert Total("x", ("a", "b"), (1, 1), None).apply(np.array([[0.1, 0.2]])) == [0.1 + 0.2]


@pytest.fixture
def money(rng):
    """Columns of cents by name; a lambda over them gives a column of two decimals."""
    parts = dict(zip("abcd", rng.gamma(2, 100, (4, 500)).round(2), strict=True))

    def make(**totals):
        return table(
            **{
                name: (2, values if isinstance(values, np.ndarray) else parts[values])
                for name, values in totals.items()
            }
        )

    make.__dict__.update(parts)
    return make


def test_a_difference_is_written_as_a_sum(money):
    found = find(money(left=(money.a - money.b).round(2), b="b", a="a"))
    assert sums(found) == ["a = +b +left"]


def test_three_parts(money):
    assert sums(find(money(a="a", t=(money.a + money.b + money.c).round(2), b="b", c="c"))) == ["t = +a +b +c"]


def test_totals_of_totals_are_written_in_free_columns(money):
    first, second = money.a + money.b, money.a + money.b + money.c
    third = second + money.d
    columns = {"t3": third, "t2": second, "t1": first} | {name: name for name in "abcd"}
    expected = {"t1 = +a +b", "t2 = +a +b +c", "t3 = +a +b +c +d"}
    for order in (columns, dict(reversed(columns.items()))):
        rounded = {name: item if isinstance(item, str) else item.round(2) for name, item in order.items()}
        assert set(sums(find(money(**rounded)))) == expected


def test_a_part_that_is_itself_a_sum_of_three_stays_a_part(money):
    # Sums of two come first: a is needed for t, so the longer sum is turned to give another of its columns.
    a = (money.c + money.d + money.b).round(2)
    found = find(money(a=a, c="c", d="d", b="b", more="a", t=(a + money.a).round(2)))
    assert sums(found) == ["b = +a -c -d", "t = +a +more"]


def test_two_sums_for_one_column_give_two_totals(money):
    found = find(money(t=(money.a + money.b).round(2), a="a", b="b", c="c", d=(money.a + money.b - money.c).round(2)))
    assert sums(found) == ["t = +a +b", "d = +a +b -c"]


def test_copies_and_opposites(money):
    found = find(money(a="a", b="b", again="a", minus=-money.b, zero=-(money.a + money.b).round(2)))
    assert sums(found) == ["again = +a", "minus = -b", "zero = -a -b"]


def test_copies_of_few_values_are_totals_too(rng):
    values = rng.integers(0, 9, 300)
    found = find(table(a=(WHOLE, values), copy=(WHOLE, values), twice=(WHOLE, 2 * values), label=(LABEL, values)))
    assert sums(found) == ["copy = +a"]
    assert pairs(found.determined) == [("twice", "a"), ("label", "a")]


def test_dates_can_be_copies(rng):
    day = 86_400_000_000.0 * rng.integers(0, 9000, 500)
    later = day + 1  # a microsecond
    assert sums(find(table(day=(DATE, day), again=(DATE, day), later=(DATE, later)))) == ["again = +day"]


def test_one_row_kills_a_sum(money):
    total = (money.a + money.b).round(2)
    total[77] += 0.01
    assert find(money(a="a", b="b", t=total)) == Rules()


def test_integers_are_exact_and_other_numbers_within_a_billionth(rng):
    a, b = rng.integers(10**6, 10**9, (2, 200)).astype(float)
    assert sums(find(table(a=(WHOLE, a), b=(WHOLE, b), t=(WHOLE, a + b)))) == ["t = +a +b"]
    assert find(table(a=(WHOLE, a), b=(WHOLE, b), t=(WHOLE, a + b + (np.arange(200) == 5)))) == Rules()
    assert find(table(a=(REAL, a / 7), b=(REAL, b / 7), t=(REAL, (a + b) / 7 * (1 + 1e-10)))).totals
    assert find(table(a=(REAL, a / 7), b=(REAL, b / 7), t=(REAL, (a + b) / 7 * (1 + 1e-7)))) == Rules()


def test_a_rounded_sum_is_given_to_its_rounding(rng):
    a, b = rng.gamma(2, 100, (2, 400))
    columns = {"a": (REAL, a), "b": (REAL, b), "t": (1, (a + b).round(1)), "r": (0, a.round(0))}
    found = find(table(**columns))
    assert sums(found) == ["t = +a +b", "r = +a"]
    np.testing.assert_array_equal(found.totals[0].apply(np.c_[a, b]), columns["t"][1])
    off = columns["t"][1] + 0.1 * (np.arange(400) == 9)
    assert sums(find(table(**{**columns, "t": (1, off.round(1))}))) == ["r = +a"]


def test_missing_exactly_where_a_part_is(money, rng):
    a, b = (np.where(rng.random(500) < 0.1, np.nan, money.__dict__[name]) for name in "ab")
    assert sums(find(money(a=a, b=b, t=(a + b).round(2), c="c"))) == ["t = +a +b"]
    missing_more = np.where(np.arange(500) == 3, np.nan, (money.a + money.b).round(2))
    assert not find(money(a="a", b="b", t=missing_more)).totals
    assert not find(money(a=a, b=b, t=(money.a + money.b).round(2))).totals


def test_twenty_rows(rng):
    a, b = rng.normal(size=(2, 20))
    assert sums(find(table(a=(REAL, a), b=(REAL, b), t=(REAL, a + b)))) == ["t = +a +b"]
    assert not find(table(a=(REAL, a[1:]), b=(REAL, b[1:]), t=(REAL, (a + b)[1:]))).totals


@pytest.mark.parametrize("part", [np.zeros(500), np.full(500, 2.5), np.eye(1, 500)[0]])
def test_a_part_that_hardly_varies_makes_no_sum(money, part):
    found = find(money(a="a", part=part, t=money.a + part, b="b"))
    assert sums(found) in ([], ["t = +a"])


def test_a_sum_among_many_columns_with_gaps_of_their_own(rng):
    values = rng.normal(size=(1000, 120)).round(3)
    values[:, 100] = (values[:, 3] - values[:, 50]).round(3)
    values[:, 110] = (values[:, 3] + values[:, 7] + values[:, 9]).round(3)
    values[:, 20:40][rng.random((1000, 20)) < 0.2] = np.nan
    values[:, 105] = (values[:, 30] + values[:, 31]).round(3)
    found = find(table(**{f"c{number}": (3, column) for number, column in enumerate(values.T)}))
    # The last is c3 + c7 + c9, but c3 is itself a total.
    assert sums(found) == ["c3 = +c100 +c50", "c105 = +c30 +c31", "c110 = +c100 +c50 +c7 +c9"]


# --- gaps


def test_a_class_that_no_row_had_takes_nothing_away():
    rule = Gap("card", "pays", False, np.array([0.0, 2.0, np.nan]), np.array([True, False, True]))
    assert rule.apply(np.array([0, 1, 2, np.nan])).tolist() == [True, False, False, True]
    rule = Gap("card", "bank", True, np.array([0.0, 1.0]), np.array([False, True]))
    assert rule.apply(np.array([7, np.nan])).tolist() == [False, True]


def test_missing_for_one_class(rng):
    pays, card = rng.integers(0, 3, 500), rng.normal(size=500)
    found = find(table(card=(REAL, np.where(pays == 1, np.nan, card)), pays=(LABEL, pays)))
    (gap,) = found.gaps
    assert (gap.column, gap.by, gap.by_missing) == ("card", "pays", False)
    assert gap.levels.tolist() == [0, 1, 2] and gap.missing.tolist() == [False, True, False]
    card[pays == 1] = np.nan
    card[np.flatnonzero(pays == 1)[0]] = 0.5
    assert find(table(card=(REAL, card), pays=(LABEL, pays))) == Rules()


def test_missing_together_and_one_or_the_other(rng):
    gone = rng.random(500) < 0.2
    x, y, z, w = rng.normal(size=(4, 500))
    columns = {
        "x": (REAL, np.where(gone, np.nan, x)),
        "y": (REAL, np.where(gone, np.nan, y)),
        "z": (REAL, np.where(gone, z, np.nan)),
    }
    found = find(table(**columns, w=(REAL, np.where(rng.random(500) < 0.2, np.nan, w)))).gaps
    assert [(gap.column, gap.by, gap.by_missing, gap.missing.tolist()) for gap in found] == [
        ("y", "x", True, [False, True]),
        ("z", "x", True, [True, False]),
    ]
    assert pairs(find(table("z", **columns)).gaps) == [("x", "z"), ("y", "z")]


def test_columns_missing_together_for_a_class_all_follow_the_label(rng):
    kind = rng.integers(0, 4, 500)
    columns = {name: (REAL, np.where(kind > 1, np.nan, rng.normal(size=500))) for name in "xyz"}
    assert pairs(find(table(**columns, kind=(LABEL, kind))).gaps) == [("x", "kind"), ("y", "kind"), ("z", "kind")]


def test_gaps_that_tell_each_other_give_one_rule(rng):
    # p is missing where q is 7, q where p is 5.
    case = rng.integers(0, 4, 800)
    p = np.select([case == 0, case == 1], [np.nan, 5], rng.integers(0, 3, 800))
    q = np.select([case == 1, case == 0], [np.nan, 7], rng.integers(0, 3, 800))
    assert pairs(find(table(p=(LABEL, p), q=(LABEL, q))).gaps) == [("p", "q")]


def test_a_label_whose_class_tells_a_gap_gets_no_gap_rule(rng):
    kind, paid = rng.integers(0, 3, 600), rng.integers(0, 3, 600).astype(float)
    paid[kind == 2] = np.nan
    columns = {"card": (REAL, np.where(paid == 1, np.nan, kind + rng.normal(size=600)))}
    found = find(table(**columns, paid=(LABEL, paid), kind=(LABEL, kind)))
    assert pairs(found.gaps) == [("card", "paid")]


def test_a_label_that_only_says_whether_a_number_is_there_leads(rng):
    level = np.where(rng.random(600) < 0.3, np.nan, rng.integers(0, 90, 600))
    found = find(table(level=(WHOLE, level), measured=(LABEL, ~np.isnan(level))))
    assert not found.determined
    assert [(gap.column, gap.by, gap.missing.tolist()) for gap in found.gaps] == [("level", "measured", [True, False])]


def test_a_column_that_a_rule_gives_has_no_gap_rule_and_tells_none(rng):
    kind = rng.integers(0, 4, 500)
    a, b, c = rng.normal(size=(3, 500)).round(3)
    a[kind == 2] = np.nan
    columns = {"t": (3, (a + b).round(3)), "a": (3, a), "b": (3, b), "group": (LABEL, kind // 2), "kind": (LABEL, kind)}
    found = find(table(**columns, c=(3, np.where(kind > 1, c, np.nan))))
    assert sums(found) == ["t = +a +b"]
    assert pairs(found.determined) == [("group", "kind")]
    assert pairs(found.gaps) == [("a", "kind"), ("c", "kind")]


# --- together


def test_a_part_is_given_by_nothing_and_a_total_may_determine(rng):
    one, two = rng.integers(0, 50, (2, 3000))
    found = find(table(one=(WHOLE, one), two=(WHOLE, two), score=(WHOLE, one + two), grade=(LABEL, (one + two) // 20)))
    assert sums(found) == ["score = +one +two"]
    assert pairs(found.determined) == [("grade", "score")]
    fee = find(
        table(
            plan=(LABEL, one),
            fee=(WHOLE, 10 * (one // 5)),
            base=(WHOLE, 7 * two),
            price=(WHOLE, 10 * (one // 5) + 7 * two),
        )
    )
    assert sums(fee) == ["price = +base +fee"] and not fee.determined


def test_a_part_leads_the_columns_it_is_one_to_one_with(rng):
    plan, base = rng.integers(0, 6, 500), rng.integers(0, 90, 500)
    found = find(table(plan=(LABEL, plan), fee=(WHOLE, 10 * plan), base=(WHOLE, base), price=(WHOLE, base + 10 * plan)))
    assert sums(found) == ["price = +base +fee"]
    assert pairs(found.determined) == [("plan", "fee")]


def scrambled(seed):
    """A table in which much follows from much, columns in any order."""
    rng = np.random.default_rng(seed)
    n, columns = int(rng.integers(200, 600)), {}
    for number in range(4):
        columns[f"n{number}"] = 2, rng.gamma(2, 100, n).round(2)
        columns[f"i{number}"] = WHOLE, rng.integers(0, 12, n)
        columns[f"l{number}"] = LABEL, rng.integers(0, 6, n)
    for number in range(14):
        names = list(rng.choice(list(columns), 2, replace=False))
        (kind, first), (other, second) = (columns[name] for name in names)
        what = rng.integers(0, 4)
        if what == 0 and LABEL not in (kind, other):
            columns[f"s{number}"] = (2, (first + rng.choice([-1, 1]) * second).round(2))
        elif what == 1 and kind != 2:
            columns[f"d{number}"] = (
                LABEL,
                rng.permutation(50)[np.nan_to_num(first, nan=40).astype(int) % 50] // rng.integers(1, 9),
            )
        elif what == 2:
            columns[names[0]] = kind, np.where(np.isnan(second) | (second == 3), np.nan, first)
        elif what == 3:
            columns[f"c{number}"] = kind, first
    names = list(rng.permutation(list(columns)))
    return table(rng.choice(names), **{name: columns[name] for name in names})


@pytest.mark.parametrize("seed", range(12))
def test_rules_are_consistent_and_give_the_table_back(seed):
    coded, schema = scrambled(seed)
    rules = find((coded, schema), seed)
    given, gapped = set(), set(pair[0] for pair in pairs(rules.gaps))
    for rule in (*rules.totals, *rules.determined):
        assert rule.column not in given | gapped
        given.add(rule.column)
    assert not given & {part for total in rules.totals for part in total.parts}
    assert not {rule.by for rule in rules.determined} & {rule.column for rule in rules.determined}
    assert not (given | gapped) & {gap.by for gap in rules.gaps}
    pd.testing.assert_frame_equal(apply(rules, coded), coded, rtol=0, atol=1e-12)
    for gap in rules.gaps:
        np.testing.assert_array_equal(gap.apply(coded[gap.by].to_numpy()), coded[gap.column].isna())
    assert Rules.from_dict(json.loads(json.dumps(rules.to_dict()))).to_dict() == rules.to_dict()
    assert find((coded, schema), seed + 1).to_dict() == rules.to_dict()


def test_the_random_tables_do_hold_rules():
    found = [find(scrambled(seed)) for seed in range(12)]
    assert min(sum(len(getattr(rules, sort)) for rules in found) for sort in ("determined", "totals", "gaps")) > 8


def test_plain_values(rng):
    rules = Rules(
        (Determined("a", "b", np.array([1.0, np.nan]), np.array([np.nan, 2.0])),),
        (Total("t", ("x", "y"), (1, -1), None),),
        (Gap("g", "b", True, np.array([0.0, 1.0]), np.array([False, True])),),
    )
    assert rules.to_dict() == {
        "determined": [{"column": "a", "by": "b", "levels": [1.0, None], "values": [None, 2.0]}],
        "totals": [{"column": "t", "parts": ["x", "y"], "signs": [1, -1], "decimals": None}],
        "gaps": [{"column": "g", "by": "b", "by_missing": True, "levels": [0.0, 1.0], "missing": [False, True]}],
    }
    again = Rules.from_dict(json.loads(json.dumps(rules.to_dict(), allow_nan=False)))
    assert again.totals == rules.totals
    np.testing.assert_array_equal(again.determined[0].values, [np.nan, 2])
    assert again.gaps[0].missing.dtype == bool and again.gaps[0].levels.dtype == float


def test_identifiers_subjects_and_text_take_no_part_and_the_frame_stays(rng):
    group = rng.integers(0, 9, 400)
    coded, _ = table(group=(LABEL, group), who=(LABEL, group), kind=(LABEL, group))
    coded["key"] = coded["note"] = [f"n{value}" for value in group]
    about = (
        Column("group", LABEL, role=Role.IDENTIFIER),
        Column("who", LABEL, role=Role.SUBJECT),
        Column("kind", LABEL),
        Column("key", Kind.IDENTIFIER),
        Column("note", Kind.TEXT),
    )
    before = coded.copy()
    assert find((coded, Schema(about))) == Rules()
    pd.testing.assert_frame_equal(coded, before)


# --- real tables


def found_in(frame, **options):
    schema = infer_schema(frame, **options)
    return find((encode(frame, schema), schema)), schema


def test_adult():
    rules, schema = found_in(load_adult(), target="income")
    (rule,) = rules.determined
    assert (rule.column, rule.by) == ("education-num", "education")
    labels, numbers = schema["education"].categories, schema["education-num"].categories
    years = {labels[int(level)]: numbers[int(code)] for level, code in zip(rule.levels, rule.values, strict=True)}
    assert (years["Preschool"], years["HS-grad"], years["Bachelors"], years["Doctorate"]) == (1, 9, 13, 16)
    # Those who never worked, or whose work class isn't known, have no occupation.
    (gap,) = rules.gaps
    assert (gap.column, gap.by) == ("occupation", "workclass")
    without = [schema["workclass"].categories[int(code)] for code in gap.levels[gap.missing] if not np.isnan(code)]
    assert without == ["Never-worked"] and np.isnan(gap.levels[gap.missing][-1])
    assert not rules.totals


def test_thyroid():
    rules, _ = found_in(load_thyroid(), target="diagnosis")
    blood = ("TSH", "T3", "TT4", "T4U", "FTI", "TBG")
    assert pairs(rules.gaps) == [(name, f"{name}_measured") for name in blood]
    assert not rules.determined and not rules.totals


def test_bike_sharing():
    if not BIKES.exists():
        pytest.skip(f"{BIKES} isn't there: real tables are kept outside the project")
    for target in (None, "cnt"):
        rules, _ = found_in(read_file(BIKES), target=target)
        assert rules == Rules(totals=(Total("cnt", ("casual", "registered"), (1, 1), 0),))
