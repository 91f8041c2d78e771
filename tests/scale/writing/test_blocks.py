"""Blocks by workers: the same rows whatever made them, errors in words, and nothing finished that is lost."""

from __future__ import annotations

import os
import signal
import sys

import numpy as np
import pyarrow as pa
import pytest

from synthgen.errors import ConstraintError, FileError, SynthgenError, UsageError
from synthgen.generators.sampling import BLOCK
from synthgen.scale.writing import Journal, Part, make_blocks
from synthgen.scale.writing.workers import how_many
from tests.scale.writing.block_model import Model

PARTS = [Part("rare", 60_001, {"label": "a"}, 5), Part("rest", 2 * BLOCK, None, np.random.SeedSequence(6))]
BLOCKS = [0, 0, 1, 1, 2]

linux = pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux only")


def made(tmp_path, workers, parts=PARTS, model=None, **more):
    """The rows of each part, made by so many workers."""
    with Journal.open(tmp_path / f"t{workers}.parquet", {"workers": workers}) as journal:
        make_blocks(model or Model(), parts, journal, workers=workers, **more)
        return {part.name: pa.Table.from_batches(journal.batches(part.name)) for part in parts}


@pytest.mark.parametrize("workers", [None, 2, 3])
def test_rows_don_t_depend_on_the_workers(tmp_path, workers):
    alone = made(tmp_path, 1)
    assert alone["rare"].num_rows == 60_001 and alone["rest"].num_rows == 50_000
    assert made(tmp_path, workers) == alone


def test_a_generator_as_seed_is_drawn_from_once(tmp_path):
    parts = [Part("all", 2 * BLOCK, None, np.random.default_rng(3))]
    rows = made(tmp_path, 1, parts)["all"]
    again = made(tmp_path, 2, [Part("all", 2 * BLOCK, None, np.random.default_rng(3))])["all"]
    assert rows.equals(again)


@linux
def test_workers_are_processes_and_share_what_there_is(tmp_path):
    model = Model(tmp_path / "log")
    made(tmp_path, 2, model=model)
    by = [int(line.split()[1]) for line in model.log.read_text().splitlines()]
    # The first block is made here, before they are forked.
    assert by[0] == os.getpid() and os.getpid() not in by[1:] and len(set(by[1:])) == 2
    assert model.made() == BLOCKS


def test_how_many_pay():
    assert how_many(None, 0) == how_many(None, 7) == how_many(5, 1) == 1
    assert how_many(3, 3) == (3 if sys.platform == "linux" else 1)
    assert how_many(np.int64(3), 3) == how_many(3, 3)
    for wrong in (0, -1, True, 1.5, "2"):
        with pytest.raises(UsageError, match="workers must be a whole number"):
            how_many(wrong, 10)


def test_a_wrong_number_of_workers_is_refused_before_a_block_is_made(tmp_path):
    model = Model(tmp_path / "log")
    with pytest.raises(UsageError, match="workers must be a whole number"):
        made(tmp_path, 0, model=model)
    assert not model.log.exists()


@pytest.mark.parametrize("workers", [1, 2])
def test_what_is_checked_is_kept_with_its_note(tmp_path, workers):
    offset = 10  # known to the workers as it is here

    def check(batch):
        kept = batch.filter(pa.array(np.arange(batch.num_rows) % 2 == 0))
        return kept, {"left out": batch.num_rows - kept.num_rows + offset}

    with Journal.open(tmp_path / "t.parquet", {}) as journal:
        make_blocks(Model(), PARTS, journal, check=check, workers=workers)
        assert journal.notes("rare") == {0: {"left out": 12_510}, 1: {"left out": 12_510}, 2: {"left out": 5_010}}
        assert journal.rows("rare") == 30_001


@pytest.mark.parametrize("workers", [1, 2])
def test_only_what_is_lacking_is_made(tmp_path, workers):
    model = Model(tmp_path / "log")
    with Journal.open(tmp_path / "t.parquet", {}) as journal:
        make_blocks(Model(), PARTS[1:], journal)
        make_blocks(model, PARTS, journal, workers=workers)
        assert model.made() == [0, 1, 2]
        make_blocks(model, PARTS, journal, workers=workers)
    assert model.made() == [0, 1, 2]


def failing(error, at=2):
    def fails(number):
        if number == at:
            raise error

    return fails


@pytest.mark.parametrize("workers", [1, 2])
def test_errors_of_ours_come_as_they_are(tmp_path, workers):
    with Journal.open(tmp_path / "t.parquet", {}) as journal:
        model = Model(fails=failing(ConstraintError("The rule 'a < b' can't be kept.")))
        with pytest.raises(ConstraintError, match=r"The rule 'a < b' can't be kept\."):
            make_blocks(model, PARTS, journal, workers=workers)
        # What was finished before is there.
        assert ("rare", 0) in journal.done() and ("rare", 2) not in journal.done()


@linux
@pytest.mark.parametrize("error", [ValueError("Mrs Secret"), MemoryError(), SystemExit("Mrs Secret")])
def test_other_errors_in_workers_come_without_what_they_say(tmp_path, error):
    with Journal.open(tmp_path / "t.parquet", {}) as journal:
        with pytest.raises(
            SynthgenError, match=rf"can't be made: {type(error).__name__} in test_blocks.py, line \d+"
        ) as caught:
            make_blocks(Model(fails=failing(error)), PARTS, journal, workers=2)
        assert "Secret" not in str(caught.value) and caught.value.__cause__ is None
        make_blocks(Model(), PARTS, journal, workers=2)
        assert len(journal.done()) == 5


@linux
def test_a_worker_that_is_killed_is_told_of_and_no_block_lost(tmp_path):
    def killed(number):
        if number == 2:
            os.kill(os.getpid(), signal.SIGKILL)

    with Journal.open(tmp_path / "t.parquet", {}) as journal:
        with pytest.raises(SynthgenError, match="ended by the system, perhaps for want of memory"):
            make_blocks(Model(fails=killed), PARTS, journal, workers=2)
        assert ("rare", 0) in journal.done()
        model = Model(tmp_path / "log")
        before = len(journal.done())
        make_blocks(model, PARTS, journal, workers=2)
        assert len(model.made()) == 5 - before and len(journal.done()) == 5


@pytest.mark.parametrize("workers", [1, 2])
def test_an_interrupt_leaves_the_journal_usable(tmp_path, workers, monkeypatch):
    class Bar:
        def __init__(self, **_):
            pass

        def update(self, _):
            raise KeyboardInterrupt

        def close(self):
            pass

    with Journal.open(tmp_path / "t.parquet", {}) as journal:
        with monkeypatch.context() as patched:
            patched.setattr("synthgen.scale.writing.blocks.bar", Bar)
            with pytest.raises(KeyboardInterrupt):
                make_blocks(Model(), PARTS, journal, workers=workers)
        before = journal.done()
        assert 1 <= len(before) < 5
    with Journal.open(tmp_path / "t.parquet", {}) as journal:
        assert journal.done() == before
        make_blocks(Model(), PARTS, journal, workers=workers)
        assert len(journal.done()) == 5


@pytest.mark.parametrize("workers", [1, 2])
def test_a_folder_that_vanishes_is_said(tmp_path, workers):
    (tmp_path / "results").mkdir()
    with Journal.open(tmp_path / "results" / "t.parquet", {}) as journal:

        def gone(number):
            journal.folder.rename(tmp_path / f"gone{number}") if journal.folder.exists() else None

        with pytest.raises(FileError, match="Its folder is gone"):
            make_blocks(Model(fails=gone), PARTS, journal, workers=workers)


def test_the_bar_counts_rows_from_what_is_done(tmp_path, monkeypatch):
    seen = []

    class Bar:
        def __init__(self, **given):
            seen.append((given["initial"], given["total"]))

        def update(self, rows):
            seen.append(rows)

        def close(self):
            seen.append("closed")

    monkeypatch.setattr("synthgen.scale.writing.blocks.bar", Bar)
    with Journal.open(tmp_path / "t.parquet", {}) as journal:
        make_blocks(Model(), PARTS[1:], journal, workers=1)
        make_blocks(Model(), PARTS, journal, workers=1)
    assert seen == [(0, 50_000), BLOCK, BLOCK, "closed", (50_000, 110_001), BLOCK, BLOCK, 10_001, "closed"]


def test_parts_of_one_name_are_refused(tmp_path):
    with Journal.open(tmp_path / "t.parquet", {}) as journal, pytest.raises(UsageError, match="name of its own"):
        make_blocks(Model(), [PARTS[0], PARTS[0]], journal)
