"""Run independent measurements, two at a time."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import Any

Job = tuple[Any, ...]


def run_all(
    function: Callable[..., dict[str, Any]], jobs: Sequence[Job], workers: int = 2
) -> dict[Job, dict[str, Any]]:
    """Call ``function(*job)`` for each job in processes of their own; results in the order of the jobs."""
    found: dict[Job, dict[str, Any]] = {}
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        running = {pool.submit(function, *job): job for job in jobs}
        for number, done in enumerate(as_completed(running), start=1):
            job = running[done]
            found[job] = done.result()
            said = ", ".join(f"{key} {value:.4f}" for key, value in found[job].items() if isinstance(value, float))
            print(f"[{number}/{len(jobs)}] {' '.join(map(str, job))}: {said}", flush=True)
    return {job: found[job] for job in jobs}
