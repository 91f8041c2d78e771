"""What the source holds: distributions, gaps, classes, and who is in it."""

from synthgen.profiling.bias import audit_bias
from synthgen.profiling.dependence import DependenceProfile
from synthgen.profiling.missingness import MissingnessProfile
from synthgen.profiling.profile import BiasAudit, ColumnProfile, Group, Profile
from synthgen.profiling.profiler import profile, profile_coded
from synthgen.profiling.size import SizeAssessment

__all__ = [
    "BiasAudit", "ColumnProfile", "DependenceProfile", "Group", "MissingnessProfile", "Profile", "SizeAssessment",
    "audit_bias", "profile", "profile_coded",
]  # fmt: skip
