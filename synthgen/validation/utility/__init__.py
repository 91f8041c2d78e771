"""Are the synthetic rows of use to a model?"""

from synthgen.validation.utility.label_consistency import LABEL_CONSISTENCY
from synthgen.validation.utility.signal import CLASS_SIGNAL

METRICS = (CLASS_SIGNAL, LABEL_CONSISTENCY)

__all__ = ["METRICS"]
