"""The bias audit: groups of people in the source, one module a question."""

from synthgen.profiling.bias.audit import audit_bias

__all__ = ["audit_bias"]
