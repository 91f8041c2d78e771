"""Which words go with which label of a row's other columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.table.text.vocabulary import END, WORDS

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

MOST_LEVELS = 60
LEAST_GAIN = 0.01
"""Nats that a column must tell of a word, on average, to be heeded beside the target."""

SHRINK = 2.0
MOST_TILT = 4.0


def learn_tilts(
    texts: Sequence[Ints], holders: Ints, levels: pd.DataFrame, size: int, fewest: int, always: str | None
) -> dict[str, Floats]:
    """Learn how much likelier each word is with each label: of the target, and of the column that tells most.

    Counts of fewer than ``fewest`` people aren't looked at: they are taken as what is expected if that is so few too,
    and as the less the more people are expected.

    Parameters
    ----------
    levels : pandas.DataFrame of shape (n_texts, n_columns)
        Codes of labels, NaN where missing.
    always : str or None
        A column that is heeded however little it tells: the target.
    """
    sizes = np.array([len(text) for text in texts], dtype=np.int64)
    words = np.concatenate([*texts, np.empty(0, dtype=np.int64)]).astype(np.int64)
    whose = np.repeat(np.arange(len(texts)), sizes)
    pairs = pd.DataFrame({"word": words, "who": holders[whose]}).assign(row=whose)
    found: dict[str, Floats] = {}
    gains: dict[str, float] = {}
    overall = pairs.drop_duplicates(["word", "who"])["word"]
    total = np.bincount(overall, minlength=size).astype(np.float64)
    for name in levels:
        codes = levels[name].to_numpy(float)
        count = int(np.nanmax(codes, initial=-1)) + 1
        if not 2 <= count <= MOST_LEVELS:
            continue
        known = ~np.isnan(codes[whose])
        own = pairs[known].assign(level=codes[whose][known].astype(np.int64)).drop_duplicates(["word", "who", "level"])
        held = np.bincount(own["level"] * size + own["word"], minlength=count * size).reshape(count, size).astype(float)
        expected = held.sum(axis=1, keepdims=True) * total / max(total.sum(), 1)
        seen = np.where(held >= fewest, held, np.clip(2 * fewest - expected, 1.0, np.maximum(expected, 1.0)))
        tilt = np.log((seen + SHRINK) / (expected + SHRINK))
        tilt[:, :WORDS] = np.where(np.arange(WORDS) == END, 0.0, tilt[:, :WORDS])
        found[str(name)] = np.clip(tilt, -MOST_TILT, MOST_TILT)
        gains[str(name)] = float((seen * found[str(name)]).sum() / max(total.sum(), 1))
    kept = [always] if always in found else []
    others = sorted((name for name in found if name != always and gains[name] >= LEAST_GAIN), key=lambda n: -gains[n])
    return {name: found[name] for name in [*kept, *others[:1]] if name is not None}


@dataclass(frozen=True)
class Tilts:
    """How much likelier each of some rows has each word.

    Attributes
    ----------
    tables : tuple of arrays of float64, shape (n_levels + 1, size)
        By column; the last level is that of rows that have none.
    levels : tuple of arrays of int64, shape (n_rows,)
    """

    tables: tuple[Floats, ...]
    levels: tuple[Ints, ...]

    @classmethod
    def of(cls, learnt: Mapping[str, Floats], rows: pd.DataFrame) -> Tilts:
        """Look up what rows have."""
        tables, levels = [], []
        for name, table in learnt.items():
            codes = rows[name].to_numpy(float)
            known = ~np.isnan(codes) & (codes < len(table))
            levels.append(np.where(known, np.where(known, codes, 0), len(table)).astype(np.int64))
            tables.append(np.vstack([table, np.zeros((1, table.shape[1]))]))
        return cls(tuple(tables), tuple(levels))

    def take(self, rows: Ints) -> Tilts:
        """Those of some rows."""
        return Tilts(self.tables, tuple(level[rows] for level in self.levels))

    def at(self, rows: Ints, words: Ints) -> Floats:
        """Logarithms, for pairs of row and word."""
        out = np.zeros(len(rows))
        for table, level in zip(self.tables, self.levels, strict=True):
            out += table[level[rows], words]
        return out
