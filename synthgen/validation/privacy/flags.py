"""A reason for each row that should not be handed out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.table.disclosure import FEWEST_HOLDERS
from synthgen.validation.comparison import Comparison
from synthgen.validation.privacy.disclosure import policy_flags
from synthgen.validation.privacy.reasons import Reason
from synthgen.validation.verdict import Purpose

COLUMNS = ["row", "reason", "columns", "value", "threshold", "p_value", "q_value", "refused"]

Floats = NDArray[np.float64]
Places = NDArray[np.int64]


REFUSED_ALWAYS = frozenset({Reason.EXACT_COPY, Reason.NEAR_COPY, Reason.BROKEN_RULE})
"""For "augment" only copies are refused, and rows that break a declared rule: the merged table holds the real rows
anyway.
For "release" all flagged are but those never refused."""


NEVER_REFUSED = frozenset({Reason.IMPLAUSIBLE_LABEL})
"""A label that doesn't fit gives nobody away, and real rows have some too: leaving all out would make the classes
easier to tell apart than they are."""


def refused_for(reason: Reason, purpose: Purpose) -> bool:
    """Whether a row with this flag isn't handed out."""
    if reason in NEVER_REFUSED:
        return False
    return purpose is Purpose.RELEASE or reason in REFUSED_ALWAYS


def flag_policy(comparison: Comparison, purpose: Purpose, fewest: int = FEWEST_HOLDERS) -> pd.DataFrame:
    """Flags of the disclosure policy, where the table is to be released; see :func:`disclosure.policy_flags`.

    Rules, not tests: they have no p-value, and ``value`` and ``threshold`` are numbers of people.
    """
    if purpose is not Purpose.RELEASE:
        return no_flags()
    found = policy_flags(comparison, fewest).assign(p_value=np.nan, q_value=np.nan, refused=True)
    return found[COLUMNS] if len(found) else no_flags()


def together(flags: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """One list of flags, by row and reason."""
    some = [part for part in flags if len(part)]
    if not some:
        return no_flags()
    return pd.concat(some, ignore_index=True).sort_values(["row", "reason"], kind="stable", ignore_index=True)


def no_flags() -> pd.DataFrame:
    """An empty list of flags."""
    return flagged(np.zeros(0, np.int64), Reason.EXACT_COPY, "", np.zeros(0), 0.0, refused=False)


def flagged(
    rows: Places,
    reason: Reason,
    columns: str,
    values: Floats,
    threshold: float,
    *,
    refused: bool,
    p_values: Floats | float = np.nan,
    q_values: Floats | float = np.nan,
) -> pd.DataFrame:
    """Flags of one reason; a missing p-value means that the flag is a rule, not a test."""
    n = len(rows)
    return pd.DataFrame(
        {
            "row": rows.astype(np.int64),
            "reason": np.repeat(str(reason), n).astype(object),
            "columns": np.repeat(columns, n).astype(object),
            "value": np.asarray(values, dtype=float),
            "threshold": np.full(n, float(threshold)),
            "p_value": np.broadcast_to(np.asarray(p_values, dtype=float), n),
            "q_value": np.broadcast_to(np.asarray(q_values, dtype=float), n),
            "refused": np.full(n, refused),
        },
        columns=COLUMNS,
    )
