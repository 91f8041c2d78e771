"""What binds a sheet to the rows that it shows: keyed digests, and the key, drawn anew for each sheet.

A plain hash of a small table could be looked up. With a key of its own for each sheet no two sheets have a digest in
common, and a digest says nothing to someone who hasn't the whole table.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from synthgen.table.content import content

WORD = "synthgen-review-1"
_TOKEN = re.compile(rf"{WORD}:([0-9a-f]{{32}}):([0-9a-f]{{32}}):([0-9a-f]{{32}}):(\d{{1,6}})")

Line = tuple[int, int, str]
"""Number of a line, position of its row, and its group."""


@dataclass(frozen=True)
class Binding:
    """Digests of the rows of a run, and of which of them are on the sheet.

    Parameters
    ----------
    nonce : str
        The key, random for each sheet.
    run, lines : str
        HMAC-SHA-256 (RFC 2104, https://doi.org/10.17487/RFC2104), its first 128 bits, of all synthetic rows, and of the
        numbers, positions and groups on the sheet.
    n : int
        Lines of the sheet.
    """

    nonce: str
    run: str
    lines: str
    n: int

    @classmethod
    def of(cls, synthetic: pd.DataFrame, lines: Sequence[Line]) -> Binding:
        """Bind a new sheet."""
        nonce = secrets.token_hex(16)
        return cls(nonce, run_digest(nonce, synthetic), lines_digest(nonce, lines), len(lines))

    @classmethod
    def read(cls, text: str) -> Binding | None:
        """Read what :meth:`__str__` wrote; None if it is something else."""
        found = _TOKEN.fullmatch(text)
        return None if found is None else cls(found[1], found[2], found[3], int(found[4]))

    def is_of(self, synthetic: pd.DataFrame) -> bool:
        """Whether the sheet was made of these rows."""
        return hmac.compare_digest(self.run, run_digest(self.nonce, synthetic))

    def has(self, lines: Sequence[Line]) -> bool:
        """Whether these are the lines of the sheet."""
        return hmac.compare_digest(self.lines, lines_digest(self.nonce, lines))

    def __str__(self) -> str:
        return f"{WORD}:{self.nonce}:{self.run}:{self.lines}:{self.n}"


def run_digest(nonce: str, synthetic: pd.DataFrame) -> str:
    """Digest of all synthetic rows, in order, however they are stored."""
    return _digest(nonce, "rows", content(synthetic))


def lines_digest(nonce: str, lines: Sequence[Line]) -> str:
    """Digest of which rows are on a sheet, and why."""
    return _digest(nonce, "lines", [json.dumps(sorted(lines)).encode()])


def decisions_digest(nonce: str, decisions: Sequence[tuple[int, str, str, str]]) -> str:
    """Digest of a sheet that came back: row, decision, comment and reviewer of each line."""
    return _digest(nonce, "decisions", [json.dumps(sorted(decisions)).encode()])


def _digest(nonce: str, what: str, parts: Iterable[bytes]) -> str:
    made = hmac.new(bytes.fromhex(nonce), f"{WORD} {what}\n".encode(), hashlib.sha256)
    for part in parts:
        made.update(part)
    return made.hexdigest()[:32]
