"""What a data card says of the table's file."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

ENCODINGS = {
    ".csv.gz": "application/gzip",
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".parquet": "application/x-parquet",
    ".arrow": "application/vnd.apache.arrow.file",
    ".feather": "application/vnd.apache.arrow.file",
    ".ipc": "application/vnd.apache.arrow.file",
}


@dataclass(frozen=True)
class TableFile:
    """The file that a table was written to.

    Parameters
    ----------
    path : Path
    sha256 : str or None
        None where the table holds real rows: a plain hash would let anyone test a guess at them.
    """

    path: Path
    sha256: str | None = None

    @classmethod
    def of(cls, path: str | Path, *, synthetic_only: bool) -> TableFile:
        """Take down a file as it is on disk."""
        path = Path(path)
        if not synthetic_only:
            return cls(path)
        with path.open("rb") as file:
            return cls(path, hashlib.file_digest(file, "sha256").hexdigest())

    @property
    def encoding(self) -> str:
        """The media type that its ending stands for."""
        lower = self.path.name.lower()
        return next((kind for ending, kind in ENCODINGS.items() if lower.endswith(ending)), "application/octet-stream")

    def seen_from(self, folder: Path) -> str:
        """The path from a folder, where the file lies in it or beside it; else the name alone."""
        there, here = self.path.resolve(), folder.resolve()
        if there.parent == here.parent:
            return f"../{there.name}"
        return there.name
