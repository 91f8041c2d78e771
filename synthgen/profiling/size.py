"""How many rows there are to learn from, and what that is enough for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.profiling.few_classes import compared_columns
from synthgen.profiling.row_copies import copied_rows
from synthgen.table.column import LABEL_KINDS, Role
from synthgen.table.disclosure import FEWEST_HOLDERS, holders, subjects_of
from synthgen.table.schema import Schema

Z = 1.959964
HALF_WIDTH = 0.05
USUAL_RECALL = 0.8
HELD_OUT = 0.2
ROWS_PER_COLUMN = 10
"""Rows of the rarer class for each column of a model of two classes: Peduzzi et al. (1996),
https://doi.org/10.1016/S0895-4356(96)00236-3. A rule of thumb: Riley et al. (2020),
https://doi.org/10.1136/bmj.m441, give what it depends on."""


@dataclass(frozen=True)
class ClassSize:
    """Rows of one value of the target, and what they are enough for.

    Attributes
    ----------
    label : str
        Those of fewer than 10 rows, or people, each are taken together.
    n : int
    share : float
    subjects : int or None
        Different people among the rows; None where no column says whose a row is.
    different : int
        Rows that aren't copies of another; all of them, where fewer than 10 are. In tables of few values rows repeat by
        chance, and aren't copies.
    effective : float
        Rows that carry as much as these do if they were unrelated: different rows, or with subjects
        (sum of rows)² over the sum of squared rows of each, so that many rows of one person count little.
    half_width : float
        Of the 95 % interval of a recall of .8 measured on a fifth of the effective rows.
    needed : int
        Effective rows of the class for that interval to be ± .05.
    columns : int
        Columns that a model of this class against the others could estimate with ten effective rows each.
    words : str
    """

    label: str
    n: int
    share: float
    subjects: int | None
    different: int
    effective: float
    half_width: float
    needed: int
    columns: int
    words: str


@dataclass(frozen=True)
class SizeAssessment:
    """How large and how balanced the table is, and what can be learnt from it.

    Attributes
    ----------
    rows, different, columns : int
        Rows, those that aren't copies of another (see :class:`synthgen.profiling.size.ClassSize`), and columns
        compared.
    subjects : int or None
        Different people; None where no column says whose a row is.
    effective : float
        Rows that the table is worth; see :class:`synthgen.profiling.size.ClassSize`.
    imbalance : float or None
        Rows of the commonest class for each row of the rarest that is shown; None without classes.
    classes : tuple of ClassSize
        Rarest first.
    words : tuple of str
        What can be learnt and what can't.
    """

    rows: int = 0
    different: int = 0
    columns: int = 0
    subjects: int | None = None
    effective: float = 0.0
    imbalance: float | None = None
    classes: tuple[ClassSize, ...] = ()
    words: tuple[str, ...] = ()

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row a class, rarest first."""
        return pd.DataFrame([asdict(item) for item in self.classes], columns=list(ClassSize.__annotations__))


def wilson_half_width(share: float, n: float) -> float:
    """Half the width of Wilson's 95 % interval of a share found in ``n`` rows.

    References
    ----------
    Wilson (1927), https://doi.org/10.1080/01621459.1927.10502953

    Examples
    --------
    >>> round(wilson_half_width(0.8, 100), 3)
    0.078
    """
    if n <= 0:
        return 0.5
    return float(Z / (1 + Z**2 / n) * np.sqrt(share * (1 - share) / n + Z**2 / (4 * n**2)))


def rows_needed(share: float, half_width: float) -> int:
    """Rows of which a share is known to ± ``half_width`` at 95 %, by Wilson's interval.

    Examples
    --------
    >>> rows_needed(0.8, 0.05), rows_needed(0.5, 0.05)
    (245, 381)
    """
    low, high = 0, 1
    while wilson_half_width(share, high) > half_width:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if wilson_half_width(share, middle) > half_width else (low, middle)
    return high


def assess_size(coded: pd.DataFrame, schema: Schema, rng: np.random.Generator) -> SizeAssessment:
    """Count rows, people and classes, and say what they are enough for.

    Parameters
    ----------
    coded : pandas.DataFrame of shape (n_rows, n_columns)
        As :func:`synthgen.table.encode` gives it.
    schema : Schema
    rng : numpy.random.Generator
        Shuffles the columns, to know how many rows repeat by chance.

    Examples
    --------
    >>> from synthgen.table.column import Column, Kind
    >>> target = Column("ill", Kind.BOOLEAN, Role.TARGET, categories=("no", "yes"))
    >>> schema = Schema((target, Column("dose", Kind.CONTINUOUS)))
    >>> table = pd.DataFrame({"ill": [0.0] * 300 + [1.0] * 60, "dose": np.arange(360.0)})
    >>> rare = assess_size(table, schema, np.random.default_rng(0)).classes[0]
    >>> rare.label, rare.n, rare.needed, round(rare.half_width, 2)
    ('yes', 60, 1225, 0.21)
    """
    n = len(coded)
    if not n:
        return SizeAssessment()
    columns = compared_columns(schema)
    named = bool(schema.role(Role.SUBJECT))
    people = subjects_of(coded, schema)
    copied = copied_rows(coded, schema, rng)
    different = _different(copied)
    subjects = len(np.unique(people)) if named else None
    effective = _effective(people, different, named=named)
    target = schema.target
    classes: tuple[ClassSize, ...] = ()
    if target is not None and target.kind in LABEL_KINDS:
        features = max(0, len(columns) - 1)
        parts = _parts(coded[target.name], people, target.categories or ())
        made = [_class_size(target.name, label, mask, people, copied, features, named=named) for label, mask in parts]
        classes = tuple(sorted(made, key=lambda item: item.n))
    imbalance = classes[-1].n / classes[0].n if len(classes) > 1 else None
    words = _words(n, different, subjects, effective, classes)
    return SizeAssessment(n, different, len(columns), subjects, effective, imbalance, classes, words)


def _effective(people: NDArray[np.int64], different: int, *, named: bool) -> float:
    """Rows worth as much as these, if those of one person say the same: Kish (1965), Survey Sampling, chapter 5."""
    if not named:
        return float(different)
    each = np.unique(people, return_counts=True)[1].astype(float)
    return min(float(different), float(each.sum() ** 2 / (each**2).sum()))


def _different(copied: NDArray[np.bool_]) -> int:
    """Rows that are no copies; all, if fewer than ten are."""
    copies = int(copied.sum())
    return len(copied) - (copies if copies >= FEWEST_HOLDERS else 0)


def _parts(
    values: pd.Series, people: NDArray[np.int64], categories: Sequence[object]
) -> list[tuple[str, NDArray[np.bool_]]]:
    """Rows of each class; those of fewer than ten people together."""
    codes = values.to_numpy(float)
    counts = holders(codes, people)
    large = counts.index[counts >= FEWEST_HOLDERS]
    parts = [(str(categories[int(code)]), codes == code) for code in large]
    small = int((counts < FEWEST_HOLDERS).sum())
    if small:
        label = f"other ({small} with fewer than {FEWEST_HOLDERS} each)"
        parts.append((label, ~np.isnan(codes) & ~np.isin(codes, large.to_numpy(float))))
    return parts


def _class_size(
    name: str,
    label: str,
    mask: NDArray[np.bool_],
    people: NDArray[np.int64],
    copied: NDArray[np.bool_],
    features: int,
    *,
    named: bool,
) -> ClassSize:
    n, different = int(mask.sum()), _different(copied[mask])
    subjects = len(np.unique(people[mask])) if named else None
    effective = _effective(people[mask], different, named=named)
    half = wilson_half_width(USUAL_RECALL, effective * HELD_OUT)
    needed = math.ceil(rows_needed(USUAL_RECALL, HALF_WIDTH) / HELD_OUT)
    columns = int(effective // ROWS_PER_COLUMN)
    held = round(effective * HELD_OUT)
    enough = f"± {HALF_WIDTH:.2f} needs {needed:,} rows of it"
    if effective >= needed:
        enough = f"enough for ± {HALF_WIDTH:.2f}"
    carry = "" if effective > n - 0.5 else f", worth {effective:,.0f} unrelated ones"
    words = (
        f"{name} = {label}: {n:,} rows{carry}. Of a fifth of them, {held:,}, a recall of {USUAL_RECALL} is known to "
        f"± {half:.2g}; {enough}."
    )
    if columns < features:
        words += f" Ten rows a column are enough for {columns} of {features} columns: a larger model may follow chance."
    return ClassSize(
        label, n, n / len(mask), subjects, different, effective, half, needed, columns, words
    )  # fmt: skip


def _words(
    n: int, different: int, subjects: int | None, effective: float, classes: tuple[ClassSize, ...]
) -> tuple[str, ...]:
    words = []
    if subjects is not None and subjects < n:
        words.append(
            f"{n:,} rows are of {subjects:,} subjects, and worth {effective:,.0f} rows if those of one subject say the "
            "same. Split by subject."
        )
    if different < n:
        words.append(
            f"{n - different:,} rows repeat another, more than by chance: a split at random puts some on both sides."
        )
    if len(classes) == 1:
        words.append(f"All rows are of one class, {classes[0].label}: there is nothing to tell it from.")
    words += [item.words for item in classes[:3]] if len(classes) > 1 else []
    if not classes:
        half = wilson_half_width(0.5, effective * HELD_OUT)
        words.append(f"A share of a fifth of the rows is known to ± {half:.2g} or better.")
    return tuple(words)
