"""Which columns hang together, what holds in the rows, and what tells the target."""

from synthgen.profiling.dependence.profiling import profile_dependence
from synthgen.profiling.dependence.results import (
    Association,
    DependenceProfile,
    HoldingRule,
    Interaction,
    LeakSuspect,
    RepeatedRows,
)

__all__ = [
    "Association", "DependenceProfile", "HoldingRule", "Interaction", "LeakSuspect", "RepeatedRows",
    "profile_dependence",
]  # fmt: skip
