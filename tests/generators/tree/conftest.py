"""Small tables of known laws."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

JOINT = np.array([[[0.20, 0.04], [0.02, 0.10]], [[0.03, 0.15], [0.06, 0.08]], [[0.01, 0.11], [0.14, 0.06]]])
"""Of three labels: a (3 levels), b (2), c (2)."""


@pytest.fixture(scope="package")
def three_labels() -> pd.DataFrame:
    """6,000 rows of three labels with the law ``JOINT``."""
    cells = np.random.default_rng(0).choice(12, 6000, p=JOINT.ravel())
    a, b, c = np.unravel_index(cells, JOINT.shape)
    return pd.DataFrame({"a": np.array(list("xyz"))[a], "b": np.array(list("mn"))[b], "c": np.array(list("pq"))[c]})


@pytest.fixture(scope="package")
def joint() -> np.ndarray:
    return JOINT


@pytest.fixture(scope="package")
def rules_table() -> pd.DataFrame:
    """A sum, a determined label, and a gap that a label decides; 1,500 rows."""
    rng = np.random.default_rng(1)
    n = 1500
    net, paid = rng.integers(10, 900, n), rng.choice(["card", "cash"], n, p=[0.7, 0.3])
    tax = rng.integers(1, 200, n) + net // 10
    years = rng.choice([9, 10, 13, 16], n, p=[0.4, 0.3, 0.2, 0.1])
    return pd.DataFrame(
        {
            "years": years,
            "degree": pd.Series(years).map({9: "none", 10: "school", 13: "college", 16: "master"}),
            "net": net,
            "tax": tax,
            "gross": net + tax,
            "card_fee": np.where(paid == "cash", np.nan, rng.gamma(2, 3, n).round(2)),
            "paid": paid,
            "day": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 365, n), unit="D"),
        }
    )
