"""What :mod:`benchmarks.scale` measures on, how it is bounded, and what it is to reach."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.process_tree import Bound

GB = 10**9
SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
MODELS = ("gaussian_copula", "tree")
PARTS = ("generate", "fit", "whole", "bound", "sdv")
ULB_TIMES = 10
FIT_ROWS = 100_000
"""Rows that a model learns from of which rows are drawn."""

LARGEST = SIZES[-1]

BOUND = {"memory held": Bound(resident=GB), "address space": Bound(address_space=3_500 * 10**6)}
SDV_BOUND = Bound(resident=4 * GB, cpu_seconds=1800)


@dataclass(frozen=True)
class Target:
    """At most so many seconds and so many bytes of a run."""

    part: str
    key: str
    title: str
    seconds: float
    peak: int

    def met(self, run: Mapping[str, Any]) -> bool:
        return "stopped" not in run and run["seconds"] <= self.seconds and run["peak_bytes"] <= self.peak


TARGETS = (
    Target("generate", f"gaussian_copula {LARGEST}", "rows of the copula to Parquet", 25, GB),
    Target("generate", f"tree {LARGEST}", "rows of the tree to Parquet", 60, GB),
    Target("fit", f"gaussian_copula {LARGEST}", "scan of a Parquet file and fit, copula", 90, 2 * GB),
    Target("fit", f"tree {LARGEST}", "scan of a Parquet file and fit, tree", 90, 2 * GB),
    Target("whole", "flights", "`sg.synthesize`, flights", 120, 2 * GB),
    Target("whole", "payments", f"`sg.synthesize`, card payments × {ULB_TIMES}", 600, 4 * GB),
)
