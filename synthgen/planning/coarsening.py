"""Before a table is learnt from for release: labels, extremes and cells that few people have are made coarser."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.errors import DataError
from synthgen.planning.cells import move_rare_cells
from synthgen.planning.classes import named
from synthgen.table.column import LABEL_KINDS, Column, Kind, Role
from synthgen.table.disclosure import (
    FEWEST_HOLDERS,
    Subjects,
    columns_with_ends,
    ends,
    ends_by_class,
    holders,
    quasi_identifiers,
    rare_levels,
    subjects_of,
)
from synthgen.table.encoding import decode
from synthgen.table.schema import Schema

OTHER = "other"
"""Name of the label that rare ones are merged into."""


@dataclass(frozen=True)
class Coarsening:
    """What was made coarser before release: counts, and no value.

    Attributes
    ----------
    fewest_holders : int
        People who must share a label, an extreme or a cell.
    merged_labels : mapping of str to int
        Column, and how many of its labels were merged: into "other" (text), into the next label kept (ordered
        categories), or into the commonest (numbers, yes and no, or too few people even together).
    coded_extremes : mapping of str to int
        Column, and how many values beyond those that enough people reach were set to these.
    moved_cells : int
        Rows whose quasi-identifiers were set to those of a commoner, similar combination.
    grouped_columns : mapping of str to int
        Quasi-identifying number or date, and the number of groups it was rounded to.
    """

    fewest_holders: int
    merged_labels: Mapping[str, int] = field(default_factory=dict)
    coded_extremes: Mapping[str, int] = field(default_factory=dict)
    moved_cells: int = 0
    grouped_columns: Mapping[str, int] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


def coarsen(
    frame: pd.DataFrame, coded: pd.DataFrame, schema: Schema, *, fewest: int = FEWEST_HOLDERS
) -> tuple[pd.DataFrame, pd.DataFrame, Schema, Coarsening]:
    """Make a table coarser, so that no label, extreme or cell in it has fewer than ``fewest`` people.

    Labels: merged. Numbers and dates: within each class of the target, then in the whole table, values beyond the one
    that the tenth (``fewest``-th) person from an end has are set to it (top and bottom coding); in a class of fewer
    than four times as many people, that of the person a quarter of the class from the end. Quasi-identifiers:
    numbers rounded to groups, and rows in rare cells moved to the common cell that is most like theirs. What the
    schema declares (``categories``, ``bounds``) is public and stays. A column that fewer than ``fewest`` people fill is
    an error: any value made of theirs would be somebody's. The rules are those of Hundepool et al. (2012),
    https://doi.org/10.1002/9781118348239, chapter 3.

    Parameters
    ----------
    frame : pandas.DataFrame
        The caller's rows; not changed.
    coded : pandas.DataFrame
        The same rows, coded by ``schema``.
    schema : Schema
    fewest : int

    Returns
    -------
    frame, coded, schema, Coarsening

    Raises
    ------
    DataError
        If the table is about fewer people than that, has a column or cells that can't be made coarse enough, or a rare
        class of the target is not declared public.
    """
    subjects = subjects_of(coded, schema)
    people = len(np.unique(subjects))
    if people < fewest:
        raise DataError(
            f"The table is about {people} people; for a release at least {fewest} must share what is shown. "
            'Give more rows, or use purpose="augment" and keep the result.'
        )
    _check_target(coded, schema, subjects, fewest)
    new, columns = coded.copy(deep=False), []
    merged: dict[str, int] = {}
    extremes: dict[str, int] = {}
    for column in schema.of(*LABEL_KINDS):
        rare = rare_levels(column, coded[column.name], subjects, fewest)
        if rare and column.role is not Role.TARGET:
            new[column.name], changed = _merged(coded[column.name].to_numpy(float), column, rare, subjects, fewest)
            columns.append(changed)
            merged[column.name] = len(rare)
    for column in columns_with_ends(schema):
        _check_shared(column, coded, subjects, fewest)
        values = _between_ends(new, column, schema, subjects, fewest)
        before = coded[column.name].to_numpy(float)
        moved = int((values != before).sum() - np.isnan(before).sum())
        if moved:
            new[column.name] = values
            columns.append(_within(column, values))
            extremes[column.name] = moved
    schema = schema.with_columns(columns)
    rows, groups = move_rare_cells(new, schema, quasi_identifiers(schema), subjects, fewest)
    touched = {*merged, *extremes, *(quasi_identifiers(schema) if rows or groups else ())}
    out = frame.copy(deep=False)
    changed_schema = Schema(tuple(column for column in schema if column.name in touched))
    decoded = decode(new, changed_schema)
    for name in decoded.columns:
        out[name] = decoded[name].set_axis(frame.index)
    return out, new, schema, Coarsening(fewest, merged, extremes, rows, groups)


def _check_target(coded: pd.DataFrame, schema: Schema, subjects: Subjects, fewest: int) -> None:
    """Refuse rare classes that aren't declared public; merging classes is for the person who knows what they mean."""
    target = schema.target
    if target is None:
        return
    rare = rare_levels(target, coded[target.name], subjects, fewest)
    if rare:
        plural = "es" * (len(rare) > 1)
        raise DataError(
            f"Of the target {target.name!r}, fewer than {fewest} people have {named(rare, target)}. Released rows of "
            f"{'these classes' if plural else 'this class'} could point at a person. If the labels are no secret, say "
            f"so: schema.with_column({target.name!r}, categories=schema[{target.name!r}].categories); else merge or "
            f"drop the class{plural}."
        )


def _check_shared(column: Column, coded: pd.DataFrame, subjects: Subjects, fewest: int) -> None:
    """Refuse a column that few people fill: wherever it were cut, a value left would be one person's."""
    people = len(np.unique(subjects[coded[column.name].notna().to_numpy()]))
    if 0 < people < fewest:
        raise DataError(
            f"Only {people} people have a value in column {column.name!r}; for a release at least {fewest} must share "
            f"what is shown. Drop the column from the table to release: df.drop(columns=[{column.name!r}])."
        )


def _merged(
    values: NDArray[np.float64], column: Column, rare: list[int], subjects: Subjects, fewest: int
) -> tuple[NDArray[np.float64], Column]:
    """Codes without the rare labels, and the column that lists the labels left."""
    labels = list(column.categories or ())
    inside = np.isin(values, rare)
    kept = [code for code in range(len(labels)) if code not in rare and (values == code).any()]
    together = len(np.unique(subjects[inside]))
    text = column.kind is Kind.CATEGORICAL and all(isinstance(label, str) for label in labels)
    into = np.arange(len(labels) + 1)
    other = next((code for code in kept if labels[code] == OTHER), None)
    if text and not column.storage.ordered and (other is not None or together >= fewest):
        if other is None:
            other = len(labels)
            labels.append(OTHER)
            kept.append(other)
        into[rare] = other
    elif not kept:
        raise DataError(
            f"Column {column.name!r} has no label that {fewest} people share. Drop it from the table to release, or "
            f"declare its labels public: schema.with_column({column.name!r}, categories=...)."
        )
    elif column.storage.ordered:
        into[rare] = np.asarray(kept)[np.abs(np.subtract.outer(rare, kept)).argmin(axis=1)]
    else:
        held = holders(values, subjects)
        into[rare] = max(kept, key=lambda code: float(held.get(float(code), 0)))
    order = np.full(len(into) + 1, -1)
    order[kept] = np.arange(len(kept))
    known = ~np.isnan(values)
    out = values.copy()
    out[known] = order[into[values[known].astype(np.intp)]]
    listed = tuple(labels[code] for code in kept)
    # Nobody declared these labels: they may be shown since enough people have them, which is looked at again.
    return out, replace(column, categories=listed)


def _between_ends(
    coded: pd.DataFrame, column: Column, schema: Schema, subjects: Subjects, fewest: int
) -> NDArray[np.float64]:
    """Values cut at the ends of each class, then at those of the whole table as it is after that."""
    values = coded[column.name].to_numpy(float).copy()
    target = schema.target
    for found in ends_by_class(coded, column, target, subjects, fewest):
        if found.label is None or target is None:
            continue
        inside = coded[target.name].to_numpy(float) == found.label
        values[inside] = _cut(values[inside], found.low, found.high)
    whole = ends(values, subjects, None, fewest)
    return values if whole is None else _cut(values, whole.low, whole.high)


def _cut(values: NDArray[np.float64], low: float, high: float) -> NDArray[np.float64]:
    return np.asarray(np.clip(values, low, high))


def _within(column: Column, values: NDArray[np.float64]) -> Column:
    """The column with the bounds of its new values; they are as little declared as the old ones."""
    if column.bounds is None:
        return column
    return replace(column, bounds=(float(np.nanmin(values)), float(np.nanmax(values))))
