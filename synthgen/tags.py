"""Keyed tags of a run: whoever has the key can tell that tables and record are the same, and nobody else can.

A plain hash of a small table gives it away: guess the table, hash the guess, compare. A tag is an HMAC-SHA-256
(RFC 2104, https://doi.org/10.17487/RFC2104), which nobody can compute or check without the key.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from synthgen.errors import FileError, UsageError
from synthgen.table.content import content

ALGORITHM = "HMAC-SHA-256"
VERSION = 1
MEMBER = "tags"
TABLES = ("source", "synthetic", "table")
SHORTEST = 16
"""Bytes that a key must have: a shorter one can be guessed."""


def check_key(key: object) -> bytes:
    """Take a key as it was given; refuse what can be guessed.

    Raises
    ------
    UsageError
        It isn't bytes or text, or shorter than 16 bytes. The message doesn't show it.
    """
    if isinstance(key, str):
        key = key.encode("utf-8", "surrogatepass")
    if not isinstance(key, (bytes, bytearray)):
        raise UsageError(f"The key must be bytes or text; got {type(key).__name__}.")
    if len(key) < SHORTEST:
        raise UsageError(
            f"The key has {len(key)} bytes, and can be guessed; it needs {SHORTEST} or more. Make one with "
            "'openssl rand -hex 32', and keep it apart from the reports."
        )
    return bytes(key)


def read_key(path: str | Path) -> bytes:
    """Read a key from a file; a line's end at its end isn't part of it.

    Raises
    ------
    FileError
        The file can't be read.
    UsageError
        The key is empty or too short.
    """
    path = Path(path)
    try:
        found = path.read_bytes()
    except OSError as error:
        raise FileError(f"The key file {str(path)!r} can't be read: {error.strerror}. Check the path.") from None
    return check_key(found.rstrip(b"\r\n"))


def key_tag(key: bytes) -> str:
    """Tag that says only which key it was."""
    return _tag(key, "key", ())


def table_tag(key: bytes, frame: pd.DataFrame) -> str:
    """Tag of a table's names and values, however they are stored."""
    return _tag(key, "table", content(frame))


def text_tag(key: bytes, what: str, value: object) -> str:
    """Tag of plain values, however the JSON is laid out."""
    written = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return _tag(key, what, (written.encode(),))


def same(one: object, other: str) -> bool:
    """Compare two tags in a time that doesn't tell where they differ."""
    return isinstance(one, str) and hmac.compare_digest(one.encode("utf-8", "replace"), other.encode())


def tagged(record: Mapping[str, Any], key: bytes, tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Give the record of a run with its tags.

    Parameters
    ----------
    record : mapping
        What run.json holds.
    key : bytes
    tables : mapping of str to pandas.DataFrame
        ``source``, ``synthetic`` and ``table``.

    Returns
    -------
    dict
    """
    bare = {name: value for name, value in record.items() if name != MEMBER}
    tags = {
        "algorithm": ALGORITHM,
        "version": VERSION,
        "key": key_tag(key),
        **{name: table_tag(key, tables[name]) for name in TABLES},
        **record_tags(bare, key),
    }
    return {**bare, MEMBER: tags}


def record_tags(record: Mapping[str, Any], key: bytes) -> dict[str, str]:
    """Tags of what was asked for, seed and versions among it, and of the whole record without its tags."""
    bare = {name: value for name, value in record.items() if name != MEMBER}
    provenance = bare.get("provenance")
    asked = provenance.get("request") if isinstance(provenance, Mapping) else None
    return {"request": text_tag(key, "request", asked), "record": text_tag(key, "record", bare)}


def _tag(key: bytes, what: str, parts: Iterable[bytes]) -> str:
    made = hmac.new(key, f"synthgen {VERSION} {what}\n".encode(), hashlib.sha256)
    for part in parts:
        made.update(part)
    return made.hexdigest()
