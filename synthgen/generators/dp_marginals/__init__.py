"""Differentially private tables from noisy marginals: select, measure, generate.

Everything that a model knows of the real rows passes through :func:`measure`, as noisy numbers.
"""

from synthgen.generators.dp_marginals.accounting import DEFAULT_DELTA, Budget, Spent, epsilon_of, rho_of
from synthgen.generators.dp_marginals.measurements import Levels, Marginal, Measurements
from synthgen.generators.dp_marginals.mechanism import NoiseSource, OpenDPNoise

__all__ = [
    "DEFAULT_DELTA",
    "Budget",
    "Levels",
    "Marginal",
    "Measurements",
    "NoiseSource",
    "OpenDPNoise",
    "Spent",
    "epsilon_of",
    "rho_of",
]
