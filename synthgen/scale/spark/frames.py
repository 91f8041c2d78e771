"""A Spark DataFrame at the edge: what can't be taken is refused in words, before any job runs."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from synthgen.errors import DataError, MissingExtraError, UsageError
from synthgen.merging import FLAG

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import Column, DataFrame, SparkSession

    Each = Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]

MISSING = (
    "Tables in Spark need PySpark, which isn't installed. Install the extra: pip install 'synthgen-tabular[spark]' "
    "(and Java 17, where Spark runs on this machine)."
)

FIRST = 4
"""Version of PySpark from which tables come and go in Arrow."""

CHANGED = (
    "The table isn't the same each time that Spark reads it, so what was learnt from and what wasn't can't be told. "
    "Something in its plan differs from one look to the next (rand(), a function of Python, a limit without an order), "
    "or its files changed meanwhile. Write it to a table first and give that: spark.read.table(...)."
)
"""What is said where rows that were read once aren't there again."""

_HELD = (
    "BooleanType", "ByteType", "ShortType", "IntegerType", "LongType", "FloatType", "DoubleType", "DecimalType",
    "StringType", "CharType", "VarcharType", "DateType", "TimestampType", "TimestampNTZType", "DayTimeIntervalType",
    "NullType",
)  # fmt: skip
"""Types of columns that the rest of synthgen can hold; those left out have parts, or no order and no labels."""


@dataclass(frozen=True)
class Given:
    """A table in Spark that may be read.

    Attributes
    ----------
    rows : pyspark.sql.DataFrame
        Without a column that marks synthetic rows.
    arrow : pyarrow.Schema
        What its rows are in Arrow, timestamps in the session's time zone.
    """

    rows: DataFrame
    arrow: pa.Schema

    @property
    def session(self) -> SparkSession:
        """The session that it belongs to."""
        return self.rows.sparkSession

    @property
    def names(self) -> list[str]:
        """Its columns."""
        return list(self.rows.columns)

    def in_arrow(self, names: Sequence[str], each: Each, made: str) -> DataFrame:
        """Rows of some columns, gone through on the executors.

        PySpark looks up by their bare names the columns that it hands over, and reads a dot in one as a part of a
        struct: so they go there under plain names, and are called what they are on the other side.

        Parameters
        ----------
        names : sequence of str
        each : callable
            From batches of rows to batches.
        made : str
            What it makes, as Spark writes a schema.
        """
        import pyarrow as pa

        own = list(names)

        def named(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            return each(pa.RecordBatch.from_arrays(batch.columns, names=own) for batch in batches)

        plain = [column(name).alias(f"c{place}") for place, name in enumerate(own)]
        return self.rows.select(*plain).mapInArrow(named, made)

    def check_named(self, **named: str | None) -> None:
        """Refuse names that no column has, before anything runs.

        Raises
        ------
        UsageError
        """
        for what, name in named.items():
            if name is not None and name not in self.names:
                raise UsageError(f"The table has no column {name!r} ({what}). Its columns: {', '.join(self.names)}.")


def read_frame(data: Any) -> Given:
    """Take a Spark DataFrame, without running anything but a look for rows that were marked as synthetic.

    Parameters
    ----------
    data : pyspark.sql.DataFrame

    Raises
    ------
    MissingExtraError
        PySpark isn't installed.
    UsageError
        It is no Spark DataFrame, or one that never ends.
    DataError
        Names that occur twice, or a column whose type can't be held.
    """
    try:
        from pyspark import __version__ as version
        from pyspark.sql import DataFrame
    except ImportError as error:
        raise MissingExtraError(MISSING) from error
    if int(version.split(".")[0]) < FIRST:
        raise MissingExtraError(
            f"PySpark {version} hands no tables over in Arrow. PySpark {FIRST} or later is needed, here and on the "
            "cluster."
        )
    if not isinstance(data, DataFrame):
        raise UsageError(
            f"sg.spark.synthesize takes a Spark DataFrame; got {type(data).__name__}. Tables in memory and files go to "
            f"sg.synthesize; or read them with spark.read or spark.createDataFrame first.{_about_java()}"
        )
    if data.isStreaming:
        raise UsageError(
            "The DataFrame is a stream, which never ends, so there is no table to learn from. Write what has come to "
            "a table, and give that: spark.read.table(...)."
        )
    _check_names(data.columns)
    _check_types(data)
    rows = _without_flag(data)
    from pyspark.sql.pandas.types import to_arrow_schema

    zone = str(data.sparkSession.conf.get("spark.sql.session.timeZone"))
    arrow = to_arrow_schema(rows.schema, timezone=zone)
    _check_zone(arrow, zone)
    return Given(rows, arrow)


def column(name: str) -> Column:
    """The column of this very name, dots and ticks included."""
    from pyspark.sql import functions as F  # noqa: N812 (as Spark's own pages call it)

    return F.col(quoted(name))


def quoted(name: str) -> str:
    """A name as Spark reads it."""
    return "`" + name.replace("`", "``") + "`"


def _about_java() -> str:
    if shutil.which("java") or os.environ.get("JAVA_HOME"):
        return ""
    return " Spark also needs Java, and none is found here: install Java 17, or set JAVA_HOME to where it is."


def _check_names(names: list[str]) -> None:
    if not names:
        raise DataError("The DataFrame has no columns. Give a table with at least one column.")
    small = [name.lower() for name in names]
    twice = sorted({name for name in names if small.count(name.lower()) > 1})
    if twice:
        raise DataError(
            f"Column names of a Spark table must be distinct whatever their case; {', '.join(map(repr, twice))} "
            "can't be told apart. Rename them: df.toDF(*names)."
        )


def _check_types(data: DataFrame) -> None:
    for field in data.schema:
        kind = field.dataType
        words = kind.simpleString()
        if type(kind).__name__ not in _HELD:
            raise DataError(
                f"Column {field.name!r} has the Spark type {words}, which synthgen can't hold. Take its parts as "
                "columns of numbers, text or times, or leave it out: "
                f"df.drop({field.name!r})."
            )
        if "collate" in words.lower():
            raise DataError(
                f"Column {field.name!r} has the Spark type {words}, in which different texts may be equal; synthgen "
                "compares texts letter by letter. Cast it to a plain string first."
            )


def _check_zone(arrow: pa.Schema, zone: str) -> None:
    """Spark knows zones by names of Java's, such as Z or GMT+2, that Python has none of."""
    moments = [field.name for field in arrow if getattr(field.type, "tz", None) is not None]
    try:
        pd.Timestamp(0, tz=zone if moments else None)
    except (KeyError, ValueError) as error:
        raise UsageError(
            f"Column {moments[0]!r} has moments in the session's time zone {zone!r}, a name that Python doesn't know. "
            'Name it otherwise: spark.conf.set("spark.sql.session.timeZone", "Europe/Berlin"), "UTC" or "+02:00".'
        ) from error


def _without_flag(data: DataFrame) -> DataFrame:
    """Leave out a column that marks synthetic rows, if it marks none."""
    named = [name for name in data.columns if name.lower() == FLAG]
    if not named:
        return data
    if data.filter(_marks(data, named[0])).limit(1).count():
        raise UsageError(
            f"The table has synthetic rows already (column {named[0]!r}). Learn from real rows only: "
            f"df.filter(~df[{named[0]!r}])."
        )
    return data.drop(named[0])


def _marks(data: DataFrame, name: str) -> Column:
    """Rows that a column marks: any value does, but for one that means no."""
    from pyspark.sql import functions as F  # noqa: N812
    from pyspark.sql.types import BooleanType, NumericType

    value, plain = column(name), isinstance(data.schema[name].dataType, (BooleanType, NumericType))
    yes = value.cast("boolean") if plain else value.cast("string").try_cast("boolean")
    return value.isNotNull() & F.coalesce(yes, F.lit(True))
