"""How a command ends: exit codes, and every failure said in one clean line."""

from __future__ import annotations

import contextlib
import os
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from enum import IntEnum
from functools import wraps
from pathlib import Path
from typing import ParamSpec

import typer

from synthgen.errors import BudgetExceeded, FileError, GateFailed, SynthgenError, UsageError

P = ParamSpec("P")

TRACEBACK_VARIABLE = "SYNTHGEN_TRACEBACK"


class ExitCode(IntEnum):
    """What a script that calls synthgen can act on."""

    OK = 0
    FAULT = 1
    USAGE = 2
    GATE_FAILED = 3
    BUDGET_SPENT = 4
    WRONG_KEY = 10
    RECORD_CHANGED = 11
    OTHER_SOURCE = 12
    OTHER_VERSIONS = 13
    NOT_REPEATABLE = 14
    OTHER_RESULT = 15
    INTERRUPTED = 130


def guarded(command: Callable[P, ExitCode]) -> Callable[P, None]:
    """Turn what a command returns or raises into an exit code, without a traceback."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            code = command(*args, **kwargs)
        except KeyboardInterrupt as stop:
            say(str(stop) or "interrupted, nothing written")
            code = ExitCode.INTERRUPTED
        except (typer.Exit, typer.BadParameter):
            raise
        except Exception as error:
            code = explain(error)
        raise typer.Exit(int(code))

    return run


def say(message: str) -> None:
    """Print a message for people on stderr; only its first line stands at the margin."""
    # A name with a line break in it must not look like a message of ours.
    say_as_it_is(message.replace("\n", "\n  "))


def say_as_it_is(message: str) -> None:
    """Print lines on stderr, without what a terminal would obey."""
    # A terminal that is gone must not turn a finished run into a failed one.
    with contextlib.suppress(OSError):
        print(printable(masked(message)), file=sys.stderr, flush=True)


def masked(message: str) -> str:
    """Blank out passwords of URLs, whoever repeats them."""
    if "://" not in message and "password" not in message.lower():
        return message
    from synthgen.table.sources import without_passwords

    return without_passwords(message)


def printable(text: str) -> str:
    """Replace control characters: names and labels come from files, a terminal obeys escape codes."""
    return "".join(char if char.isprintable() or char == "\n" else "\ufffd" for char in text)


def one_line(text: str) -> str:
    """Replace control characters and line breaks: a name must not look like a line of ours."""
    return printable(text).replace("\n", "\ufffd")


@contextlib.contextmanager
def made(folder: Path) -> Iterator[None]:
    """Make a folder for what follows; take it away again if that fails and leaves it empty."""
    new = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        yield
    except BaseException:
        if new:
            with contextlib.suppress(OSError):
                folder.rmdir()
        raise


def check_destinations(
    inputs: Sequence[Path | str], files: Sequence[Path | str | None], folder: Path | None = None
) -> None:
    """Refuse, before anything is computed, to write over an input, twice to one place or into no folder.

    Parameters
    ----------
    inputs : sequence of Path or str
        Files that are read, pipes and URLs.
    files : sequence of Path, str or None
        Files that will be written, pipes and URLs; None for those that won't.
    folder : Path, optional
        Folder that will be made if it isn't there.

    Raises
    ------
    UsageError
        If a file to write is also read, or is named twice.
    FileError
        If a file's folder isn't there, or a folder can't be one.
    """
    from synthgen.table.sources import same_place, shown

    if sum(not isinstance(source, Path) and source.startswith("-") for source in inputs) > 1:
        raise UsageError("Standard input can be read for one table only. Name a file for the others.")
    wanted = [path for path in files if path is not None]
    for place, path in enumerate(wanted):
        if any(same_place(path, source) for source in inputs):
            raise UsageError(f"{shown(path)} is read by this command and would be overwritten. Name another place.")
        if any(same_place(path, other) for other in wanted[:place]):
            raise UsageError(f"{shown(path)} is named for two outputs. Name two files.")
        if not isinstance(path, Path):
            continue
        if path.is_dir():
            raise FileError(f"{path} is a folder; name a file in it.")
        if not path.parent.is_dir():
            raise FileError(f"{path} can't be written: there is no folder {path.parent}. Make it first.")
        if not os.access(path.parent, os.W_OK):
            raise FileError(f"{path} can't be written: the folder {path.parent} is read-only for you.")
    if folder is not None:
        _check_folder(folder)


def _check_folder(folder: Path) -> None:
    there = folder
    while not there.exists() and there != there.parent:
        there = there.parent
    if not there.is_dir():
        raise FileError(f"The folder {folder} can't be made: {there} is a file.")
    if not os.access(there, os.W_OK):
        raise FileError(f"Nothing can be written to {folder}: {there} is read-only for you.")


def explain(error: Exception) -> ExitCode:
    """Say in one line what went wrong, and give the exit code."""
    if os.environ.get(TRACEBACK_VARIABLE):
        traceback.print_exception(error)
    if isinstance(error, SynthgenError):
        say(f"error: {error}")
        if isinstance(error, GateFailed):
            return ExitCode.GATE_FAILED
        if isinstance(error, BudgetExceeded):
            return ExitCode.BUDGET_SPENT
        return ExitCode.USAGE if isinstance(error, UsageError) else ExitCode.FAULT
    if isinstance(error, OSError) and error.strerror:
        # The system's own words, about a file: they hold no values of the table.
        say(f"error: {error.strerror}" + (f": {error.filename}" if error.filename else ""))
        return ExitCode.FAULT
    say(
        f"error: unexpected {type(error).__name__}. Its text is left out, as it may hold values of your "
        f"data; set {TRACEBACK_VARIABLE}=1 to see it with the traceback."
    )
    return ExitCode.FAULT
