"""What is asked of rows, column by column: words read and checked against the schema before anything is drawn."""

from __future__ import annotations

from synthgen.table.conditions.allowed import Allowed, allowed_values, label_code, meets, target_codes
from synthgen.table.conditions.values import Interval

__all__ = ["Allowed", "Interval", "allowed_values", "label_code", "meets", "target_codes"]
