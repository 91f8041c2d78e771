"""What is counted exactly, on all rows: how many there are, and how many of each label of a target."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from synthgen.errors import DataError
from synthgen.scale.scan.facts import ColumnFacts
from synthgen.scale.scan.statistics import statistics
from synthgen.scale.spark.frames import Given, column
from synthgen.scale.spark.sampling import Classes
from synthgen.table import Schema
from synthgen.table.column import LABEL_KINDS
from synthgen.table.frames import to_pandas
from synthgen.table.inference import infer_schema

if TYPE_CHECKING:
    from pyspark.sql import Column

MOST_CLASSES = 1_000
"""A target with more values than that has no classes that rows could be drawn of one by one."""

MOST_READ = 20_000
"""Rows that stand for a target when its kind is looked for."""

N = "__synthgen_n"

_DAY = 86_400_000_000


@dataclass(frozen=True)
class TableSize:
    """How many rows a table has.

    Attributes
    ----------
    n_rows : int
    by_class : Classes or None
        None: no target, or one without classes.
    facts : mapping
        Of columns: none, since each would be one more look at the table; see :meth:`SparkResult.facts`.
    """

    n_rows: int
    by_class: Classes | None
    facts: Mapping[str, ColumnFacts] = field(default_factory=dict)

    @property
    def classes(self) -> dict[Any, int] | None:
        """Rows of each label."""
        found = self.by_class
        return None if found is None else dict(zip(found.labels.to_pylist(), found.rows.tolist(), strict=True))


def count_rows(given: Given, target: str | None, schema: Schema | None) -> TableSize:
    """Count all rows, and those of each class.

    Raises
    ------
    DataError
        There are no rows, or the target is missing in some.
    """
    from pyspark.sql import functions as F  # noqa: N812

    asked = [F.count(F.lit(1))]
    if target is not None:
        asked += [F.count(F.when(_missing(given, target), 1)), F.approx_count_distinct(column(target))]
    n_rows, *others = given.rows.agg(*asked).collect()[0]
    if not n_rows:
        raise DataError("The DataFrame has no rows. Give a table with at least one row.")
    if target is None:
        return TableSize(n_rows, None)
    missing, about = others
    if missing:
        raise DataError(
            f"The target {target!r} is missing in {missing:,} of {n_rows:,} rows. "
            f"Drop them: df.dropna(subset=[{target!r}])."
        )
    if about > 2 * MOST_CLASSES:
        return TableSize(n_rows, None)
    # In the order of the labels, so that nothing depends on which partition answers first.
    found = given.rows.groupBy(column(target)).agg(F.count(F.lit(1)).alias(N)).orderBy(column(target)).toArrow()
    if found.num_rows > MOST_CLASSES or not _with_classes(found, target, schema):
        return TableSize(n_rows, None)
    return TableSize(n_rows, Classes(target, found[target], found[N].to_numpy()))


def facts_of(given: Given) -> dict[str, ColumnFacts]:
    """Find exact facts of each column: under plain names, since some engines read a dot in one as something else."""
    import narwhals.stable.v2 as nw

    plain = [f"c{place}" for place in range(len(given.names))]
    rows = given.rows.select(*(_numbered(given, name).alias(to) for name, to in zip(given.names, plain, strict=True)))
    found = statistics(nw.from_native(rows))
    return {name: replace(found[to], name=name) for name, to in zip(given.names, plain, strict=True)}


def _numbered(given: Given, name: str) -> Column:
    """Days and moments as microseconds since 1970: what has no zone is none of the session's."""
    from pyspark.sql import functions as F  # noqa: N812

    value, kind = column(name), given.arrow.field(name).type
    if pa.types.is_date(kind):
        return F.unix_date(value).cast("bigint") * F.lit(_DAY)
    if not pa.types.is_timestamp(kind):
        return value
    if kind.tz is not None:
        return F.unix_micros(value)
    since = value - F.to_timestamp_ntz(F.lit("1970-01-01 00:00:00"))
    return (since.cast("interval second").cast("decimal(20,6)") * F.lit(1_000_000)).cast("bigint")


def _missing(given: Given, name: str) -> object:
    from pyspark.sql import functions as F  # noqa: N812

    value = column(name)
    floating = pa.types.is_floating(given.arrow.field(name).type)
    return value.isNull() | F.isnan(value) if floating else value.isNull()


def _with_classes(found: pa.Table, target: str, schema: Schema | None) -> bool:
    """Whether a target has classes: as the schema says, or as its values would be read in memory."""
    if schema is not None and target in schema:
        return schema[target].kind in LABEL_KINDS
    rows = found[N].to_numpy()
    scale = max(1.0, rows.sum() / MOST_READ)
    times = np.maximum(1, np.rint(rows / scale)).astype(np.int64)
    frame, _ = to_pandas(found.select([target]).take(pa.array(np.repeat(np.arange(len(rows)), times))))
    return infer_schema(frame, target=target)[target].kind in LABEL_KINDS
