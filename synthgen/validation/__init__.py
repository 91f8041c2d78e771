"""What synthetic rows are worth, and what they give away."""

from synthgen.validation.comparison import Comparison
from synthgen.validation.criterion import Criterion
from synthgen.validation.gate import Gate
from synthgen.validation.metric import Direction, Estimate, Family, Measurement, Metric, Status
from synthgen.validation.report import ColumnComparison, ValidationReport
from synthgen.validation.utility.reliability import Reliability, reliability
from synthgen.validation.validate import METRICS, validate, validate_coded
from synthgen.validation.verdict import Finding, Outcome, Purpose, Verdict

__all__ = [
    "METRICS",
    "ColumnComparison",
    "Comparison",
    "Criterion",
    "Direction",
    "Estimate",
    "Family",
    "Finding",
    "Gate",
    "Measurement",
    "Metric",
    "Outcome",
    "Purpose",
    "Reliability",
    "Status",
    "ValidationReport",
    "Verdict",
    "reliability",
    "validate",
    "validate_coded",
]
