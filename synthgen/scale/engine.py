"""Which way a table goes: whole in memory, or piece by piece."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.dataset
from narwhals import dependencies

from synthgen.errors import SynthgenError, UsageError
from synthgen.memory_run import Words
from synthgen.randomness import RandomState
from synthgen.scale.apart import check_apart
from synthgen.scale.source import frame_of, is_large, open_source
from synthgen.table.sources import is_file, is_pipe

if TYPE_CHECKING:
    from synthgen.scale.spark import SparkResult

ENGINES = ("memory", "stream", "spark")
SETTINGS = {"memory": {}, "stream": {"most_rows": 1_000, "workers": 1}, "spark": {"most_rows": 1_000, "partitions": 1}}
"""What can be set of each, and the least of it."""

IN_PIECES = "a table that was worked on in pieces isn't kept, so its rows can't be compared with a run made again"


def read_engine(engine: str | Mapping[str, Any] | None) -> tuple[str | None, dict[str, int]]:
    """Read the word for how a table is worked on, and its settings where it comes with some.

    Parameters
    ----------
    engine : str, mapping or None
        ``"stream"``, or ``{"name": "stream", "most_rows": 100_000}``. ``most_rows`` bounds the rows, and so the memory,
        that a run takes at a time; ``workers`` are the processes, ``partitions`` the tasks of Spark, that make rows.

    Raises
    ------
    UsageError
        There is no such engine or setting.

    Examples
    --------
    >>> read_engine({"name": "stream", "workers": 4})
    ('stream', {'workers': 4})
    """
    settings = dict(engine) if isinstance(engine, Mapping) else {}
    name = settings.pop("name", None) if isinstance(engine, Mapping) else engine
    if (name is not None or settings) and name not in ENGINES:
        raise UsageError(f"engine must be {', '.join(ENGINES)} or None; got {name!r}.")
    known = SETTINGS.get(name or "memory", {})
    for word, value in settings.items():
        if word not in known:
            has = f"its settings are {', '.join(known)}" if known else "it has no settings"
            others = " and ".join(f"engine={other!r}" for other, settings in SETTINGS.items() if word in settings)
            also = f". It is one of {others}" if others else ""
            raise UsageError(f"engine={name or 'memory'!r} has no setting {word!r}; {has}{also}.")
        check_setting(word, value, known[word])
    return name, {word: int(value) for word, value in settings.items()}


def check_setting(word: str, value: Any, least: int) -> None:
    """Refuse what is no whole number, or too small a one.

    Raises
    ------
    UsageError
    """
    whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    if not whole or value < least:
        raise UsageError(f"{word} must be a whole number of at least {least:,}; got {value!r}.")


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
        engine = "stream" if _many_files(data) or (out is not None and _elsewhere(data) and _large(data)) else "memory"
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
    check_apart(data, out)
    for place, word in ((data, "read from"), (out, "written to")):
        if isinstance(place, str) and is_pipe(place):
            raise UsageError(
                f"engine='stream' reads a table more than once and puts its result together at the end, so it can't be "
                f"{word} a pipe. Name a file, or take engine='memory'."
            )


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
            "sample, which its guarantee isn't about. Say engine='memory'."
        )


def run_in_spark(
    data: Any, words: Words, out: str | Path | None, random_state: RandomState, progress: bool, **settings: int
) -> SparkResult:
    """Hand a Spark DataFrame to Spark; see :func:`synthgen.scale.spark.synthesize`."""
    from synthgen.scale.spark import synthesize

    if words.fairness is not None:
        raise UsageError(
            "A fairness plan counts and changes all rows together, which needs them in memory. Leave fairness out, or "
            "hand in df.toPandas()."
        )
    given: dict[str, Any] = {item.name: getattr(words, item.name) for item in fields(words)}
    given = {**given, **settings}
    del given["fairness"]
    return synthesize(data, **given, out=out, random_state=random_state, progress=progress)
