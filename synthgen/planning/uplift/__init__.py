"""Does augmenting help? Every arm trained and judged on real rows, before anything is made for good."""

from synthgen.planning.uplift.estimate import estimate_uplift
from synthgen.planning.uplift.result import Uplift

__all__ = ["Uplift", "estimate_uplift"]
