"""The command that judges a synthetic table from any tool."""

from __future__ import annotations

from synthgen.cli import words
from synthgen.cli.commands import app, with_progress
from synthgen.cli.ending import judged
from synthgen.cli.failures import ExitCode, check_destinations, guarded
from synthgen.cli.schema_file import read_schema


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
    twin = words.twin_of(out)
    check_destinations([path for path in (synthetic, train, holdout, schema) if path], [out, twin])
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
    if out is not None and twin is not None:
        from synthgen.reporting import fidelity_html, fidelity_json, shareable_provenance, shareable_report
        from synthgen.table.files import write_text

        outside = audience is words.AudienceWord.SHAREABLE
        shown = (shareable_report(report), shareable_provenance({})) if outside else (report, None)
        write_text(fidelity_html(report, audience=str(audience)), out)
        write_text(fidelity_json(*shown), twin)
        files += [out, twin]
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
