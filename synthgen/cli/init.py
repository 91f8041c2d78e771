"""The command that writes a file of settings to edit."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

from synthgen.cli import words
from synthgen.cli.commands import app
from synthgen.cli.config_file import FILE_NAME
from synthgen.cli.failures import ExitCode, check_destinations, guarded
from synthgen.cli.places import default_out
from synthgen.errors import FileError, UsageError


@app.command(short_help="Write synthgen.toml, settings to edit.")
@guarded
def init(
    data: words.Data,
    target: words.Target = None,
    out: words.OutConfig = Path("synthgen.toml"),
    force: words.Force = False,
    quiet: words.Quiet = False,
    as_json: words.AsJson = False,
) -> ExitCode:
    """Write a file of settings for DATA, with what the table suggests as comments, to edit.

    The other commands read it where no DATA is named. It holds no label and no extreme that fewer than ten people have.
    """
    from synthgen.table.sources import is_pipe, is_url, read_address

    if is_pipe(data):
        raise UsageError("init needs a table that can be read again; name a file or a database, not a pipe.")
    if is_url(str(data)) and read_address(data).secrets:
        raise UsageError("init writes no password into a file. Leave it out of the URL, and let the database find it.")
    if any("\ud800" <= char <= "\udfff" for char in str(data)):
        raise FileError("The name of DATA isn't UTF-8, and settings can hold no other. Rename the file.")
    check_destinations([data], [out])
    if out.exists() and not force:
        raise FileError(f"{out} is there already. Name another file with --out, or write over it with --force.")
    from synthgen.cli import summary
    from synthgen.cli.config_template import summary_lines, template
    from synthgen.cli.suggestions import suggest
    from synthgen.table.files import write_text

    found = suggest(data, target)
    if isinstance(data, Path):
        named = Path(os.path.relpath(data, out.parent)).as_posix()
        result = Path(default_out(Path(named))).as_posix()
    else:
        named, result = data, "synthgen.parquet"
    write_text(template(found, named, result), out)
    lines = summary_lines(found)
    if as_json:
        summary.show_json({"files": [out], "target": found.target_guess or found.target,
                           "sensitive": found.sensitive_guess, "subject": found.subject_guess,
                           "suggestions": lines})  # fmt: skip
    elif not quiet:
        # Only a file of the usual name, here, is read without being named.
        named_there = "" if out == Path(FILE_NAME) else f" --config {shlex.quote(str(out))}"
        summary.show([*summary.suggestion_parts(lines), *summary.files_parts([out]),
                      summary.hint(f"Edit it, then: synthgen synthesize{named_there}")])  # fmt: skip
    return ExitCode.OK
