"""What the source holds: distributions, gaps, classes, and who is in it."""

from synthgen.profiling.bias import audit_bias
from synthgen.profiling.profile import BiasAudit, ColumnProfile, Group, Profile
from synthgen.profiling.profiler import profile, profile_coded

__all__ = ["BiasAudit", "ColumnProfile", "Group", "Profile", "audit_bias", "profile", "profile_coded"]
