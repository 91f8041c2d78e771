"""The commands: words in, one call of the API, a summary out."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from synthgen.cli import words
from synthgen.cli.failures import ExitCode, check_destinations, guarded, made, say
from synthgen.cli.schema_file import read_schema

if TYPE_CHECKING:
    from synthgen.result import SynthesisResult
    from synthgen.validation.verdict import Verdict

_EPILOG = """\b
Examples:
  synthgen demo
  synthgen profile cards.csv --target Class --out bias.html
  synthgen synthesize cards.csv --target Class --out balanced.csv --seed 0
  synthgen synthesize patients.parquet --purpose release --out shareable.parquet
  synthgen validate made.csv --train train.csv --holdout holdout.csv
  synthgen uplift cards.csv --target Class
  synthgen report diff old/fidelity.json new/fidelity.json -o diff.html
  synthgen verify run.json cards.csv --key-file key

\b
Exit codes:
  0    done
  1    the data can't be used, or a file can't be read or written
  2    the command line can't be understood: an option, a generator, a column
  3    the gate withheld the table; the reports say why
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


class _WithGenerators(TyperCommand):
    """Names the generators in the help text: asked for, they are worth a second of imports."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        for parameter in self.params:
            if parameter.name == "generator":
                names = ", ".join(["auto", *words.generator_names()])
                parameter.help = f"How rows are made: {names}."  # type: ignore[attr-defined]
        super().format_help(ctx, formatter)


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


@app.command(short_help="Balance the payments that come with synthgen.")
@guarded
def demo(
    out: words.DemoFolder = Path("synthgen-demo"),
    seed: words.Seed = 0,
) -> ExitCode:
    """Balance the card payments that come with synthgen, check them, and write table and reports."""
    import synthgen as sg

    table = out / "balanced.parquet"
    check_destinations([], [], out)
    say("Card payments, 492 of them frauds: profiling, making synthetic frauds, checking, merging.")
    payments = sg.datasets.load_fraud()
    with made(out):
        result = sg.synthesize(payments, target="Class", out=table, random_state=seed, progress=with_progress(False))
        return _finish(result, table, out, next_step=f"Open {out / 'fidelity.html'} in a browser.")


@app.command(cls=_WithGenerators, short_help="Make rows for a table, check them, merge them.")
@guarded
def synthesize(
    data: words.Data,
    target: words.Target = None,
    out: words.OutTable = None,
    reports: words.Reports = None,
    purpose: words.Purpose = words.PurposeWord.AUGMENT,
    generator: words.Generator = "auto",
    option: words.Options = None,
    sampling_strategy: words.Strategy = "auto",
    n_samples: words.Samples = None,
    condition: words.Conditions = None,
    schema: words.SchemaFile = None,
    sensitive: words.Sensitive = None,
    fairness: words.Fairness = None,
    subject: words.Subject = None,
    holdout: words.HoldoutShare = 0.2,
    validation: words.Validation = words.ValidationWord.STANDARD,
    gate: words.Gate = words.GateWord.DEFAULT,
    fewest_holders: words.FewestHolders = None,
    audience: words.Audience = words.AudienceWord.INTERNAL,
    seed: words.Seed = None,
    key_file: words.KeyFile = None,
    quiet: words.Quiet = False,
    as_json: words.AsJson = False,
) -> ExitCode:
    """Make synthetic rows for DATA, check them, and write the table with its reports.

    The table is written only if the gate lets it through; the reports are always written.
    """
    from synthgen.table.files import check_ending

    check_ending(data)
    table = out or words.default_out(data)
    folder = reports or words.default_reports(table)
    check_destinations([path for path in (data, schema, key_file) if path], [table], folder)
    key = words.read_key(key_file)
    settings: dict[str, Any] = {
        "generator_options": words.read_options(option),
        "sampling_strategy": words.read_strategy(sampling_strategy),
        "conditions": words.read_conditions(condition),
        "fairness": words.read_fairness(fairness),
    }
    import synthgen as sg

    result = sg.synthesize(
        data,
        target=target,
        purpose=str(purpose),
        generator=generator,
        n_samples=n_samples,
        schema=read_schema(schema),
        sensitive_features=sensitive or None,
        subject=subject,
        holdout=holdout,
        validation=str(validation),
        gate=words.read_gate(gate, fewest_holders),
        out=table,
        random_state=seed,
        progress=with_progress(quiet),
        **settings,
    )
    return _finish(result, table, folder, audience=str(audience), key=key, quiet=quiet, as_json=as_json)


@app.command(short_help="Describe a table: kinds, classes, groups.")
@guarded
def profile(
    data: words.Data,
    target: words.Target = None,
    sensitive: words.Sensitive = None,
    reference: words.Reference = None,
    legitimate: words.Legitimate = None,
    predictions: words.Predictions = None,
    schema: words.SchemaFile = None,
    out: words.OutReport = None,
    schema_out: words.SchemaOut = None,
    as_json: words.AsJson = False,
) -> ExitCode:
    """Describe DATA: kinds, classes, who is in it and with which outcome."""
    check_destinations([path for path in (data, schema, reference) if path], [out, schema_out])
    import synthgen as sg
    from synthgen.cli import summary

    found = sg.profile(
        data,
        target=target,
        sensitive_features=sensitive or None,
        schema=read_schema(schema),
        reference_population=reference,
        legitimate=legitimate or (),
        predictions=predictions,
    )
    files = []
    if out is not None:
        from synthgen.reporting import bias_html
        from synthgen.table.files import write_text

        write_text(bias_html(found), out)
        files.append(out)
    if schema_out is not None:
        found.schema.to_json(schema_out)
        files.append(schema_out)
    if as_json:
        summary.show_json({**found.to_dict(), "files": files})
    else:
        hints = [] if out else [summary.hint("Add --out bias.html for the whole report.")]
        summary.show([*summary.profile_parts(found, files), *hints])
    return ExitCode.OK


@app.command(short_help="Judge a synthetic table from any tool.")
@guarded
def validate(
    synthetic: words.SyntheticFile,
    train: words.Train,
    holdout: words.Holdout,
    target: words.Target = None,
    schema: words.SchemaFile = None,
    purpose: words.Purpose = words.PurposeWord.AUGMENT,
    validation: words.Validation = words.ValidationWord.STANDARD,
    fewest_holders: words.FewestHolders = None,
    audience: words.Audience = words.AudienceWord.INTERNAL,
    out: words.OutReport = None,
    seed: words.Seed = None,
    quiet: words.Quiet = False,
    as_json: words.AsJson = False,
) -> ExitCode:
    """Judge a SYNTHETIC table from any tool against the real rows it was made from."""
    check_destinations([path for path in (synthetic, train, holdout, schema) if path], [out])
    import synthgen as sg
    from synthgen.cli import summary

    report = sg.validate(
        synthetic,
        train=train,
        holdout=holdout,
        target=target,
        schema=read_schema(schema),
        purpose=str(purpose),
        validation=str(validation),
        gate=words.read_gate(words.GateWord.DEFAULT, fewest_holders) if fewest_holders is not None else None,
        random_state=seed,
        progress=with_progress(quiet),
    )
    files = []
    if out is not None:
        from synthgen.reporting import fidelity_html
        from synthgen.table.files import write_text

        write_text(fidelity_html(report, audience=str(audience)), out)
        files.append(out)
    if as_json:
        summary.show_json({**summary.report_document(report), "files": files})
    elif not quiet:
        hints = [] if out else [summary.hint("Add --out fidelity.html for the whole report.")]
        summary.show(
            [
                *summary.verdict_parts(report.verdict),
                *summary.figure_parts(report),
                *summary.files_parts(files),
                *hints,
            ]
        )
    return _judged(report.verdict)


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        # A label that the terminal can't show must not end the run.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    if not sys.warnoptions:
        # Libraries warn programmers, with lines of code; what a user must know is said by the commands.
        warnings.simplefilter("ignore")
    app(prog_name="synthgen")


def _finish(
    result: SynthesisResult,
    table: Path,
    folder: Path,
    *,
    audience: str = "internal",
    key: bytes | None = None,
    quiet: bool = False,
    as_json: bool = False,
    next_step: str = "",
) -> ExitCode:
    """Write the reports, print the summary and give the exit code."""
    from synthgen.cli import summary

    written = [] if result.withheld else [table]
    try:
        files = [*written, *result.write_reports(folder, audience=audience, key=key)]
        if as_json:
            summary.show_json(
                {
                    "verdict": summary.verdict_document(result.verdict),
                    "rows": summary.row_counts(result),
                    "files": files,
                    "provenance": result.provenance.to_dict(),
                }
            )
        elif not quiet:
            hints = [summary.hint(next_step)] if next_step else []
            summary.show([*summary.synthesis_parts(result, files), *hints])
    except KeyboardInterrupt:
        place = f"{table} is written" if written else "no table was written"
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
    say(f"error: the gate withheld the table ({verdict.outcome}, {verdict.words}). See {folder}.")
    return ExitCode.GATE_FAILED


def with_progress(quiet: bool) -> bool:
    """Say whether to draw a bar: never into a log file."""
    return not quiet and sys.stderr.isatty()


def _warn(verdict: Verdict) -> None:
    if str(verdict.outcome) != "PASS":
        say(f"warning: {verdict.outcome}, {verdict.words}")


def _judged(verdict: Verdict) -> ExitCode:
    """Exit code of a verdict on its own: a release needs PASS, training needs no FAIL."""
    outcome, release = str(verdict.outcome), str(verdict.purpose) == "release"
    if outcome == "FAIL" or (outcome == "INCONCLUSIVE" and release):
        say(f"error: {verdict.outcome}, {verdict.words}.")
        return ExitCode.GATE_FAILED
    _warn(verdict)
    return ExitCode.OK
