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
