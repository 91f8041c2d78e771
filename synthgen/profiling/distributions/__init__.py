"""Each column's distribution: its family, edges, tails, peaks, rounding, levels, seasons and shapes."""

from synthgen.profiling.distributions.choice import Choice, choose_family
from synthgen.profiling.distributions.describe import describe, describe_columns

__all__ = ["Choice", "choose_family", "describe", "describe_columns"]
