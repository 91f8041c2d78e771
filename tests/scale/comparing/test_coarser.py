"""Rows that were made coarser before they were learnt are met as they were learnt."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from synthgen.planning.coarsening import coarsen
from synthgen.scale.comparing import Tally, figures
from synthgen.scale.comparing.coarser import Coarser
from synthgen.scale.comparing.totals import Totals
from synthgen.table import Column, Kind, Schema, encode, infer_schema


def test_others_become_as_coarse_as_the_learnt_rows_by_hand():
    schema = Schema((
        Column("land", Kind.CATEGORICAL, categories=("at", "other")),
        Column("size", Kind.INTEGER, bounds=(2.0, 8.0)),
        Column("born", Kind.INTEGER, role="quasi_identifier", bounds=(1900.0, 1950.0)),
    ))  # fmt: skip
    learnt = pd.DataFrame({"land": [0.0, 1.0], "size": [2.0, 8.0], "born": [1900.0, 1950.0]})
    coarser = Coarser.of(np.array([7, 5]), learnt, schema)
    rows = pd.DataFrame(
        {"land": [0.0, 3.0, np.nan, 0.0], "size": [5.0, 9.0, np.nan, 1.0], "born": [1920.0, 1960.0, 1930.0, np.nan]}
    )
    out = coarser.applied(rows, np.array([4, 5, 6, 7]))
    expected = pd.DataFrame(
        {"land": [0.0, 1.0, np.nan, 0.0], "size": [5.0, 8.0, np.nan, 2.0], "born": [1900.0, 1950.0, 1950.0, 1900.0]}
    )
    pd.testing.assert_frame_equal(out, expected)


@pytest.fixture
def released(read):
    """A sample that was made coarser, the table, and rows of the same law: call it with whether that is said."""
    rng = np.random.default_rng(0)

    def table(n):
        return pd.DataFrame(
            {
                "born": rng.integers(1930, 1990, n),
                "town": rng.choice(list("abcdefgh"), n, p=np.arange(1, 9) / 36),
                "pay": np.round(rng.gamma(2, 900, n), 2),
            }
        )

    frame, made = table(3000), table(600)
    sample = frame[:900]
    schema = (
        infer_schema(sample).with_column("born", role="quasi_identifier").with_column("town", role="quasi_identifier")
    )
    _, coded, coarse, _ = coarsen(sample, encode(sample, schema), schema)
    raw = Coarser.of(np.arange(600), coded[:600], coarse)
    rows = raw.applied(encode(made, coarse, unseen="extend"), np.arange(5000, 5600))
    rows.iloc[:50] = coded.iloc[:50]

    def make(said):
        learnt = coded[:600].reset_index(drop=True) if said else None
        return read(frame, 600, made, schema=coarse, sample=range(900), learnt=learnt), rows

    return make


def test_copies_of_coarse_rows_are_refused_and_like_is_compared_with_like(released):
    found = {}
    for said in (True, False):
        real, rows = released(said)
        tally = Tally(real)
        tally.add(rows)
        shapes = {e.subject: e for e in figures.column_shapes(Totals(real, tally))}
        found[said] = tally.rows - tally.kept, shapes["born"]
    assert found[True][0] >= 45
    assert found[False][0] < found[True][0] / 2
    assert found[True][1].value > 0.9
    assert found[False][1].value < found[True][1].value
