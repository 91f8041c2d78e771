"""synthgen: synthetic rows worth having, and the evidence.

>>> import synthgen as sg
>>> sorted(sg.generators.GENERATORS)
['jitter', 'smote']
"""

from synthgen import datasets, errors, generators
from synthgen.api import synthesize
from synthgen.generators import load_synthesizer
from synthgen.merging import merge, real_rows_only
from synthgen.profiling import profile
from synthgen.provenance import Provenance
from synthgen.result import SynthesisResult, SynthgenWarning
from synthgen.table import Kind, Role, Schema
from synthgen.validation import Gate, Outcome, validate

__all__ = [
    "Gate",
    "Kind",
    "Outcome",
    "Provenance",
    "Role",
    "Schema",
    "SynthesisResult",
    "SynthgenWarning",
    "datasets",
    "errors",
    "generators",
    "load_synthesizer",
    "merge",
    "profile",
    "real_rows_only",
    "synthesize",
    "validate",
]
