"""What a fit would keep, in words, and what would help."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from synthgen.generators.dp_marginals.limits import rows_needed
from synthgen.generators.dp_marginals.public import undeclared
from synthgen.planning.dp_preview.frames import GOOD, columns_of
from synthgen.planning.dp_preview.setting import Setting, usual_cells

EPSILONS = (0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 3.0, 5.0, 8.0, 10.0)
MANY_CELLS = 50
NAMED = 5


def rare_class(setting: Setting, rows: int) -> dict[str, Any]:
    """Say whether a class of so many rows can be learnt."""
    cells = usual_cells(setting, rows)
    needed = rows_needed(cells, setting.together)
    error = setting.error(cells, setting.together, rows)
    learnt = rows >= needed
    says = (
        f"A class of {rows:,} rows: its counts by a column of {cells:g} cells have noise of ±{setting.together:.0f} in "
        f"each, so that {error:.0%} of what is said about the class is noise. "
        + ("It can be learnt in its main lines" if learnt else "It can't be learnt")
        + f" at epsilon {setting.budget.epsilon:g}: that takes about {needed:,} rows."
    )
    return {"rows": rows, "error": error, "rows_needed": needed, "learnt": learnt, "says": says}


def advice_of(setting: Setting, columns: pd.DataFrame, pairs: pd.DataFrame, rare: Mapping[str, Any] | None) -> str:
    """Say in a sentence or two what would be kept."""
    known = columns["error"].dropna().astype(float)
    words = [f"With epsilon {setting.budget.epsilon:g} on about {setting.n_rows:,} rows, "]
    if len(known):
        of = f"{len(known)} columns that have a figure" if len(known) < len(columns) else f"{len(columns)} columns"
        words.append(f"{int((known <= GOOD).sum())} of {of} are well kept")
    else:
        words.append("nothing can be said of any column before its labels are declared")
    if len(pairs):
        n = len(pairs)
        words.append(
            f"; of {n:,} pairs, {int((pairs['error'] <= GOOD).sum()):,} would be well kept if counted, and about "
            f"{min(setting.rounds, n)} groups of columns are"
        )
    if rare is not None:
        words.append(f". {rare['says'].rstrip('.')}")
    return "".join(words)


def recommended(
    setting: Setting, at: Callable[[float], Setting], columns: pd.DataFrame, rare: Mapping[str, Any] | None
) -> list[str]:
    """Say what would help, each with what it would bring; ``at`` gives the setting at another epsilon."""
    words = []
    if lacking := undeclared(setting.public):
        named = ", ".join(f"the {what} of {name!r}" for name, what in list(lacking.items())[:NAMED])
        more = f" and of {len(lacking) - NAMED} more" if len(lacking) > NAMED else ""
        words.append(f"Declare {named}{more}: what isn't declared is paid for, and rare labels are lost")
    known = columns.dropna(subset=["error"])
    if len(known) and _median_error(known) > GOOD:
        enough = _first(setting, lambda e: _median_error(columns_of(at(e)).dropna(subset=["error"])) <= GOOD)
        words.append(
            f"Take epsilon {enough:g}: half of the columns or more are then well kept"
            if enough is not None
            else "There are too few rows for these columns: no epsilon up to 10 keeps half of them well"
        )
    told = known[~known["column"].isin(list(lacking))]
    wide = told[(told["cells"] > MANY_CELLS) & (told["error"] > GOOD)].sort_values("cells", ascending=False)
    if len(wide):
        names = ", ".join(f"{name!r} ({int(cells)})" for name, cells in zip(wide["column"], wide["cells"], strict=True))
        words.append(f"Declare coarser values (fewer labels or decimals) for columns of many cells: {names}")
    if len(setting.modelled) > NAMED and (known["error"] > GOOD).any():
        words.append(
            "Leave out columns that nobody needs: each column's noise grows with the square root of their number, so "
            "half as many have 0.7 times the noise"
        )
    if rare is not None and not rare["learnt"]:
        enough = _first(
            setting, lambda e: rare["rows"] >= rows_needed(usual_cells(at(e), rare["rows"]), at(e).together)
        )
        words.append(
            f"For a class of {rare['rows']:,} rows take epsilon {enough:g}, if that can be answered for"
            if enough is not None
            else f"Don't expect a class of {rare['rows']:,} rows in a table with a guarantee: no epsilon up to 10 "
            "would teach it. Merge it with others, or tell what is known of it in another way"
        )
    return words


def _first(setting: Setting, enough: Callable[[float], bool]) -> float | None:
    """Smallest epsilon above the one asked for that is enough."""
    return next((e for e in EPSILONS if e > setting.budget.epsilon and enough(e)), None)


def _median_error(columns: pd.DataFrame) -> float:
    return float(np.median(columns["error"].astype(float)))
