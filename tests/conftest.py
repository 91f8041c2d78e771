"""Small tables that several test files share."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from tests import postgresql_server


@pytest.fixture
def mixed():
    """A table with a gap in every kind, two classes, and an index of its own: call it with a size."""

    def make(n: int = 120, seed: int = 0) -> pd.DataFrame:
        rng = np.random.default_rng(seed)
        ill = (np.arange(n) % 3 == 0).astype(int)
        frame = pd.DataFrame(
            {
                "dose": np.round(rng.gamma(2, 10, n) + 30 * ill, 2),
                "visits": pd.array(rng.integers(0, 400, n), dtype="Int64"),
                "ward": rng.choice(["north", "south", "west"], n).astype(object),
                "smoker": pd.array(rng.random(n) < 0.3 + 0.4 * ill, dtype="boolean"),
                "seen": pd.Timestamp("2024-03-01 08:00", tz="Europe/Berlin")
                + pd.to_timedelta(rng.integers(0, 500, n), unit="h"),
                "Class": ill,
            },
            index=np.arange(n) * 10 + 5,
        )
        for i, name in enumerate(["dose", "visits", "ward", "smoker", "seen"]):
            frame.loc[frame.index[i::6], name] = None
        return frame

    return make


@pytest.fixture
def plain():
    """Numbers and one label, without gaps, in classes of the given sizes."""

    def make(*sizes: int, seed: int = 0) -> pd.DataFrame:
        rng = np.random.default_rng(seed)
        y = np.repeat(np.arange(len(sizes)), sizes)
        return pd.DataFrame(
            {
                "a": np.round(rng.normal(2.0 * y, 1.0), 3),
                "b": np.round(rng.normal(0.0, 1.0, len(y)), 3),
                "hue": rng.choice(["red", "blue"], len(y)),
                "Class": y,
            }
        )

    return make


@pytest.fixture
def dtypes():
    """Every way of storing a column that has to come back, as pandas."""
    n = 60
    rng = np.random.default_rng(5)
    gap = np.arange(n) % 7 == 0
    numbers = rng.integers(0, 500, n)
    frame = pd.DataFrame(
        {
            "int64": numbers,
            "Int64": pd.array(np.where(gap, None, numbers), dtype="Int64"),
            "float32": (numbers / 4).astype("float32"),
            "boolean": pd.array(np.where(gap, None, rng.random(n) < 0.4), dtype="boolean"),
            "string": pd.array(np.where(gap, None, rng.choice(["x", "y", "z"], n)), dtype="string"),
            "category": pd.Categorical(rng.choice(["low", "high"], n), categories=["low", "mid", "high"], ordered=True),
            "arrow_int": pd.array(np.where(gap, None, numbers), dtype="int32[pyarrow]"),
            "arrow_text": pd.array(rng.choice(["p", "q"], n).tolist(), dtype="string[pyarrow]"),
            "decimal": pd.Series([Decimal(int(v)) / 100 + Decimal("0.01") for v in numbers], dtype=object).map(
                lambda v: v.quantize(Decimal("0.01"))
            ),
            "berlin": pd.date_range("2024-01-01", periods=n, freq="h", tz="Europe/Berlin"),
            "Class": np.arange(n) % 2,
        }
    )
    return frame


@pytest.fixture(scope="session")
def fraud_table() -> pd.DataFrame:
    """200 of the shipped frauds and 2,800 other payments, shuffled, with their own index labels."""
    df = sg.datasets.load_fraud()
    return pd.concat(
        [df[df["Class"] == 1].sample(200, random_state=0), df[df["Class"] == 0].sample(2_800, random_state=0)]
    ).sample(frac=1, random_state=0)


@pytest.fixture(scope="session")
def postgresql():
    """A real PostgreSQL with a password, started for these tests."""
    pytest.importorskip("adbc_driver_postgresql", reason="the extra sql isn't installed")
    programs = postgresql_server.binaries()
    if programs is None:
        pytest.skip("PostgreSQL's initdb and pg_ctl aren't here")
    with postgresql_server.running(programs) as server:
        yield server
