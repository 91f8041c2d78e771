"""Which way a table goes: whole in memory, or piece by piece."""

from __future__ import annotations

from dataclasses import fields
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.dataset
from narwhals import dependencies

from synthgen.errors import SynthgenError, UsageError
from synthgen.memory_run import Words
from synthgen.randomness import RandomState
from synthgen.scale.source import frame_of, is_large, open_source
from synthgen.table.sources import is_file, is_pipe, same_place, shown

if TYPE_CHECKING:
    from synthgen.scale.spark import SparkResult

ENGINES = ("memory", "stream", "spark")
IN_PIECES = "a table that was worked on in pieces isn't kept, so its rows can't be compared with a run made again"


def engine_for(engine: str | None, data: Any, out: str | Path | None) -> str:
    """Say how a table is worked on, where nobody says it.

    Parameters
    ----------
    engine : {"memory", "stream", "spark"} or None
        None: "spark" for a Spark DataFrame; "stream" for a table of many rows that isn't in memory (see
        :func:`synthgen.scale.source.is_large`) where ``out`` says where the result may go, and for a folder, a pattern
        of names or an Arrow dataset; else "memory".
    data : table or place
    out : path, URL or None

    Raises
    ------
    UsageError
        There is no such engine, or it can't work on this table.

    Examples
    --------
    >>> import pandas as pd
    >>> engine_for(None, pd.DataFrame({"a": [1, 2]}), None)
    'memory'
    """
    if engine is not None and engine not in ENGINES:
        raise UsageError(f"engine must be {', '.join(ENGINES)} or None; got {engine!r}.")
    spark = dependencies.is_pyspark_dataframe(data) or dependencies.is_pyspark_connect_dataframe(data)
    if spark and engine not in (None, "spark"):
        raise UsageError(f"A Spark DataFrame is worked on by engine='spark'; got engine={engine!r}.")
    if engine == "spark" and not spark:
        raise UsageError(
            f"engine='spark' is for a Spark DataFrame; got {type(data).__name__}. Read it with Spark first: "
            "spark.read.parquet(...)."
        )
    if spark:
        return "spark"
    if engine is None:
        engine = (
            "stream" if _many_files(data) or (out is not None and _elsewhere(data) and _large(data)) else "memory"
        )
    if engine == "stream":
        _check_stream(data, out)
    return engine


def in_memory(data: Any) -> Any:
    """Read what is in several files into memory; any other table stays as it is."""
    if not _many_files(data):
        return data
    source = open_source(data)
    return frame_of(list(source.batches()), source.arrow)


def _check_stream(data: Any, out: str | Path | None) -> None:
    if out is None:
        raise UsageError(
            "A table that is worked on in pieces is written to a file as it is made. Say where: "
            "out='balanced.parquet'; or read it whole: engine='memory'."
        )
    _check_apart(data, out)
    for place, word in ((data, "read from"), (out, "written to")):
        if isinstance(place, str) and is_pipe(place):
            raise UsageError(
                f"engine='stream' reads a table more than once and puts its result together at the end, so it can't be "
                f"{word} a pipe. Name a file, or take engine='memory'."
            )


def _check_apart(data: Any, out: str | Path) -> None:
    """Refuse to write over what is read, or among it, where the next run would read it."""
    if not isinstance(data, (str, Path)):
        return
    among = is_file(data) and is_file(out) and (
        Path(data).absolute() in Path(out).absolute().parents
        or fnmatch(str(Path(out).absolute()), str(Path(data).absolute()))
    )  # fmt: skip
    if among or same_place(data, out):
        raise UsageError(f"{shown(out)} is read by this run, or lies among what is read. Name another place for out.")


def _elsewhere(data: Any) -> bool:
    """Whether a table isn't in memory, and can be read again."""
    if isinstance(data, (str, Path)):
        return not is_pipe(data)
    return dependencies.is_polars_lazyframe(data)


def _large(data: Any) -> bool:
    try:
        return is_large(data)
    except SynthgenError:
        # What can't be opened is refused when it is read, in the words of that.
        return False


def _many_files(data: Any) -> bool:
    if isinstance(data, pyarrow.dataset.Dataset):
        return True
    if not isinstance(data, (str, Path)) or not is_file(data):
        return False
    return Path(data).is_dir() or (any(sign in str(data) for sign in "*?[") and not Path(data).exists())


def check_private(engine: str | None) -> None:
    """Refuse to fit a differentially private generator to a part of a table.

    Raises
    ------
    UsageError
    """
    if engine not in (None, "memory"):
        raise UsageError(
            f"dp_marginals measures all rows of a table in memory; with engine={engine!r} it would learn from a "
            "sample, which its guarantee isn't about. Leave engine out."
        )


def run_in_spark(
    data: Any, words: Words, out: str | Path | None, random_state: RandomState, progress: bool
) -> SparkResult:
    """Hand a Spark DataFrame to Spark; see :func:`synthgen.scale.spark.synthesize`."""
    from synthgen.scale.spark import synthesize

    if words.fairness is not None:
        raise UsageError(
            "A fairness plan counts and changes all rows together, which needs them in memory. Leave fairness out, or "
            "hand in df.toPandas()."
        )
    given = {item.name: getattr(words, item.name) for item in fields(words) if item.name != "fairness"}
    return synthesize(data, **given, out=out, random_state=random_state, progress=progress)
