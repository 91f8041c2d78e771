"""The commands about evidence that is there: pages from their twins, two compared, a run verified."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from synthgen.cli import words
from synthgen.cli.commands import app, with_progress
from synthgen.cli.failures import ExitCode, check_destinations, guarded, say
from synthgen.cli.schema_file import read_schema

if TYPE_CHECKING:
    from synthgen.verification import Verification

report = typer.Typer(
    name="report",
    help="Pages from the JSON twins of reports: one again, or two compared.",
    short_help="Compare two reports, or make a page from its JSON.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(report)

_VERIFY_EPILOG = """\b
Exit codes:
  0    everything that was compared is the same
  1    a file can't be read, or isn't what it should be
  2    the command line or the key can't be used
  10   the tags were made with another key
  11   run.json was changed after it was written (settings and seed are told apart from the rest)
  12   DATA isn't the table of the run: a cell, a row, a column or their order differs
  13   synthgen or a library has another version; the run was not made again
  14   the run can't be made again: it was given something that run.json doesn't hold
  15   made again, the run gives other rows, figures or another verdict; or TABLE isn't its table
"""


@report.command(short_help="What changed from one report to another.")
@guarded
def diff(
    before: words.Before,
    after: words.After,
    out: words.OutPage,
    quiet: words.Quiet = False,
    as_json: words.AsJson = False,
) -> ExitCode:
    """Write a page with what changed from BEFORE to AFTER. Exit code 0 whatever it is."""
    check_destinations([before, after], [out])
    from synthgen.reporting import diff_html, read_twin
    from synthgen.table.files import write_text

    write_text(diff_html(read_twin(before), read_twin(after)), out)
    return _written(out, quiet, as_json)


@report.command(short_help="A page again, from its JSON twin.")
@guarded
def page(
    twin: words.TwinFile, out: words.OutPage, quiet: words.Quiet = False, as_json: words.AsJson = False
) -> ExitCode:
    """Write the page that TWIN was written beside."""
    check_destinations([twin], [out])
    from synthgen.reporting import page_html, read_twin
    from synthgen.table.files import write_text

    write_text(page_html(read_twin(twin)), out)
    return _written(out, quiet, as_json)


@app.command(short_help="Make a recorded run again and compare.", epilog=_VERIFY_EPILOG)
@guarded
def verify(
    run: words.RunFile,
    data: words.SourceFile,
    table: words.TableOption = None,
    key_file: words.KeyFile = None,
    schema: words.SchemaFile = None,
    quiet: words.Quiet = False,
    as_json: words.AsJson = False,
) -> ExitCode:
    """Make the run of RUN again from DATA, and say what is the same.

    With the key that the run was made with, the rows are compared value for value; without it only counts, verdict and
    figures are.
    """
    import synthgen as sg
    from synthgen.cli import documents, summary

    key = words.read_key(key_file)
    found = sg.verify(
        run,
        data,
        key=key,
        table=table,
        schema=read_schema(schema),
        progress=with_progress(quiet),
    )
    if as_json:
        summary.show_json(documents.verification_document(found))
    elif not quiet:
        summary.show(summary.verification_parts(found))
    return _ended(found, key is not None)


def _written(out: Path, quiet: bool, as_json: bool) -> ExitCode:
    from synthgen.cli import summary

    if as_json:
        summary.show_json({"files": [out]})
    elif not quiet:
        summary.show(summary.files_parts([out]))
    return ExitCode.OK


def _ended(found: Verification, keyed: bool) -> ExitCode:
    """Exit code of a verification, named as its outcome is."""
    if found.matches:
        if not keyed:
            say("warning: without the key the rows themselves were not compared.")
        return ExitCode.OK
    say(f"error: {found.outcome}: {_first(found)}")
    return ExitCode[found.outcome.name]


def _first(found: Verification) -> str:
    """What the first check that doesn't agree says."""
    wrong = [check for check in found.checks if check.agrees is False] or list(found.checks[-1:])
    return f"{wrong[0].name}: {wrong[0].words}"
