"""What a run in Spark hands back: tables that Spark makes when they are asked for, and the evidence."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from synthgen.errors import FileError
from synthgen.merging import FLAG
from synthgen.scale.spark.counting import facts_of
from synthgen.scale.spark.executors import in_words
from synthgen.scale.spark.frames import Given, column
from synthgen.scale.spark.making import Making, numbers_in
from synthgen.scale.spark.sampling import KEYS, WHO, hash_of, keys_of, unit

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd
    from pyspark.sql import DataFrame
    from pyspark.sql.types import StructType

    from synthgen.profiling import Profile
    from synthgen.provenance import Provenance
    from synthgen.result import SynthesisResult
    from synthgen.scale.scan.facts import ColumnFacts
    from synthgen.validation import ValidationReport, Verdict


@dataclass(frozen=True)
class Seen:
    """Rows that the generator learnt from, by the hashes of what they hold.

    Attributes
    ----------
    keys : pyarrow.Table
        Two hashes a row, or one of whom it is about.
    subject : str or None
    share : float
        Of the other rows, the share to test on.
    seed : SeedSequence
        Salt of the hashes.
    """

    keys: pa.Table
    subject: str | None
    share: float
    seed: np.random.SeedSequence


@dataclass(frozen=True, repr=False)
class SparkResult:
    """A synthetic table in Spark with its evidence.

    Attributes
    ----------
    verdict : Verdict
    profile : Profile
        Of a sample that is like the whole table.
    validation : ValidationReport
        Of rows made on the driver, compared with sampled real rows; figures of all rows where Spark counted them.
    provenance : Provenance
        ``provenance.pieces`` says what is exact and what is sampled.
    """

    _evidence: SynthesisResult
    _given: Given
    _making: Making
    _limits: NDArray[np.int64]
    _spark_schema: StructType
    _partitions: int
    _seen: Seen

    @property
    def verdict(self) -> Verdict:
        """Outcome and findings."""
        return self._evidence.verdict

    @property
    def validation(self) -> ValidationReport:
        """What was measured."""
        return self._evidence.validation

    @property
    def profile(self) -> Profile:
        """Of a sample that is like the whole table."""
        return self._evidence.profile

    @property
    def provenance(self) -> Provenance:
        """Where the rows came from."""
        return self._evidence.provenance

    @property
    def withheld(self) -> bool:
        """Whether the gate withholds the table."""
        return self._evidence.withheld

    @property
    def data(self) -> DataFrame:
        """The table to use: nothing is made before Spark is asked for rows, and then block by block.

        "augment": all real rows, then the synthetic ones, told apart by the column ``is_synthetic``. "release": the
        synthetic rows only. The columns have the types that they came with.

        Raises
        ------
        GateFailed
            If the verdict is FAIL (in "release": anything but PASS) and the gate was not lifted.
        """
        self._evidence._check()
        return self._table()

    @property
    def synthetic(self) -> DataFrame:
        """Accepted synthetic rows, in the order of their blocks. They are withheld as ``data`` is."""
        self._evidence._check()
        return self._made()

    @property
    def rejected(self) -> pd.DataFrame:
        """Rows made on the driver that were refused there, with a reason each; treat them as real."""
        return self._evidence.rejected

    def facts(self) -> dict[str, ColumnFacts]:
        """Exact facts of all rows of the real table, column by column, as Spark finds them when asked.

        Returns
        -------
        dict of str to ColumnFacts
            Missing values, distinct ones, extremes, mean and spread, quantiles with how far they may be off, and the
            rows of each label; see :func:`synthgen.scale.scan.statistics.statistics`. For those who may see the rows.
        """
        return facts_of(self._given)

    def for_evaluation(self) -> tuple[DataFrame, DataFrame]:
        """Give rows to train a model on and rows to test it on.

        Returns
        -------
        train, test : DataFrame
            Real rows followed by the accepted synthetic ones; and real rows that equal none that the generator
            learnt from (where a subject is named: of people it learnt nothing of). Which real rows are tested on is
            decided by what they hold.
        """
        self._evidence._check()
        from pyspark.sql import functions as F  # noqa: N812

        seen, given = self._seen, self._given
        keys = list(KEYS) if seen.subject is None else [WHO]
        rows = given.rows.select("*", *keys_of(given, seen.subject, seen.seed))
        flag = "__synthgen_seen"
        learnt = given.session.createDataFrame(seen.keys).distinct().withColumn(flag, F.lit(True))
        rows = rows.join(F.broadcast(learnt), keys, "left")
        # People were sampled by what their hash is: who is tested on goes by another one.
        place = F.col(keys[0]) if seen.subject is None else hash_of([WHO], seen.seed, "tested")
        tested = F.col(flag).isNull() & (unit(place) < seen.share)
        train = self._typed(rows.filter(~tested)).unionByName(self._made())
        return train, self._typed(rows.filter(tested))

    def write(self, path: str | Path) -> None:
        """Write ``data`` by Spark: a folder of Parquet, or of CSV where the name ends in .csv.

        Raises
        ------
        FileError
            Something is there already.
        """
        check_absent(self._given, path)
        writer = self.data.write.mode("errorifexists")
        with in_words():
            if str(path).lower().endswith(".csv"):
                writer.option("header", True).csv(str(path))
            else:
                writer.parquet(str(path))

    def write_reports(self, folder: str | Path, **options: Any) -> list[Path]:
        """Write the reports, the data card and the record; see :meth:`synthgen.SynthesisResult.write_reports`."""
        return self._evidence.write_reports(folder, **options)

    def record(self) -> dict[str, Any]:
        """Give the record of the run: what ``run.json`` holds."""
        return self._evidence.record()

    def _made(self) -> DataFrame:
        making, limits = self._making, self._limits

        def make(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            yield from making.rows(numbers_in(batches), limits)

        numbers = self._given.session.range(0, making.n_blocks, 1, self._partitions)
        return numbers.mapInArrow(make, self._spark_schema)

    def _typed(self, rows: DataFrame) -> DataFrame:
        """Real rows in the types that synthetic ones have: new identifiers may need a wider one."""
        return rows.select(*(column(item.name).cast(item.dataType).alias(item.name) for item in self._spark_schema))

    def _table(self) -> DataFrame:
        from pyspark.sql import functions as F  # noqa: N812

        made = self._made()
        if self.provenance.purpose == "release":
            return made
        real = self._typed(self._given.rows)
        return real.withColumn(FLAG, F.lit(False)).unionByName(made.withColumn(FLAG, F.lit(True)))

    def __repr__(self) -> str:
        return repr(self._evidence).replace("SynthesisResult", "SparkResult", 1)

    def _repr_html_(self) -> str:
        return self._evidence._repr_html_()


def check_absent(given: Given, path: str | Path) -> None:
    """Refuse to write where something is, before anything is made.

    Raises
    ------
    FileError
    """
    if _exists(given, str(path)):
        raise FileError(f"There is something at {str(path)!r} already. Give another path, or remove it first.")


def _exists(given: Given, path: str) -> bool:
    try:
        context = given.session.sparkContext
        files, settings = context._jvm.org.apache.hadoop.fs, context._jsc.hadoopConfiguration()
    except Exception:
        # A session without a JVM of its own; Spark itself refuses such a path when it writes.
        return False
    try:
        place = files.Path(path)
        return bool(place.getFileSystem(settings).exists(place))
    except Exception as error:
        java = getattr(error, "java_exception", None)
        said = str(error if java is None else java.getMessage()).partition("\n")[0]
        raise FileError(f"Spark can't look at {path!r}: {said}. Give a path that it can write to.") from error
