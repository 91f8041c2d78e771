"""How much of a privacy budget each noisy answer costs: zero-concentrated differential privacy, added up.

References
----------
Bun and Steinke (2016), https://doi.org/10.1007/978-3-662-53641-4_24; Canonne, Kamath and Steinke (2020), Proposition
12, https://doi.org/10.48550/arXiv.2004.00010
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import exp, inf, isfinite, log, log1p, sqrt

from synthgen.errors import UsageError

DEFAULT_DELTA = 1e-9
"""Where none is given. It may not be computed from the number of rows, which is private."""

SMALLEST_DELTA = 1e-300
"""Below it, one over delta can't be held by a float, and nothing could be spent."""


def epsilon_of(rho: float, delta: float) -> float:
    """The smallest epsilon so that every ``rho``-zCDP mechanism is ``(epsilon, delta)``-differentially private.

    Examples
    --------
    >>> round(epsilon_of(0.1, 1e-6), 3)
    2.142
    """
    if rho <= 0:
        return 0.0

    # min over a > 1 of a rho + log(1 / (a delta)) / (a - 1) + log(1 - 1 / a); one valley in log(a - 1).
    def bound(x: float) -> float:
        a = 1 + exp(x)
        return a * rho + (log(1 / delta) - log(a)) / (a - 1) + log1p(-1 / a)

    low, high = -12.0, 40.0
    golden = (sqrt(5) - 1) / 2
    for _ in range(200):
        left, right = high - golden * (high - low), low + golden * (high - low)
        if bound(left) < bound(right):
            high = right
        else:
            low = left
    return max(0.0, bound((low + high) / 2))


@lru_cache(maxsize=256)
def rho_of(epsilon: float, delta: float) -> float:
    """The largest rho so that every rho-zCDP mechanism is ``(epsilon, delta)``-differentially private.

    Examples
    --------
    >>> rho = rho_of(1.0, 1e-9)
    >>> round(rho, 4), round(epsilon_of(rho, 1e-9), 6)
    (0.015, 1.0)
    """
    low, high = 0.0, epsilon + log(1 / delta)
    for _ in range(200):
        middle = (low + high) / 2
        if epsilon_of(middle, delta) <= epsilon:
            low = middle
        else:
            high = middle
    return low


@dataclass(frozen=True)
class Budget:
    """What may be spent on one table.

    Parameters
    ----------
    epsilon, delta : float
    unit : str
        Whose data is protected: ``"row"`` or ``"subject"``.
    rows_per_unit : int
        Rows that one unit may have; further rows of a subject aren't learnt from.
    """

    epsilon: float
    delta: float = DEFAULT_DELTA
    unit: str = "row"
    rows_per_unit: int = 1

    def check(self) -> None:
        """Refuse what is no privacy budget.

        Raises
        ------
        UsageError
        """
        if not _is_number(self.epsilon) or not isfinite(self.epsilon) or self.epsilon <= 0:
            raise UsageError(f"epsilon must be a number above 0; got {self.epsilon!r}. Usual values are 0.1 to 10.")
        if not _is_number(self.delta) or not SMALLEST_DELTA <= self.delta < 1:
            raise UsageError(
                f"delta must be above 0 and below 1, at least {SMALLEST_DELTA:g}, and far below 1 / the number of "
                f"rows; got {self.delta!r}. Leave it out for {DEFAULT_DELTA:g}."
            )
        if not isinstance(self.rows_per_unit, int) or isinstance(self.rows_per_unit, bool) or self.rows_per_unit < 1:
            raise UsageError(f"rows_per_subject must be a whole number of at least 1; got {self.rows_per_unit!r}.")


@dataclass(frozen=True)
class Spent:
    """One noisy answer, or a group of them, and what it cost.

    Parameters
    ----------
    what : str
    rho : float
        In zCDP. A part that is purely epsilon-differentially private costs ``epsilon ** 2 / 2``.
    delta : float
        Failure probability of its own, which only lists of labels have.
    """

    what: str
    rho: float
    delta: float = 0.0


def rho_of_pure(epsilon: float) -> float:
    """What a purely epsilon-differentially private answer costs in zCDP.

    Examples
    --------
    >>> rho_of_pure(0.1)
    0.005000000000000001
    """
    return epsilon * epsilon / 2


def pure_of(rho: float) -> float:
    """Epsilon of a purely differentially private answer that costs ``rho``."""
    return sqrt(2 * rho)


def gaussian_scale(rho: float, sensitivity: float) -> float:
    """Standard deviation of Gaussian noise for answers of an L2 sensitivity, at a cost of ``rho``.

    Examples
    --------
    >>> gaussian_scale(0.5, 1)
    1.0
    """
    return sensitivity / sqrt(2 * rho) if rho > 0 else inf


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
