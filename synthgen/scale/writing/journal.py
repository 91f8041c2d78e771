"""A journal of finished blocks beside a table that is being made: a run that died is gone on with, not begun again."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.ipc

from synthgen.errors import FileError, UsageError
from synthgen.scale.writing.destination import destination
from synthgen.scale.writing.lock import Lock
from synthgen.scale.writing.whole import disk_errors

if TYPE_CHECKING:
    from typing import Self

VERSION = 1

_LOCK, _REQUEST, _FOUND, _ASIDE = "lock", "request.json", "found.json", "real-"
_OWN = re.compile(r"[0-9a-f]{16}-\d{8,}\.(arrow|json)(\.\d+\.tmp)?|(request|found)\.json\.\d+\.tmp")

# A fifth of the time of zstd, and half the space of none.
_OPTIONS = pa.ipc.IpcWriteOptions(compression="lz4")


class Journal:
    """Finished blocks of synthetic rows in a hidden folder, ``.<name>.synthgen``, beside what is being written.

    It holds ``request.json``: what decides the rows, as the caller gave it; ``found.json``: what of that only showed
    later; for each block its rows, as an Arrow file, and a note with its length and checksum; and a lock, which one
    process at a time has. No real row and none of a real row's values comes into it but what the caller writes into
    the request, what was found or a note. It is removed with the last step of a run, so that it is only ever found
    after one that died.

    Open it by :meth:`open`. As a context manager it is closed at the end, and kept if it has a block.

    Attributes
    ----------
    folder : pathlib.Path
    resumed : int
        Blocks that were there, whole, when it was opened.

    Examples
    --------
    >>> import tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> out = folder.name + "/t.parquet"
    >>> with Journal.open(out, {"seed": 1}) as journal:
    ...     journal.put("all", 0, pa.record_batch({"a": [1, 2]}), {"kept": 2})
    >>> journal = Journal.open(out, {"seed": 1})
    >>> sorted(journal.done()), journal.notes("all"), journal.read("all", 0).num_rows
    ([('all', 0)], {0: {'kept': 2}}, 2)
    >>> journal.close(remove=True)
    >>> Journal.open(out, {"seed": 2}).resumed
    0
    >>> folder.cleanup()
    """

    def __init__(self, folder: Path, request: str, lock: Lock) -> None:
        self.folder = folder
        self.resumed = 0
        self._request = request
        self._found = ""
        self._lock = lock
        self._notes: dict[tuple[str, int], dict[str, Any]] = {}
        self._seen: set[str] = set()

    @classmethod
    def open(cls, out: str | Path, request: Mapping[str, Any]) -> Journal:
        """Go on with the journal beside ``out`` if it was begun for the same request, or begin one.

        Parameters
        ----------
        out : str or pathlib.Path
            What will be written, as for :func:`write_batches`.
        request : mapping
            JSON values: all that decides the rows, such as parameters, seed, versions and a mark of the source.

        Returns
        -------
        Journal
            Damaged blocks are taken out of it, so that they are made anew.

        Raises
        ------
        FileError
            Another run is writing to ``out``, or its folder can't be written to.
        UsageError
            The request isn't JSON.
        """
        asked = _canonical(request)
        place = destination(out)
        with disk_errors(str(place.beside)):
            place.beside.mkdir(exist_ok=True)
        lock = Lock(place.beside / _LOCK)
        _take(lock, place.beside, place.shown)
        journal = cls(place.beside, asked, lock)
        try:
            with disk_errors(str(place.beside)):
                journal._begin()
        except BaseException:
            lock.release()
            raise
        return journal

    def settle(self, found: Mapping[str, Any]) -> None:
        """Go on with the blocks that are there only if the run before had found the same; else clear them.

        For what decides the rows and isn't known when the journal is opened, such as what a source holds that can't
        say whether it has changed.

        Parameters
        ----------
        found : mapping
            JSON values.

        Examples
        --------
        >>> import tempfile
        >>> folder = tempfile.TemporaryDirectory()
        >>> for rows in ("some", "some", "others"):
        ...     with Journal.open(folder.name + "/t.parquet", {"seed": 1}) as journal:
        ...         journal.settle({"rows": rows})
        ...         len(journal.done())
        ...         journal.put("all", 0, pa.record_batch({"a": [1, 2]}), {})
        0
        1
        0
        >>> folder.cleanup()
        """
        held = _canonical(found)
        if held == self._found:
            return
        with disk_errors(str(self.folder)):
            for name in os.listdir(self.folder):
                if _OWN.fullmatch(name):
                    (self.folder / name).unlink(missing_ok=True)
            self._put(_FOUND, held.encode())
        self._found, self._notes, self._seen, self.resumed = held, {}, set(), 0

    @contextlib.contextmanager
    def aside(self) -> Iterator[Path]:
        """Give a folder for what is known of real rows while a run lasts; whoever opens the journal next clears it."""
        with disk_errors(str(self.folder)):
            folder = tempfile.TemporaryDirectory(dir=self.folder, prefix=_ASIDE, ignore_cleanup_errors=True)
        with folder as name:
            yield Path(name)

    def done(self) -> frozenset[tuple[str, int]]:
        """The blocks that are in the journal, by part and number."""
        self._look()
        return frozenset(self._notes)

    def notes(self, part: str) -> dict[int, Mapping[str, Any]]:
        """The notes on the blocks of a part, by number, in order."""
        self._look()
        return {block: self._notes[name, block]["note"] for name, block in sorted(self._notes) if name == part}

    def rows(self, part: str) -> int:
        """How many rows the blocks of a part have together."""
        self._look()
        return sum(int(note["rows"]) for (name, _), note in self._notes.items() if name == part)

    def put(self, part: str, block: int, batch: pa.RecordBatch, note: Mapping[str, Any]) -> None:
        """Keep a finished block; it is in the journal as a whole or not at all. Processes forked off may do so too.

        Parameters
        ----------
        part : str
        block : int
        batch : pyarrow.RecordBatch
            Synthetic rows.
        note : mapping
            JSON values on them.
        """
        stem = self._stem(part, block)
        with disk_errors(str(self.folder)):
            sink = pa.BufferOutputStream()
            with pa.ipc.new_file(sink, batch.schema, options=_OPTIONS) as writer:
                writer.write_batch(batch)
            held = sink.getvalue()
            self._put(f"{stem}.arrow", held)
            # Written last: a block without a note isn't there.
            facts = {"part": part, "block": block, "rows": batch.num_rows, "bytes": held.size, "crc": zlib.crc32(held)}
            self._put(f"{stem}.json", json.dumps({**facts, "note": dict(note)}, allow_nan=False).encode())
        self._seen.discard(f"{stem}.json")

    def read(self, part: str, block: int) -> pa.RecordBatch:
        """Read the rows of a block.

        Raises
        ------
        FileError
            The block was damaged since it was put there. It is taken out, so that the next run makes it anew.
        """
        if (part, block) not in self._notes:
            self._look()
        if (part, block) not in self._notes:
            raise UsageError(f"There is no block {block} of the part {part!r} in the journal.")
        held = self._whole(part, block)
        if held is None:
            self._drop(part, block)
            raise FileError(
                f"A block of rows in {str(self.folder)!r} was damaged on the disk. Run the same again: only that block "
                "is made anew."
            )
        with pa.ipc.open_file(held) as reader:
            return reader.get_batch(0)

    def batches(self, part: str) -> Iterator[pa.RecordBatch]:
        """Read the rows of a part, block by block, in order."""
        for block in self.notes(part):
            yield self.read(part, block)

    def close(self, *, remove: bool) -> None:
        """Let others write to the same place; with ``remove`` nothing of the journal is left."""
        if remove:
            with contextlib.suppress(OSError):
                for name in os.listdir(self.folder):
                    if _OWN.fullmatch(name) or name in (_REQUEST, _FOUND):
                        (self.folder / name).unlink(missing_ok=True)
                # The lock goes last, while it is held: nobody can have taken it in between.
                (self.folder / _LOCK).unlink(missing_ok=True)
                self.folder.rmdir()
            self._notes = {}
        self._lock.release()

    def let_go(self) -> None:
        """In a process that was forked: leave the lock to the one that opened the journal."""
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        empty = False
        if self._lock.held:
            with contextlib.suppress(FileError):
                # There is nothing to go on with.
                empty = not self.done()
        self.close(remove=empty)

    def _begin(self) -> None:
        """Keep what is whole and was made for this request; clear all else."""
        same = _text(self.folder / _REQUEST) == self._request
        self._found = _text(self.folder / _FOUND) if same else ""
        for left in self.folder.glob(f"{_ASIDE}*"):
            # Of a run that was killed.
            shutil.rmtree(left, ignore_errors=True)
        for name in os.listdir(self.folder):
            if _OWN.fullmatch(name) and (not same or name.endswith(".tmp")):
                (self.folder / name).unlink(missing_ok=True)
        if not same:
            (self.folder / _FOUND).unlink(missing_ok=True)
            self._put(_REQUEST, self._request.encode())
        for part, block in sorted(self.done()):
            if self._whole(part, block) is None:
                self._drop(part, block)
        stems = {self._stem(*key) for key in self._notes}
        for name in os.listdir(self.folder):
            if _OWN.fullmatch(name) and name.partition(".")[0] not in stems:
                (self.folder / name).unlink(missing_ok=True)
        self.resumed = len(self._notes)

    def _look(self) -> None:
        """Read the notes that were written since the last look, by this process or another."""
        with disk_errors(str(self.folder)):
            names = set(os.listdir(self.folder))
            for name in sorted(names - self._seen):
                # A worker of a run that was killed may write a note after its rows were cleared.
                if not (name.endswith(".json") and _OWN.fullmatch(name) and f"{name[:-5]}.arrow" in names):
                    continue
                note = _note((self.folder / name).read_bytes())
                if note is not None and f"{self._stem(note['part'], note['block'])}.json" == name:
                    self._notes[note["part"], note["block"]] = note
                    self._seen.add(name)

    def _whole(self, part: str, block: int) -> pa.Buffer | None:
        """Read the file of a block; None if it isn't the one that was written."""
        note = self._notes[part, block]
        try:
            held = (self.folder / f"{self._stem(part, block)}.arrow").read_bytes()
        except OSError:
            return None
        return pa.py_buffer(held) if len(held) == note["bytes"] and zlib.crc32(held) == note["crc"] else None

    def _drop(self, part: str, block: int) -> None:
        stem = self._stem(part, block)
        for name in (f"{stem}.json", f"{stem}.arrow"):
            (self.folder / name).unlink(missing_ok=True)
        self._notes.pop((part, block), None)
        self._seen.discard(f"{stem}.json")

    def _stem(self, part: str, block: int) -> str:
        # Any text may name a part, but not a file. The request goes into it too: a worker of a run that was killed
        # may still finish its block when a run for another request has begun.
        told = f"{self._request}{self._found}{part}"
        return f"{blake2b(told.encode(), digest_size=8).hexdigest()}-{block:08d}"

    def _put(self, name: str, held: Any) -> None:
        # Not forced onto the disk: what a loss of power takes, the checksum finds.
        temporary = self.folder / f"{name}.{os.getpid()}.tmp"
        try:
            temporary.write_bytes(held)
            os.replace(temporary, self.folder / name)
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise


def _take(lock: Lock, folder: Path, shown: str) -> None:
    refusal = f"Another run is writing to {shown!r}. Wait until it ends, or choose another place."
    while True:
        # The run before may just be removing its journal.
        with disk_errors(str(folder)):
            try:
                folder.mkdir(exist_ok=True)
                lock.take(refusal)
                return
            except FileNotFoundError:
                if not folder.parent.is_dir():
                    raise


def _text(path: Path) -> str:
    """Read a small file; nothing where it is damaged or not there."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def _canonical(request: Mapping[str, Any]) -> str:
    try:
        return json.dumps({"journal": VERSION, "request": dict(request)}, sort_keys=True, allow_nan=False, indent=1)
    except (TypeError, ValueError):
        raise UsageError("The request of a journal must be JSON values: texts, numbers, lists and mappings.") from None


def _note(held: bytes) -> dict[str, Any] | None:
    try:
        note = json.loads(held)
        whole = isinstance(note["part"], str) and all(
            isinstance(note[key], int) for key in ("block", "rows", "bytes", "crc")
        )
        return dict(note) if whole and isinstance(note["note"], dict) else None
    except (ValueError, KeyError, TypeError):
        return None
