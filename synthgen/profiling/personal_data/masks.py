"""What may be shown of a value: its shape, and only one that enough rows share."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from synthgen.table.disclosure import FEWEST_HOLDERS

LONGEST = 40
_SHOWN = set(" .,;:@/\\()+-_'\"&#")


def mask(text: str) -> str:
    """Give a text's shape: a run of letters as ``***``, of digits as ``###``, however long; common signs stay.

    Examples
    --------
    >>> mask("a.lovelace@example.org"), mask("DE89 3704 0044")
    ('***.***@***.***', '***### ### ###')
    """
    marks = "".join("#" if c.isdigit() else "*" if c.isalpha() or c not in _SHOWN else c for c in text[: 2 * LONGEST])
    return re.sub(r"\*+", "***", re.sub(r"#+", "###", marks))


def example(texts: Iterable[str], counts: Iterable[int], otherwise: str) -> str:
    """The commonest mask if ten rows share it and it is short, or ``otherwise``."""
    rows: Counter[str] = Counter()
    for text, count in zip(texts, counts, strict=True):
        rows[mask(text)] += int(count)
    found = max(rows, key=lambda shape: (rows[shape], shape), default="")
    return found if found and rows[found] >= FEWEST_HOLDERS and len(found) <= LONGEST else otherwise
