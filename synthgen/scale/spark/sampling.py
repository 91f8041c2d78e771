"""A bounded sample of the rows of a Spark table, the same however the table is divided into partitions.

Rows have no order in Spark, so a row is chosen by its content: two hashes of it, salted by the seed. Of rows that are
equal, as many are taken as independent choices would give: the count's quantile at the place that the hash says, so
that each row has the same chance whatever it equals.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.stats import binom

from synthgen.errors import DataError
from synthgen.randomness import stream
from synthgen.scale.spark.frames import CHANGED, Given, column, quoted

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

KEYS = ("__synthgen_one", "__synthgen_other")
"""Columns of the two hashes of a row's content."""

RATE, COPIES, WHO = "__synthgen_rate", "__synthgen_copies", "__synthgen_who"
SPREAD = 4.0
"""A sample aims below its bound by so many standard deviations, since its size is left to chance."""

MOST_OVER = 1.5
"""Whole subjects may bring more rows than were meant, up to this."""


@dataclass(frozen=True)
class Sample:
    """Rows of a Spark table, in an order of their own.

    Attributes
    ----------
    rows : pyarrow.Table
    weights : array, shape (n,)
        How many rows of the table each stands for.
    place : array, shape (n,)
        A number of each row's content between 0 and 1, as if drawn at random; the rows are in its order.
    alone : array of bool, shape (n,)
        Whether no other row of the whole table equals it.
    keys : pyarrow.Table
        Hashes of what it holds; where a subject is named, of whom it is about.
    """

    rows: pa.Table
    weights: NDArray[np.float64]
    place: NDArray[np.float64]
    alone: NDArray[np.bool_]
    keys: pa.Table

    def __len__(self) -> int:
        return len(self.weights)

    def described(self) -> NDArray[np.bool_]:
        """Rows that are alike the whole table: those of classes that were taken more of are thinned again."""
        return np.asarray(self.place * self.weights.max() <= self.weights)


@dataclass(frozen=True)
class Classes:
    """Rows of each label of a target.

    Attributes
    ----------
    name : str
    labels : pyarrow.ChunkedArray
        As the table has them, in order.
    rows : array of int
    """

    name: str
    labels: pa.ChunkedArray
    rows: NDArray[np.int64]


def draw_sample(
    given: Given,
    n_rows: int,
    *,
    classes: Classes | None,
    subject: str | None,
    most_rows: int,
    seed: np.random.SeedSequence,
) -> Sample:
    """Choose at most about ``most_rows`` rows.

    Parameters
    ----------
    given : Given
    n_rows : int
        Of the table.
    classes : Classes or None
        Of which as many rows are taken as fit, so that no rare one is lost.
    subject : str or None
        Column of the people whose rows stay together.
    most_rows : int
    seed : SeedSequence
    """
    sizes = np.array([n_rows]) if classes is None else classes.rows
    wanted = shares(sizes, most_rows)
    rates = np.where(wanted >= sizes, 1.0, np.maximum(wanted - SPREAD * np.sqrt(wanted), 1.0) / sizes)
    keyed = given.rows.select("*", *keys_of(given, subject, seed))
    if classes is None:
        from pyspark.sql import functions as F  # noqa: N812

        keyed = keyed.withColumn(RATE, F.lit(float(rates[0])))
    else:
        keyed = _with_rates(keyed, classes, rates)
    if (rates >= 1).all():
        chosen = keyed
    elif subject is None:
        chosen = _thinned(keyed)
    else:
        chosen = _of_subjects(keyed, subject, most_rows)
    keys = KEYS if subject is None else (*KEYS, WHO)
    table = _counted(chosen, given.names, keys).toArrow()
    return _sample(table, given, classes, (np.asarray(sizes), rates), subject)


def shares(sizes: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """Divide a sample among classes: as many of each as of any other, and what small ones leave to the larger ones.

    Examples
    --------
    >>> shares(np.array([5, 1000, 2000]), 100).tolist()
    [5, 47, 48]
    """
    wanted = np.minimum(sizes, most // max(1, len(sizes)))
    order = np.argsort(sizes, kind="stable")
    left = most
    for turn, place in enumerate(order):
        wanted[place] = min(int(sizes[place]), left // (len(order) - turn))
        left -= int(wanted[place])
    return wanted


def keys_of(given: Given, subject: str | None, seed: np.random.SeedSequence) -> list[Column]:
    """Hashes of what rows hold, and of whom they are about; a row of nobody is one of its own."""
    from pyspark.sql import functions as F  # noqa: N812

    own = [hash_of(given.names, seed, key) for key in KEYS]
    keys = [hashed.alias(key) for hashed, key in zip(own, KEYS, strict=True)]
    if subject is None:
        return keys
    who = F.when(column(subject).isNull(), own[0]).otherwise(hash_of([subject], seed, WHO))
    return [*keys, who.alias(WHO)]


def hash_of(names: list[str], seed: np.random.SeedSequence, key: str) -> Column:
    """A hash of some columns: gaps count, since Spark's own hash passes over them."""
    from pyspark.sql import functions as F  # noqa: N812

    salt = int(stream(seed, "spark", key).integers(0, 2**62))
    parts = [part for name in names for part in (column(name).isNull(), column(name))]
    return F.xxhash64(F.lit(salt), *parts)


def unit(key: Column) -> Column:
    """Read a hash as a number from 0 to 1."""
    from pyspark.sql import functions as F  # noqa: N812

    return F.shiftrightunsigned(key, 11) * F.lit(2.0**-53)


def _with_rates(keyed: DataFrame, classes: Classes, rates: NDArray[np.float64]) -> DataFrame:
    from pyspark.sql import functions as F  # noqa: N812

    label = "__synthgen_label"
    kind = keyed.schema[classes.name].dataType
    table = pa.table({label: classes.labels, RATE: pa.array(rates)})
    listed = keyed.sparkSession.createDataFrame(table).withColumn(label, F.col(label).cast(kind))
    return keyed.join(F.broadcast(listed), column(classes.name) == F.col(label)).drop(label)


def _thinned(keyed: DataFrame) -> DataFrame:
    """Rows of which at least one copy is taken."""
    from pyspark.sql import functions as F  # noqa: N812

    rate, none = F.col(RATE), F.pow(F.lit(1.0) - F.col(RATE), F.col(COPIES))
    groups = keyed.groupBy(*KEYS, RATE).agg(F.count(F.lit(1)).alias(COPIES))
    taken = groups.filter((rate >= 1) | (unit(F.col(KEYS[1])) > none)).select(*KEYS).toArrow()
    return _among(keyed, taken, list(KEYS))


def _of_subjects(keyed: DataFrame, subject: str, most_rows: int) -> DataFrame:
    """Rows of the people who are taken; who has a row of a rarer class is taken as its rows are."""
    from pyspark.sql import functions as F  # noqa: N812

    people = keyed.groupBy(WHO).agg(F.max(RATE).alias(RATE), F.count(F.lit(1)).alias(COPIES))
    taken = people.filter((F.col(RATE) >= 1) | (unit(F.col(WHO)) < F.col(RATE))).select(WHO, COPIES).toArrow()
    rows = int(taken[COPIES].to_numpy().sum())
    if not 0 < rows <= MOST_OVER * most_rows:
        raise DataError(
            f"Those whom {subject!r} names have so many rows each that whole ones make no sample of about "
            f"{most_rows:,} rows: those taken have {rows:,}. Give more to most_rows, or fewer rows of each."
        )
    return _among(keyed, taken.select([WHO]), [WHO])


def _among(keyed: DataFrame, taken: pa.Table, keys: list[str]) -> DataFrame:
    """Rows whose keys are taken, which come by the driver: a broadcast that has to be computed first may time out."""
    from pyspark.sql import functions as F  # noqa: N812

    return keyed.join(F.broadcast(keyed.sparkSession.createDataFrame(taken)), keys, "left_semi")


def _counted(chosen: DataFrame, names: list[str], keys: Sequence[str]) -> DataFrame:
    from pyspark.sql import functions as F  # noqa: N812

    ticked = [quoted(name) for name in names]
    return chosen.groupBy(*ticked, *keys, RATE).agg(F.count(F.lit(1)).alias(COPIES))


def _sample(
    table: pa.Table,
    given: Given,
    classes: Classes | None,
    shares: tuple[NDArray[np.int64], NDArray[np.float64]],
    subject: str | None,
) -> Sample:
    """Put rows in order, each as often as it is taken."""
    one, other, rate, copies = (table[name].to_numpy() for name in (*KEYS, RATE, COPIES))
    place, chance = ((key.view(np.uint64) >> np.uint64(11)) * 2.0**-53 for key in (one, other))
    order = np.lexsort((chance, place))
    taken = np.where(rate < 1, np.maximum(1, binom.ppf(chance, copies, rate)), copies) if subject is None else copies
    rows = np.repeat(order, taken[order].astype(np.int64))
    kept = table.select(given.names).take(pa.array(rows)).combine_chunks().cast(given.arrow)
    keys = table.select(list(KEYS) if subject is None else [WHO]).take(pa.array(rows))
    return Sample(kept, _weights(_codes(kept, classes), *shares), place[rows], (copies == 1)[rows], keys)


def _codes(kept: pa.Table, classes: Classes | None) -> NDArray[np.int64]:
    """Class of each row; labels are those that were counted, since others found no rate."""
    if classes is None:
        return np.zeros(kept.num_rows, dtype=np.int64)
    known: dict[Any, int] = {label: code for code, label in enumerate(classes.labels.to_pylist())}
    column_ = kept[classes.name].combine_chunks().dictionary_encode()
    codes = np.array([known[label] for label in column_.dictionary.to_pylist()], dtype=np.int64)
    return np.asarray(codes[column_.indices.to_numpy()])


def _weights(codes: NDArray[np.int64], sizes: NDArray[np.int64], rates: NDArray[np.float64]) -> NDArray[np.float64]:
    """How many rows of the table each stands for."""
    there = np.bincount(codes, minlength=len(sizes))
    whole = rates >= 1
    if not len(codes) or (there[whole] != sizes[whole]).any():
        raise DataError(CHANGED)
    return np.asarray((sizes / np.maximum(there, 1))[codes])
