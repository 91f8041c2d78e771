"""synthgen: synthetic rows worth having, and the evidence.

>>> import synthgen as sg
>>> "gaussian_copula" in sg.generators.GENERATORS
True
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from synthgen import constraints, datasets, errors, generators, spark
    from synthgen.api import synthesize
    from synthgen.errors import SynthgenWarning
    from synthgen.generators import load_synthesizer
    from synthgen.ledger import PrivacyLedger
    from synthgen.merging import merge, natural_weights, real_rows_only
    from synthgen.merging.calibration import CalibratedOnReal, PriorCorrection
    from synthgen.merging.oversampler import SyntheticOverSampler
    from synthgen.planning.dp_preview import PrivacyPreview, preview_dp
    from synthgen.planning.fairness import FairnessPlan
    from synthgen.planning.uplift import Uplift, estimate_uplift
    from synthgen.profiling import profile
    from synthgen.provenance import Provenance
    from synthgen.result import SynthesisResult
    from synthgen.reviewing import Review
    from synthgen.table import Kind, Role, Schema
    from synthgen.table.discovery import discover_constraints
    from synthgen.validation import Gate, Outcome, validate
    from synthgen.verification import Verification, verify

__all__ = [
    "CalibratedOnReal",
    "FairnessPlan",
    "Gate",
    "Kind",
    "Outcome",
    "PriorCorrection",
    "PrivacyLedger",
    "PrivacyPreview",
    "Provenance",
    "Review",
    "Role",
    "Schema",
    "SynthesisResult",
    "SyntheticOverSampler",
    "SynthgenWarning",
    "Uplift",
    "Verification",
    "constraints",
    "datasets",
    "discover_constraints",
    "errors",
    "estimate_uplift",
    "generators",
    "load_synthesizer",
    "merge",
    "natural_weights",
    "preview_dp",
    "profile",
    "real_rows_only",
    "spark",
    "synthesize",
    "validate",
    "verify",
]

# Imported when first asked for: scikit-learn alone takes most of a second.
_HOME = {
    "CalibratedOnReal": "merging.calibration",
    "FairnessPlan": "planning.fairness",
    "Gate": "validation",
    "Kind": "table",
    "Outcome": "validation",
    "PriorCorrection": "merging.calibration",
    "PrivacyLedger": "ledger",
    "PrivacyPreview": "planning.dp_preview",
    "Provenance": "provenance",
    "Review": "reviewing",
    "Role": "table",
    "Schema": "table",
    "SynthesisResult": "result",
    "SyntheticOverSampler": "merging.oversampler",
    "SynthgenWarning": "errors",
    "Uplift": "planning.uplift",
    "Verification": "verification",
    "discover_constraints": "table.discovery",
    "estimate_uplift": "planning.uplift",
    "load_synthesizer": "generators",
    "merge": "merging",
    "natural_weights": "merging",
    "preview_dp": "planning.dp_preview",
    "profile": "profiling",
    "real_rows_only": "merging",
    "synthesize": "api",
    "validate": "validation",
    "verify": "verification",
}


def __getattr__(name: str) -> Any:
    if name in _HOME:
        value = getattr(import_module(f"synthgen.{_HOME[name]}"), name)
    elif name in __all__:
        value = import_module(f"synthgen.{name}")
    else:
        raise AttributeError(f"module 'synthgen' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
