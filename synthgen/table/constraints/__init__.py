"""Rules that every row keeps: declared by a person or found in real rows, checked, and kept by what is generated."""

from __future__ import annotations

from synthgen.table.constraints.arithmetic import Formula, Linear
from synthgen.table.constraints.base import Constraint
from synthgen.table.constraints.combinations import FixedCombinations, FunctionalDependency, OneHot
from synthgen.table.constraints.conditional import When
from synthgen.table.constraints.free import Pattern, Predicate
from synthgen.table.constraints.order import Inequality, Positive, Range
from synthgen.table.constraints.together import Monotone, Unique

CONSTRAINTS: dict[str, type[Constraint]] = {
    "Inequality": Inequality,
    "Range": Range,
    "Positive": Positive,
    "Linear": Linear,
    "Formula": Formula,
    "FixedCombinations": FixedCombinations,
    "FunctionalDependency": FunctionalDependency,
    "OneHot": OneHot,
    "When": When,
    "Pattern": Pattern,
    "Unique": Unique,
    "Monotone": Monotone,
    "Predicate": Predicate,
}
"""Rules that can be declared, by name."""

__all__ = [
    "CONSTRAINTS",
    "Constraint",
    "FixedCombinations",
    "Formula",
    "FunctionalDependency",
    "Inequality",
    "Linear",
    "Monotone",
    "OneHot",
    "Pattern",
    "Positive",
    "Predicate",
    "Range",
    "Unique",
    "When",
]
