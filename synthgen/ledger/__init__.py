"""What fits on one dataset have spent of a privacy budget, kept in a file that several runs share."""

from __future__ import annotations

from synthgen.ledger.entries import COMPOSITION, Cost, Entry, LedgerState
from synthgen.ledger.ledger import PrivacyLedger, Reservation

__all__ = ["COMPOSITION", "Cost", "Entry", "LedgerState", "PrivacyLedger", "Reservation"]
