"""From zero-concentrated differential privacy to (epsilon, delta), tightly, and back."""

from __future__ import annotations

import math

from scipy.optimize import brentq, minimize_scalar


def epsilon_of(rho: float, delta: float) -> float:
    """Smallest epsilon known for a mechanism that is rho-zCDP.

    The bound of Canonne, Kamath and Steinke (2020), corollary 13, https://arxiv.org/abs/2004.00010: it holds for every
    order, and the best one is searched. A search that stops early gives a larger epsilon, never one that is too small.

    Parameters
    ----------
    rho : float
        0 or more.
    delta : float
        Above 0 and below 1.

    Returns
    -------
    float

    Examples
    --------
    >>> round(epsilon_of(0.5, 1e-6), 2), epsilon_of(0.0, 1e-6)
    (5.22, 0.0)
    """
    if rho <= 0:
        return 0.0

    def bound(log_excess: float) -> float:
        excess = math.exp(log_excess)  # the order, less one
        order = 1 + excess
        return order * rho + math.log(excess / order) - (math.log(delta) + math.log(order)) / excess

    # Near the order of the simpler bound, rho + 2 sqrt(rho ln(1/delta)).
    middle = 0.5 * math.log(max(-math.log(delta), 1e-9) / rho)
    found = minimize_scalar(bound, bounds=(middle - 8, middle + 8), method="bounded", options={"xatol": 1e-10})
    return max(float(found.fun), 0.0)


def rho_of(epsilon: float, delta: float) -> float:
    """Largest rho, to within one part in a billion, whose :func:`epsilon_of` is at most epsilon.

    Parameters
    ----------
    epsilon : float
        Above 0.
    delta : float
        Above 0 and below 1.

    Returns
    -------
    float

    Examples
    --------
    >>> round(rho_of(1.0, 1e-9), 4)
    0.015
    """
    if epsilon <= 0:
        return 0.0
    high = epsilon
    while epsilon_of(high, delta) < epsilon:
        high *= 2
    low = high
    while epsilon_of(low, delta) > epsilon:
        low /= 2
    if low < high:
        low = float(brentq(lambda rho: epsilon_of(rho, delta) - epsilon, low, high, rtol=1e-12, xtol=1e-300))
    while epsilon_of(low, delta) > epsilon:
        low *= 1 - 1e-10
    return low
