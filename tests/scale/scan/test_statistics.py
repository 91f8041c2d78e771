"""The same facts from every engine, and from batches."""

from __future__ import annotations

import datetime as dt

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from synthgen.scale.scan import scan
from synthgen.scale.scan.statistics import CROWDED, statistics
from synthgen.scale.source import open_source

N = 20_000
MOST = 1_000


def table():
    rng = np.random.default_rng(3)
    skewed = np.exp(rng.normal(0, 4, N))
    days = pd.Series(pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 10**9, N), unit="s"))
    frame = pd.DataFrame({
        "few": rng.integers(0, 9, N), "many": rng.integers(-(10**12), 10**12, N), "skewed": skewed,
        "zeros": np.where(rng.random(N) < 0.4, 0.0, skewed), "when": days.mask(rng.random(N) < 0.1),
        "flag": rng.random(N) < 0.3, "kind": rng.choice(["a", "b", None], N), "id": [f"id{k}" for k in range(N)],
        "gaps": np.where(rng.random(N) < 0.2, np.nan, rng.random(N)),
    })  # fmt: skip
    held = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata()
    days = [dt.date(1970, 1, 1) + dt.timedelta(days=int(k)) for k in rng.integers(0, 40, N)]
    return held.append_column("day", pa.array(days)).append_column("list", pa.array([[1], None] * (N // 2)))


TABLE = table()
FLAT = TABLE.drop_columns(["list", "day"])


def of_pandas():
    return FLAT.to_pandas()


def of_polars():
    return pytest.importorskip("polars").from_arrow(FLAT).lazy()


def of_duckdb():
    duckdb = pytest.importorskip("duckdb")
    connection = duckdb.connect()
    connection.register("held", FLAT)
    return connection.sql("SELECT * FROM held")


def same(one, other):
    for field in ("name", "n", "missing", "labels"):
        assert getattr(one, field) == getattr(other, field), field
    for field in ("minimum", "maximum", "mean", "sd"):
        assert getattr(one, field) == (None if getattr(other, field) is None else pytest.approx(getattr(other, field)))


@pytest.fixture(scope="module")
def by_arrow():
    return statistics(nw.from_native(FLAT).lazy(), most_labels=MOST)


@pytest.mark.parametrize("engine", [of_pandas, of_polars, of_duckdb])
def test_every_engine_finds_the_same(engine, by_arrow):
    found = statistics(nw.from_native(engine()).lazy(), most_labels=MOST)
    assert list(found) == list(by_arrow)
    for name, facts in by_arrow.items():
        same(found[name], facts)
        assert found[name].distinct == facts.distinct
        assert found[name].quantiles == facts.quantiles and found[name].quantile_error == facts.quantile_error


def test_batches_find_the_same(monkeypatch, by_arrow):
    monkeypatch.setattr("synthgen.scale.scan.tally.ColumnTally.__init__.__kwdefaults__", {"most_labels": MOST})
    by_batch = scan(open_source(TABLE), random_state=0).facts
    by_engine = {**by_arrow, **statistics(nw.from_native(TABLE).lazy(), ["day", "list"], most_labels=MOST)}
    assert set(by_batch) == set(by_engine) == set(TABLE.column_names)
    for name, facts in by_batch.items():
        same(by_engine[name], facts)
        if facts.distinct is not None:
            assert facts.distinct == pytest.approx(by_engine[name].distinct, rel=facts.distinct_error or 1e-12)


def test_infinite_numbers_have_no_quantiles():
    values = pa.table({"x": [*np.arange(50.0), np.inf]})
    facts = statistics(nw.from_native(values).lazy(), most_labels=10)["x"]
    assert (facts.minimum, facts.maximum, facts.mean, facts.quantiles) == (0, np.inf, np.inf, ())
    assert scan(open_source(values), random_state=0).facts["x"].maximum == np.inf


@pytest.mark.parametrize("name", ["many", "skewed", "zeros", "when", "gaps"])
def test_the_rank_error_that_is_stated_is_kept(by_arrow, name):
    facts = by_arrow[name]
    column = FLAT[name].drop_null()
    held = np.sort((column.cast(pa.timestamp("us")).cast("int64") if name == "when" else column).to_numpy())
    held = held[~np.isnan(held)] if held.dtype.kind == "f" else held
    shares, values = np.array(facts.quantiles).T
    low, high = (np.searchsorted(held, values, side) / len(held) for side in ("left", "right"))
    assert np.maximum(low - shares, shares - high).max() <= facts.quantile_error + 1 / len(held)
    assert facts.quantile_error <= CROWDED
    assert (values[0], values[-1]) == (held[0], held[-1])
