"""Copies of real rows are refused wherever they stand, and only those."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from synthgen.errors import DataError, FileError
from synthgen.scale.comparing import Screen, Tally, keys
from synthgen.table import encode, infer_schema
from synthgen.validation import Comparison
from synthgen.validation.privacy.leak_flags import flag_leaks
from synthgen.validation.privacy.pool import Pool
from synthgen.validation.verdict import Purpose


def coded_of(frame, real):
    return encode(frame, real.schema, unseen="extend")


@pytest.mark.parametrize("rows", [61, 1000])
@pytest.mark.parametrize("backwards", [False, True])
def test_a_planted_copy_is_refused_and_counted_in_any_block(people, read, rows, backwards):
    frame, made = people(2000), people(600, seed=1)
    made.iloc[417] = frame.iloc[33]
    if backwards:
        frame = frame[::-1].reset_index(drop=True)
    saw = np.arange(1000) if not backwards else np.arange(1000, 2000)
    real = read(frame, saw, made, rows=rows)
    tally = Tally(real)
    refused = []
    for block, start in enumerate(range(0, 600, 150)):
        part = coded_of(made[start : start + 150], real)
        refused += (start + np.flatnonzero(~real.screen(part))).tolist()
        tally.add(part, block=block)
    assert refused == [417]
    assert (tally.rows, tally.kept, tally.exact.seen.sum(), tally.exact.unseen.sum()) == (600, 599, 1, 0)


@pytest.mark.parametrize("change", ["backwards", "one cell", "one less", "one more"])
@pytest.mark.parametrize("some", [None, range(0, 2000, 3)])
def test_rows_that_come_otherwise_than_they_were_scanned_are_refused(people, read, change, some):
    frame = people(2000)
    again = {
        "backwards": frame[::-1], "one less": frame[:-1], "one more": frame.iloc[[*range(2000), 0]],
        "one cell": frame.assign(weight=frame["weight"].where(np.arange(2000) != 999, 70.0)),
    }[change].reset_index(drop=True)  # fmt: skip
    with pytest.raises(FileError, match=r"^pieces.parquet gives other rows than a moment ago"):
        # Of these rows alone it is known which ones the model saw.
        read(frame, 600, people(50, seed=1), sample=some, again=again)
    assert read(frame, 600, people(50, seed=1), sample=some, again=frame.copy()).n_rows == 2000


def test_a_row_that_is_not_what_the_sample_says_is_refused_and_it_is_said_where_that_comes_from(people, read):
    frame = people(2000)
    frame["day"] = frame.pop("seen").dt.strftime("%Y-%m-%d")
    schema = infer_schema(frame)
    frame.loc[1777, "day"] = "unknown"
    with pytest.raises(
        DataError, match=r"'day' is datetime .* told from a sample of 500 rows, and here a row"
    ) as caught:
        read(frame, 600, people(50, seed=1).rename(columns={"seen": "day"}), schema=schema, sample=range(500))
    assert "unknown" not in str(caught.value)


def test_what_equals_a_row_that_the_model_never_saw_is_chance_and_is_counted(people, read):
    frame, made = people(2000), people(300, seed=1)
    made.iloc[5] = frame.iloc[1500]
    real = read(frame, 1000, made)
    tally = Tally(real)
    tally.add(coded_of(made, real))
    assert real.screen(coded_of(made, real)).all()
    assert (tally.exact.seen.sum(), tally.exact.unseen.sum()) == (0, 1)


def test_a_copy_moved_by_a_trace_is_refused_as_rounded(people, read):
    frame, made = people(2000), people(300, seed=1)
    known = frame.index[frame["weight"].notna()]
    made.iloc[7] = frame.loc[known[0]]
    made.loc[7, "weight"] *= 1 + 1e-9
    made.iloc[8] = frame.loc[known[1]]
    made.loc[8, "weight"] += 0.1
    real = read(frame, 1000, made)
    tally = Tally(real)
    tally.add(coded_of(made, real))
    assert np.flatnonzero(~real.screen(coded_of(made, real))).tolist() == [7]
    assert (tally.exact.seen.sum(), tally.rounded.seen.sum()) == (0, 1)


def test_a_row_that_two_real_rows_share_singles_out_nobody(people, read):
    frame, made = people(2000), people(300, seed=1)
    frame.iloc[1999] = frame.iloc[0]
    made.iloc[0] = frame.iloc[0]
    real = read(frame, 1000, made, rows=300)
    assert real.screen(coded_of(made, real)).all()


def test_a_table_of_few_distinct_rows_is_not_emptied(read):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({name: rng.choice(["a", "b", "c"], 3000) for name in ("x", "y", "z")})
    made = pd.DataFrame({name: rng.choice(["a", "b", "c"], 500) for name in ("x", "y", "z")})
    real = read(frame, 1500, made)
    assert real.screen(coded_of(made, real)).all()


def test_the_same_rows_are_refused_as_in_memory(people, read):
    frame, made = people(1500), people(400, seed=1)
    made.iloc[:60] = frame.iloc[np.r_[0:30, 1000:1030]].to_numpy()
    made.iloc[60:80] = made.iloc[:20].to_numpy()
    made = made.astype(frame.dtypes)
    schema = infer_schema(frame, target="ill")
    real = read(frame, 900, made, schema=schema)
    parts = [encode(part.reset_index(drop=True), schema) for part in (frame[:900], frame[900:], made)]
    pool, permutations = Pool.of(Comparison.of(*parts, schema), np.random.default_rng(0))
    flags = flag_leaks(pool, permutations, frozenset(), Purpose.AUGMENT).flags
    exact = flags[flags["reason"] == "EXACT_COPY"]["row"]
    assert np.flatnonzero(~real.screen(parts[2])).tolist() == sorted(exact) == [*range(30), *range(60, 80)]


def test_labels_that_the_schema_does_not_list_meet_nothing(people, read):
    frame = people(2000)
    schema = infer_schema(frame[:1000])
    frame.loc[1500:1600, "ward"] = "east"
    made = people(300, seed=1)
    made.iloc[3] = frame.iloc[1550]
    real = read(frame, 1000, made[4:], schema=schema, sample=range(1000), rows=77)
    assert real.screen(encode(made, schema, unseen="extend")).all()
    ward = real.grid.names.index("ward")
    starts = real.counts.plan.starts
    assert real.counts.bins[:, starts[ward] + 3].sum() == 101


def test_many_parts_on_disk_find_the_same(people, read, monkeypatch):
    frame, made = people(3000), people(500, seed=1)
    made.iloc[::5] = frame.iloc[::30].to_numpy()
    made = made.astype(frame.dtypes)
    whole = read(frame, 1500, made)
    monkeypatch.setattr(keys, "ROWS_AT_ONCE", 200)
    parted = read(frame, 1500, made)
    coded = coded_of(made, whole)
    assert not whole.screen(coded).all()
    notes = [Screen(real.grid, real.copies)(coded)[1] for real in (whole, parted)]
    assert notes[0] == notes[1]
    files = sorted(path.name for path in parted.copies.exact.path.parent.iterdir())
    assert files == ["exact.keys", "rounded.keys"]


def test_a_note_says_the_same_as_the_rows_and_holds_json(people, read):
    frame, made = people(2000), people(300, seed=1)
    made.iloc[:40] = frame.iloc[980:1020].to_numpy()
    made = made.astype(frame.dtypes)
    real = read(frame, 1000, made, target="ill")
    coded = coded_of(made, real)
    keep, note = Screen(real.grid, real.copies)(coded)
    by_note, by_rows = Tally(real), Tally(real)
    by_note.add(coded[keep].reset_index(drop=True), json.loads(json.dumps(note)))
    by_rows.add(coded)
    assert keep.sum() == 280
    assert (by_note.rows, by_note.kept) == (by_rows.rows, by_rows.kept) == (300, 280)
    assert by_note.exact.rows().tolist() == by_rows.exact.rows().tolist()
    assert len(by_note.exact.rows()) == 40
    np.testing.assert_array_equal(by_note.counts.bins, by_rows.counts.bins)
