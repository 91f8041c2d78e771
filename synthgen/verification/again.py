"""The run made again, and compared with its record."""

from __future__ import annotations

import math
from collections.abc import Mapping
from inspect import signature
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from synthgen import tags
from synthgen.api import synthesize
from synthgen.errors import FileError, SynthgenError
from synthgen.request import read_request
from synthgen.result import SynthesisResult
from synthgen.reviewing import read_log
from synthgen.table import to_pandas, write_file
from synthgen.table.content import content
from synthgen.table.files import read_file
from synthgen.verification.before import as_text
from synthgen.verification.outcome import HANDED_OUT, NOT_THE_TABLE, Agreement, Check

FIGURES_ALIKE = 1e-4
"""Figures are compared to four digits, a page shows three; rows are compared to the last."""

PASSING = ("created", "seconds")
"""What differs from one run to the next, and says nothing about it."""


def again(
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
    if not isinstance(result, SynthesisResult):
        raise FileError("The record is of a run on a table in memory. Give that table, or a file of it.")
    result = _reviewed(result, record["provenance"])
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


def _reviewed(result: SynthesisResult, provenance: Mapping[str, Any]) -> SynthesisResult:
    """Leave out the rows that people refused, by their positions in the record."""
    reviews = provenance.get("reviews") or []
    if not isinstance(reviews, list):
        raise FileError("The record's logs of reviews aren't whole. Use a run.json as synthgen wrote it.")
    for log in reviews:
        result = result._without(read_log(log, len(result._made)))
    return result.awaiting_review() if provenance.get("awaits_review") else result


def _check_written(result: SynthesisResult, table: Any, checks: list[Check]) -> None:
    """Compare a table with what the run gives now, written and read as the table was."""
    frame, _ = to_pandas(table, name="table")
    made = result._table
    with TemporaryDirectory() as folder:
        if as_text(table):
            path = Path(folder, "table" + "".join(Path(table).suffixes[-2:]).lower())
            write_file(made, path)
            made = read_file(path)
    agrees = b"".join(content(frame)) == b"".join(content(made))
    checks.append(Check(HANDED_OUT, agrees, "It is what the run gives." if agrees else NOT_THE_TABLE))


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
    """Whether plain values are equal; figures nearly, as cores that share a sum add it up in any order."""
    if isinstance(one, Mapping) and isinstance(two, Mapping):
        return set(one) == set(two) and all(_alike(one[name], two[name]) for name in two)
    if isinstance(one, list) and isinstance(two, list):
        return len(one) == len(two) and all(map(_alike, one, two))
    if isinstance(one, float) or isinstance(two, float):
        numbers = all(isinstance(item, (int, float)) and not isinstance(item, bool) for item in (one, two))
        return numbers and math.isclose(one, two, rel_tol=FIGURES_ALIKE, abs_tol=FIGURES_ALIKE / 10)
    return type(one) is type(two) and bool(one == two)
