"""Are the synthetic rows like real ones?"""

from synthgen.validation.fidelity.coverage import ALPHA_PRECISION, BETA_RECALL
from synthgen.validation.fidelity.declared_rules import DECLARED_RULES
from synthgen.validation.fidelity.detection import DETECTION_AUC, DETECTION_COLUMNS
from synthgen.validation.fidelity.distances import TAILS, WASSERSTEIN
from synthgen.validation.fidelity.missingness import MISSING_PATTERNS, MISSING_RATES
from synthgen.validation.fidelity.rules import RULES_KEPT
from synthgen.validation.fidelity.shapes import CLASS_SHAPES, COLUMN_SHAPES, GROUP_SHAPES
from synthgen.validation.fidelity.trends import DEPENDENCE_KEPT, MUTUAL_INFORMATION, PAIR_TRENDS

METRICS = (
    COLUMN_SHAPES,
    WASSERSTEIN,
    TAILS,
    CLASS_SHAPES,
    GROUP_SHAPES,
    PAIR_TRENDS,
    MUTUAL_INFORMATION,
    DEPENDENCE_KEPT,
    ALPHA_PRECISION,
    BETA_RECALL,
    MISSING_RATES,
    MISSING_PATTERNS,
    DECLARED_RULES,
    RULES_KEPT,
    DETECTION_AUC,
    DETECTION_COLUMNS,
)

__all__ = ["METRICS"]
