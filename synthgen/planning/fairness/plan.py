"""A plan: what to change about groups of people, how far, and what it is expected to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from synthgen.planning.fairness.effect import Effect

KINDS = {
    "equal_rates": "labels are drawn so that every group has them equally often: each group's chances are moved to the "
    "same quantiles, and the order of rows within a group stays (tree)",
    "quotas": "rows of each group and label are made in such numbers that every group has the label equally often",
    "weights": "rows are made as they come, and weighed so that the label has nothing to do with the group",
    "representation": "rows of each group are made in such numbers that the groups reach the shares asked for",
    "proxies": "columns that tell the group are aligned between groups (numbers) or dropped (labels) before anything "
    "is learnt",
}
"""What each kind of plan does, in words."""

_RATES = (
    "Equal rates and calibration exclude each other where the groups' real rates differ (Kleinberg et al. 2016, "
    "https://arxiv.org/abs/1609.05807; Chouldechova 2017, https://doi.org/10.1089/big.2016.0047): a model that learns "
    "these labels gives chances that are too high for one real group and too low for another. Judge it on real labels, "
    "and don't read its chances as those of the real world."
)
_ACCURACY = "What the group says about the real label is given up, so a model finds real labels somewhat less well."
CONFLICTS = {
    "equal_rates": (_RATES, _ACCURACY),
    "quotas": (_RATES, _ACCURACY),
    "weights": (_RATES, "Only a learner that takes sample weights sees the change; whoever ignores them sees none."),
    "representation": (
        "More rows of a small group say no more about it than its real rows do, and its rate of the label stays as it "
        "is.",
    ),
    "proxies": (
        "Rates of the label stay as they are in the table. What a proxy says about the label within a group is kept "
        "(if aligned) or lost (if dropped), and other columns may tell the group all the same.",
    ),
}
"""What stands against each kind of plan, in words."""


@dataclass(frozen=True)
class FairnessPlan:
    """One way to deal with a difference between groups; ``synthesize(df, fairness=plan)`` carries it out.

    It mitigates one stated difference, in the table that is handed back; it says nothing about other groups, other
    labels, or what is fair.

    Parameters
    ----------
    kind : str
        One of ``equal_rates``, ``quotas``, ``weights``, ``representation``, ``proxies``; see
        :data:`synthgen.planning.fairness.plan.KINDS`.
    sensitive_features : tuple of str
        Columns whose combinations make the groups.
    strength : float
        0 (nothing changes) to 1 (all the way).
    target : str, optional
        The column with the label. It must be the target of the table that the plan is used on.
    label : optional
        The class whose rate is made equal; the rarer of two if not given.
    columns : tuple of str
        For "proxies": the columns to change.
    reference : tuple of (group, float)
        For "representation": the share each group is to have, a group by its label or a tuple of them; equal shares if
        empty.
    effect : Effect, optional
        What was measured on real rows held out, where the plan was ranked.

    Examples
    --------
    >>> import synthgen as sg
    >>> plan = sg.FairnessPlan("quotas", ("sex",), strength=0.5)
    >>> print(plan.words)
    quotas on sex, strength 0.5: rows of each group and label are made in such numbers that every group has the label \
equally often
    """

    kind: str
    sensitive_features: tuple[str, ...]
    strength: float = 1.0
    target: str | None = None
    label: Any = None
    columns: tuple[str, ...] = ()
    reference: tuple[tuple[Any, float], ...] = ()
    effect: Effect | None = None

    @property
    def words(self) -> str:
        """The plan in a sentence."""
        about = f" ({', '.join(self.columns)})" if self.columns else ""
        groups = " × ".join(self.sensitive_features)
        return f"{self.kind} on {groups}{about}, strength {self.strength:g}: {KINDS.get(self.kind, '')}"

    @property
    def conflicts(self) -> tuple[str, ...]:
        """What stands against it, in words."""
        return CONFLICTS.get(self.kind, ())

    def __str__(self) -> str:
        lines = [self.words]
        if self.effect is not None:
            lines += [f"- {line}" for line in self.effect.lines]
        return "\n".join([*lines, *(f"- Conflict: {words}" for words in self.conflicts)])

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        out = asdict(self)
        out["label"] = None if self.label is None else str(self.label)
        out["reference"] = {_shown(group): share for group, share in self.reference}
        return {**out, "words": self.words, "conflicts": list(self.conflicts)}


def _shown(group: Any) -> str:
    return " × ".join(map(str, group)) if isinstance(group, tuple) else str(group)


def reference_of(shares: Mapping[Any, float] | None) -> tuple[tuple[Any, float], ...]:
    """Shares of a reference population as a plan keeps them."""
    return tuple(shares.items()) if shares else ()
