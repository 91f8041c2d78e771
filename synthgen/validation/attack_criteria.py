"""What the gate asks of the attacks."""

from __future__ import annotations

from collections.abc import Callable

from synthgen.validation.criterion import RELEASE, Criterion
from synthgen.validation.leak_criteria import LEAK_LEVEL, leak
from synthgen.validation.metric import Measurement
from synthgen.validation.verdict import Outcome

TOLERATED_AREA = 0.05
"""Excess of the area under the ROC curve that a model without memory gives, since it learns the margins of a train set
that isn't endless: on thyroid (4,000 train rows) our Gaussian copula was measured at .51 to .55 and our tree at .54 to
.55 in several runs, where chance gives .5. It is as if one train row in ten were recognised for sure. An area that
tells the sides apart passes if its whole interval is within this, and fails if its whole interval is beyond. It holds
for all rows together; in a rare class, a group or the most vulnerable rows nothing is tolerated, nor at 1 % false
alarms and by the other attacks, where such models were measured at chance."""


def recognised(m: Measurement) -> tuple[Outcome, str]:
    """Judge an area under the ROC curve."""
    assert m.value is not None and m.interval and m.baseline is not None
    words = f"AUC {m.value:.3f} [{m.interval[0]:.3f}, {m.interval[1]:.3f}] where chance gives {m.baseline:.3f}"
    if m.p_value is None:
        return Outcome.INCONCLUSIVE, words
    bound = f"no attack found to do better than AUC {m.interval[1]:.3f} at 95 % ({m.reason})"
    if m.p_value > LEAK_LEVEL:
        return Outcome.PASS, f"{words}; {bound}"
    words += f" (p = {m.p_value:.2g} for all leak checks together; {m.reason})"
    limit = m.baseline + TOLERATED_AREA
    if m.subject is not None or m.interval[0] > limit:
        return Outcome.FAIL, words
    if m.interval[1] <= limit:
        return Outcome.PASS, f"{words}: more than chance, less than the {TOLERATED_AREA:g} that is tolerated"
    return Outcome.INCONCLUSIVE, f"{words}: more than chance, by less or more than the {TOLERATED_AREA:g} tolerated"


def found_for_sure(m: Measurement) -> tuple[Outcome, str]:
    """Judge a share of train rows that are found at few false alarms."""
    outcome, words = leak(m)
    if outcome is Outcome.PASS and m.reason.startswith("underpowered"):
        words += f" ({m.reason})"
    return outcome, words


_LESS = "use a generator that keeps further from single rows, more train rows, or one with a formal guarantee"


def _criterion(name: str, judge: Callable[[Measurement], tuple[Outcome, str]], of: str) -> Criterion:
    return Criterion(name, name, judge, RELEASE, _LESS, whole_table=False, criterion_of=of, parts_may_lack=True)


ATTACK_CRITERIA = (
    _criterion("membership_inference", recognised, "inference"),
    _criterion("membership_tpr", found_for_sure, "inference"),
    _criterion("attribute_inference", leak, "inference"),
    _criterion("singling_out", leak, "singling out"),
    _criterion("linkability", leak, "linkability"),
)
