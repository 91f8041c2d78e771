"""From what the bias audit found to plans that run: ranked on held-out real rows, and carried out by synthesize()."""

from synthgen.planning.fairness.carrying_out import CarryingOut, carry_out, check_generator_for
from synthgen.planning.fairness.effect import Effect, Figure, GroupEffect
from synthgen.planning.fairness.outcome import Outcome, outcome_of
from synthgen.planning.fairness.plan import KINDS, FairnessPlan
from synthgen.planning.fairness.rank import plans_of, rank_plans
from synthgen.planning.fairness.reading import read_plan, sensitive_of

__all__ = [
    "KINDS",
    "CarryingOut",
    "Effect",
    "FairnessPlan",
    "Figure",
    "GroupEffect",
    "Outcome",
    "carry_out",
    "check_generator_for",
    "outcome_of",
    "plans_of",
    "rank_plans",
    "read_plan",
    "sensitive_of",
]
