"""Rules that could be declared, proposed from real rows."""

from __future__ import annotations

from synthgen.table.discovery.discovering import discover_constraints
from synthgen.table.discovery.proposals import Proposal, Proposals

__all__ = ["Proposal", "Proposals", "discover_constraints"]
