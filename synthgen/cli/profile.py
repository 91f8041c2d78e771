"""The command that describes a table."""

from __future__ import annotations

import typer

from synthgen.cli import words
from synthgen.cli.commands import app
from synthgen.cli.configuration import Configured, say_config, with_schema
from synthgen.cli.failures import ExitCode, check_destinations, guarded


@app.command(cls=Configured, short_help="Describe a table: kinds, classes, groups.")
@guarded
def profile(
    context: typer.Context,
    data: words.Data,
    target: words.Target = None,
    sensitive: words.Sensitive = None,
    reference: words.Reference = None,
    legitimate: words.Legitimate = None,
    predictions: words.Predictions = None,
    schema: words.SchemaFile = None,
    out: words.OutReport = None,
    schema_out: words.SchemaOut = None,
    config: words.ConfigFile = None,
    quiet: words.Quiet = False,
    as_json: words.AsJson = False,
) -> ExitCode:
    """Describe DATA: kinds, classes, who is in it and with which outcome."""
    twin = words.twin_of(out)
    check_destinations([path for path in (data, schema, reference) if path], [out, twin, schema_out])
    say_config(context, quiet)
    import synthgen as sg
    from synthgen.cli import summary

    source, declared = with_schema(context, data, schema, target=target, sensitive_features=sensitive)
    found = sg.profile(
        source,
        target=target,
        sensitive_features=sensitive or None,
        schema=declared,
        reference_population=reference,
        legitimate=legitimate or (),
        predictions=predictions,
    )
    files = []
    if out is not None and twin is not None:
        from synthgen.reporting import bias_html, bias_json
        from synthgen.table.files import write_text

        write_text(bias_html(found), out)
        write_text(bias_json(found), twin)
        files += [out, twin]
    if schema_out is not None:
        found.schema.to_json(schema_out)
        files.append(schema_out)
    if as_json:
        summary.show_json({**found.to_dict(), "files": files})
    elif not quiet:
        hints = [] if out else [summary.hint("Add --out bias.html for the whole report.")]
        summary.show([*summary.profile_parts(found, files), *hints])
    return ExitCode.OK
