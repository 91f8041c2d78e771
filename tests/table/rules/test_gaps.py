"""Gaps that another column tells."""

import numpy as np

from synthgen.table.rules import Gap, Rules
from tests.table.rules.coded import LABEL, REAL, WHOLE, find, pairs, sums, table


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
