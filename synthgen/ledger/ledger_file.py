"""A ledger's file: read whole or refused, written whole, by one process at a time."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from synthgen.errors import FileError, MissingExtraError
from synthgen.ledger.entries import Entry, LedgerState
from synthgen.table.files import check_file_writable, write_text

VERSION = 1
PATIENCE = 60.0
"""Seconds to wait for another process; it holds the file for the time of one small write."""


class LedgerFile:
    """The file behind a ledger; beside it stands ``.lock``, which also tells that there was a ledger.

    Parameters
    ----------
    path : Path
    """

    def __init__(self, path: Path) -> None:
        # A link would be replaced by the file when that is written.
        self.path = path.resolve()
        self._lock = self.path.with_name(self.path.name + ".lock")
        self._seen = False

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other processes out of the file."""
        try:
            from filelock import FileLock, Timeout
        except ImportError:
            raise MissingExtraError(
                "A privacy ledger needs filelock, which isn't installed: pip install 'synthgen-tabular[dp]'."
            ) from None
        if self.path.is_dir():
            raise FileError(f"{str(self.path)!r} is a folder. Name a file in it for the ledger.")
        check_file_writable(self.path)
        there = self._lock.exists()
        lock = FileLock(self._lock)
        try:
            lock.acquire(timeout=PATIENCE)
        except Timeout:
            raise FileError(
                f"Another process holds the ledger {str(self.path)!r} for over {PATIENCE:g} s. Wait for it, or end it."
            ) from None
        except (OSError, NotImplementedError) as error:
            why = getattr(error, "strerror", None) or type(error).__name__
            raise FileError(
                f"The ledger {str(self.path)!r} can't be locked: {why}. Put it into a folder of a local disk that you "
                "can write to."
            ) from None
        try:
            if (there or self._seen) and not self.path.exists():
                raise FileError(
                    f"The ledger {str(self.path)!r} was there before and is gone, so what was spent isn't known. Put "
                    f"it back from a copy. Only if nothing was ever spent, delete {self._lock.name!r} too."
                )
            yield
        finally:
            lock.release()

    def read(self) -> dict[str, LedgerState]:
        """Give what the file holds, by dataset; nothing where there is no file yet. Only within :meth:`alone`."""
        if not self.path.exists():
            return {}
        try:
            document = json.loads(self.path.read_text(encoding="utf-8"))
        except (ValueError, RecursionError):
            raise self._broken("isn't JSON") from None
        except OSError as error:
            raise FileError(f"The ledger {str(self.path)!r} can't be read: {error.strerror}.") from None
        if not isinstance(document, dict) or "synthgen_ledger" not in document:
            raise self._broken('lacks "synthgen_ledger"')
        if document["synthgen_ledger"] != VERSION:
            raise FileError(
                f"The ledger {str(self.path)!r} is of version {document['synthgen_ledger']!r}; this synthgen reads "
                f"version {VERSION}. Use the synthgen that wrote it, or a newer one."
            )
        try:
            states = {name: _state(name, held) for name, held in document["datasets"].items()}
        except (AttributeError, KeyError, TypeError, ValueError):
            raise self._broken("isn't whole") from None
        self._seen = True
        return states

    def write(self, states: Mapping[str, LedgerState]) -> None:
        """Write all datasets; the file is whole or as it was. Only within :meth:`alone`."""
        document = {"synthgen_ledger": VERSION, "datasets": {name: _plain(state) for name, state in states.items()}}
        write_text(json.dumps(document, indent=2, allow_nan=False) + "\n", self.path)
        _onto_disk(self.path)
        self._seen = True

    @property
    def untouched(self) -> bool:
        """Whether there never was a ledger here."""
        return not self.path.exists() and not self._lock.exists()

    def _broken(self, why: str) -> FileError:
        return FileError(
            f"The ledger {str(self.path)!r} {why}, so what was spent isn't known. Put it back from a copy; a new one "
            "would forget what was spent."
        )


def _onto_disk(path: Path) -> None:
    """Wait until a file and its name are on the disk: a fit whose noise was seen may not be lost with the power."""
    for place in (path, path.parent):
        try:
            handle = os.open(place, os.O_RDONLY if place.is_dir() else os.O_RDWR)
        except OSError:
            # Not every system opens folders.
            continue
        try:
            os.fsync(handle)
        except OSError as error:
            if place is path:
                raise FileError(f"The ledger {str(path)!r} can't be written to the disk: {error.strerror}.") from None
        finally:
            os.close(handle)


def _plain(state: LedgerState) -> dict[str, Any]:
    return {
        "cap_epsilon": state.cap_epsilon, "cap_delta": state.cap_delta, "unit": state.unit,
        "neighbouring": state.neighbouring, "fits": [entry.to_dict() for entry in state.entries],
    }  # fmt: skip


def _state(name: str, held: Mapping[str, Any]) -> LedgerState:
    caps = held["cap_epsilon"], held["cap_delta"]
    if not all(isinstance(cap, (int, float)) and math.isfinite(cap) and cap > 0 for cap in caps) or caps[1] >= 1:
        raise ValueError
    entries = tuple(Entry.from_dict(entry) for entry in held["fits"])
    words = held["unit"], held["neighbouring"]
    if any((word is None) != (not entries) for word in words):
        raise ValueError
    if any((entry.cost.unit, entry.cost.neighbouring) != words for entry in entries):
        raise ValueError
    return LedgerState(name, *caps, *words, entries)
