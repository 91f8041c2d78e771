"""What can be compared without making the run again: key, record, tables, versions."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from synthgen import tags
from synthgen.errors import FileError, UsageError
from synthgen.provenance import versions_now
from synthgen.reporting.run_document import VERSION
from synthgen.reporting.twin import read_json
from synthgen.table import to_pandas
from synthgen.verification.outcome import HANDED_OUT, NOT_THE_TABLE, Agreement, Check


def read_record(run: str | Path | Mapping[str, Any]) -> Mapping[str, Any]:
    """Read the record of a run, and refuse what isn't one."""
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


def check_tags(record: Mapping[str, Any]) -> None:
    """Refuse a key for a record without tags, and tags of another kind."""
    held = record.get(tags.MEMBER)
    if not isinstance(held, Mapping):
        raise UsageError(
            "The record holds no tags: it was written without a key. Leave the key out to compare counts, verdict and "
            "figures, or make the run anew with a key."
        )
    if held.get("algorithm") != tags.ALGORITHM or held.get("version") != tags.VERSION:
        raise FileError("The record's tags are of another algorithm or version. Use the synthgen that wrote them.")


def before(
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
    if not agrees and as_text(table):
        return True
    checks.append(Check(HANDED_OUT, agrees, "It is the table of the run." if agrees else NOT_THE_TABLE))
    return agrees


def as_text(table: Any) -> bool:
    """Whether a table is a file that holds texts only, so that its dates, say, aren't those of the run."""
    return isinstance(table, (str, Path)) and str(table).lower().endswith((".csv", ".csv.gz", ".tsv"))


def _rows(record: Mapping[str, Any], which: str) -> int | None:
    counts = record["provenance"].get("counts")
    rows = counts.get(which) if isinstance(counts, Mapping) else None
    return rows if isinstance(rows, int) else None


def _other_versions(provenance: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    libraries = provenance.get("libraries")
    then = {"synthgen": provenance.get("version"), **(libraries if isinstance(libraries, Mapping) else {})}
    now = versions_now()
    return [(name, str(then.get(name, "unknown")), now[name]) for name in now if then.get(name) != now[name]]
