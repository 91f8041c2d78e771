"""The texts that match a regular expression, counted and numbered: so that any of them can be told by its number."""

from __future__ import annotations

from collections import Counter
from typing import Any

from synthgen.errors import ConstraintError
from synthgen.table.constraints.regex_values import MOST_REPEATS, cannot_draw, characters, parsed

MOST_STATES = 20_000
"""States of an expression's automaton; one that needs more is refused."""

States = frozenset[int]


class Language:
    r"""All texts of an expression, those of one length numbered from 0.

    The expression becomes an automaton that reads each text in one way only (Rabin and Scott, 1959,
    https://doi.org/10.1147/rd.32.0114), so that no text has two numbers, whatever its alternatives share.

    Parameters
    ----------
    regex : str
        Repeats without an upper limit go eight beyond the lower one.
    open_end : bool, default False
        Whether the last character is left open: texts that differ in it alone count once.

    Raises
    ------
    ConstraintError
        The expression has parts that no text can be made from, or is too large.

    Examples
    --------
    >>> texts = Language(r"[AB]\d|[A-C]1")
    >>> texts.sizes
    {2: 21}
    >>> [texts.text(2, number) for number in (0, 10, 20)]
    ['A0', 'B0', 'C1']
    """

    def __init__(self, regex: str, *, open_end: bool = False) -> None:
        net = _Net(regex)
        end = net.chain(parsed(regex), 0)
        self._start = net.reached([0])
        self._steps: dict[States, list[tuple[str, States]]] = {}
        self._counts: dict[States, Counter[int]] = {}
        self._open = open_end
        self._count(net, end)
        self.sizes: dict[int, int] = {n: count for n, count in sorted(self._counts[self._start].items()) if n}

    def text(self, length: int, number: int) -> str:
        """Give one of the texts of a length."""
        state, out = self._start, []
        for left in range(length - 1, -1, -1):
            for chars, after in self._steps[state]:
                each = self._counts[after][left]
                if number < len(chars) * each:
                    out.append(chars[number // each])
                    number, state = number % each, after
                    break
                number -= len(chars) * each
        return "".join(out)

    def _count(self, net: _Net, end: int) -> None:
        """Count the texts from each state on, by length, the last states first."""
        waiting = [self._start]
        while waiting:
            state = waiting[-1]
            if state in self._counts:
                waiting.pop()
                continue
            if state not in self._steps:
                self._steps[state] = net.steps(state)
                if len(self._steps) > MOST_STATES:
                    raise ConstraintError(f"The expression {net.regex!r} is too large to draw from. Make it shorter.")
            new = [after for _, after in self._steps[state] if after not in self._counts]
            if new:
                waiting += new
                continue
            counts: Counter[int] = Counter({0: 1} if end in state else {})
            for chars, after in self._steps[state]:
                for left, each in self._counts[after].items():
                    if self._open and not left:
                        counts[1] = 1
                    else:
                        counts[left + 1] += len(chars) * each
            self._counts[state] = counts


class _Net:
    """An automaton with several ways to read a text: where each node leads, by characters or without any."""

    def __init__(self, regex: str) -> None:
        self.regex = regex
        self.by_char: list[list[tuple[frozenset[str], int]]] = [[]]
        self.free: list[list[int]] = [[]]

    def chain(self, tree: Any, at: int) -> int:
        """Add parts one after another from a node on, and say where they end."""
        for operation, argument in tree:
            at = self._part(str(operation), argument, at)
        return at

    def _part(self, operation: str, argument: Any, at: int) -> int:
        if operation == "LITERAL":
            return self._step(at, frozenset(chr(argument)))
        if operation in ("NOT_LITERAL", "ANY", "IN"):
            return self._step(at, frozenset(characters(operation, argument, self.regex)))
        if operation in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            low, high, inner = argument
            ends = []
            for turn in range(min(int(high), int(low) + MOST_REPEATS) + 1):
                if turn:
                    at = self.chain(inner, at)
                if turn >= int(low):
                    ends.append(at)
                if len(self.free) > MOST_STATES:
                    raise ConstraintError(f"The expression {self.regex!r} is too large to draw from. Make it shorter.")
            return self._joined(ends)
        if operation == "SUBPATTERN":
            return self.chain(argument[-1], at)
        if operation == "BRANCH":
            return self._joined([self.chain(option, at) for option in argument[1]])
        if operation == "AT":  # the ends of a text need no characters
            return at
        raise cannot_draw(self.regex)

    def _node(self) -> int:
        self.by_char.append([])
        self.free.append([])
        return len(self.free) - 1

    def _step(self, at: int, chars: frozenset[str]) -> int:
        after = self._node()
        self.by_char[at].append((chars, after))
        return after

    def _joined(self, ends: list[int]) -> int:
        after = self._node()
        for end in ends:
            self.free[end].append(after)
        return after

    def reached(self, nodes: list[int]) -> States:
        """Nodes that these lead to without a character."""
        found, waiting = set(nodes), list(nodes)
        while waiting:
            new = [node for node in self.free[waiting.pop()] if node not in found]
            found.update(new)
            waiting += new
        return frozenset(found)

    def steps(self, state: States) -> list[tuple[str, States]]:
        """Where a state leads: characters that lead to the same one stand together."""
        after: dict[str, set[int]] = {}
        for node in sorted(state):
            for chars, target in self.by_char[node]:
                for char in chars:
                    after.setdefault(char, set()).add(target)
        together: dict[States, list[str]] = {}
        for char in sorted(after):
            together.setdefault(self.reached(sorted(after[char])), []).append(char)
        return [("".join(chars), target) for target, chars in together.items()]
