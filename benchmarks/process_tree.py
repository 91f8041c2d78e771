"""Run a command and say what it took, with all processes that it starts: time, CPU time and the most memory at once."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from benchmarks.record import ROOT, load_average

POLL, EVERY = 0.05, 5
"""Seconds between looks, and looks between two that count what is shared."""

LAST_WORDS = 240
_UNIT = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True)
class Bound:
    """What a run may take before it is ended: memory in use by all its processes, address space of each, CPU time."""

    resident: int | None = None
    address_space: int | None = None
    cpu_seconds: int | None = None

    def set_in_child(self) -> None:
        """Set what the system itself watches over; children of the run have the same."""
        if self.address_space is not None:
            resource.setrlimit(resource.RLIMIT_AS, (self.address_space, self.address_space))
        if self.cpu_seconds is not None:
            resource.setrlimit(resource.RLIMIT_CPU, (self.cpu_seconds, self.cpu_seconds + 5))


NO_BOUND = Bound()


def watched(command: Sequence[str], bound: Bound = NO_BOUND) -> dict[str, Any]:
    """Run the command: its last line, and what it took, starting and importing included.

    Memory is what its processes hold at once, looked at every 50 ms; pages that several share are counted once where
    the system says so (Linux), else for each. The system's own record of the peak of one process is taken where it is
    higher. Address space is the most that one of them had; ``others`` is how many cores other processes kept busy.
    """
    loads, busy, start = load_average(), _busy(), time.perf_counter()
    with tempfile.TemporaryFile("w+") as said, tempfile.TemporaryFile("w+") as wrong:
        process = subprocess.Popen(command, cwd=ROOT, stdout=said, stderr=wrong, preexec_fn=bound.set_in_child)
        seen = _followed(process.pid, bound.resident)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.perf_counter() - start
        said.seek(0)
        wrong.seek(0)
        lines, errors = said.read().splitlines(), wrong.read().strip().splitlines()
    cpu = used.ru_utime + used.ru_stime
    alone = used.ru_maxrss * _UNIT
    if alone <= resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _UNIT:
        # A process starts as a copy of this one, whose memory the system's record of its peak holds too.
        alone = 0
    out: dict[str, Any] = {
        "seconds": round(wall, 2), "cpu_seconds": round(cpu, 2), "peak_bytes": max(seen.held, alone),
        "address_space": seen.address_space, "load": loads, "others": round(max(_busy() - busy - cpu, 0) / wall, 2),
    }  # fmt: skip
    if process.returncode:
        out["stopped"] = _why(process.returncode, seen.over, errors)
    elif lines:
        out["said"] = lines[-1]
    return out


def _busy() -> float:
    """CPU seconds that all processes of the machine have used."""
    times = psutil.cpu_times()
    return sum(times) - times.idle - getattr(times, "iowait", 0.0)


@dataclass
class _Seen:
    held: int = 0
    address_space: int = 0
    over: bool = False


def _followed(pid: int, limit: int | None) -> _Seen:
    """Follow a process and those that it started, until it ends; end them when they hold more than they may."""
    root, seen, most, looks = psutil.Process(pid), _Seen(), 0, 0
    while os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        family = [root, *_quiet(lambda: root.children(recursive=True), [])]
        sizes = [size for one in family if (size := _quiet(one.memory_info, None)) is not None]
        seen.address_space = max([seen.address_space, *(size.vms for size in sizes)])
        # Resident sets are cheap to ask for. What is shared is looked at when they reach a new peak, and now and then,
        # as it may be shared no more.
        together = sum(size.rss for size in sizes)
        if together > 1.01 * most or (together > seen.held and looks % EVERY == 0):
            seen.held, most = max(seen.held, sum(map(_held, family))), max(most, together)
        looks += 1
        if limit is not None and seen.held > limit:
            seen.over = True
            for one in family:
                _quiet(one.kill, None)
            break
        time.sleep(POLL)
    return seen


def _held(process: psutil.Process) -> int:
    """Memory of a process, what it shares with others by its part."""
    try:
        lines = Path(f"/proc/{process.pid}/smaps_rollup").read_text(encoding="utf-8").splitlines()
        return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    except (OSError, StopIteration):
        return int(_quiet(lambda: process.memory_info().rss, 0))


def _quiet(ask: Callable[[], Any], otherwise: Any) -> Any:
    """What a process says, which may have ended since."""
    try:
        return ask()
    except psutil.Error:
        return otherwise


def _why(code: int, over: bool, errors: Sequence[str]) -> str:
    if over:
        return "ended: over the memory that it was given"
    if code == -signal.SIGXCPU:
        return "ended: over the CPU time that it was given"
    if code == -signal.SIGTERM:
        return "ended by hand, not finished"
    if code < 0:
        return f"ended by {signal.Signals(-code).name}"
    return errors[-1][:LAST_WORDS] if errors else f"exit code {code}"
