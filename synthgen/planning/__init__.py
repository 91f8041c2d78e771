"""What to make, and with what: decided on real rows before anything is generated."""

from synthgen.planning.choice import Choice, choose_generator, decide
from synthgen.planning.classes import check_learnable, shortfall
from synthgen.planning.coarsening import Coarsening, coarsen
from synthgen.planning.for_release import coarsen_for_release
from synthgen.planning.memory_trial import remembers
from synthgen.planning.rare_signal import ClassSignal, Share, rare_signal
from synthgen.planning.sampling import Plan, plan_by_class, plan_in_proportion
from synthgen.planning.wanted import Wanted, check_classes_meet, read_wanted, rows_that_meet

__all__ = [
    "Choice",
    "ClassSignal",
    "Coarsening",
    "Plan",
    "Share",
    "Wanted",
    "check_classes_meet",
    "check_learnable",
    "choose_generator",
    "coarsen",
    "coarsen_for_release",
    "decide",
    "plan_by_class",
    "plan_in_proportion",
    "rare_signal",
    "read_wanted",
    "remembers",
    "rows_that_meet",
    "shortfall",
]
