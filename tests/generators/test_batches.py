"""Batches of all forms of tables, of text and of rules; made when they are taken, and by other processes too."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import synthgen as sg
from synthgen.errors import UsageError
from synthgen.generators import GENERATORS, sampling
from synthgen.generators.identifying import avoiding
from synthgen.generators.places import Place, TablePart
from synthgen.table import constraints as rules
from synthgen.table import encode
from synthgen.table.frames import to_pandas

pl = pytest.importorskip("polars")


def table(n=90):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "amount": rng.gamma(2, 30, n).round(2),
            "visits": pd.array(np.where(np.arange(n) % 5 == 1, None, rng.integers(0, 40, n)), dtype="Int64"),
            "ward": pd.Categorical(rng.choice(["north", "south"], n), ["north", "south"]),
            "seen": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 300, n), unit="D"),
        }
    )
    return frame.astype({"seen": "datetime64[us]"})


def fitted(frame, **said):
    return GENERATORS["gaussian_copula"](random_state=0, **said).fit(frame)


def joined(model, batches):
    return pa.Table.from_batches(batches, schema=model.batch_schema)


@pytest.fixture
def small_blocks(monkeypatch):
    monkeypatch.setattr(sampling, "BLOCK", 20)


FORMS = {
    "pandas": lambda frame: frame,
    "polars": pl.from_pandas,
    "polars enum": lambda frame: pl.from_pandas(frame).with_columns(pl.col("ward").cast(pl.Enum(["north", "south"]))),
    "arrow": pa.Table.from_pandas,
    "numpy": lambda frame: frame[["amount"]].to_numpy(),
}


@pytest.mark.parametrize("form", FORMS)
def test_sample_gives_the_form_back_and_batches_its_values(form, small_blocks):
    given = FORMS[form](table())
    model = fitted(given)
    made, batches = model.sample(50, random_state=1), list(model.generate_batches(50, random_state=1))
    assert type(made) is type(given)
    assert [batch.num_rows for batch in batches] == [20, 20, 10]
    names = [str(name) for name in to_pandas(given)[0].columns]
    assert model.batch_schema.names == names
    own, other = (
        encode(to_pandas(rows)[0].set_axis(names, axis=1), model.schema_) for rows in (made, joined(model, batches))
    )
    pd.testing.assert_frame_equal(own, other, check_exact=True)


def test_batches_are_made_as_they_are_taken(small_blocks, monkeypatch):
    model, drawn = fitted(table()), []
    whole = sampling.Drawing.block
    monkeypatch.setattr(
        sampling.Drawing, "block", lambda self, number, effort: drawn.append(number) or whole(self, number, effort)
    )
    batches = model.generate_batches(10**6, random_state=1, block=range(40, 60))
    assert drawn == []
    next(batches), next(batches)
    assert drawn == [40, 41]


@pytest.mark.parametrize("text", ["mask", "template"])
def test_texts_are_those_of_their_block(text, small_blocks):
    rng = np.random.default_rng(1)
    words = [*"abcdefgh", "and", "the", "patient", "left"]
    frame = table(300).assign(note=[" ".join(rng.choice(words, 7)) for _ in range(300)])
    frame.loc[::3, "note"] = None
    schema = sg.Schema.infer(frame).with_column("note", kind="text")
    model = GENERATORS["gaussian_copula"](random_state=0, text=text).fit(frame, schema=schema)
    whole = list(model.generate_batches(70, random_state=2))
    assert all(a.equals(b) for a, b in zip(whole[::-1], model.generate_batches(70, random_state=2, block=[3, 2, 1, 0]),
                                           strict=True))  # fmt: skip
    notes = [batch.column("note").to_pylist() for batch in whole]
    assert all(any(note is None for note in part) and any(note for note in part) for part in notes)
    made = model.sample(70, random_state=2)["note"]
    assert [None if pd.isna(note) else note for note in made] == [note for part in notes for note in part]
    assert notes[0] != notes[1]


def test_values_that_never_fall_do_not_over_all_blocks(small_blocks):
    frame = table().assign(reading=np.arange(90) * 3 % 101)
    frame["reading"] = np.sort(frame["reading"])
    schema = sg.Schema.infer(frame).with_constraints(rules.Monotone("reading"))
    model = GENERATORS["gaussian_copula"](random_state=0).fit(frame, schema=schema)
    batches = list(model.generate_batches(50, random_state=1))
    assert [batch.num_rows for batch in batches] == [20, 20, 10]
    assert (np.diff(joined(model, batches).column("reading").to_numpy()) >= 0).all()
    with pytest.raises(UsageError, match="never falls"):
        model.generate_batches(50, random_state=1, block=[0, 1])


def test_another_process_makes_the_same_blocks(tmp_path):
    frame = table(300).assign(key=[f"K{number:05d}" for number in range(300)])
    model = fitted(frame)
    model.save(tmp_path / "model")
    code = (
        "import sys, pyarrow.parquet as pq, pyarrow as pa, synthgen as sg\n"
        "model = sg.load_synthesizer(sys.argv[1])\n"
        "batches = model.generate_batches(60_000, random_state=7, block=[2, 1])\n"
        "pq.write_table(pa.Table.from_batches(list(batches)), sys.argv[2])"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "model"), str(tmp_path / "made.parquet")]
    subprocess.run(command, check=True, cwd=Path(sg.__file__).parents[1])
    own = pa.Table.from_batches(list(model.generate_batches(60_000, random_state=7, block=[2, 1])))
    pq.write_table(own, tmp_path / "own.parquet")
    assert (tmp_path / "made.parquet").read_bytes() == (tmp_path / "own.parquet").read_bytes()


def test_what_is_avoided_travels_with_a_model():
    import pickle

    frame = table(300).assign(key=[f"K{number:05d}" for number in range(300)])
    model = fitted(frame)
    with avoiding(model, frame):
        there = pickle.loads(pickle.dumps(model))
        assert there._taken == {"key": set(frame["key"])}
        one, other = (next(each.generate_batches(50_000, random_state=7, block=1)) for each in (there, model))
    assert one.equals(other)


def test_places_are_counted_by_hand():
    seed = np.random.SeedSequence(3)
    alone = Place.of(seed, 0, 90, 100)
    assert (alone.share.start, alone.share.end, alone.share.total, alone.mark) == (0, 90, 90, "")
    # 250 rows are three blocks and 30 rows one; then come twelve more.
    part = TablePart((250, 30, 1150), 2, 5)
    place = Place.of(seed, 11, 1150, 100, part)
    assert (place.share.start, place.share.end, place.share.total) == (1380, 1430, 1430)
    assert place.mark == "15"
    assert Place.of(seed, 2, 250, 100, TablePart((250, 30, 1150), 0, 5)).mark == "02"


@pytest.mark.parametrize(
    ("sizes", "number", "random_state"),
    [((5, 3), 2, 0), ((5, 3), -1, 0), ((5, -3), 0, 0), ((5, 3), 0, None), ((5, 3), 0, np.random.default_rng(0))],
)
def test_a_part_that_there_is_not_is_refused(sizes, number, random_state):
    with pytest.raises(UsageError, match=r"[Pp]art"):
        TablePart(sizes, number, random_state)
