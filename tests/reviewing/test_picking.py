"""Which rows a sheet shows: every group has its share, a row one line, and the planted ones are on it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from synthgen.randomness import seed_sequence
from synthgen.reviewing.picking import SHARES, _quota, _shared_out, pick_rows
from synthgen.reviewing.reasons import Group
from synthgen.table.column import Column, Kind
from synthgen.table.schema import Schema
from synthgen.validation.comparison import Comparison
from synthgen.validation.privacy.flags import COLUMNS

SCHEMA = Schema(
    (*(Column(name, Kind.CONTINUOUS) for name in "abc"), Column("y", Kind.BOOLEAN, categories=(False, True)))
)


def rows(n, seed):
    rng = np.random.default_rng(seed)
    a = rng.normal(size=n)
    return pd.DataFrame({"a": a, "b": a + 0.1 * rng.normal(size=n), "c": rng.normal(size=n), "y": (a > 0) * 1.0})


def flags(*listed):
    known = [
        {"row": row, "reason": reason, "columns": columns, "value": value, "threshold": 0.1, "p_value": p, "q_value": p,
         "refused": False}
        for row, reason, columns, value, p in listed
    ]  # fmt: skip
    return pd.DataFrame(known, columns=COLUMNS)


@pytest.fixture(scope="module")
def comparison():
    """Row 0 is a real row again; rows 1 to 4 go together least."""
    train, made = rows(800, 0), rows(300, 1)
    made.loc[0] = train.loc[7]
    made.loc[1:4, "b"] = -2 * np.sign(made.loc[1:4, "a"])
    return Comparison.of(train, rows(200, 2), made, SCHEMA)


FLAGS = flags(
    (11, "IMPLAUSIBLE_LABEL", "y", 0.05, np.nan), (10, "IMPLAUSIBLE_LABEL", "y", 0.0, np.nan),
    (12, "INTERPOLATED", "all", 0.1, 0.2), (13, "VALUE_REUSE", "c", 0.1, 0.01),
    (12, "IMPLAUSIBLE_LABEL", "y", 0.01, 1.0),
)  # fmt: skip


@pytest.fixture(scope="module")
def picks(comparison):
    return pick_rows(comparison, FLAGS, 50, seed_sequence(0))


def test_every_group_has_rows_and_a_row_has_one_line(picks):
    assert len(picks) == 50
    assert len({pick.row for pick in picks}) == 50
    assert {pick.group for pick in picks} == set(Group)
    assert sum(pick.group is Group.TYPICAL for pick in picks) == 10
    assert [list(Group).index(pick.group) for pick in picks] == sorted(list(Group).index(pick.group) for pick in picks)


def test_planted_rows_are_shown_for_their_reasons(picks):
    said = {pick.row: "; ".join(pick.reasons) for pick in picks}
    assert said[0].split(";")[-2].strip().startswith("0 from the nearest real row")
    for row in (1, 2, 3, 4):
        assert "its values hardly go together: fewer than 10 of 200 held-out real rows look as unlikely" in said[row]
    assert "its label of y is more than 1,000 times less likely here" in said[10]
    assert "its label of y is 20 times less likely here" in said[11]
    assert "100 times" in said[12] and "interpolates real rows" in said[12]
    assert said[13].endswith("that the generator saw (c)")


def test_the_same_seed_picks_the_same_rows(comparison, picks):
    assert pick_rows(comparison, FLAGS, 50, seed_sequence(0)) == picks
    other = pick_rows(comparison, FLAGS, 50, seed_sequence(1))
    assert [pick.row for pick in other] != [pick.row for pick in picks]


def test_typical_rows_do_not_depend_on_what_is_in_them(comparison, picks):
    # So that what is decided about them holds for rows that nobody sees.
    other = Comparison.of(comparison.train[:60], comparison.holdout, rows(300, 9), SCHEMA)
    one, two = (
        [pick.row for pick in listed if pick.group is Group.TYPICAL]
        for listed in (picks, pick_rows(other, flags(), 50, seed_sequence(0)))
    )
    assert one == two


@pytest.mark.parametrize("n", [5, 6, 11, 49, 50, 60, 1000])
def test_shares_add_up(n):
    quota = _quota(n)
    assert sum(quota.values()) == n
    assert all(abs(quota[group] - share * n) <= 1 for group, share in SHARES.items())


def test_what_a_group_can_not_fill_is_shared_among_the_others():
    groups = {group: [] for group in SHARES} | {
        Group.LEAST_PLAUSIBLE: [(row, "odd") for row in range(20)],
        Group.EDGE: [(row, "edge") for row in range(10, 30)],
    }
    found = _shared_out(groups, _quota(20), 20)
    counts = {group: sum(pick.group is group for pick in found) for group in Group}
    assert counts[Group.LEAST_PLAUSIBLE] + counts[Group.EDGE] == 20
    # Their shares differ by one line, and so may what is shared out.
    assert abs(counts[Group.LEAST_PLAUSIBLE] - counts[Group.EDGE]) <= 2
    assert any(pick.reasons == ("odd", "edge") for pick in found)


def test_a_small_table_is_shown_whole_or_less(comparison):
    few = Comparison.of(comparison.train, comparison.holdout, comparison.synthetic[:7], SCHEMA)
    picked = pick_rows(few, flags(), 50, seed_sequence(0))
    assert sorted(pick.row for pick in picked) == list(range(7))
