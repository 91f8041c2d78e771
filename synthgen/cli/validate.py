"""The command that judges a synthetic table from any tool."""

from __future__ import annotations

import typer

from synthgen.cli import words
from synthgen.cli.commands import app, with_progress
from synthgen.cli.configuration import Configured, say_config, with_schema
from synthgen.cli.ending import judged
from synthgen.cli.failures import ExitCode, check_destinations, guarded


@app.command(cls=Configured, short_help="Judge a synthetic table from any tool.")
@guarded
def validate(
    context: typer.Context,
    synthetic: words.SyntheticFile,
    train: words.Train,
    holdout: words.Holdout,
    target: words.Target = None,
    schema: words.SchemaFile = None,
    purpose: words.Purpose = words.PurposeWord.AUGMENT,
    validation: words.Depth = words.DepthWord.STANDARD,
    fewest_holders: words.FewestHolders = None,
    audience: words.Audience = words.AudienceWord.INTERNAL,
    out: words.OutReport = None,
    junit: words.Junit = None,
    seed: words.Seed = None,
    config: words.ConfigFile = None,
    quiet: words.Quiet = False,
    as_json: words.AsJson = False,
) -> ExitCode:
    """Judge a SYNTHETIC table from any tool against the real rows it was made from."""
    twin = words.twin_of(out)
    check_destinations([path for path in (synthetic, train, holdout, schema) if path], [out, twin, junit])
    say_config(context, quiet)
    import synthgen as sg
    from synthgen.cli import documents, summary

    source, declared = with_schema(context, train, schema, target=target)
    report = sg.validate(
        synthetic,
        train=source,
        holdout=holdout,
        target=target,
        schema=declared,
        purpose=str(purpose),
        validation=str(validation),
        gate=words.read_gate(words.GateWord.DEFAULT, fewest_holders) if fewest_holders is not None else None,
        random_state=seed,
        progress=with_progress(quiet),
    )
    outside = audience is words.AudienceWord.SHAREABLE
    files = []
    if out is not None and twin is not None:
        from synthgen.reporting import fidelity_html, fidelity_json, shareable_provenance, shareable_report
        from synthgen.table.files import write_text

        shown = (shareable_report(report), shareable_provenance({})) if outside else (report, None)
        write_text(fidelity_html(report, audience=str(audience)), out)
        write_text(fidelity_json(*shown), twin)
        files += [out, twin]
    if junit is not None:
        from synthgen.cli.junit import junit_xml
        from synthgen.reporting import shareable_report
        from synthgen.table.files import write_text

        write_text(junit_xml((shareable_report(report) if outside else report).verdict), junit)
        files.append(junit)
    if as_json:
        summary.show_json({**documents.report_document(report), "files": files})
    elif not quiet:
        hints = [] if out else [summary.hint("Add --out fidelity.html for the whole report.")]
        summary.show([*summary.validation_parts(report, files), *hints])
    return judged(report.verdict)
