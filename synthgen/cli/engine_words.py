"""The word that says how a table is worked on."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, TypeAlias

import typer


class EngineWord(StrEnum):
    """How a table is worked on."""

    MEMORY = "memory"
    STREAM = "stream"


Engine: TypeAlias = Annotated[
    EngineWord | None,
    typer.Option(
        help="memory: the table is read whole. stream: in pieces, so that it needn't fit in memory; also for a folder "
        "or a quoted pattern of names. Default: stream for more than a million rows."
    ),
]
MostRows: TypeAlias = Annotated[
    int | None,
    typer.Option(
        min=1_000,
        help="With --engine stream: rows that are held, learnt from and judged by at a time. Default: 200,000.",
    ),
]
Workers: TypeAlias = Annotated[
    int | None,
    typer.Option(min=1, help="With --engine stream: processes that make rows. Default: one for each core."),
]
