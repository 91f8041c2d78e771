"""Columns that follow from one or two others, and the explanations that say less and must be ruled out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from synthgen.table import encode, infer_schema
from synthgen.table.constraints import OneHot
from synthgen.table.discovery.dependencies import Search, dependencies, dependency
from synthgen.table.discovery.proposals import could_refute, counted


def proposed(frame, known=(), seed=0):
    schema = infer_schema(frame)
    found = dependencies(encode(frame, schema), schema, known, np.random.default_rng(seed))
    return [draft.rule.words for draft in found]


def labels(codes, stem="v"):
    return [f"{stem}{code}" for code in codes]


@pytest.fixture
def rng():
    return np.random.default_rng(2)


def test_one_in_two_hundred_may_be_wrong_but_not_one_in_fifty(rng):
    city = rng.integers(0, 20, 4000)
    for share, found in ((0.005, ["country follows from city"]), (0.02, [])):
        country = city // 4
        wrong = rng.random(4000) < share
        country[wrong] = (country[wrong] + 1) % 5
        assert proposed(pd.DataFrame({"city": labels(city), "country": labels(country, "k")})) == found


def test_a_column_that_hardly_varies_follows_from_nothing(rng):
    # The commonest value alone is right in 99.5 % of the rows.
    frame = pd.DataFrame({"a": labels(rng.integers(0, 9, 4000)), "rare": labels(rng.random(4000) < 0.005, "r")})
    assert proposed(frame) == []


def test_values_of_one_row_each_determine_nothing(rng):
    frame = pd.DataFrame({"x": rng.permutation(3000) * 1.5, "k": labels(rng.integers(0, 4, 3000))})
    assert proposed(frame) == []


def test_two_columns_together(rng):
    a, b, other = (rng.integers(0, size, 4000) for size in (6, 5, 4))
    frame = pd.DataFrame(
        {"a": labels(a), "b": labels(b), "other": labels(other), "c": labels((a * 7 + b * 3) % 4, "c")}
    )
    assert proposed(frame) == ["c follows from a, b"]
    wrong = rng.choice(4000, 20, replace=False)
    frame.loc[wrong, "c"] = labels(rng.integers(0, 4, 20), "c")
    assert proposed(frame) == ["c follows from a, b"]


def test_a_second_column_that_adds_nothing_is_left_out(rng):
    # c is a's in all but 1 of 100 rows, at random: b can't help to guess it.
    a = rng.integers(0, 6, 6000)
    c = np.where(rng.random(6000) < 0.012, rng.integers(0, 3, 6000), a // 2)
    frame = pd.DataFrame({"a": labels(a), "b": labels(rng.integers(0, 5, 6000)), "c": labels(c, "c")})
    assert not any("," in words for words in proposed(frame))


def test_that_one_of_a_group_follows_from_the_others_is_no_news(rng):
    way = rng.integers(0, 3, 2000)
    frame = pd.DataFrame({name: (way == number).astype(int) for number, name in enumerate(("x", "y", "z"))})
    assert proposed(frame, known=[OneHot(["x", "y", "z"])]) == []
    assert len(proposed(frame)) == 1  # what it would have said


def test_a_label_that_says_whether_a_number_is_missing_does_not_follow_from_it(rng):
    tested = rng.random(2000) < 0.6
    value = np.where(tested, rng.integers(0, 40, 2000), np.nan)
    assert proposed(pd.DataFrame({"tested": labels(tested, "t"), "value": value})) == []


def test_of_two_that_give_each_other_one_direction_is_said(rng):
    a = rng.integers(0, 8, 3000)
    b = a.copy()
    b[:9] = (b[:9] + 1) % 8
    assert len(proposed(pd.DataFrame({"a": labels(a), "b": labels(b, "w")}))) == 1


def test_circles_end(rng):
    a = rng.integers(0, 8, 3000)
    frame = {"a": labels(a)}
    for number in range(4):
        b = a.copy()
        b[number * 9 : number * 9 + 9] = (b[number * 9 : number * 9 + 9] + 1) % 8
        frame[f"b{number}"] = labels(b)
    found = proposed(pd.DataFrame(frame))
    given = [words.split(" follows")[0] for words in found]
    assert len(found) == 4 == len(set(given))


@pytest.mark.parametrize("seed", range(4))
def test_the_level_holds_on_labels_of_all_sizes(seed):
    rng = np.random.default_rng(seed)
    columns = {f"c{j}": labels(np.minimum(rng.zipf(1.3, 800), 60)) for j in range(10)}
    columns |= {f"d{j}": labels(rng.integers(0, 2, 800)) for j in range(10)}
    assert proposed(pd.DataFrame(columns), seed=seed) == []


def test_the_second_half_checks_what_the_first_has_taught(rng):
    # In the first half b is a; in the second it is anything: what was learnt doesn't hold.
    a = rng.integers(0, 5, 2000)
    b = np.r_[a[:1000], rng.integers(0, 5, 1000)]
    assert Search({"a": a, "b": b}, 1).follows(("a",), "b") is None
    found = Search({"a": a, "b": a}, 1).follows(("a",), "b")
    assert found is not None and found.share == 1.0


def test_the_commonest_value_judges(rng):
    rows = {"city": np.array([0.0, 0, 0, 1, 1, np.nan]), "country": np.array([0.0, 0, 1, 1, 1, 0])}
    frame = pd.DataFrame({"city": labels(rows["city"]), "country": labels(rows["country"])})
    draft = dependency("country", ("city",), rows)
    assert draft.rule.known is None  # what is proposed holds no value
    # The last row's combination is that of no other: it could refute nothing.
    assert counted(draft, rows, infer_schema(frame)) == (5, 1)
    new = {"city": np.array([0.0, 5, np.nan]), "country": np.array([1.0, 1, 1])}
    assert could_refute(draft.judge, new, infer_schema(frame)).tolist() == [True, False, False]
