"""What to make, and with what: decided on real rows before anything is generated."""

from synthgen.planning.choice import choose_generator
from synthgen.planning.sampling import Plan, plan_by_class, plan_in_proportion

__all__ = ["Plan", "choose_generator", "plan_by_class", "plan_in_proportion"]
