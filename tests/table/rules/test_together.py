"""Rules of a whole table together, and those of real tables."""

import json

import numpy as np
import pandas as pd
import pytest

from synthgen.datasets import load_adult, load_thyroid
from synthgen.table import Column, Kind, Role, Schema, encode, infer_schema, read_file
from synthgen.table.rules import Determined, Gap, Rules, Total
from tests.table.rules.coded import BIKES, LABEL, WHOLE, apply, find, pairs, sums, table


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
