"""Rows of a fitted model written to a place, however many they are."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any

from synthgen.generators.asked import check_n
from synthgen.generators.base import Synthesizer
from synthgen.generators.sampling import BLOCK
from synthgen.generators.storage import fingerprint
from synthgen.randomness import RandomState, seed_sequence
from synthgen.scale.writing.batches import write_batches
from synthgen.scale.writing.blocks import Part, make_blocks
from synthgen.scale.writing.destination import check_out
from synthgen.scale.writing.journal import Journal

_ALL = "all"


def write_rows(
    model: Synthesizer,
    n: int,
    out: str | Path,
    *,
    random_state: RandomState = None,
    conditions: Mapping[str, Any] | None = None,
    missing: str = "keep",
    workers: int | None = None,
    progress: bool = False,
) -> int:
    """Write the ``n`` rows that ``model.sample`` would give, without holding more of them than a few blocks.

    A run that dies leaves what was at ``out`` before, and its finished blocks in a hidden folder beside it; the same
    call, with the same ``random_state``, goes on from there. The rows don't depend on ``workers``.

    Parameters
    ----------
    model : Synthesizer
        Fitted, or loaded.
    n : int
    out : str or pathlib.Path
        A file, a folder of parts, or a table of a database, as for :func:`write_batches`.
    random_state : int or Generator, optional
        The same one gives the same rows; None: others each time, so that a run that died is begun anew.
    conditions : mapping, optional
        What all rows must have, as for ``sample``.
    missing : {"keep", "none", "like"}
        As for ``sample``.
    workers : int, optional
        Processes to make them in; None: one for each core, where it pays.
    progress : bool
        Show the rows made and written, and the time left.

    Returns
    -------
    int
        The rows written.

    Examples
    --------
    >>> import tempfile
    >>> import pandas as pd
    >>> from synthgen.generators import GaussianCopulaSynthesizer
    >>> model = GaussianCopulaSynthesizer().fit(pd.DataFrame({"x": range(200), "y": ["a", "b"] * 100}))
    >>> folder = tempfile.TemporaryDirectory()
    >>> write_rows(model, 1000, folder.name + "/made.parquet", random_state=1)
    1000
    >>> folder.cleanup()
    """
    n = check_n(n)
    check_out(out)
    seed = seed_sequence(random_state)
    request = {
        "model": fingerprint(model), "n": n, "block": BLOCK, "conditions": _mark(conditions),
        "missing": missing, "seed": [str(seed.entropy), [int(part) for part in seed.spawn_key]],
    }  # fmt: skip
    with Journal.open(out, request) as journal:
        make_blocks(
            model, [Part(_ALL, n, conditions, seed, missing)], journal, workers=workers, progress=progress
        )  # fmt: skip
        written = write_batches(out, journal.batches(_ALL), model.batch_schema, total=n, progress=progress)
        journal.close(remove=True)
    return written


def _mark(conditions: Mapping[str, Any] | None) -> str:
    """Tell conditions apart without repeating what they say."""
    return blake2b(repr(sorted((conditions or {}).items(), key=lambda item: str(item[0]))).encode()).hexdigest()
