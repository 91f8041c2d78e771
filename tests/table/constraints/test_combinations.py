"""Combinations, dependencies and one-hot groups."""

from __future__ import annotations

import numpy as np
import pytest

from synthgen.errors import ConstraintError
from synthgen.table.constraints import FixedCombinations, FunctionalDependency, OneHot, combinations

NAN = float("nan")
# Oslo and Bergen are in Norway, Rome in Italy; one row lacks both.
REAL = {"city": np.array([0.0, 0, 0, 1, 2, NAN]), "country": np.array([0.0, 0, 0, 0, 1, NAN])}


def rows(**columns):
    return {name: np.array(values, dtype=float) for name, values in columns.items()}


@pytest.fixture
def pairs(schema):
    return FixedCombinations(["city", "country"]).fitted(REAL, schema)


def test_combinations_are_those_of_the_real_rows_and_a_gap_is_a_value(pairs, schema):
    given = rows(city=[0, 0, 2, NAN, NAN], country=[0, 1, 1, NAN, 0])
    assert pairs.holds(given, schema).tolist() == [True, False, True, True, False]
    assert dict(zip(pairs.known, pairs.counts, strict=True)) == {(0, 0): 3, (1, 0): 1, (2, 1): 1, (None, None): 1}


def test_as_few_columns_are_changed_as_can_be(pairs, mended):
    made, kept = mended(pairs, {"city": [2.0], "country": [0.0]}, ("country",))
    assert kept.all() and (made["city"][0], made["country"][0]) == (2, 1)
    made, kept = mended(pairs, {"city": [2.0], "country": [0.0]}, ("city",))
    assert kept.all() and made["country"][0] == 0 and made["city"][0] in (0, 1)


def test_values_are_put_in_as_often_as_they_occur(pairs, mended):
    n = 4000
    made, kept = mended(pairs, {"city": np.full(n, 2.0), "country": np.zeros(n)}, ("city",))
    assert kept.all()
    assert (made["city"] == 0).mean() == pytest.approx(0.75, abs=0.03)  # three of the four Norwegian rows


def test_a_combination_that_no_known_one_shares_a_column_with(schema, mended):
    rule = FixedCombinations(["city", "status"]).fitted(rows(city=[0, 1], status=[0, 1]), schema)
    made, kept = mended(rule, {"city": [2.0], "status": [2.0]})
    assert kept.all()
    made, kept = mended(rule, {"city": [2.0], "status": [2.0]}, ("city",))
    assert not kept.any() and made["city"].tolist() == [2]


def test_the_city_gives_the_country(schema):
    rule = FunctionalDependency("city", "country").fitted(REAL, schema)
    given = rows(city=[1, 1, 2, NAN], country=[0, 1, NAN, NAN])
    assert rule.holds(given, schema).tolist() == [True, False, False, True]
    assert rule.seen(rows(city=[0, 1, NAN])).tolist() == [3, 1, 1]
    assert (rule.gives, rule.words) == ("country", "country follows from city")


def test_of_a_combination_that_no_row_had_nothing_is_known(schema):
    rule = FunctionalDependency("city", "country").fitted(rows(city=[0], country=[0]), schema)
    assert rule.holds(rows(city=[2, 2, 0], country=[0, 1, 1]), schema).tolist() == [True, True, False]
    assert rule.seen(rows(city=[2.0])).tolist() == [0]


def test_the_column_is_set_or_another_city_found(schema, mended):
    rule = FunctionalDependency("city", "country").fitted(REAL, schema)
    made, kept = mended(rule, {"city": [2.0], "country": [0.0]})
    assert kept.all() and made["city"][0] == 2 and made["country"][0] == 1
    made, kept = mended(rule, {"city": [2.0], "country": [0.0]}, ("city",))
    assert kept.all() and made["country"][0] == 0 and made["city"][0] in (0, 1)


def test_two_columns_may_determine_a_third(schema):
    real = rows(start=[0, 0, 1, 1], end=[0, 1, 0, 1], quantity=[5, 6, 7, 8])
    rule = FunctionalDependency(["start", "end"], "quantity").fitted(real, schema)
    assert rule.holds(rows(start=[1, 1], end=[0, 1], quantity=[7, 7]), schema).tolist() == [True, False]


def test_what_real_rows_contradict_is_refused_without_a_value(schema):
    with pytest.raises(ConstraintError, match="doesn't hold in the real rows: 1 of") as error:
        FunctionalDependency("country", "city").fitted(REAL, schema)
    assert "Oslo" not in str(error.value)


def test_too_many_combinations_are_refused(schema, monkeypatch):
    monkeypatch.setattr(combinations, "MOST_COMBINATIONS", 3)
    with pytest.raises(ConstraintError, match="about 4 combinations"):
        FixedCombinations(["city", "country"]).fitted(REAL, schema)


@pytest.mark.parametrize("names", ["city", ["city"], ["city", "city"], list("abcdefg"), ["city", 3]])
def test_lists_of_columns_are_checked(names):
    with pytest.raises(ConstraintError):
        FixedCombinations(names)


def test_a_column_that_gives_itself_is_refused():
    with pytest.raises(ConstraintError, match="determine another"):
        FunctionalDependency(["city", "country"], "city")
    with pytest.raises(ConstraintError, match="2 or more"):
        OneHot(["cash"])


def test_real_values_stand_in_no_text(pairs):
    assert "known" not in repr(pairs) and "Oslo" not in repr(pairs) and "3" not in repr(pairs)


def test_exactly_one_is_set(schema):
    given = rows(cash=[1, 0, 1, NAN, 2], card=[0, 0, 1, 1, 0], voucher=[0, 0, 0, 0, 0])
    assert OneHot(["cash", "card", "voucher"]).holds(given, schema).tolist() == [True, False, False, False, False]


def test_one_of_those_set_stays_and_where_none_is_another_row_decides(mended):
    rule = OneHot(["cash", "card", "voucher"])
    given = {"cash": [1.0, 0, 1], "card": [1.0, 0, 0], "voucher": [0.0, 0, 0]}
    made, kept = mended(rule, given)
    assert kept.all() and made["voucher"].tolist() == [0, 0, 0]
    assert made["cash"][1] == 1  # the only row that keeps the rule pays in cash


@pytest.mark.parametrize(("card", "kept"), [(1.0, True), (0.0, True)])
def test_what_is_fixed_decides(mended, card, kept):
    made, good = mended(OneHot(["cash", "card"]), {"cash": [card], "card": [card]}, ("cash",))
    assert good.all() == kept and made["card"][0] == card and made["cash"][0] == 1 - card


def test_two_that_are_fixed_can_not_be_mended(mended):
    rule, given = OneHot(["cash", "card", "voucher"]), {"cash": [1.0], "card": [1.0], "voucher": [0.0]}
    assert not mended(rule, given, ("voucher",))[1].any()


def test_a_label_is_no_yes_or_no(schema):
    with pytest.raises(ConstraintError, match="categorical"):
        OneHot(["cash", "city"]).check(schema)
