"""The journal: what is finished is found again if, and only if, the same was asked for and the disk kept it."""

from __future__ import annotations

import json
import os

import pyarrow as pa
import pytest

from synthgen.errors import FileError, UsageError
from synthgen.scale.writing import Journal, lock
from tests.scale.writing.block_model import batch_of

REQUEST = {"seed": [1, [2]], "n": 30_000, "versions": {"numpy": "2.0"}}


@pytest.fixture
def filled(tmp_path):
    """A journal of two parts of two blocks, left by a run that is gone; the path that it is for."""
    with Journal.open(tmp_path / "t.parquet", REQUEST) as journal:
        for part in ("fraud", "all / the rest: ü"):
            for block in (1, 0):
                journal.put(part, block, batch_of(1, block, 100 + block), {"kept": 100 + block, "hashes": ["x"]})
    return tmp_path / "t.parquet"


def names(journal):
    return sorted(name for name in os.listdir(journal.folder) if name not in ("lock", "request.json"))


def test_what_is_finished_is_found_again(filled):
    with Journal.open(filled, dict(reversed(REQUEST.items()))) as journal:
        assert journal.folder == filled.parent / ".t.parquet.synthgen"
        assert journal.resumed == 4
        assert journal.done() == {(part, block) for part in ("fraud", "all / the rest: ü") for block in (0, 1)}
        assert list(journal.notes("fraud").items()) == [
            (block, {"kept": 100 + block, "hashes": ["x"]}) for block in (0, 1)
        ]
        assert journal.rows("fraud") == 201
        assert journal.read("fraud", 1).equals(batch_of(1, 1, 101))
        assert [batch.num_rows for batch in journal.batches("all / the rest: ü")] == [100, 101]
        assert journal.notes("other") == {} and list(journal.batches("other")) == []
        with pytest.raises(UsageError, match="no block 7"):
            journal.read("fraud", 7)


@pytest.mark.parametrize("other", [{**REQUEST, "n": 30_001}, {}, {**REQUEST, "more": None}])
def test_another_request_begins_anew(filled, other):
    with Journal.open(filled, other) as journal:
        assert journal.done() == frozenset() and names(journal) == []
    with Journal.open(filled, REQUEST) as journal:
        assert journal.resumed == 0


def test_blocks_of_a_run_that_had_found_something_else_are_made_anew(filled):
    with Journal.open(filled, REQUEST) as journal:
        journal.settle({"rows": "some"})
        assert journal.done() == frozenset() and names(journal) == ["found.json"]
        journal.put("fraud", 0, batch_of(1, 0, 100), {})
        early = journal._stem("fraud", 1)
    with Journal.open(filled, REQUEST) as journal:
        assert journal.resumed == 1
        journal.settle({"rows": "some"})
        assert journal.done() == {("fraud", 0)}
        journal.settle({"rows": "others"})
        assert journal.done() == frozenset()
        # A worker of the run before may still put its block there.
        assert journal._stem("fraud", 1) != early
        journal.put("fraud", 1, batch_of(1, 1, 100), {})
    with Journal.open(filled, REQUEST) as journal:
        assert journal.done() == {("fraud", 1)}
        journal.close(remove=True)
        assert not journal.folder.exists()
    with Journal.open(filled, {}) as journal:
        assert names(journal) == []


def test_a_block_is_put_twice_by_whoever_comes_last(filled):
    with Journal.open(filled, REQUEST) as journal:
        journal.put("fraud", 0, batch_of(2, 0, 90), {"kept": 1})
        assert journal.rows("fraud") == 191 and journal.notes("fraud")[0] == {"kept": 1}
        assert journal.read("fraud", 0).equals(batch_of(2, 0, 90))


def test_a_note_whose_rows_were_cleared_is_none(filled):
    with Journal.open(filled, REQUEST) as late:
        held = (late.folder / late._stem("fraud", 0)).with_suffix(".arrow")
    held.unlink()
    journal = Journal(late.folder, late._request, lock.Lock(late.folder / "lock"))
    assert ("fraud", 0) not in journal.done() and ("fraud", 1) in journal.done()


@pytest.mark.parametrize("harm", ["cut", "empty", "flip", "swap", "gone", "note cut", "note of another", "note gone"])
def test_damaged_blocks_are_made_anew_and_no_other(filled, harm):
    with Journal.open(filled, REQUEST) as journal:
        stem = journal.folder / journal._stem("fraud", 1)
        other = journal.folder / journal._stem("fraud", 0)
    held, note = stem.with_suffix(".arrow"), stem.with_suffix(".json")
    whole = held.read_bytes()
    if harm == "cut":
        held.write_bytes(whole[:-1])
    elif harm == "empty":
        held.write_bytes(b"")
    elif harm == "flip":
        middle = len(whole) // 2
        held.write_bytes(whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :])
    elif harm == "swap":
        held.write_bytes(other.with_suffix(".arrow").read_bytes())
    elif harm == "gone":
        held.unlink()
    elif harm == "note cut":
        note.write_bytes(note.read_bytes()[:-3])
    elif harm == "note of another":
        note.write_bytes(other.with_suffix(".json").read_bytes())
    else:
        note.unlink()
    with Journal.open(filled, REQUEST) as journal:
        assert ("fraud", 1) not in journal.done()
        assert journal.resumed == 3 and len(names(journal)) == 6
        journal.put("fraud", 1, batch_of(1, 1, 101), {})
        assert journal.read("fraud", 1).equals(batch_of(1, 1, 101))


def test_damage_found_on_reading_is_said_and_made_anew(filled):
    with Journal.open(filled, REQUEST) as journal:
        (journal.folder / journal._stem("fraud", 0)).with_suffix(".arrow").write_bytes(b"ARROW1")
        with pytest.raises(FileError, match=r"damaged on the disk. Run the same again: only that block"):
            list(journal.batches("fraud"))
        assert ("fraud", 0) not in journal.done()
    with Journal.open(filled, REQUEST) as journal:
        assert journal.resumed == 3


def test_a_damaged_request_begins_anew(filled):
    path = filled.parent / ".t.parquet.synthgen" / "request.json"
    for held in (b"{", b"\xff\xfe", b""):
        path.write_bytes(held)
        with Journal.open(filled, REQUEST) as journal:
            assert journal.resumed == 0
            assert json.loads(path.read_text())["request"] == REQUEST
            journal.put("fraud", 0, batch_of(1, 0, 100), {})


def test_it_is_removed_to_the_last_file_but_leaves_what_isn_t_its_own(filled):
    folder = filled.parent / ".t.parquet.synthgen"
    journal = Journal.open(filled, REQUEST)
    (folder / f"{journal._stem('fraud', 9)}.arrow.123.tmp").touch()
    journal.close(remove=True)
    assert not folder.exists()
    with Journal.open(filled, REQUEST) as journal:
        (folder / "thesis.txt").touch()
        journal.close(remove=True)
    assert os.listdir(folder) == ["thesis.txt"]


def test_what_a_killed_run_knew_of_real_rows_is_cleared_by_whatever_is_written_there_next(filled):
    with Journal.open(filled, REQUEST) as journal:
        with journal.aside() as folder:
            (folder / "exact.keys").touch()
            assert folder.parent == journal.folder
        assert not folder.exists()
        (journal.folder / "real-killed").mkdir()
        (journal.folder / "real-killed" / "exact.keys").touch()
    for request in (REQUEST, {}):
        with Journal.open(filled, request) as journal:
            assert not (journal.folder / "real-killed").exists()
    assert not journal.folder.exists()


def test_without_a_block_nothing_is_left_of_it(tmp_path):
    with Journal.open(tmp_path / "t.parquet", REQUEST):
        assert os.listdir(tmp_path) == [".t.parquet.synthgen"]
    assert os.listdir(tmp_path) == []
    with Journal.open(tmp_path / "t.parquet", REQUEST) as first:
        first.close(remove=True)
        # Another run has begun in the meantime: its journal isn't the first one's to remove.
        second = Journal.open(tmp_path / "t.parquet", REQUEST)
    assert second.folder.exists()
    second.close(remove=True)


def test_the_second_run_on_a_place_is_refused_and_others_aren_t(filled):
    with Journal.open(filled, REQUEST) as journal:
        for request in (REQUEST, {}):
            with pytest.raises(FileError, match=r"Another run is writing to '.*t.parquet'. Wait until it ends"):
                Journal.open(filled, request)
        assert journal.resumed == len(journal.done()) == 4
        with Journal.open(filled.parent / "other.parquet", REQUEST):
            pass
    with Journal.open(filled, REQUEST) as journal:
        assert journal.resumed == 4


def test_a_lock_whose_file_was_removed_before_it_was_had_is_taken_on_the_next_one(tmp_path, monkeypatch):
    path, locked = tmp_path / "lock", lock._locked
    removed = []

    def removing(handle):
        # The holder before ends just between opening and locking.
        if not removed:
            removed.append(path.unlink())
        return locked(handle)

    first = lock.Lock(path)
    with monkeypatch.context() as patched:
        patched.setattr(lock, "_locked", removing)
        first.take("held")
    with pytest.raises(FileError, match="held"):
        lock.Lock(path).take("held")
    first.release()
    lock.Lock(path).take("held")


def test_a_worker_of_another_request_that_ends_late_leaves_nothing(filled):
    late = Journal.open(filled, REQUEST)
    late.close(remove=False)
    with Journal.open(filled, {"seed": 2}) as journal:
        late.put("fraud", 0, batch_of(1, 0, 100), {})
        assert journal.done() == frozenset()
        journal.close(remove=True)
    assert not late.folder.exists()


def test_requests_that_aren_t_json_are_refused(tmp_path):
    for request in ({"a": object()}, {"a": float("nan")}, {"a": b"x"}):
        with pytest.raises(UsageError, match="JSON values"):
            Journal.open(tmp_path / "t.parquet", request)
    assert os.listdir(tmp_path) == []


def test_a_block_that_lost_all_its_rows_is_a_block(tmp_path):
    with Journal.open(f"{tmp_path}/parts/", REQUEST) as journal:
        journal.put("all", 0, batch_of(1, 0, 10).slice(0, 0), {"kept": 0})
        assert journal.read("all", 0).num_rows == 0
        assert pa.Table.from_batches(journal.batches("all")).num_rows == 0
        assert journal.folder.name == ".parts.synthgen"


def test_a_folder_that_is_gone_is_said(tmp_path):
    out = tmp_path / "results" / "t.parquet"
    with pytest.raises(FileError, match=r"can't be written: No such file or directory. Its folder is gone"):
        Journal.open(out, REQUEST)
