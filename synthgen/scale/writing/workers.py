"""Worker processes that are forked off this one, so that a model and what goes with it needn't be sent to them."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from synthgen import errors
from synthgen.errors import SynthgenError, UsageError

T = TypeVar("T")

FEWEST_TASKS = 4
"""Tasks of each worker, at least: fewer aren't worth a process."""


def how_many(asked: int | None, tasks: int) -> int:
    """Say how many processes pay for so many tasks; one is this process.

    >>> how_many(None, 1), how_many(1, 400)
    (1, 1)
    """
    whole = isinstance(asked, (int, np.integer)) and not isinstance(asked, bool)
    if asked is not None and not (whole and asked >= 1):
        raise UsageError(f"workers must be a whole number of at least 1, or None; got {asked!r}.")
    # Elsewhere forks are unsafe or unknown, and a model would have to be sent.
    if sys.platform != "linux" or multiprocessing.current_process().daemon:
        return 1
    return max(1, min(len(os.sched_getaffinity(0)), tasks // FEWEST_TASKS) if asked is None else min(int(asked), tasks))


def each(task: Callable[[T], int], arguments: Sequence[T], workers: int, let_go: Callable[[], None]) -> Iterator[int]:
    """Carry out a task with each of some arguments in worker processes; give the numbers that it returns, as they come.

    Parameters
    ----------
    task : callable
        Known to the workers as it is now; only the number that it returns comes back.
    arguments : sequence
    workers : int
    let_go : callable
        Called once in each worker, for what belongs to this process alone.

    Raises
    ------
    SynthgenError
        The first that a task raises, of its kind; any other error in words that hold nothing of it but its type and
        place. Tasks that were begun are finished, and no more are.
    """
    # Pipes by which tasks go out and numbers come back: who reads finds out at once if the other end died.
    started: list[tuple[Any, Connection]] = []
    numbers = iter(range(len(arguments)))
    try:
        for _ in range(workers):
            started.append(_started(task, arguments, [pipe for _, pipe in started], let_go))
        busy = [pipe for _, pipe in started if _sent(pipe, next(numbers, None))]
        while busy:
            for pipe in [one for one in wait(busy) if isinstance(one, Connection)]:
                yield _received(pipe)
                if not _sent(pipe, next(numbers, None)):
                    busy.remove(pipe)
    finally:
        for _, pipe in started:
            pipe.close()
        for process, _ in started:
            process.join()


def _started(
    task: Callable[[T], int], arguments: Sequence[T], others: list[Connection], let_go: Callable[[], None]
) -> tuple[Any, Connection]:
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe()

    def work() -> None:
        # An interrupt goes to all processes of a terminal; what is begun is finished.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        for pipe in (*others, ours):
            pipe.close()
        let_go()
        _work(task, arguments, theirs)

    process = context.Process(target=work, daemon=True)
    with warnings.catch_warnings():
        # On threads of libraries, which don't live on in a worker, and of which it uses none.
        warnings.simplefilter("ignore", DeprecationWarning)
        process.start()
    theirs.close()
    return process, ours


def _work(task: Callable[[T], int], arguments: Sequence[T], pipe: Connection) -> None:
    from threadpoolctl import threadpool_limits

    with contextlib.suppress(EOFError, OSError), threadpool_limits(1):
        while True:
            number = pipe.recv()
            try:
                outcome: tuple[Any, ...] = (task(arguments[number]), "", "")
            except SynthgenError as error:
                outcome = (0, type(error).__name__, str(error))
            except BaseException as error:
                outcome = (0, "SynthgenError", _words(error))
            pipe.send(outcome)


def _words(error: BaseException) -> str:
    """Say where an error came up and of what type it is: its own words may hold values of rows."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return (
        f"A block of rows can't be made: {type(error).__name__} in {Path(last.filename).name}, line {last.lineno}. "
        "Run it with workers=1 to see all of the error."
    )


def _sent(pipe: Connection, number: int | None) -> bool:
    """Send the number of a task, if there is one."""
    if number is None:
        return False
    with contextlib.suppress(OSError):
        # A worker that is gone is noticed when its answer is read.
        pipe.send(number)
    return True


def _received(pipe: Connection) -> int:
    try:
        number, kind, words = pipe.recv()
    except (EOFError, OSError):
        raise SynthgenError(
            "A worker process was ended by the system, perhaps for want of memory. What is finished is kept: run the "
            "same again, with workers=1 or more memory."
        ) from None
    if kind:
        raise getattr(errors, kind, SynthgenError)(words)
    return int(number)
