"""synthgen.toml as 'synthgen init' writes it: to be edited, with what the table suggests as comments."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from synthgen.cli.suggestions import ColumnSuggestion, Suggestions

_START = """\
# Settings of synthgen, for this folder: 'synthgen synthesize', 'profile', 'validate' and 'uplift' read them where no
# table is named. A word on the command line wins over this file. 'synthgen COMMAND --help' says what each means.
# A line that starts with # says nothing yet: take the # away to use it.
"""

_SYNTHESIZE = """
[synthesize]
# purpose = "augment"              # or "release": synthetic rows only, to share
# generator = "auto"               # or "tree", "gaussian_copula", "smote", "jitter", ...
# sampling_strategy = "auto"       # or 0.1, or counts by class: {{ "0" = 5000, "1" = 5000 }}
# n_samples = 1000                 # instead of balancing
# constraint = ["start <= end"]    # rules that every synthetic row keeps
# missing = "keep"                 # or "none", or "like" the real rows
# holdout = 0.2
# validation = "standard"          # or "full"
# engine = "stream"                # in pieces, for a table that doesn't fit in memory
# out = {out}
# reports = "reports"
# audience = "internal"            # or "shareable"

# [synthesize.options]             # settings of the generator
# [synthesize.conditions]          # what synthetic rows must have, such as Amount = ">= 100"
"""

_OTHERS = """
[profile]
# out = "bias.html"

[validate]
# synthetic = "made.csv"
# train = "train.csv"
# holdout = "holdout.csv"
# junit = "synthgen.xml"

[uplift]
# generator = ["tree", "gaussian_copula"]
# max_seconds = 600
"""

_COLUMNS = """
# What each column is. Shown is what was read off; what is declared here wins, and counts as public: a release may
# show declared categories and bounds. Labels that fewer than ten people have are left out, and bounds are round numbers
# about what at least ten people reach.
"""


def template(found: Suggestions, data: str, out: str) -> str:
    """Give the text of a file of settings.

    Parameters
    ----------
    found : Suggestions
    data : str
        The table, as the file names it.
    out : str
        Where the result would be written.

    Returns
    -------
    str
        TOML that reads back as ``data``, and ``target`` if one was named.
    """
    lines = [_START, f"data = {quoted(data)}   # {found.rows:,} rows when this was written"]
    if found.target is not None:
        lines.append(f"target = {quoted(found.target)}")
    elif found.target_guess is not None:
        lines.append(
            f"# target = {quoted(found.target_guess)}   # guessed by its name: the column to balance or predict"
        )
    else:
        lines.append('# target = "..."   # the column to balance or to predict')
    if found.sensitive_guess:
        names = value(list(found.sensitive_guess))
        lines.append(f"# sensitive = {names}   # guessed by names: groups that the bias report compares")
    if found.subject_guess is not None:
        lines.append(f"# subject = {quoted(found.subject_guess)}   # a key with several rows each: keep them together")
    lines += ["# seed = 0   # the same number gives the same rows"]
    text = "\n".join(lines) + "\n" + _SYNTHESIZE.format(out=quoted(out)) + _OTHERS + _COLUMNS
    return text + "".join(f"\n{_column(column)}\n" for column in found.columns)


def quoted(text: str) -> str:
    r"""A TOML string on one line; what can't be printed is escaped.

    Examples
    --------
    >>> print(quoted('say "no"' + chr(10) + chr(27)))
    "say \"no\"\u000A\u001B"
    """
    return '"' + "".join(_escaped(char) for char in text) + '"'


def value(given: Any) -> str:
    """A value as TOML writes it.

    Examples
    --------
    >>> print(value([True, 1, 0.5, "a"]))
    [true, 1, 0.5, "a"]
    """
    if isinstance(given, bool):
        return str(given).lower()
    if isinstance(given, (list, tuple)):
        return "[" + ", ".join(value(item) for item in given) + "]"
    if isinstance(given, date):
        return given.isoformat()
    return repr(given) if isinstance(given, (int, float)) else quoted(str(given))


def _column(column: ColumnSuggestion) -> str:
    lines = [f"[columns.{_key(column.name)}]", *(f"# {note}" for note in column.notes)]
    lines.append(f"# kind = {quoted(column.kind)}")
    if column.role_guess is not None:
        lines.append(f"# role = {quoted(column.role_guess)}   # others may know it and single people out")
    elif column.role != "feature":
        lines.append(f"# role = {quoted(column.role)}")
    if column.bounds is not None:
        lines.append(f"# bounds = {value(column.bounds)}{_aside(column.bounds)}")
    if column.decimals is not None:
        lines.append(f"# decimals = {column.decimals}")
    if column.categories or not column.whole:
        if not column.whole:
            lines.append("# There are more labels, which few people have or which are many: list all of them or none.")
        lines.append(f"# categories = {value(column.categories)}")
    return "\n".join(lines)


def _aside(bounds: Iterable[Any]) -> str:
    dates = all(isinstance(end, date) for end in bounds)
    return "   # rounded to years; rows may lie outside" if dates else "   # rounded; rows may lie outside"


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else quoted(name)


def _escaped(char: str) -> str:
    if char in '"\\':
        return f"\\{char}"
    if char.isprintable():
        return char
    return f"\\u{ord(char):04X}" if ord(char) <= 0xFFFF else f"\\U{ord(char):08X}"


def summary_lines(found: Suggestions) -> Sequence[str]:
    """What to look at first, in words, for the terminal."""
    lines = []
    if found.target_guess is not None:
        lines.append(f"target: {found.target_guess}, guessed by its name")
    elif found.target is None:
        lines.append("target: none is named; name one to balance its classes")
    if found.sensitive_guess:
        lines.append(f"sensitive: {', '.join(found.sensitive_guess)}, by their names")
    if found.subject_guess is not None:
        lines.append(f"subject: {found.subject_guess}, a key with several rows each")
    keys = [column.name for column in found.columns if column.kind == "identifier"]
    if keys:
        lines.append(f"identifiers: {', '.join(keys)}")
    known = [column.name for column in found.columns if column.role_guess is not None]
    if known:
        lines.append(f"quasi-identifiers: {', '.join(known)}; others may know them and single people out")
    return lines + [f"{column.name}: {note}" for column in found.columns for note in column.notes]
