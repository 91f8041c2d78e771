"""The command that judges a synthetic table from any tool."""

from __future__ import annotations

from synthgen.cli import words
from synthgen.cli.commands import app, with_progress
from synthgen.cli.ending import judged
from synthgen.cli.failures import ExitCode, check_destinations, guarded


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
        schema=sg.Schema.from_json(schema) if schema else None,
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
    return judged(report.verdict)
