"""verify(): whether a recorded run gives the same rows and the same verdict when it is made again."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from inspect import signature
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from synthgen import tags
from synthgen.api import synthesize
from synthgen.errors import FileError, SynthgenError, UsageError
from synthgen.generators import Synthesizer
from synthgen.provenance import versions_now
from synthgen.reporting.run_document import VERSION
from synthgen.reporting.twin import read_json
from synthgen.request import read_request
from synthgen.table import Schema, to_pandas, write_file
from synthgen.table.content import content
from synthgen.table.files import read_file
from synthgen.validation import Gate

if TYPE_CHECKING:
    from synthgen.result import SynthesisResult

PASSING = ("created", "seconds")
"""What differs from one run to the next, and says nothing about it."""

HANDED_OUT = "table handed out"
NOT_THE_TABLE = "It isn't the table that the run made."


class Agreement(StrEnum):
    """What a verification comes to."""

    MATCHES = "matches"
    WRONG_KEY = "wrong key"
    RECORD_CHANGED = "record changed"
    OTHER_SOURCE = "other source"
    OTHER_VERSIONS = "other versions"
    NOT_REPEATABLE = "not repeatable"
    OTHER_RESULT = "other result"


@dataclass(frozen=True)
class Check:
    """One thing that was compared.

    Parameters
    ----------
    name : str
    agrees : bool or None
        None: it could not be compared.
    words : str
    """

    name: str
    agrees: bool | None
    words: str


@dataclass(frozen=True)
class Verification:
    """What matched, what didn't, and what could not be compared.

    Attributes
    ----------
    outcome : Agreement
        The first thing that is wrong, in the order in which they are looked at, or MATCHES.
    checks : tuple of Check
    """

    outcome: Agreement
    checks: tuple[Check, ...]

    @property
    def matches(self) -> bool:
        """Whether everything that was compared is the same."""
        return self.outcome is Agreement.MATCHES

    def __str__(self) -> str:
        signs = {True: "same", False: "DIFFERS", None: "not compared"}
        return "\n".join([f"{self.outcome}", *(f"- {c.name}: {signs[c.agrees]}. {c.words}" for c in self.checks)])


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
    record = _record(run)
    given = {"schema": schema, "generator": generator, "gate": gate}
    given = {name: value for name, value in given.items() if value is not None}
    if key is not None:
        key = tags.check_key(key)
        _check_tags(record)
    checks: list[Check] = []
    found = _before(record, data, table, key, given, checks)
    if found is not Agreement.MATCHES and found is not Agreement.RECORD_CHANGED:
        return Verification(found, tuple(checks))
    if any(check.name == "settings and seed" and check.agrees is False for check in checks):
        return Verification(found, tuple(checks))
    # A tag knows the table at once; whether a CSV file is it, only the run made again can tell.
    later = None if any(check.name == HANDED_OUT for check in checks) else table
    after = _again(record, data, later, key, given, progress, checks)
    return Verification(found if found is Agreement.RECORD_CHANGED else after, tuple(checks))


def _record(run: str | Path | Mapping[str, Any]) -> Mapping[str, Any]:
    record = run if isinstance(run, Mapping) else read_json(Path(run))
    name = "The record" if isinstance(run, Mapping) else repr(str(run))
    if not isinstance(record, Mapping) or "synthgen_run" not in record:
        raise FileError(f"{name} isn't the record of a synthgen run. Name the run.json beside the reports.")
    if record["synthgen_run"] != VERSION or isinstance(record["synthgen_run"], bool):
        raise FileError(
            f"{name} has another version of its format; this synthgen reads version {VERSION}. Use the synthgen that "
            "wrote it."
        )
    provenance = record.get("provenance")
    request = provenance.get("request") if isinstance(provenance, Mapping) else None
    lists = [request.get("given"), request.get("obstacles")] if isinstance(request, Mapping) else [None]
    if not all(isinstance(held, list) and all(isinstance(item, str) for item in held) for held in lists):
        raise FileError(f"{name} doesn't say what was asked for, so the run can't be made again. Make it anew.")
    return record


def _check_tags(record: Mapping[str, Any]) -> None:
    held = record.get(tags.MEMBER)
    if not isinstance(held, Mapping):
        raise UsageError(
            "The record holds no tags: it was written without a key. Leave the key out to compare counts, verdict and "
            "figures, or make the run anew with a key."
        )
    if held.get("algorithm") != tags.ALGORITHM or held.get("version") != tags.VERSION:
        raise FileError("The record's tags are of another algorithm or version. Use the synthgen that wrote them.")


def _before(
    record: Mapping[str, Any], data: Any, table: Any, key: bytes | None, given: Mapping[str, Any], checks: list[Check]
) -> Agreement:
    """Compare what can be compared without a run; give what is wrong first."""
    changed = False
    if key is not None:
        held = record[tags.MEMBER]
        if not tags.same(held.get("key"), tags.key_tag(key)):
            checks.append(Check("key", False, "The tags were made with another key; nothing else can be said."))
            return Agreement.WRONG_KEY
        checks.append(Check("key", True, "The tags were made with this key."))
        changed = _check_record(record, key, checks)
        if not _check_source(record, data, key, checks):
            return Agreement.RECORD_CHANGED if changed else Agreement.OTHER_SOURCE
        if table is not None and not _check_table(held, table, key, checks):
            return Agreement.RECORD_CHANGED if changed else Agreement.OTHER_RESULT
    else:
        checks.append(Check("source and rows", None, "Without the key, tables can't be compared with the record."))
    differing = _other_versions(record["provenance"])
    if differing:
        words = "; ".join(f"{name} {one} then, {two} now" for name, one, two in differing)
        checks.append(Check("versions", False, f"The run was not made again: {words}."))
        return Agreement.OTHER_VERSIONS
    checks.append(Check("versions", True, "synthgen and the libraries have the versions of the run."))
    request = record["provenance"]["request"]
    lacking = [name for name in request["given"] if name not in given]
    obstacles = list(request["obstacles"])
    obstacles += [f"hand in the {name} that the run was given: the record doesn't hold it" for name in lacking]
    if obstacles:
        checks.append(Check("run", None, f"It can't be made again: {'; '.join(obstacles)}."))
        return Agreement.NOT_REPEATABLE
    return Agreement.RECORD_CHANGED if changed else Agreement.MATCHES


def _check_record(record: Mapping[str, Any], key: bytes, checks: list[Check]) -> bool:
    held, fresh = record[tags.MEMBER], tags.record_tags(record, key)
    asked = tags.same(held.get("request"), fresh["request"])
    checks.append(
        Check(
            "settings and seed", asked,
            "They are those of the run." if asked else "They were changed after the record was written.",
        )
    )  # fmt: skip
    whole = tags.same(held.get("record"), fresh["record"])
    if whole:
        words = "Nothing in it was changed."
    elif asked:
        words = "Something other than settings and seed was changed after it was written."
    else:
        words = "It was changed after it was written."
    checks.append(Check("record", whole, words))
    return not whole


def _check_source(record: Mapping[str, Any], data: Any, key: bytes, checks: list[Check]) -> bool:
    frame, _ = to_pandas(data)
    held = record[tags.MEMBER]
    if tags.same(held.get("source"), tags.table_tag(key, frame)):
        checks.append(Check("source table", True, f"{len(frame):,} rows, every value in its place."))
        return True
    rows = _rows(record, "real")
    if rows is not None and rows != len(frame):
        words = f"The run had {rows:,} rows, this table has {len(frame):,}."
    else:
        words = "As many rows, but a column, a value or the order differs, or a value is stored as another kind."
    checks.append(Check("source table", False, words))
    return False


def _check_table(held: Mapping[str, Any], table: Any, key: bytes, checks: list[Check]) -> bool:
    frame, _ = to_pandas(table, name="table")
    agrees = tags.same(held.get("table"), tags.table_tag(key, frame))
    if not agrees and _as_text(table):
        return True
    checks.append(Check(HANDED_OUT, agrees, "It is the table of the run." if agrees else NOT_THE_TABLE))
    return agrees


def _as_text(table: Any) -> bool:
    """Whether a table is a file that holds texts only, so that its dates, say, aren't those of the run."""
    return isinstance(table, (str, Path)) and str(table).lower().endswith((".csv", ".csv.gz", ".tsv"))


def _check_written(result: SynthesisResult, table: Any, checks: list[Check]) -> None:
    """Compare a table with what the run gives now, written and read as the table was."""
    frame, _ = to_pandas(table, name="table")
    made = result._table
    with TemporaryDirectory() as folder:
        if _as_text(table):
            path = Path(folder, "table" + "".join(Path(table).suffixes[-2:]).lower())
            write_file(made, path)
            made = read_file(path)
    agrees = b"".join(content(frame)) == b"".join(content(made))
    checks.append(Check(HANDED_OUT, agrees, "It is what the run gives." if agrees else NOT_THE_TABLE))


def _rows(record: Mapping[str, Any], which: str) -> int | None:
    counts = record["provenance"].get("counts")
    rows = counts.get(which) if isinstance(counts, Mapping) else None
    return rows if isinstance(rows, int) else None


def _other_versions(provenance: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    libraries = provenance.get("libraries")
    then = {"synthgen": provenance.get("version"), **(libraries if isinstance(libraries, Mapping) else {})}
    now = versions_now()
    return [(name, str(then.get(name, "unknown")), now[name]) for name in now if then.get(name) != now[name]]


def _again(
    record: Mapping[str, Any],
    data: Any,
    table: Any,
    key: bytes | None,
    given: Mapping[str, Any],
    progress: bool,
    checks: list[Check],
) -> Agreement:
    """Make the run again and compare what it gives."""
    arguments = read_request(record["provenance"]["request"], given)
    if not set(arguments) <= set(signature(synthesize).parameters):
        raise FileError("The record asks for what this synthgen doesn't know. Use the synthgen that wrote it.")
    try:
        result = synthesize(data, **arguments, progress=progress)
    except SynthgenError as error:
        checks.append(Check("run", False, f"It can't be made again with this table: {error}"))
        return Agreement.OTHER_SOURCE
    fresh = result.record(key=key)
    if table is not None:
        _check_written(result, table, checks)
    if key is not None:
        for name, title in (("synthetic", "synthetic rows"), ("table", "whole table")):
            agrees = tags.same(record[tags.MEMBER].get(name), fresh[tags.MEMBER][name])
            words = "The same, value for value." if agrees else "The run gives other rows now."
            checks.append(Check(title, agrees, words))
    _compare(record, fresh, checks)
    made = ("synthetic rows", "whole table", "row counts", "verdict", "figures", "rest", HANDED_OUT)
    differ = any(check.agrees is False and check.name in made for check in checks)
    return Agreement.OTHER_RESULT if differ else Agreement.MATCHES


def _compare(record: Mapping[str, Any], fresh: Mapping[str, Any], checks: list[Check]) -> None:
    old, new = record["provenance"].get("counts"), fresh["provenance"]["counts"]
    agrees = _alike(old, new)
    words = f"{new['accepted']:,} synthetic rows of {new['drawn']:,} drawn." if agrees else "Other numbers of rows now."
    checks.append(Check("row counts", agrees, words))
    one, two = record.get("verdict"), fresh["verdict"]
    agrees = _alike(one, two)
    if agrees:
        words = f"{two['outcome']}: {two['words']}, with the same findings."
    else:
        was = one.get("outcome") if isinstance(one, Mapping) else "unknown"
        also = "with other findings" if was == two["outcome"] else f"not {was}"
        words = f"The run gives {two['outcome']} now, {also}."
    checks.append(Check("verdict", agrees, words))
    agrees = _alike(record.get("measurements"), fresh["measurements"])
    words = f"{len(fresh['measurements']):,} measurements." if agrees else "Some measurements are other now."
    checks.append(Check("figures", agrees, words))
    done = {"provenance", "verdict", "measurements", tags.MEMBER}
    rest = sorted(name for name in fresh if name not in done and not _alike(record.get(name), fresh[name]))
    rest += [
        f"provenance: {name}" for name, value in fresh["provenance"].items()
        if name not in {*PASSING, "counts", "request"} and not _alike(record["provenance"].get(name), value)
    ]  # fmt: skip
    words = f"Other now: {', '.join(rest)}." if rest else "Generator, columns, classes and groups."
    checks.append(Check("rest", not rest, words))


def _alike(one: Any, two: Any) -> bool:
    """Whether plain values are equal; floats to nine digits."""
    if isinstance(one, Mapping) and isinstance(two, Mapping):
        return set(one) == set(two) and all(_alike(one[name], two[name]) for name in two)
    if isinstance(one, list) and isinstance(two, list):
        return len(one) == len(two) and all(map(_alike, one, two))
    if isinstance(one, float) or isinstance(two, float):
        numbers = all(isinstance(item, (int, float)) and not isinstance(item, bool) for item in (one, two))
        return numbers and math.isclose(one, two, rel_tol=1e-9, abs_tol=1e-12)
    return type(one) is type(two) and bool(one == two)
