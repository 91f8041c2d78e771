"""Where values are missing, and what tells it."""

from synthgen.profiling.missingness.profiling import profile_missingness
from synthgen.profiling.missingness.results import GapDependence, GapPattern, GapRule, MissingnessProfile

__all__ = ["GapDependence", "GapPattern", "GapRule", "MissingnessProfile", "profile_missingness"]
