"""What becomes of a block of synthetic rows: those that give a real row away are left out, and counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from synthgen.scale.comparing import Screen
from synthgen.scale.names import RealNames
from synthgen.scale.source import frame_of
from synthgen.table.encoding import encode
from synthgen.table.schema import Schema
from synthgen.validation.privacy.reasons import Reason

Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Checking:
    """Checks blocks, wherever they are made.

    Attributes
    ----------
    screen : Screen
    names : RealNames
    schema : Schema
    arrow : pyarrow.Schema
        Of the blocks.
    """

    screen: Screen
    names: RealNames
    schema: Schema
    arrow: pa.Schema

    def __call__(self, batch: pa.RecordBatch) -> tuple[pa.RecordBatch, dict[str, Any]]:
        """Give the rows that may be handed out, and a note of what the others met."""
        keep, note = self.kept(self.coded(batch))
        refused = {
            Reason.EXACT_COPY: sum(note["exact"]["seen"]), Reason.NEAR_COPY: sum(note["rounded"]["seen"]),
            Reason.VALUE_REUSE: note["names"], Reason.BROKEN_RULE: note["broken"],
            Reason.RARE_CATEGORY: note["disclosing"],
        }  # fmt: skip
        said = {str(reason): rows for reason, rows in refused.items() if rows}
        return batch.filter(pa.array(keep)), {**note, "kept": int(keep.sum()), "refused": said}

    def coded(self, batch: pa.RecordBatch) -> pd.DataFrame:
        """Rows of a block in canonical values."""
        return encode(frame_of([batch], self.arrow), self.schema, unseen="extend")

    def kept(self, coded: pd.DataFrame) -> tuple[Bools, dict[str, Any]]:
        """Which rows may be handed out, shape (n_rows,), and what the others met."""
        keep, note = self.screen(coded)
        new = self.names.new(coded)
        return keep & new, {**note, "names": int((~new).sum())}
