"""The same facts of columns by the engine that holds the rows: pandas, Arrow, polars, DuckDB or Spark."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pyarrow as pa

from synthgen.scale.scan.facts import ColumnFacts
from synthgen.scale.scan.tally import MOST_LABELS, SHARES, counted_facts

BINS = 4_096
"""Equal parts that the range of a column, or of a crowded part of it, is cut into."""

LEVELS = 4
"""How often crowded parts are cut again, at most."""

CROWDED = 1 / 1_024
"""Share of the rows from which a part is cut again."""

_EPOCH = dt.datetime(1970, 1, 1)


def statistics(
    frame: nw.LazyFrame[Any], columns: Sequence[str] | None = None, *, most_labels: int = MOST_LABELS
) -> dict[str, ColumnFacts]:
    """Find the facts of columns by narwhals expressions, so that only counts leave the engine.

    What :func:`~synthgen.scale.scan.scan` finds batch by batch, and equal to it: only the quantiles of columns with
    many values, and the number of these, come another way. Values are counted in equal parts of the range, and
    crowded parts again in parts of theirs, so that the error that is stated is a bound here too; the number of values
    is exact.

    Parameters
    ----------
    frame : narwhals LazyFrame
        Of PySpark, with ``spark.sql.session.timeZone`` at UTC where it holds moments without a zone, or dates.
    columns : sequence of str, optional
        All of them by default.
    most_labels : int, default 10_000
        Columns with more values have no labels.

    Returns
    -------
    dict of str to ColumnFacts

    Examples
    --------
    >>> import narwhals.stable.v2 as nw
    >>> import pandas as pd
    >>> facts = statistics(nw.from_native(pd.DataFrame({"x": [1.0, 2.0, None]})).lazy())
    >>> facts["x"].missing, facts["x"].mean
    (1, 1.5)
    """
    schema = frame.collect_schema()
    held = [_Column(name, schema[name], frame) for name in (columns or schema.names())]
    # One look at all columns together, whatever their number.
    asked = [nw.len().alias("n")]
    for place, column in enumerate(held):
        asked += [expression.alias(f"{word}{place}") for word, expression in column.asked().items()]
    found = _rows(frame.select(*asked))[0]
    return {column.name: _facts(frame, column, place, found, most_labels) for place, column in enumerate(held)}


@dataclass(frozen=True)
class _Column:
    """A column, and how its values are asked for."""

    name: str
    dtype: Any
    frame: nw.LazyFrame[Any]

    @property
    def measure(self) -> str:
        if self.dtype.is_numeric() or self.dtype.is_temporal():
            return "ordered"
        return "labels" if self.dtype in (nw.String, nw.Boolean, nw.Categorical, nw.Enum) else "opaque"

    def values(self) -> nw.Expr:
        """The values, null where missing: numbers, moments in microseconds, spans of time in seconds."""
        column = nw.col(self.name)
        if self.measure == "labels":
            return column if self.dtype == nw.Boolean else column.cast(nw.String)
        if self.dtype.is_float():
            column = column.cast(nw.Float64)
            return nw.when(~column.is_nan()).then(column)
        if self.dtype.is_decimal():
            return column.cast(nw.Float64)
        if not self.dtype.is_temporal():
            return column
        if self.dtype == nw.Duration:
            return column.dt.total_microseconds() / 1e6
        if self.frame.implementation.is_spark_like():
            # Spark takes a moment as a number of seconds, with a fraction; one without a zone as of the session's.
            return (column.cast(nw.Datetime("us", "UTC")).cast(nw.Float64) * 1e6).round(0).cast(nw.Int64)
        if self.dtype == nw.Datetime and self.dtype.time_zone is not None:
            return (column - nw.lit(_EPOCH.replace(tzinfo=dt.UTC))).dt.total_microseconds()
        return (column.cast(nw.Datetime("us")) - nw.lit(_EPOCH)).dt.total_microseconds()

    def asked(self) -> dict[str, nw.Expr]:
        if self.measure == "opaque":
            return {"held": (~nw.col(self.name).is_null()).cast(nw.Int64).sum()}
        values = self.values()
        words = {"held": (~values.is_null()).cast(nw.Int64).sum()}
        if self.measure == "ordered":
            numbers = values.cast(nw.Float64)
            words |= {"low": values.min(), "high": values.max(), "mean": numbers.mean(), "sd": numbers.std(ddof=1)}
        return words


def _facts(
    frame: nw.LazyFrame[Any], column: _Column, place: int, found: dict[str, Any], most_labels: int
) -> ColumnFacts:
    n, held = int(found["n"]), int(found[f"held{place}"] or 0)
    if column.measure == "opaque":
        return ColumnFacts(column.name, n, n - held)
    values = frame.select(column.values().alias("value")).filter(~nw.col("value").is_null())
    counts = _rows(values.group_by("value").agg(nw.len().alias("rows")).head(most_labels + 1))
    if len(counts) <= most_labels:
        by_value = {row["value"]: int(row["rows"]) for row in counts}
        return counted_facts(column.name, n, n - held, by_value, ordered=column.measure == "ordered")
    distinct = int(_rows(values.select(nw.col("value").n_unique().alias("distinct")))[0]["distinct"])
    facts = ColumnFacts(column.name, n, n - held, distinct)
    if column.measure == "labels":
        return facts
    low, high = (_plain(found[f"{word}{place}"]) for word in ("low", "high"))
    sd = found[f"sd{place}"]
    quantiles, error = _quantiles(values, held, float(low), float(high))
    return replace(
        facts, minimum=low, maximum=high, mean=float(found[f"mean{place}"]), sd=None if sd is None else float(sd),
        quantiles=quantiles, quantile_error=error,
    )  # fmt: skip


@dataclass(frozen=True)
class _Bin:
    """A part of the range that holds values."""

    place: int
    rows: int
    low: float
    high: float


def _quantiles(
    values: nw.LazyFrame[Any], n: int, low: float, high: float
) -> tuple[tuple[tuple[float, float], ...], float]:
    """Count values in parts of their range, and crowded parts again, until ranks are known well enough."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return (), 0.0
    numbers = values.select(nw.col("value").cast(nw.Float64))
    parts = BINS
    bins = {found.place: found for found in _counted(numbers, low, high, parts)}
    done: list[_Bin] = []
    for _ in range(LEVELS - 1):
        # A part of one value needs no cutting.
        crowded = [found.place for found in bins.values() if found.rows > CROWDED * n and found.low < found.high]
        done += [found for found in bins.values() if found.place not in set(crowded)]
        bins = {}
        if not crowded:
            break
        inside = numbers.filter(_place(low, high, parts).is_in(crowded))
        parts *= BINS
        bins = {found.place: found for found in _counted(inside, low, high, parts)}
    done = sorted([*done, *bins.values()], key=lambda found: found.high)
    ends = np.cumsum([found.rows for found in done])
    places = np.minimum(np.searchsorted(ends, SHARES * n), len(done) - 1)
    at = [low, *(done[place].high for place in places[1:])]
    error = max((found.rows - 1 for found in done if found.low < found.high), default=0) / n
    return tuple(zip(SHARES.tolist(), at, strict=True)), error


def _place(low: float, high: float, parts: int) -> nw.Expr:
    return ((nw.col("value") - low) / (high - low) * parts).floor().cast(nw.Int64).clip(0, parts - 1)


def _counted(numbers: nw.LazyFrame[Any], low: float, high: float, parts: int) -> Iterable[_Bin]:
    placed = numbers.with_columns(_place(low, high, parts).alias("place"))
    value = nw.col("value")
    counts = placed.group_by("place").agg(nw.len().alias("rows"), value.min().alias("low"), value.max().alias("high"))
    for row in _rows(counts):
        yield _Bin(int(row["place"]), int(row["rows"]), float(row["low"]), float(row["high"]))


def _rows(frame: nw.LazyFrame[Any]) -> list[dict[str, Any]]:
    table: pa.Table = frame.collect("pyarrow").to_native()
    rows: list[dict[str, Any]] = table.to_pylist()
    return rows


def _plain(value: Any) -> Any:
    """An integer that an engine gave as a float or decimal stays whole."""
    return float(value) if not isinstance(value, (int, float)) else value
