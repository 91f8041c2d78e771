"""Rows at an edge: a broken rule, an order only just kept, a rare label, a value further out than nearly all."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from synthgen.reviewing.edges import MOST_A_RULE, at_an_edge
from synthgen.table.column import Column, Kind
from synthgen.table.constraints import FixedCombinations, Inequality
from synthgen.table.schema import Schema
from synthgen.validation.comparison import Comparison

SCHEMA = Schema(
    (
        *(Column(name, Kind.INTEGER) for name in ("net", "tax", "gross")),
        Column("start", Kind.CONTINUOUS),
        Column("end", Kind.CONTINUOUS),
        Column("shop", Kind.CATEGORICAL, categories=("web", "till", "rare", "new")),
    )
)


def rows(n, seed):
    rng = np.random.default_rng(seed)
    net, tax, start = rng.integers(0, 900, n), rng.integers(0, 90, n), rng.uniform(0, 10, n)
    return pd.DataFrame(
        {
            "net": net, "tax": tax, "gross": net + tax, "start": start, "end": start + rng.uniform(1, 3, n),
            "shop": rng.integers(0, 2, n),
        },
        dtype=float,
    )  # fmt: skip


TRAIN = rows(500, 0)
TRAIN.loc[:8, "shop"] = 2.0


@pytest.fixture(scope="module")
def found():
    """Reasons by row: rows 0 to 4 are planted."""
    made = rows(60, 1)
    inner = TRAIN.loc[20]
    made.loc[:, :] = inner.to_numpy()
    made.loc[0, "gross"] += 5
    made.loc[1, "end"] = made.loc[1, "start"] + 0.001
    made.loc[2, "shop"] = 2.0
    made.loc[3, "shop"] = 3.0
    made.loc[4, ["net", "gross"]] = [5000, 5000 + made.loc[4, "tax"]]
    reasons: dict[int, list[str]] = {}
    for row, words in at_an_edge(Comparison.of(TRAIN, rows(200, 2), made, SCHEMA), np.random.default_rng(0)):
        reasons.setdefault(row, []).append(words)
    return reasons


def test_each_planted_row_is_found_for_its_reason_and_no_other_row_is(found):
    assert sorted(found) == [0, 1, 2, 3, 4]
    assert "breaks what holds in every train row: gross = net + tax" in found[0]
    assert found[1] == ["only just keeps start ≤ end: hardly any real row has them so close together"]
    assert found[2] == found[3] == ["has a label of shop that fewer than 10 train rows have"]
    assert found[4] == ["further out than all but a few real rows: net (high), gross (high)"]


def test_broken_rules_come_first_and_leave_room_for_others():
    made = rows(60, 1)
    made["gross"] += 1
    listed = at_an_edge(Comparison.of(TRAIN, rows(200, 2), made, SCHEMA), np.random.default_rng(0))
    broken = [words.startswith("breaks") for _, words in listed]
    assert sum(broken) == MOST_A_RULE
    assert broken[:MOST_A_RULE] == [True] * MOST_A_RULE


def test_declared_rules_come_before_those_that_were_found():
    made = rows(60, 1)
    made.loc[7, "start"] = made.loc[7, "end"] + 0.5
    made["gross"] += 1
    declared = SCHEMA.with_constraints(Inequality("start", "end"), FixedCombinations(("shop", "net")))
    listed = at_an_edge(Comparison.of(TRAIN, rows(200, 2), made, declared), np.random.default_rng(0))
    assert listed[0] == (7, "breaks a rule that was declared: start <= end")
    assert [words for _, words in listed if "declared" in words][1].startswith("breaks a rule that was declared: ")


def test_no_value_of_a_real_row_is_in_a_reason(found):
    said = " ".join(words for listed in found.values() for words in listed)
    extremes = [f"{value:g}" for name in ("net", "start", "end") for value in (TRAIN[name].min(), TRAIN[name].max())]
    assert not [value for value in extremes if len(value) > 2 and value in said]
