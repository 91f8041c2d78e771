"""Two labels, the first meaning false and the second true; otherwise as categorical."""

from __future__ import annotations

from synthgen.table.kinds import categorical

parse = categorical.parse
restore = categorical.restore
