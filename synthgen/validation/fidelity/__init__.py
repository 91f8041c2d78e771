"""Are the synthetic rows like real ones?"""

from synthgen.validation.fidelity.detection import DETECTION_AUC
from synthgen.validation.fidelity.missingness import MISSING_RATES
from synthgen.validation.fidelity.shapes import CLASS_SHAPES, COLUMN_SHAPES
from synthgen.validation.fidelity.trends import DEPENDENCE_KEPT, PAIR_TRENDS

METRICS = (COLUMN_SHAPES, CLASS_SHAPES, PAIR_TRENDS, DEPENDENCE_KEPT, MISSING_RATES, DETECTION_AUC)

__all__ = ["METRICS"]
