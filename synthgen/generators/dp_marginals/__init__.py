"""Differentially private tables from noisy marginals: select, measure, generate.

Everything that a model knows of the real rows passes through :func:`.measure.measure`, as noisy numbers.
"""

from synthgen.generators.dp_marginals.accounting import DEFAULT_DELTA, Budget, Spent, epsilon_of, rho_of
from synthgen.generators.dp_marginals.measurements import Levels, Marginal, Measurements
from synthgen.generators.dp_marginals.mechanism import NoiseSource, OpenDPNoise
from synthgen.generators.dp_marginals.model import DPMarginalsSynthesizer
from synthgen.generators.dp_marginals.public import as_public, public_schema, to_declare

__all__ = [
    "DEFAULT_DELTA",
    "Budget",
    "DPMarginalsSynthesizer",
    "Levels",
    "Marginal",
    "Measurements",
    "NoiseSource",
    "OpenDPNoise",
    "Spent",
    "as_public",
    "epsilon_of",
    "public_schema",
    "rho_of",
    "to_declare",
]
