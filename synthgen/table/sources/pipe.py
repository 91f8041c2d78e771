"""Tables that come by standard input and go to standard output."""

from __future__ import annotations

import contextlib
import gzip
import io
import os
import sys
import zlib
from typing import BinaryIO

import pandas as pd

from synthgen.errors import FileError
from synthgen.table.files import ENDING_OF_MAGIC, SUFFIXES, read_stream, suffix_of, write_stream

WORD = "-"


def is_pipe(text: str) -> bool:
    """Whether a text stands for standard input or output: ``-``, or ``-.parquet`` with the ending of a format.

    >>> is_pipe("-"), is_pipe("-.arrow"), is_pipe("-x.csv")
    (True, True, False)
    """
    return text == WORD or (text.startswith("-.") and text[1:].lower() in SUFFIXES)


def read(word: str, *, as_text: bool = False) -> pd.DataFrame:
    """Read the table on standard input, in the format that its first bytes show if ``word`` names none."""
    stream = getattr(sys.stdin, "buffer", None)
    if stream is None or sys.stdin.closed:
        raise FileError("There is no standard input to read. Name a file.")
    content = stream.read()
    name = "standard input"
    if not content:
        raise FileError("Standard input is empty, or was read before. Pipe a table into the command, once.")
    if word != WORD:
        return read_stream(content, suffix_of(word), name, as_text=as_text)
    if content.startswith(b"\x1f\x8b"):
        try:
            content = gzip.decompress(content)
        except (gzip.BadGzipFile, EOFError, zlib.error):
            raise FileError("Standard input isn't a whole gzip file. Check what wrote it.") from None
    return read_stream(content, _told_by(content), name, as_text=as_text)


def _told_by(content: bytes) -> str:
    """Tell the format by the first bytes: text is CSV, or TSV if its first line has tabs and no comma."""
    for magic, ending in ENDING_OF_MAGIC.items():
        if content.startswith(magic):
            return ending
    first = content.partition(b"\n")[0]
    return ".tsv" if b"\t" in first and b"," not in first else ".csv"


def check() -> None:
    """Refuse standard output that takes no bytes."""
    _output()


def write(frame: pd.DataFrame, word: str) -> None:
    """Write a table to standard output, as CSV if ``word`` names no format; a reader that has gone is no error."""
    stream = _output()
    try:
        sys.stdout.flush()
        write_stream(frame, stream, ".csv" if word == WORD else suffix_of(word))
        stream.flush()
    except BrokenPipeError:
        # ``| head`` has seen enough. The interpreter flushes once more at its end; give it a place where that works.
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        raise FileError(f"Standard output can't be written: {error.strerror or type(error).__name__}.") from error


def _output() -> BinaryIO:
    stream = getattr(sys.stdout, "buffer", None)
    if not isinstance(stream, io.IOBase) or sys.stdout.closed:
        raise FileError("There is no standard output that a table can go to. Name a file.")
    return stream  # type: ignore[return-value]
