"""Are the synthetic rows of use to a model?"""

from synthgen.validation.utility.signal import CLASS_SIGNAL

METRICS = (CLASS_SIGNAL,)

__all__ = ["METRICS"]
