"""Correlations of the normal variables behind the columns: estimated, shrunk, and positive definite."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

Floats = NDArray[np.float64]

STRONGEST = 0.9995
SMALLEST_EIGENVALUE = 1e-6
BISECTIONS = 40


def latent_correlation(scores: Floats, present: NDArray[np.bool_], coefficients: Floats) -> Floats:
    """Correlation of the normal variables behind tied or discrete columns.

    The scores of two columns covary by Σ a_k b_k r^k (Mehler's formula), which is solved for r pair by pair:
    the polychoric correlation for two discrete columns, the plain one for two continuous ones.

    Parameters
    ----------
    scores : array of shape (n, d)
    present : boolean array of shape (n, d)
        Rows whose value is missing count for no pair.
    coefficients : array of shape (d, terms)

    References
    ----------
    Olsson (1979), https://doi.org/10.1007/BF02296207
    """
    counts = present.T.astype(float) @ present
    covariance = (scores.T @ scores) / np.maximum(counts, 1.0)
    low, high = np.full_like(covariance, -STRONGEST), np.full_like(covariance, STRONGEST)
    products = np.einsum("ik,jk->kij", coefficients, coefficients)
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        value, power = np.zeros_like(middle), np.ones_like(middle)
        for term in products:
            power = power * middle
            value += term * power
        above = value > covariance
        high, low = np.where(above, middle, high), np.where(above, low, middle)
    out = np.asarray((low + high) / 2)
    # A column that carries nothing (one value, or no pair of rows) correlates with nothing.
    out[(products[0] < 1e-6) | (counts < 3)] = 0.0
    np.fill_diagonal(out, 1.0)
    return out


def shrinkage_intensity(correlation: Floats, target: Floats, n: float) -> float:
    """How far to move a correlation matrix of ``n`` rows towards a target, from 0 to 1.

    Expected squared error of the sample correlations over their squared distance to the target, after
    Schäfer and Strimmer (2005), https://doi.org/10.2202/1544-6115.1175.
    """
    off = ~np.eye(len(correlation), dtype=bool)
    variance = ((1 - correlation[off] ** 2) ** 2).sum() / max(n - 1, 1)
    distance = ((correlation[off] - target[off]) ** 2).sum()
    return 1.0 if distance <= variance else float(variance / distance)


def positive_definite(correlation: Floats) -> Floats:
    """Nearest-in-spirit correlation matrix with eigenvalues above zero (clipped, then rescaled)."""
    values, vectors = np.linalg.eigh((correlation + correlation.T) / 2)
    fixed = (vectors * np.maximum(values, SMALLEST_EIGENVALUE)) @ vectors.T
    scale = np.sqrt(np.diag(fixed))
    return np.asarray(fixed / np.outer(scale, scale))


def root(correlation: Floats) -> Floats:
    """Matrix ``a`` with ``a @ a.T`` equal to the correlation."""
    return np.asarray(np.linalg.cholesky(correlation))


def correlated(noise: Floats, root: Floats) -> Floats:
    """Give independent scores the correlation that ``root`` is of.

    One thread does it: for as few columns as tables have, the threads of a matrix product take twice the processor
    time and no less of the clock, and how many there are must not show in the last bits of a row.
    """
    with _libraries().limit(limits=1, user_api="blas"):
        return np.asarray(noise @ root.T)


@cache
def _libraries() -> ThreadpoolController:
    return ThreadpoolController()
