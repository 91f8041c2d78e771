"""Names of a table's columns, read off the start of its file."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import typer


def column_names(table: str | Path) -> list[str] | None:
    """Names of the columns of a file; None for what isn't a file that can be read, which is said elsewhere.

    Parameters
    ----------
    table : str or Path
        A csv, csv.gz, tsv, parquet, arrow, feather or ipc file.

    Returns
    -------
    list of str or None
    """
    path, name = Path(table), str(table).lower()
    try:
        if not path.is_file():
            return None
        if name.endswith((".csv", ".csv.gz", ".tsv")):
            opened: Callable[..., Any] = gzip.open if name.endswith(".gz") else open
            with opened(path, "rt", encoding="utf-8-sig", newline="") as file:
                return next(csv.reader(file, delimiter="\t" if name.endswith(".tsv") else ","), None)
        if name.endswith(".parquet"):
            import pyarrow.parquet

            return list(pyarrow.parquet.read_schema(path).names)
        if name.endswith((".arrow", ".feather", ".ipc")):
            import pyarrow.ipc

            with path.open("rb") as file:
                start = file.read(6)
                file.seek(0)
                opener = pyarrow.ipc.open_file if start == b"ARROW1" else pyarrow.ipc.open_stream
                return list(opener(file).schema.names)
    except (OSError, ValueError, EOFError, csv.Error):
        # Arrow's errors are ValueErrors or OSErrors; what is wrong with a file, reading it whole says.
        return None
    return None


def column_option(help_text: str, *names: str) -> Any:
    """An option that takes the name of a column, which a shell can complete."""
    return typer.Option(*names, metavar="COLUMN", help=help_text, autocompletion=_columns_named)


def _columns_named(ctx: typer.Context) -> list[str]:
    # The table that the command line names already; an option that still lacks its word leaves the rest unread.
    for table in (ctx.params.get("data"), ctx.params.get("train"), *ctx.args):
        names = column_names(table) if table else None
        if names is not None:
            return names
    return []
