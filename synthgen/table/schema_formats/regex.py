"""From a regular expression to the shape of an identifier, where there is one."""

from __future__ import annotations

import re

from synthgen.table.kinds.identifier import lengthen

_CLASSES = {
    r"\d": "9",
    "[0-9]": "9",
    "[a-z]": "a",
    "[A-Z]": "A",
    "[0-9a-f]": "h",
    "[a-f0-9]": "h",
    r"[\da-f]": "h",
}
_MARKS = frozenset("9aAh")
_TOKEN = re.compile(
    r"(?P<set>\\d|\[[^\]\\]*(?:\\d[^\]\\]*)?\])|\\(?P<escaped>[^A-Za-z0-9])|(?P<plain>[^\\\[\](){}|?*+.^$])"
)
_TIMES = re.compile(r"\{(\d+)(?:,(\d*))?\}|\+|\*")
_EXAMPLES = ({"9": "1", "a": "a", "A": "A", "h": "0"}, {"9": "9", "a": "z", "A": "Z", "h": "f"})
_ROWS = 1_000_000
_LONGEST = 200


def shape_of(regex: str, *, whole: bool = True) -> tuple[str | None, str | None]:
    """Find the shape of what a regular expression matches.

    Parameters
    ----------
    regex : str
    whole : bool, default True
        Whether it must match all of a value, or its start.

    Returns
    -------
    pattern : str or None
        As :class:`~synthgen.table.column.Column` has it; None where no shape says the same.
    problem : str or None
        What isn't kept, in words.

    Examples
    --------
    >>> shape_of("ID-[0-9]{15}")
    ('ID-999999999999999', None)
    >>> shape_of("(x|y)[0-9]+")[0] is None
    True
    """
    pattern = _translated(regex.removeprefix("^").removesuffix("$"))
    own = "new identifiers get the commonest shape of the table's own"
    if pattern is None:
        return None, f"no shape says the same as the regular expression {regex!r}; {own}"
    made = lengthen(pattern, _ROWS)
    for example in _EXAMPLES:
        text = "".join(example.get(mark, mark) for mark in made)
        if (re.fullmatch if whole else re.match)(regex, text) is None:
            return pattern, (
                f"the regular expression {regex!r} allows too few identifiers to be sure that no new one is a real "
                "one; new ones are longer"
            )
    return pattern, None


def _translated(regex: str) -> str | None:
    place, pattern = 0, ""
    while place < len(regex):
        found = _TOKEN.match(regex, place)
        if found is None:
            return None
        mark = _CLASSES.get(found["set"]) if found["set"] else found["escaped"] or found["plain"]
        if mark is None or (not found["set"] and mark in _MARKS):
            return None
        place, times = found.end(), 1
        if repeated := _TIMES.match(regex, place):
            place = repeated.end()
            # The longest that is allowed leaves most room; without an end, one is made longer when drawn.
            times = int(repeated[2] or repeated[1]) if repeated[1] else 1
        if len(pattern) + times > _LONGEST:
            return None
        pattern += mark * times
    return pattern if set(pattern) & _MARKS else None
