"""Locks that the operating system takes away with the process, however it ends: no dead one keeps a file."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from pathlib import Path

from synthgen.errors import FileError

_HELD = (errno.EACCES, errno.EAGAIN, errno.EDEADLK)


class Lock:
    """A lock on a place, by a file that holds nothing.

    Written here rather than taken from filelock: worker processes come about by fork and have to let go of the file
    without giving the lock up, and the file goes away with the folder that it is in.

    Parameters
    ----------
    path : Path
        The file, which is made if need be.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: int | None = None

    @property
    def held(self) -> bool:
        """Whether this has the lock."""
        return self._handle is not None

    def take(self, refusal: str) -> None:
        """Take the lock, or raise FileError with ``refusal`` where another process, or this one, has it."""
        while self._handle is None:
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o666)
            try:
                if not _locked(handle):
                    raise FileError(refusal)
                # The holder before may have removed the file between opening and locking it.
                with contextlib.suppress(FileNotFoundError):
                    if os.path.samestat(os.fstat(handle), os.stat(self._path)):
                        self._handle = handle
            except OSError as error:
                if isinstance(error, FileError):
                    raise
                raise FileError(
                    f"{str(self._path.parent)!r} can't be locked: {error.strerror}. Write to a local disk, and move "
                    "the result."
                ) from None
            finally:
                if self._handle is None:
                    os.close(handle)

    def release(self) -> None:
        """Let go of the lock; in a process that was forked, of this process's part in it only."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def lock_quietly(handle: int) -> bool:
    """Lock an open file; False where another one has it, or the disk knows no locks."""
    try:
        return _locked(handle)
    except OSError:
        return False


if sys.platform == "win32":  # pragma: no cover
    import msvcrt

    def _locked(handle: int) -> bool:
        # A byte far behind the end, so that the file itself can be written. Closing the file gives it up.
        os.lseek(handle, 2**30, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            if error.errno in _HELD:
                return False
            raise
        finally:
            os.lseek(handle, 0, os.SEEK_SET)
        return True

else:
    import fcntl

    def _locked(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in _HELD:
                return False
            raise
        return True
