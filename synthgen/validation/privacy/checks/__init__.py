"""The leak checks, judged together as one family: one line a check."""

from synthgen.validation.privacy.attacks import ATTACKS
from synthgen.validation.privacy.check import Check
from synthgen.validation.privacy.checks.copies import EXACT_COPIES, NEAR_COPIES
from synthgen.validation.privacy.checks.interpolation import INTERPOLATION
from synthgen.validation.privacy.checks.nearest import CLOSEST_ROWS, DCR_SHARE, NNDR
from synthgen.validation.privacy.checks.reuse import VALUE_REUSE
from synthgen.validation.privacy.checks.subsets import SUBSET_COPIES

CHECKS: tuple[Check, ...] = (
    EXACT_COPIES,
    NEAR_COPIES,
    VALUE_REUSE,
    SUBSET_COPIES,
    DCR_SHARE,
    CLOSEST_ROWS,
    NNDR,
    INTERPOLATION,
    *ATTACKS,
)

__all__ = ["CHECKS"]
