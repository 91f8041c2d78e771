"""Short codes, such as ``AB-1234/x``: parts that enough people share stay, all others are made anew in their shape."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.table.disclosure import FEWEST_HOLDERS, holders
from synthgen.table.kinds.identifier import learn_pattern

Ints = NDArray[np.int64]

_PART = re.compile(r"[^\W\d_]+|\d+|[\W_]+")
_END = ""
MOST_LEVELS = 60
TURNS = 20
ANY = -1
"""In place of a label: whatever the label."""


@dataclass(frozen=True)
class Codes:
    """A model of a column of short codes.

    A code is read part by part: letters, digits, what is between them. After each beginning the next part is one that
    at least ten people have after it, as it is, or else its shape (``9`` a digit, ``A`` and ``a`` letters).

    Attributes
    ----------
    column : str or None
        Labels that the codes follow.
    parts : dict of (label, parts so far) to dict of part to int
        How many people have each next part; a part is ``"=ab"`` as it is, or ``"~aa"`` of a shape.
    """

    column: str | None
    parts: dict[tuple[int, str], dict[str, int]]

    @classmethod
    def learn(cls, texts: Sequence[str], people: Ints, levels: pd.DataFrame, *, target: str | None = None) -> Codes:
        """Learn from the codes of a column.

        Parameters
        ----------
        texts : sequence of str
        people : array of int64, shape (n_texts,)
            Whose each code is.
        levels : pandas.DataFrame of shape (n_texts, n_columns)
            Codes of the labels that a code may follow. The column that tells most of its first part is taken.
        target : str, optional
            Taken where no column tells more.

        Examples
        --------
        >>> table = pd.DataFrame({"kind": np.repeat([0.0, 1.0], 20)})
        >>> codes = [f"AB-{n}" for n in range(100, 120)] + [f"C-{n}" for n in range(100, 120)]
        >>> Codes.learn(codes, np.arange(40), table).draw(table[18:22], np.random.default_rng(0))
        ['AB-001', 'AB-859', 'C-778', 'C-140']
        """
        split = [_PART.findall(text) for text in texts]
        column = _best(split, people, levels, target)
        codes = np.full(len(texts), ANY) if column is None else levels[column].fillna(ANY).to_numpy().astype(np.int64)
        parts: dict[tuple[int, str], dict[str, int]] = {}
        for level in sorted({ANY, *codes.tolist()}):
            rows = np.flatnonzero(codes == level) if level != ANY else np.arange(len(texts))
            _grow(parts, level, "", 0, rows, split, people)
        return cls(column, parts)

    def draw(self, rows: pd.DataFrame, rng: np.random.Generator, real: frozenset[str] = frozenset()) -> list[str]:
        """Write a code for each row; none of ``real``, if there are others."""
        levels = np.full(len(rows), ANY) if self.column is None else rows[self.column].fillna(ANY).to_numpy()
        made = [self._one(int(level), rng) for level in levels]
        used = set(real)
        for row, level in enumerate(levels):
            for _ in range(TURNS):
                if made[row] not in used:
                    break
                made[row] = self._one(int(level), rng)
        return made

    def _one(self, level: int, rng: np.random.Generator) -> str:
        level = level if (level, "") in self.parts else ANY
        path, code = "", ""
        while True:
            nexts = self.parts.get((level, path))
            if not nexts:
                return code
            names, counts = list(nexts), np.array(list(nexts.values()), dtype=float)
            part = names[int(rng.choice(len(names), p=counts / counts.sum()))]
            if part == _END:
                return code
            code += part[1:] if part[0] == "=" else _filled(part[1:], rng)
            path += "\x00" + part

    def to_state(self) -> dict[str, Any]:
        """JSON values."""
        return {"column": self.column, "parts": [[*key, dict(value)] for key, value in self.parts.items()]}

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Codes:
        """Inverse of :meth:`to_state`."""
        return cls(state["column"], {(int(level), path): dict(nexts) for level, path, nexts in state["parts"]})


def _grow(
    parts: dict[tuple[int, str], dict[str, int]],
    level: int, path: str, depth: int, rows: Ints, split: Sequence[Sequence[str]], people: Ints,
) -> None:  # fmt: skip
    """Learn what follows a beginning, and what follows that."""
    said = np.array([split[row][depth] if depth < len(split[row]) else _END for row in rows], dtype=object)
    held = holders(said, people[rows])
    shared = set(held[held >= FEWEST_HOLDERS].index)
    marks = np.array(
        [_END if part == _END else f"={part}" if part in shared else f"~{learn_pattern([part])}" for part in said],
        dtype=object,
    )
    counts = holders(marks, people[rows])
    kept = {str(mark): int(n) for mark, n in counts.items() if n >= FEWEST_HOLDERS}
    if not kept and len(np.unique(people[rows])) >= FEWEST_HOLDERS:
        typical = _typical(said.tolist())
        kept, marks = {typical: FEWEST_HOLDERS}, np.where(said == _END, marks, typical)
    if not kept:
        return
    parts[level, path] = dict(sorted(kept.items()))
    for mark in kept:
        if mark != _END:
            _grow(parts, level, f"{path}\x00{mark}", depth + 1, rows[marks == mark], split, people)


def _typical(said: Sequence[str]) -> str:
    """What most parts are, letters or digits, in their median length, where too few people have any one shape."""
    kinds = {mark: [part for part in said if part and learn_pattern([part[0]]) == mark] for mark in ("9", "A", "a")}
    mark = max(kinds, key=lambda kind: len(kinds[kind]))
    if len(kinds[mark]) < len(said) / 2:
        return _END
    return "~" + mark * int(np.median([len(part) for part in kinds[mark]]))


def _best(split: Sequence[Sequence[str]], people: Ints, levels: pd.DataFrame, target: str | None) -> str | None:
    """The column that tells most of the first part, by mutual information over cells of ten people or more."""
    first = pd.Series([row[0] if row else "" for row in split], dtype=object)
    best, most = target, 0.01
    for name in levels:
        codes = levels[name].to_numpy(float)
        if not 2 <= len(np.unique(codes[~np.isnan(codes)])) <= MOST_LEVELS:
            continue
        both = pd.DataFrame({"level": codes, "part": first, "who": people}).dropna().drop_duplicates()
        table = both.groupby(["level", "part"], observed=True).size()
        table = table[table >= FEWEST_HOLDERS]
        if not len(table):
            continue
        joint = table.unstack(fill_value=0).to_numpy(float)
        share = joint / joint.sum()
        alone = share.sum(axis=1, keepdims=True) * share.sum(axis=0, keepdims=True)
        tells = float((share * np.log(np.where(share > 0, share, 1.0) / np.where(share > 0, alone, 1.0))).sum())
        if tells > most:
            best, most = str(name), tells
    return best


def _filled(shape: str, rng: np.random.Generator) -> str:
    letters = {"9": "0123456789", "A": "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "a": "abcdefghijklmnopqrstuvwxyz"}
    return "".join(letters[mark][int(rng.integers(len(letters[mark])))] if mark in letters else mark for mark in shape)
