"""A person's look on the command line: the sheet that a run leaves, and the merge that honours it."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from synthgen.cli import words
from synthgen.cli.commands import app
from synthgen.cli.failures import ExitCode, check_destinations, guarded, say
from synthgen.cli.places import check_json, default_out, stem_of
from synthgen.errors import UsageError

if TYPE_CHECKING:
    from synthgen.result import SynthesisResult
    from synthgen.verification.merge_run import Merged

_EPILOG = """\b
Examples:
  synthgen synthesize cards.csv --target Class --out balanced.csv --review review.csv
  synthgen merge cards.csv --synthetic balanced.synthetic.parquet --run balanced-reports/run.json \\
      --review review.csv --reviewer 'Ada Lovelace' --out balanced.csv

\b
Exit codes:
  0    the table is written, and run.json says who decided
  1    the sheet is of another run, was changed or isn't filled in; or a table isn't that of the run
  2    the command line can't be understood: a review, a reviewer or the key is lacking
  3    the gate withheld the table
"""


@app.command(short_help="Merge a run's rows, once a person has looked.", epilog=_EPILOG)
@guarded
def merge(
    data: words.SourceFile,
    synthetic: words.SyntheticRows,
    run: words.RunOption,
    review: words.ReviewIn = None,
    reviewer: words.Reviewer = None,
    out: words.OutTable = None,
    key_file: words.KeyFile = None,
    quiet: words.Quiet = False,
    as_json: words.AsJson = False,
) -> ExitCode:
    """Merge the real rows of DATA with the synthetic rows of a run, but for those that a person refused.

    The table is written, and run.json and the reports beside it say who decided, when, and how many rows were refused.
    Of a run for release only synthetic rows are written.
    """
    table = out or default_out(data)
    check_destinations([path for path in (data, synthetic, run, review, key_file) if path], [table], run.parent)
    key = words.read_key(key_file)
    from synthgen.table.sources import check_destination, is_pipe, shown, write_table
    from synthgen.verification.merge_run import merge_run

    check_json(as_json, table)
    check_destination(table)
    merged = merge_run(run, data, synthetic, review=review, reviewer=reviewer, key=key)
    write_table(merged.table, table)
    files: list[Path | str] = [shown(table), *_told(merged, run, table)]
    _say(merged, files, quiet, as_json, aside=is_pipe(table))
    return ExitCode.OK


class Waiting(NamedTuple):
    """What a table that waits for a person's look is merged from."""

    data: Path | str
    sheet: Path
    rows: Path
    table: Path
    folder: Path
    key_file: Path | None


def check_review(
    review: Path | None,
    data: Path | str,
    table: Path | str,
    folder: Path | None,
    key_file: Path | None,
    audience: str,
    fairness: Any,
    validation: str,
) -> Waiting | None:
    """Refuse, before any work, what can't be reviewed and merged later; say what is written for it."""
    if review is None:
        return None
    from synthgen.reviewing import check_sheet_path
    from synthgen.table.sources import is_pipe

    check_sheet_path(review)
    if not isinstance(table, Path) or folder is None:
        raise UsageError("--review leaves rows beside the table, so the table must be a file. Name one with --out.")
    if is_pipe(data):
        raise UsageError("--review needs a table that 'synthgen merge' can read again; name a file, not a pipe.")
    if audience != "internal":
        raise UsageError("--review needs --audience internal: 'synthgen merge' reads what shareable reports leave out.")
    if validation == "none":
        raise UsageError(
            "--review compares rows with the real ones, which --validation none leaves out. Leave one of them out."
        )
    if (fairness.get("kind") if isinstance(fairness, dict) else fairness) == "proxies":
        raise UsageError(
            "--review can't be had with --fairness proxies, which changes the real rows too. Use result.reviewed() in "
            "Python."
        )
    return Waiting(data, review, synthetic_file(table), table, folder, key_file)


def synthetic_file(table: Path) -> Path:
    """Name the file of the rows that wait for a review, beside the table.

    >>> str(synthetic_file(Path("out/balanced.csv.gz")))
    'out/balanced.synthetic.parquet'
    """
    return table.parent / f"{stem_of(table)}.synthetic.parquet"


def put_before_a_person(result: SynthesisResult, waiting: Waiting) -> tuple[SynthesisResult, list[Path | str], str]:
    """Write the sheet and the rows that it is about; say what to do next."""
    from synthgen.table.files import write_file
    from synthgen.table.sources import shown

    write_file(result._made, waiting.rows)
    result.review_sheet(waiting.sheet)
    command = ["synthgen", "merge", shown(waiting.data), "--synthetic", waiting.rows]
    command += ["--run", waiting.folder / "run.json", "--review", waiting.sheet, "--reviewer", "NAME"]
    command += ["--out", waiting.table, *(["--key-file", waiting.key_file] if waiting.key_file else [])]
    line = shlex.join(map(str, command))
    words = f"No table is merged yet. Write accept or refuse on each line of {waiting.sheet}, then:\n  {line}"
    return result.awaiting_review(), [waiting.sheet, waiting.rows], words


def _told(merged: Merged, run: Path, table: Path | str) -> list[Path]:
    """Write into the record, and into the reports beside it, what a person decided."""
    import json

    from synthgen.reporting.again import pages_again
    from synthgen.reporting.table_file import TableFile
    from synthgen.table.files import write_text

    provenance = merged.record["provenance"]
    changes = {
        name: provenance[name] for name in ("counts", "warnings", "reviews", "awaits_review") if name in provenance
    }
    release = provenance.get("purpose") == "release"
    file = TableFile.of(table, synthetic_only=release) if isinstance(table, Path) else None
    texts = {run.name: json.dumps(merged.record, indent=2, ensure_ascii=True, allow_nan=False) + "\n"}
    texts |= {name: text for name, text in pages_again(run.parent, changes, file).items()}
    for name, text in texts.items():
        write_text(text, run.parent / name)
    return [run.parent / name for name in texts]


def _say(merged: Merged, files: list[Path | str], quiet: bool, as_json: bool, *, aside: bool) -> None:
    from synthgen.cli import summary

    counts = merged.record["provenance"]["counts"]
    if as_json:
        log = None if merged.log is None else merged.log.to_dict()
        summary.show_json({"rows": counts, "review": log, "files": files})
    elif not quiet:
        said = "No review." if merged.log is None else f"{merged.log.words[0].upper()}{merged.log.words[1:]}."
        rows = f"{len(merged.table):,} rows, {counts['accepted']:,} of them synthetic."
        summary.show([summary.hint(said), summary.hint(rows), *summary.files_parts(files)], aside=aside)
    if merged.log is not None and merged.log.warning:
        say(f"warning: {merged.log.warning}")
    verdict = merged.record["verdict"]
    if verdict["outcome"] != "PASS":
        say(f"warning: {verdict['outcome']}, {verdict['words']}")
