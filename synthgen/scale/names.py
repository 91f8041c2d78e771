"""Identifiers of all real rows, so that no synthetic row has one of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from synthgen.generators import Synthesizer
from synthgen.progress import bar
from synthgen.scale.comparing.keys import Alone, KeyFile
from synthgen.scale.scan.hashes import text_hashes
from synthgen.scale.source import Source, frame_of
from synthgen.table.column import Kind
from synthgen.table.encoding import encode
from synthgen.table.schema import Schema


@dataclass(frozen=True)
class RealNames:
    """Hashes of all real identifiers, by column, on the disk.

    A hash of 64 bits may stand for two texts; then a synthetic row is left out for nothing.
    """

    columns: Mapping[str, Alone]

    @classmethod
    def read(
        cls, source: Source, model: Synthesizer, n_rows: int, folder: Path, *, progress: bool = False
    ) -> RealNames:
        """Read, once, the columns of identifiers of which the model makes new ones.

        People's first names and the like, which Faker draws and many share, are nobody's alone and aren't read.

        Parameters
        ----------
        source : Source
        model : Synthesizer
        n_rows : int
        folder : Path
            Where the hashes are kept; 8 bytes a row and column.
        progress : bool
        """
        known = known_names(model, source.arrow.names)
        names = known.names
        if not names:
            return cls({})
        with ExitStack() as stack:
            files = [stack.enter_context(KeyFile(folder, f"names-{place}", n_rows)) for place in range(len(names))]
            for batch in bar(source.batches(names), progress=progress, desc="names"):
                coded = encode(frame_of([batch], source.arrow), known, unseen="extend")
                for name, file in zip(names, files, strict=True):
                    hashes = hashes_of(coded[name])[1]
                    file.add(hashes, np.zeros(len(hashes), dtype=bool))
            return cls({name: file.sorted(n_rows + 1) for name, file in zip(names, files, strict=True)})

    def mark(self) -> str:
        """Give a word that changes when an identifier does."""
        return " ".join(f"{name} {real.mark()}" for name, real in self.columns.items())

    def share(self, made: pd.DataFrame, model: Synthesizer) -> float:
        """Say which share of some synthetic rows has an identifier of a real row, so that as many more are made."""
        known = known_names(model, self.columns)
        if not known.names or made.empty:
            return 0.0
        return float((~self.new(encode(made[list(known.names)], known, unseen="extend"))).mean())

    def new(self, coded: pd.DataFrame) -> NDArray[np.bool_]:
        """Which rows have no identifier of a real row: shape (n_rows,)."""
        out = np.ones(len(coded), dtype=bool)
        for name, real in self.columns.items():
            rows, hashes = hashes_of(coded[name])
            out[rows[real.find(hashes)[0] >= 0]] = False
        return out


def known_names(model: Synthesizer, names: Collection[str]) -> Schema:
    """Columns of identifiers of which no new one may be a real one."""
    alone = {name for entity in model._entities.values() for name in entity["distinct"]}
    columns = [column for column in model.schema_.of(Kind.IDENTIFIER) if column.name in names]
    return Schema(tuple(column for column in columns if column.faker is None or column.name in alone))


def hashes_of(values: pd.Series[Any]) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
    """Rows that have a value, and its hash."""
    rows = np.flatnonzero(values.notna().to_numpy())
    return rows, text_hashes(pa.array(values.to_numpy(dtype=object)[rows], type=pa.string()))
