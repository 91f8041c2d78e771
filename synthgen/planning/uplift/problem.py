"""The question as it is asked: a table, one class to find, and which rows must stay together."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.errors import DataError, UsageError
from synthgen.merging import FLAG
from synthgen.table import LABEL_KINDS, Kind, Role, Schema, encode, extend_categories, to_pandas
from synthgen.table.column import ORDERED_KINDS, Column
from synthgen.table.conditions import label_code
from synthgen.table.disclosure import subjects_of
from synthgen.table.roles import schema_with_roles
from synthgen.table.splitting import MOSTLY_DISTINCT

Ints = NDArray[np.int64]

FEWEST_POSITIVES = 10
"""Rows (or subjects) of the class, below which a fold would hold one or none."""

BALANCED = 0.9
"""Rows of the class for each other row, from which there is nothing to balance."""

SUSPECT_REPEATS, TIMES_OTHERS = 0.1, 3.0
"""Share of repeated rows in the class, and how many times that of the others, from which copies are suspected."""


@dataclass(frozen=True)
class Problem:
    """A table, and the class that a model is to find in it.

    Attributes
    ----------
    frame, coded : pandas.DataFrame of shape (n_rows, n_columns)
        As given, and as the schema codes it; rows numbered from 0.
    schema : Schema
    label : label
        The class, as the caller writes it.
    y : array of shape (n_rows,)
        1 for rows of the class, else 0.
    groups : array of shape (n_rows,)
        Rows of one number stay on the same side of every split.
    moment : array of shape (n_rows,) or None
        When each row was, where splits go by time.
    notes : tuple of str
        What to keep in mind.
    """

    frame: pd.DataFrame
    coded: pd.DataFrame
    schema: Schema
    label: Any
    y: Ints
    groups: Ints
    moment: NDArray[np.float64] | None = None
    notes: tuple[str, ...] = ()

    @property
    def target(self) -> Column:
        """The target column."""
        assert self.schema.target is not None
        return self.schema.target

    @property
    def features(self) -> list[str]:
        """Columns that a model may use: neither the target, nor who a row is about, nor identifiers."""
        opaque = (Kind.IDENTIFIER, Kind.TEXT)
        used_otherwise = (Role.TARGET, Role.SUBJECT, Role.IDENTIFIER)
        return [c.name for c in self.schema if c.role not in used_otherwise and c.kind not in opaque]

    @property
    def ratio(self) -> float:
        """Rows of the class for each other row."""
        return float(self.y.sum() / (len(self.y) - self.y.sum()))


def read_problem(
    data: Any, target: str, positive: Hashable | None, subject: str | None, time: str | None, schema: Schema | None
) -> Problem:
    """Read a table and refuse what no fair comparison can be made on.

    Raises
    ------
    DataError, UsageError
    """
    frame, _ = to_pandas(data)
    frame = frame.reset_index(drop=True)
    if FLAG in frame.columns and frame[FLAG].astype(bool).any():
        raise UsageError(
            f"The table has synthetic rows already (column {FLAG!r}): rows made before the split let every fold know "
            "the others, and the score rises for nothing. Give real rows only: sg.real_rows_only(df)."
        )
    schema = schema_with_roles(frame, schema, target=target, subject=subject)
    if time is not None and schema.role(Role.SUBJECT):
        raise UsageError("Splits go either by subject or by time; name one of them.")
    texts = [column.name for column in schema.of(Kind.TEXT)]
    notes = [f"column {name!r} holds free text and was left out" for name in texts]
    schema = extend_categories(schema.without(*texts), frame)
    frame = frame[schema.names]
    coded = encode(frame, schema)
    code, label = _class_to_find(coded, schema, positive)
    y = (coded[target].to_numpy(float) == code).astype(np.int64)
    groups = _groups(coded, schema, y, notes)
    _check_enough(y, groups, target)
    moment = None if time is None else _moments(coded, schema, time, notes)
    problem = Problem(frame, coded, schema, label, y, groups, moment, tuple(notes))
    if not problem.features:
        raise DataError(
            "The table has no column to predict from: all but the target are identifiers or free text. If one of them "
            "means something, say so: schema.with_column(name, kind='categorical')."
        )
    return problem


def _class_to_find(coded: pd.DataFrame, schema: Schema, positive: Hashable | None) -> tuple[float, Any]:
    column = schema.target
    assert column is not None
    if column.kind not in LABEL_KINDS:
        raise DataError(
            f"Column {column.name!r} is {column.kind}; uplift is estimated for a class of a target with classes. "
            "Name another target, or make classes of it."
        )
    if missing := int(coded[column.name].isna().sum()):
        raise DataError(
            f"The target {column.name!r} is missing in {missing} of {len(coded)} rows. "
            f"Drop them: df.dropna(subset=[{column.name!r}])."
        )
    counts = coded[column.name].value_counts()
    if len(counts) < 2:
        raise DataError(f"The target {column.name!r} has one class only; there is nothing to tell apart.")
    labels = column.categories or ()
    if positive is not None:
        code = float(label_code(positive, column))
        if code not in counts.index:
            raise DataError(f"No row has the class {positive!r} of {column.name!r}. Name one that rows have.")
        return code, labels[int(code)]
    if len(counts) > 2:
        raise UsageError(
            f"The target {column.name!r} has {len(counts)} classes; say which one is to be found, with positive=."
        )
    code = min((int(counts[code]), -float(code)) for code in counts.index)[1] * -1.0
    return code, labels[int(code)]


def _groups(coded: pd.DataFrame, schema: Schema, y: Ints, notes: list[str]) -> Ints:
    """Subjects; or else rows that repeat each other, where nearly all rows are distinct."""
    if schema.role(Role.SUBJECT):
        return np.asarray(subjects_of(coded, schema), dtype=np.int64)
    known = [column.name for column in schema if column.kind is not Kind.IDENTIFIER]
    hashed = pd.util.hash_pandas_object(coded[known], index=False)
    repeated = hashed.duplicated(keep=False).to_numpy()
    inside, outside = float(repeated[y == 1].mean()), float(repeated[y == 0].mean())
    if inside > SUSPECT_REPEATS and inside > TIMES_OTHERS * outside:
        notes.append(
            f"{inside:.0%} of the rows of the class repeat another one, and {outside:.0%} of the others: if they were "
            "oversampled before, drop the copies (df.drop_duplicates()), or every score is too good"
        )
    groups = np.unique(hashed.to_numpy(), return_inverse=True)[1].astype(np.int64)
    return groups if groups.max() + 1 >= MOSTLY_DISTINCT * len(coded) else np.arange(len(coded))


def _check_enough(y: Ints, groups: Ints, target: str) -> None:
    for side, words in ((1, "of the class to be found"), (0, "of other classes")):
        units = len(np.unique(groups[y == side]))
        if units < FEWEST_POSITIVES:
            raise DataError(
                f"The target {target!r} has {units} rows {words} that are not of one subject or repeats of another; "
                f"at least {FEWEST_POSITIVES} are needed to learn from some and judge on others. Gather more rows."
            )
    if y.sum() >= BALANCED * (len(y) - y.sum()):
        raise DataError(
            f"The class to be found has {int(y.sum())} of {len(y)} rows of {target!r}: it is balanced already, so "
            "there is nothing to add. Name a rarer class with positive=."
        )


def _moments(coded: pd.DataFrame, schema: Schema, time: str, notes: list[str]) -> NDArray[np.float64]:
    column = schema[time]
    moment: NDArray[np.float64] | None = None
    if column.kind in ORDERED_KINDS:
        moment = coded[time].to_numpy(float)
    elif column.kind is Kind.CATEGORICAL and all(isinstance(label, int) for label in column.categories or ("",)):
        # A few whole numbers, such as years, are kept as labels, in order of value.
        moment = coded[time].to_numpy(float)
    elif column.kind is Kind.IDENTIFIER:
        # So is a number that counts the rows.
        counted = pd.to_numeric(coded[time], errors="coerce").to_numpy(float)
        moment = None if np.isnan(counted).all() else counted
    if moment is None:
        raise UsageError(f"Column {time!r} is {column.kind}; splits by time need dates or numbers.")
    if missing := int(np.isnan(moment).sum()):
        raise DataError(
            f"The time column {time!r} is missing in {missing} of {len(moment)} rows, so that these have no place in "
            f"time. Drop them: df.dropna(subset=[{time!r}])."
        )
    if len(np.unique(moment)) < len(moment):
        notes.append(f"rows of the same moment of {time!r} stay on one side of every split")
    return moment
