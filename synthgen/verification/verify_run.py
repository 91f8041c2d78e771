"""verify(): whether a recorded run gives the same rows and the same verdict when it is made again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from synthgen import tags
from synthgen.errors import UsageError
from synthgen.generators import Synthesizer
from synthgen.table import Schema, read_table
from synthgen.table.sources import is_file, is_pipe
from synthgen.validation import Gate
from synthgen.verification.again import again
from synthgen.verification.before import before, check_tags, read_record
from synthgen.verification.outcome import HANDED_OUT, Agreement, Check, Verification


def verify(
    run: str | Path | Mapping[str, Any],
    data: Any,
    *,
    key: bytes | str | None = None,
    table: Any = None,
    schema: Schema | None = None,
    generator: Synthesizer | None = None,
    gate: Gate | None = None,
    progress: bool = True,
) -> Verification:
    """Make a recorded run again and compare.

    Parameters
    ----------
    run : path or mapping
        The ``run.json`` that :meth:`SynthesisResult.write_reports` wrote.
    data : table
        The real table that it was made from: the same file, or one with the same columns, rows and values in the same
        order.
    key : bytes or str, optional
        The key that the tags in ``run`` were made with. Without it only counts, verdict and figures are compared, not
        the rows.
    table : table, optional
        The table that was handed out, to see whether it is the one.
    schema : Schema, optional
        The one that the run was given. It isn't in the record, as it says something about single rows.
    generator : Synthesizer, optional
        The instance that the run was given, where it was of a class of your own.
    gate : Gate, optional
        The gate that the run was given, where its criteria were your own.
    progress : bool

    Returns
    -------
    Verification

    Raises
    ------
    FileError, UsageError
        The record or the key can't be used.

    Notes
    -----
    The same versions of the libraries give the same rows on the same kind of machine; another processor may round a
    last digit otherwise. A match says that the record describes this table and these rows. It doesn't say that the
    rows are any good: that is what the verdict is for.

    Examples
    --------
    >>> import tempfile
    >>> import synthgen as sg
    >>> df = sg.datasets.load_fraud().iloc[:250]
    >>> result = sg.synthesize(df, n_samples=50, generator="jitter", random_state=0, gate=None, progress=False)
    >>> folder, key = tempfile.mkdtemp(), b"made with openssl rand -hex 32"
    >>> paths = result.write_reports(folder, key=key)
    >>> sg.verify(f"{folder}/run.json", df, key=key, progress=False).outcome
    <Agreement.MATCHES: 'matches'>
    """
    record = read_record(run)
    # Read once: a pipe can't be read twice, and a database may change between.
    data = read_table(data) if isinstance(data, (str, Path)) else data
    if isinstance(table, str) and is_pipe(table):
        raise UsageError(
            "The table that was handed out can't come by a pipe: its name says whether it is text. Name a file or a "
            "database."
        )
    if isinstance(table, str) and not is_file(table):
        table = read_table(table)
    given = {"schema": schema, "generator": generator, "gate": gate}
    given = {name: value for name, value in given.items() if value is not None}
    if key is not None:
        key = tags.check_key(key)
        check_tags(record)
    checks: list[Check] = []
    found = before(record, data, table, key, given, checks)
    if found is not Agreement.MATCHES and found is not Agreement.RECORD_CHANGED:
        return Verification(found, tuple(checks))
    if any(check.name == "settings and seed" and check.agrees is False for check in checks):
        return Verification(found, tuple(checks))
    # A tag knows the table at once; whether a CSV file is it, only the run made again can tell.
    later = None if any(check.name == HANDED_OUT for check in checks) else table
    after = again(record, data, later, key, given, progress, checks)
    return Verification(found if found is Agreement.RECORD_CHANGED else after, tuple(checks))
