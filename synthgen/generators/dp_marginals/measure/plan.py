"""How a budget is divided, before any row is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from math import pi, sqrt

from synthgen.generators.dp_marginals.accounting import Budget, gaussian_scale, rho_of

OUTSIDE_SHARE = 0.01
TREE_SHARE = 0.06
ONE_WAY_SHARE = 0.12
CHOICE_SHARE = 0.1
"""Part of a round that is spent on choosing what to measure."""

LISTS_DELTA = 0.5
"""Part of delta for lists of labels, where any aren't declared."""


@dataclass(frozen=True)
class Plan:
    """What each part may cost.

    Parameters
    ----------
    rho : float
        In all, in zCDP.
    found : float
        For each column whose bounds or categories aren't declared.
    list_delta : float
        For each column whose categories aren't declared.
    outside : float
        For counts of values that the schema doesn't allow.
    tree : float
        For the bins of each ordered column.
    one_way : float
        For the counts of each column.
    rounds : float
        For all rounds of choosing and measuring.
    """

    rho: float
    found: float
    list_delta: float
    outside: float
    tree: float
    one_way: float
    rounds: float

    def error_of_column(self, cells: int, n_rows: float, rows_per_unit: int = 1) -> float:
        """Total variation to expect between a column and its noisy counts, before the model mends any of it."""
        return noise_error(cells, gaussian_scale(self.one_way, rows_per_unit), n_rows)


def noise_error(cells: int, sigma: float, n_rows: float) -> float:
    """Total variation that noise alone makes between counts and noisy counts.

    Examples
    --------
    >>> round(noise_error(100, 60.0, 48_842), 3)
    0.049
    """
    return cells * sigma * sqrt(2 / pi) / (2 * n_rows)


def plan(
    budget: Budget, *, columns: int, trees: int, unlisted: int = 0, unbounded: int = 0, schema_share: float = 0.1
) -> Plan:
    """Divide a budget.

    Parameters
    ----------
    budget : Budget
    columns : int
        Columns that are modelled.
    trees : int
        Ordered columns of more values than have a bin each.
    unlisted, unbounded : int
        Columns whose categories, or bounds, aren't declared.
    schema_share : float
        Part that may be spent on these.
    """
    lists = budget.delta * LISTS_DELTA if unlisted else 0.0
    rho = rho_of(budget.epsilon, budget.delta - lists)
    found = schema_share * rho / (unlisted + unbounded) if unlisted + unbounded else 0.0
    left = rho - found * (unlisted + unbounded)
    outside, tree = OUTSIDE_SHARE * left, TREE_SHARE * left if trees else 0.0
    one_way = ONE_WAY_SHARE * left if columns > 1 else left - outside - tree
    return Plan(
        rho=rho, found=found, list_delta=lists / unlisted if unlisted else 0.0, outside=outside,
        tree=tree / max(trees, 1), one_way=one_way / max(columns, 1), rounds=left - outside - tree - one_way,
    )  # fmt: skip
