"""What a run leaves: its reports, a summary, and an exit code by its verdict."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from synthgen.cli.failures import ExitCode, say

if TYPE_CHECKING:
    from synthgen.cli.merge import Waiting
    from synthgen.scale.result import Result
    from synthgen.validation.verdict import Verdict


def finish(
    result: Result,
    table: Path | str,
    folder: Path | None,
    *,
    audience: str = "internal",
    key: bytes | None = None,
    quiet: bool = False,
    as_json: bool = False,
    next_step: str = "",
    waiting: Waiting | None = None,
) -> ExitCode:
    """Write the reports, print the summary and give the exit code.

    With ``waiting`` the table isn't written: a person looks first.
    """
    from synthgen.cli import documents, summary
    from synthgen.table.sources import is_pipe, shown

    written: list[Path | str] = [] if result.withheld else [shown(table)]
    if waiting is not None and not result.withheld:
        from synthgen.cli.merge import put_before_a_person
        from synthgen.result import SynthesisResult

        assert isinstance(result, SynthesisResult)

        result, written, next_step = put_before_a_person(result, waiting)
    try:
        files = [*written, *(result.write_reports(folder, audience=audience, key=key) if folder else [])]
        if as_json:
            summary.show_json(
                {
                    "verdict": documents.verdict_document(result.verdict),
                    "rows": documents.row_counts(result),
                    "files": files,
                    "provenance": result.provenance.to_dict(),
                }
            )
        elif not quiet:
            hints = [summary.hint(line) for line in next_step.splitlines()]
            summary.show([*summary.synthesis_parts(result, files), *hints], aside=is_pipe(table))
    except KeyboardInterrupt:
        place = f"{shown(table)} is written" if shown(table) in written else "no table was written"
        raise KeyboardInterrupt(f"interrupted; {place}, the reports in {folder} may be missing") from None
    for warning in result.provenance.warnings:
        say(f"warning: {warning}")
    if not result.withheld:
        _warn(result.verdict)
        return ExitCode.OK
    if quiet:
        # Nothing was printed so far, so the error itself says what was found.
        _ = result.data
    verdict = result.verdict
    see = f" See {folder}." if folder else ""
    say(f"error: the gate withheld the table ({verdict.outcome}, {verdict.words}).{see}")
    return ExitCode.GATE_FAILED


def judged(verdict: Verdict) -> ExitCode:
    """Exit code of a verdict on its own: a release needs PASS, training needs no FAIL."""
    outcome, release = str(verdict.outcome), str(verdict.purpose) == "release"
    if outcome == "FAIL" or (outcome == "INCONCLUSIVE" and release):
        say(f"error: {verdict.outcome}, {verdict.words}.")
        return ExitCode.GATE_FAILED
    _warn(verdict)
    return ExitCode.OK


def _warn(verdict: Verdict) -> None:
    if str(verdict.outcome) != "PASS":
        say(f"warning: {verdict.outcome}, {verdict.words}")
