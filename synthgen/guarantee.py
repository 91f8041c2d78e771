"""What a generator promises, and how its rows come about."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class RowSource(StrEnum):
    """What a synthetic row is made from.

    A row made from one or two real rows gives those rows away in a way that distances can miss,
    so such rows are never passed for release whatever the measurements say.
    """

    SINGLE_ROW = "each row is one real row with noise added"
    ROW_PAIR = "each row lies between real rows (interpolates real rows)"
    MODEL = "rows are drawn from a fitted model"
    UNKNOWN = "how the rows were made is not known"


@dataclass(frozen=True)
class PrivacyGuarantee:
    """A formal guarantee. None in its place means: no formal guarantee.

    Parameters
    ----------
    epsilon, delta : float
        Differential privacy parameters.
    unit : str
        Whose data is protected: ``"row"`` or ``"subject"``.
    neighbouring : str
        ``"add-remove"`` or ``"replace-one"``.
    ledger : tuple of (str, float)
        What the budget was spent on.
    """

    epsilon: float
    delta: float
    unit: str
    neighbouring: str
    ledger: tuple[tuple[str, float], ...] = ()

    def __str__(self) -> str:
        return f"({self.epsilon:g}, {self.delta:g})-differential privacy per {self.unit} ({self.neighbouring})"
