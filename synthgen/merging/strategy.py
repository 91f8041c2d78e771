"""imbalanced-learn's ``sampling_strategy``: how many rows each class, or each cell, lacks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

import numpy as np

from synthgen.errors import UsageError

GROUPS = {"class": "classes", "cell": "cells"}
WORDS = ("auto", "minority", "not majority", "not minority", "all")


def rows_lacking(
    counts: Mapping[float, int],
    strategy: Any,
    owner: str,
    code_of: Callable[[Any], float],
    group: Literal["class", "cell"] = "class",
) -> dict[float, int]:
    """Rows to add to each class.

    Parameters
    ----------
    counts : mapping of class code to number of real rows
    strategy : str, float or dict
        As in imbalanced-learn: "auto" and "not majority" bring every class but the largest to its
        size, "minority" the smallest alone, "not minority" and "all" likewise; a float is the wanted
        ratio of the smaller to the larger of two classes; a dict gives each class's wanted rows.
    owner : str
        The column that has the classes, as messages call it.
    code_of : callable
        Gives the code of a label in a dict, or raises.
    group : {"class", "cell"}
        What messages call a class.

    Returns
    -------
    dict of class code to rows
        Classes that lack none are left out; empty if none lacks any.

    Examples
    --------
    >>> rows_lacking({0.0: 90, 1.0: 10}, 0.5, "'fraud'", float)
    {1.0: 35}
    """
    most, fewest = max(counts.values()), min(counts.values())
    if isinstance(strategy, str):
        if strategy not in WORDS:
            raise UsageError(
                f"sampling_strategy must be one of {', '.join(WORDS)}, a ratio or a dict; got {strategy!r}."
            )
        # "auto", "not majority" and "all" differ in name only: the largest class lacks nothing.
        kept = {"minority": set(counts.values()) - {fewest}, "not minority": {fewest}}.get(strategy, set())
        wanted = {code: n if n in kept else most for code, n in counts.items()}
    elif isinstance(strategy, Mapping):
        wanted = dict(counts)
        for label, number in strategy.items():
            code = code_of(label)
            if not isinstance(number, (int, np.integer)) or number < counts.get(code, 0):
                raise UsageError(
                    f"sampling_strategy asks for {number!r} rows of {group} {label!r} of {owner}, which has "
                    f"{counts.get(code, 0)} already. Ask for a whole number of at least that."
                )
            wanted[code] = int(number)
    elif isinstance(strategy, (int, float, np.number)) and not isinstance(strategy, bool):
        if len(counts) != 2:
            raise UsageError(
                f"A ratio as sampling_strategy needs two {GROUPS[group]}; {owner} has {len(counts)}. "
                f"Give the wanted rows of each {group}: {{label: rows}}."
            )
        if not fewest / most <= strategy <= 1:
            raise UsageError(
                f"sampling_strategy must be a ratio from {fewest / most:.4g} (what it is now) to 1; got {strategy!r}."
            )
        wanted = {code: n if n == most else max(n, int(strategy * most)) for code, n in counts.items()}
    else:
        raise UsageError(f"sampling_strategy must be a word, a ratio or a dict; got {type(strategy).__name__}.")
    return {code: wanted[code] - n for code, n in counts.items() if wanted[code] > n}
