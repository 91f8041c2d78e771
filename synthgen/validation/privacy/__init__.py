"""What do the synthetic rows give away about real ones?"""

from synthgen.validation.privacy.copies import EXACT_COPIES, NEAR_COPIES
from synthgen.validation.privacy.distances import DCR_SHARE, NNDR
from synthgen.validation.privacy.flags import REASON_WORDS, Reason, flag_rows

METRICS = (EXACT_COPIES, NEAR_COPIES, DCR_SHARE, NNDR)

__all__ = ["METRICS", "REASON_WORDS", "Reason", "flag_rows"]
