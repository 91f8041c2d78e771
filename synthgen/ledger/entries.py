"""Entries of a ledger, and what they come to together."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from synthgen.errors import UsageError
from synthgen.generators.dp_marginals.accounting import epsilon_of, rho_of

COMPOSITION = (
    "costs of fits are added in zero-concentrated differential privacy, and the sum is stated as epsilon at the "
    "ledger's delta; costs that are known as epsilon and delta only are added as they are"
)
"""How fits are added up, in words."""

RESERVED, COMMITTED = "reserved", "committed"
_ROUNDING = 1e-9
"""Share of a cap that sums of floats may be off by."""


@dataclass(frozen=True)
class Cost:
    """What one fit costs.

    Parameters
    ----------
    epsilon, delta : float
        The guarantee of the fit alone.
    unit : str
        Whose data it protects: ``"row"``, or ``"subject: "`` and the column.
    neighbouring : str
        ``"add-remove"`` or ``"replace-one"``.
    rho : float or None
        The cost in zCDP. None where only epsilon and delta are known: they are then added as they are.
    delta_beside : float or None
        The part of delta that no zCDP covers, such as that of category lists; added up as it is. None with ``rho``
        None: the whole delta.
    """

    epsilon: float
    delta: float
    unit: str = "row"
    neighbouring: str = "add-remove"
    rho: float | None = None
    delta_beside: float | None = None

    def __post_init__(self) -> None:
        for name in ("epsilon", "delta", "rho", "delta_beside"):
            value = getattr(self, name)
            plain = isinstance(value, (int, float)) and not isinstance(value, bool)
            if value is None and name in ("rho", "delta_beside"):
                continue
            if not plain or not math.isfinite(value) or value < 0:
                raise UsageError(f"{name} must be a number of 0 or more; got {value!r}.")
        if self.epsilon == 0 or self.delta >= 1:
            raise UsageError(f"epsilon must be above 0 and delta below 1; got {self.epsilon!r} and {self.delta!r}.")
        if self.rho == 0:
            raise UsageError(f"rho must be above 0, as epsilon is {self.epsilon!r}; leave it out if it isn't known.")
        if self.rho is None and self.delta_beside is not None:
            raise UsageError("delta_beside is the part of delta beside rho; give rho too.")
        for name in ("unit", "neighbouring"):
            if not isinstance(getattr(self, name), str) or not getattr(self, name):
                raise UsageError(f"{name} must be a word; got {getattr(self, name)!r}.")

    @property
    def parts(self) -> tuple[float, float, float]:
        """What adds up: epsilon as it is, rho, delta as it is."""
        if self.rho is None:
            return self.epsilon, 0.0, self.delta
        return 0.0, self.rho, self.delta_beside or 0.0


@dataclass(frozen=True)
class Entry:
    """A fit in a ledger.

    Parameters
    ----------
    id : str
    started : str
        When it was reserved, UTC.
    what : str
        The generator.
    state : {"reserved", "committed"}
        A fit that crashed stays reserved, and counts as spent: its noise may have been seen.
    cost : Cost
    """

    id: str
    started: str
    what: str
    state: str
    cost: Cost

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Entry:
        """Inverse of :meth:`to_dict`; raises TypeError, KeyError, ValueError where it isn't one."""
        if set(data) != {item.name for item in fields(cls)} or data["state"] not in (RESERVED, COMMITTED):
            raise ValueError
        if not all(isinstance(data[name], str) for name in ("id", "started", "what")):
            raise TypeError
        if set(data["cost"]) != {item.name for item in fields(Cost)}:
            raise ValueError
        return cls(**{**data, "cost": Cost(**data["cost"])})


@dataclass(frozen=True)
class LedgerState:
    """What has been spent on a dataset.

    Attributes
    ----------
    dataset : str
    cap_epsilon, cap_delta : float
    unit, neighbouring : str or None
        None before the first fit.
    entries : tuple of Entry
    """

    dataset: str
    cap_epsilon: float
    cap_delta: float
    unit: str | None = None
    neighbouring: str | None = None
    entries: tuple[Entry, ...] = ()

    @property
    def epsilon(self) -> float:
        """Epsilon of all fits together, at ``cap_delta``; infinite where their deltas alone exceed it."""
        return self._epsilon_of(self._sums())

    @property
    def unfinished(self) -> int:
        """Fits that were begun and never finished. They count as spent."""
        return sum(entry.state == RESERVED for entry in self.entries)

    def with_cost(self, cost: Cost) -> float:
        """Epsilon of all fits together, if one more were made."""
        return self._epsilon_of(self._sums([cost]))

    def affords(self, cost: Cost, times: int = 1) -> bool:
        """Whether one more fit, or several like it, stay below the cap."""
        epsilon, rho, delta = self._sums([cost] * times)
        left = (self.cap_epsilon - epsilon, self.cap_delta - delta)
        if left[0] < -_ROUNDING * self.cap_epsilon or left[1] < -_ROUNDING * self.cap_delta:
            return False
        return rho == 0 or (min(left) > 0 and rho <= rho_of(*left) * (1 + _ROUNDING))

    def fits_left(self, cost: Cost, most: int = 100) -> int:
        """How many more such fits stay below the cap; ``most`` at most."""
        low, high = 0, most
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if self.affords(cost, middle) else (low, middle - 1)
        return low

    def to_dict(self) -> dict[str, Any]:
        """What a report shows; plain values."""
        return {
            "dataset": self.dataset, "cap_epsilon": self.cap_epsilon, "cap_delta": self.cap_delta,
            "epsilon": self.epsilon if math.isfinite(self.epsilon) else None, "fits": len(self.entries),
            "unfinished": self.unfinished, "unit": self.unit, "neighbouring": self.neighbouring,
            "composition": COMPOSITION,
        }  # fmt: skip

    def _sums(self, more: Iterable[Cost] = ()) -> tuple[float, float, float]:
        epsilons, rhos, deltas = zip(
            (0.0, 0.0, 0.0), *(cost.parts for cost in [*(entry.cost for entry in self.entries), *more]), strict=True
        )
        return math.fsum(epsilons), math.fsum(rhos), math.fsum(deltas)

    def _epsilon_of(self, sums: tuple[float, float, float]) -> float:
        epsilon, rho, delta = sums
        if rho == 0:
            return epsilon if delta <= self.cap_delta * (1 + _ROUNDING) else math.inf
        return epsilon + epsilon_of(rho, self.cap_delta - delta) if delta < self.cap_delta else math.inf
