"""A table of many columns and one with a label of many levels, made up, for benchmarks and tests of their cost."""

from __future__ import annotations

import numpy as np
import pandas as pd

WIDE_ROWS, WIDE_COLUMNS = 10_000, 300
ROWS, LEVELS, GROUPS = 150_000, 50_000, 200
FACTORS = 8
"""Hidden numbers that all columns of a wide table hang on, so that they correlate."""


def wide(columns: int = WIDE_COLUMNS, rows: int = WIDE_ROWS, seed: int = 0) -> pd.DataFrame:
    """Columns of six kinds in turn, tied together by hidden factors, every tenth with gaps; the first is the target.

    Examples
    --------
    >>> wide(7, 20).dtypes.astype(str).str.replace("object", "str").tolist()[:5]
    ['int64', 'float64', 'int64', 'str', 'bool']
    """
    rng = np.random.default_rng(seed)
    factors = rng.normal(size=(rows, FACTORS))
    made: dict[str, object] = {"bought": (factors[:, 0] + rng.normal(size=rows) > 1.2).astype(int)}
    for j in range(columns - 1):
        loads = rng.normal(size=FACTORS) * (rng.random(FACTORS) < 0.4)
        z = (factors @ loads + rng.normal(size=rows)) / np.sqrt(1 + loads @ loads)
        values = _of_kind(j, z, rng)
        if j % 10 == 9:
            values = values.mask(rng.random(rows) < 0.15)
        made[f"c{j:03d}"] = values
    return pd.DataFrame(made)


def _of_kind(j: int, z: np.ndarray, rng: np.random.Generator) -> pd.Series:
    kind = j % 6
    if kind == 0:
        return pd.Series(np.round(100 * np.exp(0.5 * z), 2))
    if kind == 1:
        return pd.Series(np.floor(20 + 6 * z).clip(0, None).astype(int))
    if kind == 2:
        cuts = np.quantile(z, np.sort(rng.random(3 + j % 9)))
        return pd.Series(np.searchsorted(cuts, z)).map(lambda code: f"level {code}")
    if kind == 3:
        return pd.Series(z > 0.4)
    if kind == 4:
        return pd.Timestamp("2024-01-01") + pd.to_timedelta(pd.Series(np.round(180 + 60 * z)), unit="D")
    return pd.Series(np.round(z, 3))


def many_levels(levels: int = LEVELS, rows: int = ROWS, seed: int = 0) -> pd.DataFrame:
    """Sales of many products, few of which make most of the rows (Zipf); each belongs to one of ``GROUPS`` groups.

    Its price hangs on the product, and so does how often it is returned (the target), by its group.

    Examples
    --------
    >>> sales = many_levels(300, 1_000)
    >>> sales["product"].nunique(), int(sales.groupby("product")["group"].nunique().max())
    (300, 1)
    """
    rng = np.random.default_rng(seed)
    weights = 1 / np.arange(1, levels + 1)
    product = np.concatenate([np.arange(levels), rng.choice(levels, rows - levels, p=weights / weights.sum())])
    rng.shuffle(product)
    of_product = rng.integers(0, min(GROUPS, levels), levels)
    price_of_group, returned = np.exp(rng.normal(3, 0.8, GROUPS)), rng.beta(2, 8, GROUPS)
    price_of_product = price_of_group[of_product] * np.exp(rng.normal(0, 0.2, levels))
    group = of_product[product]
    return pd.DataFrame(
        {
            "product": pd.Series(product).map(lambda code: f"P{code:05d}"),
            "group": pd.Series(group).map(lambda code: f"G{code:03d}"),
            "price": np.round(price_of_product[product] * rng.choice([1, 0.9, 0.8], rows, p=[0.8, 0.15, 0.05]), 2),
            "channel": np.where(rng.random(rows) < 0.2 + 0.5 * (group % 2), "web", rng.choice(["shop", "phone"], rows)),
            "quantity": 1 + rng.poisson(1.5, rows),
            "returned": (rng.random(rows) < returned[group]).astype(int),
        }
    )
