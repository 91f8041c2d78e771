"""One column, described: quantiles, spikes, levels and the family that fits best."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.profiling.profile import ColumnProfile
from synthgen.table.column import LABEL_KINDS, ORDERED_KINDS, Column, Kind
from synthgen.table.disclosure import FEWEST_HOLDERS

Floats = NDArray[np.float64]

MOST_LEVELS = 12
SPIKE = 0.05
FIT_ROWS = 2_000
PROBABILITIES = (0.05, 0.25, 0.5, 0.75, 0.95)

FAMILIES = {
    "normal": "norm",
    "lognormal": "lognorm",
    "gamma": "gamma",
    "exponential": "expon",
    "Student t": "t",
}
_POSITIVE = ("lognormal", "gamma", "exponential")
_SHAPES = {"normal": (), "lognormal": ("s",), "gamma": ("a",), "exponential": (), "Student t": ("df",)}


def describe(values: pd.Series[Any], column: Column, rng: np.random.Generator) -> ColumnProfile:
    """Describe one coded column without showing any single row.

    Parameters
    ----------
    values : pandas.Series
        Canonical values (see :func:`synthgen.table.encode`).
    column : Column
    rng : numpy.random.Generator
        Chooses the rows on which families are fitted and compared.
    """
    present = values.dropna()
    missing = float(values.isna().mean()) if len(values) else 0.0
    base: dict[str, Any] = {
        "name": column.name, "kind": str(column.kind), "role": str(column.role), "n": len(present),
        "missing": missing, "distinct": int(present.nunique()),
    }  # fmt: skip
    if not len(present):
        return ColumnProfile(**base, note="has no values at all")
    if base["distinct"] == 1:
        base["note"] = "has one value only"
    if column.kind in LABEL_KINDS:
        return ColumnProfile(**base, **_labels(present, column))
    if column.kind in ORDERED_KINDS:
        return ColumnProfile(**base, **_numbers(present.to_numpy(float), column, rng))
    words = "nearly every row has a value of its own" if column.kind is Kind.IDENTIFIER else "free text"
    return ColumnProfile(**base, family=str(column.kind), note=words)


def _labels(present: pd.Series[Any], column: Column) -> dict[str, Any]:
    categories = column.categories or ()
    counts = present.value_counts()
    shown = counts[counts >= FEWEST_HOLDERS].iloc[:MOST_LEVELS]
    levels = tuple((str(categories[int(code)]), float(n / len(present))) for code, n in shown.items())  # type: ignore[call-overload]
    rare = int((counts < FEWEST_HOLDERS).sum())
    out: dict[str, Any] = {"family": "categories", "levels": levels}
    if rare:
        out["note"] = f"{rare} of {len(counts)} levels are held by fewer than {FEWEST_HOLDERS} rows"
    return out


def _numbers(values: Floats, column: Column, rng: np.random.Generator) -> dict[str, Any]:
    n = len(values)
    quantiles: tuple[tuple[float, float], ...] = ()
    if n >= 10 * FEWEST_HOLDERS:
        quantiles = tuple((p, float(q)) for p, q in zip(PROBABILITIES, np.quantile(values, PROBABILITIES), strict=True))
    distinct, counts = np.unique(values, return_counts=True)
    spikes: tuple[tuple[float, float], ...] = ()
    if len(distinct) > MOST_LEVELS:
        tall = (counts >= SPIKE * n) & (counts >= FEWEST_HOLDERS)
        spikes = tuple((float(v), float(c / n)) for v, c in zip(distinct[tall], counts[tall], strict=True))
    out: dict[str, Any] = {"quantiles": quantiles, "spikes": spikes}
    if column.kind is Kind.DATETIME or len(distinct) < 3:
        return out
    rest = values[~np.isin(values, [value for value, _ in spikes])]
    name, parameters = best_family(rest, rng)
    zero = next((share for value, share in spikes if value == 0), 0.0)
    if zero:
        out["note"] = f"zero in {zero:.0%} of the rows"
        name = f"zero-inflated {name}" if name else "zero-inflated"
    return {**out, "family": name, "parameters": parameters}


def best_family(values: Floats, rng: np.random.Generator) -> tuple[str | None, tuple[tuple[str, float], ...]]:
    """Choose a family by its likelihood on rows that it wasn't fitted on.

    Returns
    -------
    (str or None, parameters)
        None where there are fewer than 50 values, or no family could be fitted.
    """
    from scipy import stats

    if len(values) < 50 or np.ptp(values) == 0:
        return None, ()
    values = rng.permutation(values)[: 2 * FIT_ROWS]
    fit, check = values[::2], values[1::2]
    best: tuple[float, str | None, tuple[tuple[str, float], ...]] = (-np.inf, None, ())
    for name, scipy_name in FAMILIES.items():
        if name in _POSITIVE and values.min() < 0:
            continue
        family = getattr(stats, scipy_name)
        options = {"floc": 0.0} if name in _POSITIVE else {}
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            try:
                found = family.fit(fit[fit > 0] if name in _POSITIVE else fit, **options)
                likelihood = float(np.mean(family.logpdf(check, *found)))
                # As in BIC, so that chance doesn't prefer a Student t with many degrees of freedom to a normal.
                free = len(found) - len(options)
                likelihood -= free * np.log(len(check)) / (2 * len(check))
            except (ValueError, RuntimeError, FloatingPointError):  # this family has no fit; the others may
                continue
        if np.isfinite(likelihood) and likelihood > best[0]:
            words = (*_SHAPES[name], "loc", "scale")
            best = (
                likelihood,
                name,
                tuple((w, float(f"{v:.4g}")) for w, v in zip(words, found, strict=True)),
            )
    return best[1], best[2]
