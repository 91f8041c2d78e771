"""Rules that every row keeps, to be declared in a schema or given to ``synthesize``.

>>> from synthgen.constraints import Inequality
>>> Inequality("start", "end").words
'start <= end'
"""

from __future__ import annotations

from synthgen.table.constraints import (
    CONSTRAINTS,
    Constraint,
    FixedCombinations,
    Formula,
    FunctionalDependency,
    Inequality,
    Linear,
    Monotone,
    OneHot,
    Pattern,
    Positive,
    Predicate,
    Range,
    Unique,
    When,
)

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
