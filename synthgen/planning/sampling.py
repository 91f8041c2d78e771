"""How many synthetic rows of which class: imbalanced-learn's words, counted on all real rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from synthgen.errors import DataError
from synthgen.merging.strategy import rows_lacking
from synthgen.table.column import Column
from synthgen.table.conditions import label_code


@dataclass(frozen=True)
class Plan:
    """Rows to make: ``total``, and of which class where the target has classes.

    Attributes
    ----------
    total : int
    by_class : mapping of class code to rows, or None
    in_proportion : bool
        The rows are to be like the table: its classes are in proportion, or it has none.
    left_out : tuple of class codes
        Classes of the real rows that get none, for want of rows to give each one.
    """

    total: int
    by_class: Mapping[float, int] | None = None
    in_proportion: bool = False
    left_out: tuple[float, ...] = ()


def plan_by_class(
    counts: Mapping[float, int], strategy: Any, target: Column, allowed: NDArray[np.float64] | None
) -> Plan:
    """Rows that each class lacks.

    Parameters
    ----------
    counts : mapping of class code to number of real rows
    strategy : str, float or dict
        As in imbalanced-learn; see :func:`synthgen.merging.strategy.rows_lacking`.
    target : Column
    allowed : array of codes or None
        Classes that the conditions allow.
    """

    def code_of(label: Any) -> float:
        return float(label_code(label, target))

    rows = rows_lacking(counts, strategy, repr(target.name), code_of)
    lacking = {code: n for code, n in rows.items() if allowed is None or code in allowed}
    if not lacking:
        raise DataError(
            f"The classes of {target.name!r} are balanced already (sampling_strategy={strategy!r}), so there is "
            "nothing to add. Ask for rows with n_samples, or for a class with conditions."
        )
    return Plan(sum(lacking.values()), lacking)


def plan_in_proportion(counts: Mapping[float, int], n: int, allowed: NDArray[np.float64] | None) -> Plan:
    """``n`` rows with the classes in the real rows' proportions (largest remainders).

    A class whose share is less than a row gets one row, and the others divide the rest, so that no class is lost;
    where ``n`` is smaller than the number of classes, the largest get one each and the plan names those left out.
    """
    kept = {code: rows for code, rows in counts.items() if rows and (allowed is None or code in allowed)}
    most = sorted(kept, key=lambda code: (-kept[code], code))
    left_out = tuple(sorted(most[n:]))
    share = dict.fromkeys(most[:n], 1)
    open_ = dict(kept) if not left_out else {}
    free = n
    while open_:
        exact = {code: free * rows / sum(open_.values()) for code, rows in open_.items()}
        tiny = [code for code, value in exact.items() if value < 1]
        if not tiny:
            share |= _rounded(exact, free)
            break
        free -= len(tiny)
        open_ = {code: rows for code, rows in open_.items() if code not in tiny}
    return Plan(n, {code: share[code] for code in kept if code in share}, allowed is None, left_out)


def _rounded(exact: Mapping[float, float], n: int) -> dict[float, int]:
    """Whole numbers that add up to ``n``, by largest remainders."""
    share = {code: int(value) for code, value in exact.items()}
    for code in sorted(exact, key=lambda c: (share[c] - exact[c], c))[: n - sum(share.values())]:
        share[code] += 1
    return share
