"""Files and folders that appear whole or not at all: filled under a temporary name, made safe on disk, then renamed."""

from __future__ import annotations

import contextlib
import errno
import glob
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa

from synthgen.errors import FileError, SynthgenError
from synthgen.scale.writing.lock import Lock, lock_quietly

ADVICE = {
    errno.ENOSPC: "Free some space, or choose another disk; what was there before is as it was.",
    errno.EFBIG: "Files of that size aren't allowed there. Choose another disk, or a folder of parts.",
    errno.ENOENT: "Its folder is gone. Make it again, or choose another one.",
}
"""What to do about errors of the operating system, by their number."""

_LOCK = "lock"


@contextlib.contextmanager
def disk_errors(place: str) -> Iterator[None]:
    """Say in words what the operating system or Arrow has against writing to ``place``."""
    try:
        yield
    except SynthgenError:
        raise
    except OSError as error:
        advice = ADVICE.get(error.errno or 0, "Choose another place.")
        raise FileError(f"{place!r} can't be written: {error.strerror or type(error).__name__}. {advice}") from None
    except pa.ArrowException as error:
        # Arrow's own words may quote a value.
        raise FileError(
            f"{place!r} can't be written in this format: Arrow stopped with {type(error).__name__}. Write another "
            "format, .parquet or .csv, say."
        ) from None


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Open a temporary file beside ``path`` that takes its place at the end; after a failure ``path`` is as it was.

    What runs that died left beside ``path`` is cleared first.

    Parameters
    ----------
    path : Path
        In a folder that is there.

    Yields
    ------
    BinaryIO
        Open for writing.

    Examples
    --------
    >>> import tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> path = Path(folder.name) / "t.txt"
    >>> with whole_file(path) as file:
    ...     _ = file.write(b"rows")
    ...     path.exists()
    False
    >>> path.read_bytes(), len(list(path.parent.iterdir()))
    (b'rows', 1)
    >>> folder.cleanup()
    """
    with disk_errors(str(path)):
        _clear_dead(path)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=_prefix(path), suffix=path.suffix)
        temporary = Path(name)
        try:
            with open(handle, "wb") as file:
                # Held to the end: a file that nobody holds was left by a run that died.
                lock_quietly(file.fileno())
                yield file
                file.flush()
                os.fsync(file.fileno())
            _usual_rights(temporary, 0o666)
            os.replace(temporary, path)
            sync_folder(path.parent)
        finally:
            temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """Give an empty folder that takes the place of ``path`` at the end; after a failure ``path`` is as it was.

    No system renames a folder onto a full one, so the old one is put aside for a moment. A run that dies just then
    leaves it whole under its passing name, and the next one puts it back.
    """
    old = _beside(path, "old")
    with disk_errors(str(path)):
        put_back(path)
        _clear_dead_folders(path)
        new = Path(tempfile.mkdtemp(dir=path.parent, prefix=_beside(path, "new-").name))
        lock = Lock(new / _LOCK)
        try:
            lock.take("It is new, and nobody else's.")
            yield new
            (new / _LOCK).unlink()
            _usual_rights(new, 0o777)
            sync_folder(new)
            if path.exists():
                path.rename(old)
            try:
                new.rename(path)
            except OSError:
                put_back(path)
                raise
            sync_folder(path.parent)
        finally:
            lock.release()
            shutil.rmtree(new, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def put_back(path: Path) -> None:
    """Put back a folder that a run which died had put aside."""
    old = _beside(path, "old")
    if old.exists():
        if path.exists():
            shutil.rmtree(old, ignore_errors=True)
        else:
            old.rename(path)


def sync_folder(folder: Path) -> None:
    """Have the names in a folder survive a loss of power, where the system can do that."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        # Some network disks know no such thing.
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EBADF):
            raise
    finally:
        os.close(handle)


def _prefix(path: Path) -> str:
    return f".synthgen-{path.name[:150]}-"


def _beside(path: Path, word: str) -> Path:
    return path.with_name(f".{path.name}.synthgen-{word}")


def _clear_dead(path: Path) -> None:
    shape = re.compile(re.escape(_prefix(path)) + r"[a-z0-9_]{8}" + re.escape(path.suffix))
    for left in path.parent.iterdir():
        if shape.fullmatch(left.name):
            with contextlib.suppress(OSError):
                with left.open("r+b") as file:
                    dead = lock_quietly(file.fileno())
                if dead:
                    left.unlink()


def _clear_dead_folders(path: Path) -> None:
    for left in path.parent.glob(glob.escape(_beside(path, "new-").name) + "*"):
        with contextlib.suppress(OSError):
            with (left / _LOCK).open("r+b") as file:
                dead = lock_quietly(file.fileno())
            if dead:
                shutil.rmtree(left)


def _usual_rights(path: Path, most: int) -> None:
    # A temporary file is for its owner alone; what becomes of it has the usual rights.
    mask = os.umask(0)
    os.umask(mask)
    path.chmod(most & ~mask)
