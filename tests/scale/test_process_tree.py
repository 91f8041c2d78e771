"""What a benchmark says of a run's memory has to hold for all of its processes."""

from __future__ import annotations

import sys

import pytest

pytest.importorskip("psutil", reason="psutil is not installed")

from benchmarks.process_tree import Bound, watched

MB = 10**6
HOLDING = """
import subprocess, sys, time
held = bytearray(b"x") * {own}
child = subprocess.Popen([sys.executable, "-c", "import time; held = bytearray(b'x') * {childs}; time.sleep(1)"])
child.wait()
print(len(held))
"""


def holding(own, childs):
    """A process that holds so many bytes, while one that it started holds so many others."""
    return [sys.executable, "-c", HOLDING.format(own=own, childs=childs)]


def test_memory_is_that_of_all_processes_at_once():
    run = watched(holding(60 * MB, 90 * MB))
    assert "stopped" not in run and run["said"] == str(60 * MB)
    assert 150 * MB < run["peak_bytes"] < 190 * MB


def test_memory_of_the_process_that_watches_is_not_counted():
    own = bytearray(b"x") * (400 * MB)
    assert watched(holding(60 * MB, 90 * MB))["peak_bytes"] < 190 * MB
    assert len(own) == 400 * MB


def test_a_run_is_ended_only_when_all_its_processes_hold_more_than_they_may():
    held = holding(60 * MB, 90 * MB)
    assert watched(held, Bound(resident=130 * MB))["stopped"] == "ended: over the memory that it was given"
    assert "stopped" not in watched(held, Bound(resident=250 * MB))


def test_address_space_and_cpu_time_are_bounded_by_the_system():
    assert watched(holding(200 * MB, 1), Bound(address_space=150 * MB))["stopped"] == "MemoryError"
    busy = watched([sys.executable, "-c", "while True: pass"], Bound(cpu_seconds=1))
    assert busy["stopped"] == "ended: over the CPU time that it was given" and 0.5 < busy["cpu_seconds"] < 3


def test_what_went_wrong_is_said():
    run = watched([sys.executable, "-c", "print('one'); raise ValueError('no such table')"])
    assert run["stopped"] == "ValueError: no such table" and "said" not in run
