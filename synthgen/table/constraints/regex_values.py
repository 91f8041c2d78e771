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
    # Python parses expressions itself, in a module that has changed its name once.
    from re import _parser  # type: ignore[attr-defined]

    try:
        tree = list(_parser.parse(regex))
    except re.error as error:
        raise ConstraintError(f"{regex!r} isn't a regular expression: {error}. Correct it.") from error
    found: dict[str, None] = {}
    for _ in range(MOST_TURNS):
        for _ in range(n - len(found)):
            found["".join(_drawn(tree, regex, rng))] = None
        if len(found) >= n:
            break
    good = [value for value in found if re.fullmatch(regex, value)]
    if len(good) < n:
        raise ConstraintError(
            f"The expression {regex!r} gave {len(good)} different values of the {n} that are needed. Widen it."
        )
    return np.array(good[:n], dtype=object)


def _drawn(tree: Iterable[Any], regex: str, rng: np.random.Generator) -> Iterable[str]:
    for operation, argument in tree:
        yield from _part(str(operation), argument, regex, rng)


def _part(operation: str, argument: Any, regex: str, rng: np.random.Generator) -> Iterable[str]:
    if operation == "LITERAL":
        yield chr(argument)
    elif operation in ("NOT_LITERAL", "ANY", "IN"):
        allowed = _allowed(operation, argument)
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
        raise ConstraintError(
            f"Values can't be drawn from the expression {regex!r}: it looks ahead, back or at a group. Say it with "
            "classes, repeats and alternatives."
        )


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
