"""Texts that match a regular expression."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import numpy as np

from synthgen.errors import ConstraintError

MOST_REPEATS = 8
"""Repeats of an expression without an upper limit, at most this many more than the least."""

MOST_TURNS = 50
_ALPHABET = [chr(code) for code in range(32, 127)]
_CATEGORIES = {
    "CATEGORY_DIGIT": "0123456789",
    "CATEGORY_WORD": "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_",
    "CATEGORY_SPACE": " ",
}


def values_matching(regex: str, n: int, rng: np.random.Generator) -> np.ndarray:
    r"""Draw distinct texts that match an expression from their first character to their last.

    Classes, repeats, groups and alternatives are understood; what looks ahead or back isn't.

    Parameters
    ----------
    regex : str
    n : int
    rng : numpy.random.Generator

    Returns
    -------
    numpy.ndarray of object, shape (n,)

    Raises
    ------
    ConstraintError
        The expression has parts that can't be drawn, or fewer texts than are asked for.

    Examples
    --------
    >>> values_matching(r"[A-C]{2}-\d{3}", 2, np.random.default_rng(0)).shape
    (2,)
    """
    tree = parsed(regex)
    found: dict[str, None] = {}
    for _ in range(MOST_TURNS):
        for _ in range(n - len(found)):
            value = "".join(_drawn(tree, regex, rng))
            if matches(regex, value):
                found[value] = None
        if len(found) >= n:
            break
    if len(found) < n:
        raise ConstraintError(
            f"The expression {regex!r} gave {len(found)} different values of the {n} that are needed. Widen it."
        )
    return np.array(list(found), dtype=object)


def matches(regex: str, text: str) -> bool:
    """Whether a text matches from its first character to its last."""
    return re.fullmatch(regex, text) is not None


def parsed(regex: str) -> list[Any]:
    """Give the parts of an expression, as Python reads them.

    Raises
    ------
    ConstraintError
    """
    # Python parses expressions itself, in a module that has changed its name once.
    from re import _parser  # type: ignore[attr-defined]

    try:
        return list(_parser.parse(regex))
    except re.error as error:
        raise ConstraintError(f"{regex!r} isn't a regular expression: {error}. Correct it.") from error


def _drawn(tree: Iterable[Any], regex: str, rng: np.random.Generator) -> Iterable[str]:
    for operation, argument in tree:
        yield from _part(str(operation), argument, regex, rng)


def _part(operation: str, argument: Any, regex: str, rng: np.random.Generator) -> Iterable[str]:
    if operation == "LITERAL":
        yield chr(argument)
    elif operation in ("NOT_LITERAL", "ANY", "IN"):
        allowed = characters(operation, argument, regex)
        yield allowed[int(rng.integers(len(allowed)))]
    elif operation in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        low, high, inner = argument
        most = min(int(high), int(low) + MOST_REPEATS)
        for _ in range(int(rng.integers(int(low), most + 1))):
            yield from _drawn(inner, regex, rng)
    elif operation == "SUBPATTERN":
        yield from _drawn(argument[-1], regex, rng)
    elif operation == "BRANCH":
        options = argument[1]
        yield from _drawn(options[int(rng.integers(len(options)))], regex, rng)
    elif operation != "AT":  # the ends of a text need no characters
        raise cannot_draw(regex)


def cannot_draw(regex: str) -> ConstraintError:
    """The error for parts of an expression that no text can be made from."""
    return ConstraintError(
        f"Values can't be drawn from the expression {regex!r}: it looks ahead, back or at a group. Say it with "
        "classes, repeats and alternatives."
    )


def characters(operation: str, argument: Any, regex: str) -> list[str]:
    """Printable ASCII characters that one part of an expression allows.

    Raises
    ------
    ConstraintError
        There are none.
    """
    allowed = _allowed(operation, argument)
    if not allowed:
        raise ConstraintError(
            f"Values can't be drawn from the expression {regex!r}: no printable ASCII character is in one of its "
            "classes. Name the characters that are."
        )
    return allowed


def _allowed(operation: str, argument: Any) -> list[str]:
    if operation == "ANY":
        return _ALPHABET
    if operation == "NOT_LITERAL":
        return [char for char in _ALPHABET if char != chr(argument)]
    inside: set[str] = set()
    refused = False
    for kind, value in argument:
        name = str(kind)
        if name == "NEGATE":
            refused = True
        elif name == "LITERAL":
            inside.add(chr(value))
        elif name == "RANGE":
            inside.update(chr(code) for code in range(value[0], value[1] + 1))
        else:
            category = str(value)
            plain = set(_CATEGORIES[category.replace("_NOT_", "_")])
            inside |= set(_ALPHABET) - plain if "_NOT_" in category else plain
    return sorted(set(_ALPHABET) - inside if refused else inside)
