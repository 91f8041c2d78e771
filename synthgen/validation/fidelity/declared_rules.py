"""Do synthetic rows keep the rules that a person declared?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from synthgen.table.constraints.base import Constraint
from synthgen.table.constraints.ruleset import rows_of
from synthgen.validation.comparison import Comparison
from synthgen.validation.fidelity.rules import share_kept
from synthgen.validation.metric import Direction, Estimate, Family, Metric

NONE = "no rule was declared"


def declared(comparison: Comparison) -> list[tuple[Constraint, NDArray[np.bool_], float | None]]:
    """Declared rules about columns that are compared: which synthetic rows keep each, and what share of holdout does.

    What a rule leaves open, such as which combinations there are, is learnt from the train rows.
    """
    holdout, made = map(rows_of, (comparison.holdout, comparison.synthetic))
    out = []
    for fitted in fitted_rules(comparison):
        fresh = float(fitted.holds(holdout, comparison.schema).mean()) if len(comparison.holdout) else None
        out.append((fitted, fitted.holds(made, comparison.schema), fresh))
    return out


def fitted_rules(comparison: Comparison) -> list[Constraint]:
    """Declared rules about columns that are compared; what they leave open is learnt from the train rows."""
    names = {column.name for column in comparison.columns}
    train = rows_of(comparison.train)
    rules = (rule for rule in comparison.schema.constraints if set(rule.columns) <= names)
    return [rule.fitted(train, comparison.schema) for rule in rules]


def breaking(comparison: Comparison) -> dict[str, NDArray[np.int64]]:
    """Synthetic rows that break each declared rule, by its columns."""
    out = {}
    for rule, kept, _ in declared(comparison):
        if not kept.all():
            out[", ".join(rule.columns)] = np.flatnonzero(~kept)
    return out


def declared_rules(comparison: Comparison, rng: np.random.Generator) -> Iterator[Estimate]:
    """Smallest share of rows that keep a declared rule, then each rule's."""
    rules = declared(comparison)
    if not rules:
        yield Estimate(None, reason=NONE, vacuous=True)
        return
    estimates = [share_kept(rule.words, kept, fresh) for rule, kept, fresh in rules]
    worst = min(estimates, key=lambda item: item.value if item.value is not None else 0.0)
    yield Estimate(
        worst.value, worst.interval, worst.baseline, n=worst.n, reason=f"the least kept of {len(rules)} declared rules"
    )
    yield from estimates


DECLARED_RULES = Metric(
    "declared_rules", "Declared rules are kept", Family.FIDELITY, Direction.HIGHER, (0.0, 1.0),
    "Share of rows that keep each rule of the schema; rows that break one are flagged",
    "1 means that every row keeps every rule that was declared.",
    declared_rules,
)  # fmt: skip
