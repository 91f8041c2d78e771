"""Why a synthetic row is flagged, and what that says to a reader."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """Why a synthetic row is flagged."""

    EXACT_COPY = "EXACT_COPY"
    NEAR_COPY = "NEAR_COPY"
    INTERPOLATED = "INTERPOLATED"
    VALUE_REUSE = "VALUE_REUSE"
    SUBSET_COPY = "SUBSET_COPY"
    RARE_CATEGORY = "RARE_CATEGORY"
    EXTREME_VALUE = "EXTREME_VALUE"
    RARE_CELL = "RARE_CELL"
    IMPLAUSIBLE_LABEL = "IMPLAUSIBLE_LABEL"
    BROKEN_RULE = "BROKEN_RULE"


REASON_WORDS = {
    Reason.EXACT_COPY: "equal to one real row that the generator saw",
    Reason.NEAR_COPY: "closer to one real row that the generator saw than real rows are to each other",
    Reason.INTERPOLATED: "interpolates real rows: it lies between two or three that the generator saw",
    Reason.VALUE_REUSE: "has a value that only one real row has, one that the generator saw",
    Reason.SUBSET_COPY: "shares several columns with one real row that the generator saw, and no other row has them",
    Reason.RARE_CATEGORY: "has a category that fewer people have than must share what is released",
    Reason.EXTREME_VALUE: "has the exact smallest or largest value of its class or of all, which few people have",
    Reason.RARE_CELL: "has quasi-identifiers that some people have together, but fewer than must share them",
    Reason.IMPLAUSIBLE_LABEL: "has a label that a model of the real rows finds implausible for it",
    Reason.BROKEN_RULE: "breaks a rule that was declared",
}

POLICY_REASONS = frozenset({Reason.RARE_CATEGORY, Reason.EXTREME_VALUE, Reason.RARE_CELL})
"""Those of the disclosure policy: rules, which need no leak."""
