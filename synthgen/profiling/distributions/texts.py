"""The look of identifiers and text: lengths, shapes that many rows share, and how many values are unique."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
import pandas as pd

from synthgen.profiling.column_parts import Texts
from synthgen.table.disclosure import FEWEST_HOLDERS

ROWS = 5_000
MOST_SHAPES = 12
LONG = 20
PROBABILITIES = (0.05, 0.5, 0.95)
_RUNS = re.compile(r"(.)\1+")


class _Classes(dict[int, str]):
    """The class of each character, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        if character.isdigit():
            found = "9"
        elif character.isupper():
            found = "A"
        else:
            found = "a" if character.isalpha() else character if code < 128 else "?"
        self[code] = found
        return found


def texts_of(values: pd.Series, rng: np.random.Generator) -> Texts:
    """Describe texts by their characters' classes; no value is shown.

    Examples
    --------
    >>> codes = pd.Series([f"AB-{number:03d}" for number in range(200)])
    >>> texts_of(codes, np.random.default_rng(0)).shapes
    (('AA-999', 1.0),)
    """
    counts = values.value_counts()
    unique = float((counts == 1).sum() / len(values))
    places = rng.permutation(len(values))[:ROWS]
    looked = [str(text) for text in values.to_numpy()[places]]
    sizes = np.array([len(text) for text in looked], dtype=float)
    lengths: tuple[tuple[float, float], ...] = ()
    if len(values) >= 10 * FEWEST_HOLDERS:
        found = np.quantile(sizes, PROBABILITIES)
        lengths = tuple((p, float(np.rint(length))) for p, length in zip(PROBABILITIES, found, strict=True))
    classes = _Classes()
    shapes = Counter(shape(text, classes) for text in looked)
    held = [(words, n) for words, n in shapes.most_common(MOST_SHAPES) if n >= FEWEST_HOLDERS]
    shown = tuple((words, n / len(looked)) for words, n in held)
    words = float(np.mean([len(text.split()) for text in looked]))
    return Texts(lengths, round(words, 2), shown, unique, len(looked))


def shape(text: str, classes: _Classes | None = None) -> str:
    """Classes of a text's characters; of a long one, each run of a class once.

    Examples
    --------
    >>> shape("Ab-12"), shape("quite a long text of 37 letters, or so")
    ('Aa-99', 'a+ a a+ a+ a+ 9+ a+, a+ a+')
    """
    found = text.translate(classes if classes is not None else _Classes())
    return found if len(text) <= LONG else _RUNS.sub(r"\1+", found)
