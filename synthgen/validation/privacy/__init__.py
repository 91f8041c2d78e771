"""What do the synthetic rows give away about real ones?"""

from synthgen.validation.privacy.checks import CHECKS
from synthgen.validation.privacy.leaks import Leaks, find_leaks
from synthgen.validation.privacy.power import SMALLEST_LEAK
from synthgen.validation.privacy.preconditions import EXCHANGEABILITY, HOLDOUT_OVERLAP, HOLDOUT_SEEN
from synthgen.validation.privacy.reasons import REASON_WORDS, Reason

METRICS = (HOLDOUT_OVERLAP, HOLDOUT_SEEN, EXCHANGEABILITY, *(check.metric for check in CHECKS), SMALLEST_LEAK)
"""None of them has a function of its own: they are measured together, by :func:`find_leaks`."""

__all__ = ["CHECKS", "METRICS", "REASON_WORDS", "Leaks", "Reason", "find_leaks"]
