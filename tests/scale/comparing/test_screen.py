"""Rows of later blocks are refused for what a sample's rows would be."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest

from synthgen.scale.comparing import Tally
from synthgen.table import encode, infer_schema
from synthgen.table.constraints.reading import read_rule
from synthgen.validation import Comparison, Purpose
from synthgen.validation.privacy.disclosure import policy_flags


@pytest.fixture
def visits():
    """A start, an end that isn't before it, and three things that tell people apart: call it with a size."""

    def make(n, seed=0):
        rng = np.random.default_rng(seed)
        start = rng.integers(0, 1000, n)
        return pd.DataFrame(
            {
                "start": start,
                "end": start + rng.integers(0, 50, n),
                "town": rng.choice([f"t{i:02d}" for i in range(30)], n),
                "born": rng.integers(1940, 2000, n),
                "sex": rng.choice(["f", "m"], n),
            }
        )

    return make


@pytest.fixture
def screened(visits, read):
    """A screen of all rows, where the sample is the first 400, and the comparison of that sample."""
    frame, made = visits(3000), visits(500, seed=1)
    schema = infer_schema(frame)
    for name in ("town", "born", "sex"):
        schema = schema.with_column(name, role="quasi_identifier")
    schema = schema.with_constraints(read_rule("start <= end", schema))
    parts = [encode(part.reset_index(drop=True), schema) for part in (frame[:300], frame[300:400], made)]
    comparison = Comparison.of(*parts, schema)
    real = read(frame, 300, made, schema=schema, fewest=10)
    return frame, made, comparison, real


def test_rows_that_break_a_declared_rule_are_refused(screened):
    _, made, comparison, real = screened
    rows = made.copy()
    rows.loc[[3, 8], "end"] = rows.loc[[3, 8], "start"] - 5
    screen = real.screening(comparison, Purpose.AUGMENT)
    keep, note = screen(encode(rows, comparison.schema))
    assert np.flatnonzero(~keep).tolist() == [3, 8]
    assert (note["broken"], note["disclosing"]) == (2, 0)
    assert real.screening(comparison, Purpose.AUGMENT)(comparison.synthetic)[0].all()


def test_for_a_release_rows_show_nothing_that_few_have(screened):
    frame, _, comparison, real = screened
    keep, note = real.screening(comparison, Purpose.RELEASE)(comparison.synthetic)
    of_the_sample = policy_flags(comparison)["row"].unique()
    assert not keep[of_the_sample].any()
    # Of combinations all rows are counted, not the sample's alone.
    names = ["town", "born", "sex"]
    people = frame.groupby(names).size()
    mine = pd.MultiIndex.from_frame(screened[1][names])
    few = np.flatnonzero((people.reindex(mine).fillna(0).between(1, 9)).to_numpy())
    assert set(np.flatnonzero(~keep)) == set(few) | set(of_the_sample)
    assert len(few) > len(of_the_sample) > 0
    assert note["disclosing"] == len(np.flatnonzero(~keep))
    tally = Tally(real)
    tally.add(comparison.synthetic[keep].reset_index(drop=True), note)
    assert (tally.rows, tally.disclosing) == (500, int((~keep).sum()))


def test_a_screen_works_in_another_process(screened):
    _, _, comparison, real = screened
    screen = real.screening(comparison, Purpose.RELEASE)
    other = pickle.loads(pickle.dumps(screen))
    assert screen(comparison.synthetic)[1] == other(comparison.synthetic)[1]
