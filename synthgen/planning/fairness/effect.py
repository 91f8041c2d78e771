"""What a plan is expected to do, measured on real rows that were held out of its trial."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


@dataclass(frozen=True)
class GroupEffect:
    """One group, without the plan and with it.

    Attributes
    ----------
    label : str
    rate, rate_planned : float
        Of the label, in synthetic rows that are made without the plan and with it.
    auc, auc_planned : Figure or None
        Of a model trained on these rows, on held-out real labels of the group; None with too few of them.
    nearer, nearer_planned : Figure or None
        Share of the group's synthetic rows that are nearer to a row that was learnt from than to one of as many that
        were held out: .5 where nothing is learnt by heart.
    """

    label: str
    rate: float
    rate_planned: float
    auc: Figure | None
    auc_planned: Figure | None
    nearer: Figure | None
    nearer_planned: Figure | None


@dataclass(frozen=True)
class Effect:
    """What a plan did in its trial: an inner split, synthetic rows alone, judged on held-out real rows.

    Attributes
    ----------
    rows, held_out : int
        Real rows that were learnt from and that were held out.
    ratio_real : Figure
        Lowest over highest rate of the label among the groups, in the real rows learnt from.
    ratio, ratio_planned : Figure
        The same in the synthetic rows without the plan and with it.
    auc_real : Figure
        Of a model trained on the real rows learnt from, on held-out real labels.
    auc, auc_planned : Figure
        The same of models trained on the synthetic rows.
    model_ratio, model_ratio_planned : float
        Lowest over highest rate at which those models select held-out real rows, each model as many rows as its
        training rows have the label.
    groups : tuple of GroupEffect
    notes : tuple of str
        What could not be done, in words.
    """

    rows: int
    held_out: int
    ratio_real: Figure
    ratio: Figure
    ratio_planned: Figure
    auc_real: Figure
    auc: Figure
    auc_planned: Figure
    model_ratio: float
    model_ratio_planned: float
    groups: tuple[GroupEffect, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def lines(self) -> list[str]:
        """The effect in words."""
        out = [
            f"Measured on {self.held_out:,} held-out real rows, after learning from {self.rows:,}",
            f"Selection-rate ratio: real rows {self.ratio_real}; synthetic rows {self.ratio} without the plan, "
            f"{self.ratio_planned} with it",
            f"AUC on real labels: trained on real rows {self.auc_real}; on synthetic rows {self.auc} without, "
            f"{self.auc_planned} with",
            f"Selection-rate ratio of that model on real rows: {self.model_ratio:.2f} without, "
            f"{self.model_ratio_planned:.2f} with",
        ]
        for group in self.groups:
            words = f"{group.label}: rate {group.rate:.1%} without, {group.rate_planned:.1%} with"
            if group.auc is not None and group.auc_planned is not None:
                words += f"; AUC {group.auc.value:.3f} without, {group.auc_planned.value:.3f} with"
            if group.nearer is not None and group.nearer_planned is not None:
                words += (
                    f"; share nearer to rows learnt from than to rows held out {group.nearer} without, "
                    f"{group.nearer_planned} with (.5 where nothing is learnt by heart)"
                )
            out.append(words)
        return [*out, *self.notes]
