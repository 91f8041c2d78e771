"""Texts of other people's tables in Markdown: shown as they are, and nothing else."""

from __future__ import annotations

import re

from synthgen.reporting.html import prose, sentence, shorten

_MARKS = re.compile(r"([\\`*_\[\]<>&|#~!$@{}])")
# A bare address would become a link, and a number or a dash at the start of a line an item of a list.
_ADDRESS = re.compile(r"(?<=\w)(:)(?=//)|(?<=www)(\.)", re.IGNORECASE)
_START = re.compile(r"^(?:([-+=])|(\d+)([.)]))(?=\s|$)")


def escaped(text: object) -> str:
    r"""Escape what Markdown would read as markup, a link or a picture.

    >>> escaped("<b> [x](http://y) *z*")
    '\\<b\\> \\[x\\](http\\://y) \\*z\\*'
    """
    value = _MARKS.sub(r"\\\1", " ".join(str(text).split()))
    value = _ADDRESS.sub(lambda match: "\\" + match.group(), value)
    return _START.sub(lambda match: f"\\{match[1]}" if match[1] else f"{match[2]}\\{match[3]}", value, count=1)


def name_md(text: object) -> str:
    """Write a column's or category's name: cleared, shortened and escaped."""
    value = shorten(text, 80).strip()
    return escaped(value) if value else "(blank)"


def prose_md(text: object) -> str:
    """Write a sentence that may hold hostile names."""
    return escaped(prose(text))


def sentence_md(text: object) -> str:
    """Write a sentence with a capital and a stop."""
    return escaped(sentence(text))
