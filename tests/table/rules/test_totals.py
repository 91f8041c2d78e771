"""Columns that are sums of others."""

import numpy as np
import pytest

from synthgen.table.rules import Rules, Total
from tests.table.rules.coded import DATE, LABEL, REAL, WHOLE, find, pairs, sums, table


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
