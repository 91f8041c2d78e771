"""Error to expect, column by column and pair by pair."""

from __future__ import annotations

import pandas as pd

from synthgen.generators.dp_marginals.accounting import gaussian_scale, pure_of
from synthgen.generators.dp_marginals.limits import LEARNT
from synthgen.generators.dp_marginals.measure.undeclared import gaussian_threshold, laplace_threshold
from synthgen.generators.dp_marginals.public import undeclared
from synthgen.planning.dp_preview.setting import Setting
from synthgen.table.column import LABEL_KINDS, Column

GOOD = 0.05
"""Total variation up to which a column or pair counts as well kept."""


def columns_of(setting: Setting) -> pd.DataFrame:
    """Error to expect for each column."""
    rows = []
    for column in setting.modelled:
        cells, sigma = setting.cells(column), setting.left(column)
        error = None if cells is None else setting.error(cells, sigma, setting.n_rows)
        says = "; ".join([*([_says(error)] if error is not None else []), *_undeclared_words(setting, column)])
        rows.append({"column": column.name, "cells": cells, "sigma": sigma, "error": error, "says": says})
    return pd.DataFrame(rows)


def _says(error: float) -> str:
    if error <= GOOD:
        return "well kept"
    return "coarsely kept" if error <= LEARNT else "mostly noise"


def _undeclared_words(setting: Setting, column: Column) -> list[str]:
    """What it costs that bounds or labels aren't declared, and what becomes of them."""
    if column.name not in undeclared(setting.public):
        return []
    most, found, delta = setting.budget.rows_per_unit, setting.plan.found, setting.plan.list_delta
    cost = f"for {found / setting.plan.rho:.1%} of the budget"
    if column.kind not in LABEL_KINDS:
        return [f"at worst: bounds are found with noise, {cost}, as powers of two, and there may be fewer bins"]
    fewest = min(
        laplace_threshold(most / pure_of(found), delta, most),
        gaussian_threshold(gaussian_scale(found, most), delta, most),
    )
    kept = int(GOOD / setting.error(1, setting.left(column), setting.n_rows))
    return [
        f"no figure, as the number of labels isn't known: they are found with noise, {cost}, those of fewer than about "
        f"{fewest:,} rows are lost, and up to {kept:,} that are left would be well kept"
    ]


def pairs_of(setting: Setting) -> pd.DataFrame:
    """Error to expect for each pair, if it is counted."""
    target = setting.public.target
    named = sorted(setting.modelled, key=lambda column: target is None or column.name != target.name)
    rows = []
    for place, one in enumerate(named):
        for other in named[place + 1 :]:
            sizes = setting.codes(one), setting.codes(other)
            if sizes[0] is None or sizes[1] is None:
                continue
            cells = sizes[0] * sizes[1]
            error = setting.error(cells, setting.together, setting.n_rows)
            rows.append(
                {"column": one.name, "other": other.name, "cells": cells, "sigma": setting.together, "error": error,
                 "says": _says(error)}
            )  # fmt: skip
    return pd.DataFrame(rows, columns=["column", "other", "cells", "sigma", "error", "says"])
