"""The command line as a whole: its help, its version, how it starts."""

from __future__ import annotations

import io
import os
import sys
import warnings
from pathlib import Path
from typing import Annotated

import typer

from synthgen.cli.failures import ExitCode, explain, one_line, say_as_it_is

_EPILOG = """\b
Examples:
  synthgen demo
  synthgen init cards.csv --target Class
  synthgen synthesize
  synthgen profile cards.csv --target Class --out bias.html
  synthgen synthesize cards.csv --target Class --out balanced.csv --seed 0
  synthgen synthesize patients.parquet --purpose release --out shareable.parquet
  cat cards.csv | synthgen synthesize - --target Class | head
  synthgen synthesize 'duckdb:///f.db?table=t' --target Class --out 'duckdb:///f.db?table=balanced'
  synthgen validate made.csv --train train.csv --holdout holdout.csv
  synthgen uplift cards.csv --target Class
  synthgen report diff old/fidelity.json new/fidelity.json -o diff.html
  synthgen verify run.json cards.csv --key-file key

\b
Exit codes:
  0    done; also where a reader of the output, such as head, has seen enough and gone
  1    the data can't be used, or a file or a database can't be read or written
  2    the command line or synthgen.toml can't be understood: an option, a generator, a column
  3    the gate withheld the table; the reports say why
  4    the fit would exceed the cap of the privacy ledger
  10+  verify: something doesn't match; see its help
  130  interrupted

\b
'synthgen COMMAND --help' has the options of one command.
"""

app = typer.Typer(
    name="synthgen",
    help="Make synthetic rows for a table, check them, and hand back only what passes.",
    epilog=_EPILOG,
    no_args_is_help=True,
    # Plain help keeps the lines of the examples, and names in brackets, as they are written.
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


# What the library raises for a command line that it can't understand.
_CommandLineError: type[Exception] = typer.BadParameter.__bases__[0]


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import PackageNotFoundError, version

        try:
            number = version("synthgen-tabular")
        except PackageNotFoundError:
            number = "(not installed: run from its source)"
        typer.echo(f"synthgen {number}")
        raise typer.Exit


@app.callback()
def _start(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Make synthetic rows for a table, check them, and hand back only what passes."""


def main() -> None:
    """Run the command line."""
    if sys.stderr is None:
        # Closed by whoever calls: without it messages would go to standard output, among the rows of a table.
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        # A label that the terminal can't show must not end the run.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    if not sys.warnoptions:
        # Libraries warn programmers, with lines of code; what a user must know is said by the commands.
        warnings.simplefilter("ignore")
    sys.exit(_run())


def _run() -> int:
    try:
        code = typer.main.get_command(app).main(prog_name="synthgen", standalone_mode=False)
    except _CommandLineError as error:
        # It repeats words of the command line: a password must not be shown, nor what a terminal obeys.
        said = str(getattr(error, "message", ""))
        if "Usage:" not in said:
            # What isn't the whole help is one line, whatever words it repeats.
            error.message = one_line(said)  # type: ignore[attr-defined]
        shown = io.StringIO()
        error.show(file=shown)  # type: ignore[attr-defined]
        # Whoever looks for the line that says what is wrong finds it by the same word as in every other failure.
        say_as_it_is(shown.getvalue().rstrip().replace("\nError: ", "\nerror: "))
        return int(ExitCode.USAGE)
    except (typer.Abort, KeyboardInterrupt):
        say_as_it_is("interrupted, nothing written")
        return int(ExitCode.INTERRUPTED)
    except OSError as error:
        # The help or the version has nowhere to go: a disk that is full.
        return int(explain(error))
    return code if isinstance(code, int) else int(ExitCode.OK)


def with_progress(quiet: bool) -> bool:
    """Say whether to draw a bar: never into a log file."""
    return not quiet and sys.stderr.isatty()
