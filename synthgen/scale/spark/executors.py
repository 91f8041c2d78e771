"""Machines of a cluster: whether they have synthgen, and what a user is told where they don't."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from synthgen import errors
from synthgen.errors import SynthgenError, UsageError
from synthgen.provenance import LIBRARIES, versions_now

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import SparkSession

PACKAGE = "synthgen-tabular"
HOW = (
    "Install the same version on all of them, in the environment whose Python PYSPARK_PYTHON names (pip install "
    "synthgen-tabular), or send an environment with the job: spark.archives, with a folder packed by venv-pack or "
    "conda-pack. See docs/spark.md."
)

_ABSENT = "absent"
_TASKS = 64
"""So many small tasks ask, at most: no promise that each executor is asked, but every one that is free."""


def check_executors(session: SparkSession) -> list[str]:
    """Ask executors for their versions.

    Returns
    -------
    list of str
        What to be careful about, in words.

    Raises
    ------
    UsageError
        An executor has no synthgen, or another version of it.
    """
    here = versions_now()
    names, absent = [PACKAGE, *LIBRARIES], _ABSENT

    # By value, and with nothing of synthgen's in it: it has to run where there is none.
    def ask(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import importlib.metadata
        import importlib.util
        import json

        import pyarrow

        for _ in batches:
            pass
        found = {}
        for name in names:
            try:
                found[name] = importlib.metadata.version(name)
            except importlib.metadata.PackageNotFoundError:
                found[name] = "unknown"
        if importlib.util.find_spec("synthgen") is None:
            found[names[0]] = absent
        yield pyarrow.RecordBatch.from_arrays([pyarrow.array([json.dumps(found, sort_keys=True)])], names=["found"])

    tasks = min(_TASKS, parallelism(session))
    with in_words():
        rows = session.range(0, tasks, 1, tasks).mapInArrow(ask, "found string").distinct().collect()
    return judged([_read(row[0]) for row in rows], here)


def judged(found: list[Mapping[str, str]], here: Mapping[str, str]) -> list[str]:
    """Compare executors' versions with those of the driver.

    Examples
    --------
    >>> judged([{"synthgen-tabular": "1", "numpy": "1.26"}], {"synthgen": "1", "numpy": "2.1"})
    ['executors have numpy 1.26 and the driver has 2.1: rows depend on it, so keep to one cluster']
    """
    own = here["synthgen"]
    theirs = {versions[PACKAGE] for versions in found}
    if _ABSENT in theirs:
        raise UsageError(f"Rows are made on the executors, and there is no synthgen there. {HOW}")
    if theirs - {own}:
        raise UsageError(
            f"Executors have synthgen {', '.join(sorted(theirs - {own}))} and the driver has {own}: the same seed "
            f"could give other rows. {HOW}"
        )
    others = {
        name: sorted({versions[name] for versions in found} - {mine})
        for name, mine in here.items()
        if name != "synthgen" and any(name in versions for versions in found)
    }
    return [
        f"executors have {name} {', '.join(odd)} and the driver has {here[name]}: rows depend on it, so keep to one "
        "cluster"
        for name, odd in others.items()
        if odd
    ]


def parallelism(session: SparkSession) -> int:
    """Tasks that run at once, or where a session doesn't say, as many as it divides a shuffle into."""
    try:
        return max(1, int(session.sparkContext.defaultParallelism))
    except Exception:
        return int(str(session.conf.get("spark.sql.shuffle.partitions", "8")))


@contextmanager
def in_words() -> Iterator[None]:
    """Say what is wrong where a job fails: an executor lacks synthgen or what it needs, or refuses in words itself."""
    try:
        yield
    except SynthgenError:
        raise
    except Exception as error:
        text = str(error)
        if lacking := re.search(r"No module named '([\w.]+)'", text):
            raise UsageError(
                f"Rows are made on the executors, and the Python of one of them has no {lacking[1]}. {HOW}"
            ) from error
        if said := re.search(r"synthgen\.errors\.(\w+): ([^\n]+)", text):
            kind = getattr(errors, said[1], UsageError)
            raise kind(said[2]) from error
        raise


def _read(text: str) -> Mapping[str, Any]:
    import json

    return dict(json.loads(text))
