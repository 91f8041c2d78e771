"""Verification: a recorded run made again and compared, with a key that its owner holds."""

from __future__ import annotations

from synthgen.verification.outcome import Agreement, Check, Verification
from synthgen.verification.verify_run import verify

__all__ = ["Agreement", "Check", "Verification", "verify"]
