"""The command that says what a differentially private fit will keep, before it is made."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from synthgen.cli import privacy_words, words
from synthgen.cli.commands import app
from synthgen.cli.failures import ExitCode, guarded

PreviewOptions: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--option", metavar="KEY=VALUE", help="A setting of dp_marginals, such as schema_share=0.2. Repeatable."
    ),
]


@app.command("preview-dp", short_help="Say what a differentially private fit would keep.")
@guarded
def preview_dp(
    schema: Annotated[Path, typer.Argument(metavar="SCHEMA", help="A file that says what is public, as --schema.")],
    rows: Annotated[int, typer.Option("--rows", help="About how many rows there are; say what is public.")],
    epsilon: Annotated[float, typer.Option(help="Privacy budget.")] = 1.0,
    delta: privacy_words.Delta = None,
    target: Annotated[str | None, typer.Option(metavar="COLUMN", help="The column to predict.")] = None,
    class_share: Annotated[float | None, typer.Option(help="Share of a rare class: can it be learnt?")] = None,
    option: PreviewOptions = None,
    quiet: words.Quiet = False,
    as_json: words.AsJson = False,
) -> ExitCode:
    """Say what error to expect of --generator dp_marginals on a table of this SCHEMA, and what would help.

    No table is read.
    """
    from synthgen.cli import summary
    from synthgen.planning.dp_preview import preview_dp as preview
    from synthgen.table import Schema

    found = preview(
        Schema.from_json(schema), rows, epsilon, delta, target=target, class_share=class_share,
        generator_options=words.read_options(option),
    )  # fmt: skip
    if as_json:
        summary.show_json(found.to_dict())
    elif not quiet:
        summary.show(summary.preview_parts(found))
    return ExitCode.OK
