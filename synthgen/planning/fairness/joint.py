"""Group and label as one target, so that any generator can make rows of each cell."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.planning.fairness.groups import Cells
from synthgen.table.column import Column, Kind, Role, Storage
from synthgen.table.encoding import decode, encode
from synthgen.table.schema import Schema


@dataclass(frozen=True)
class Joint:
    """A table whose target is the cell of each row.

    The sensitive columns are left out where every group has cells of its own. Else rows of all other groups share a
    cell for each label, and the sensitive columns are made with the rest of the row.

    Attributes
    ----------
    cells : Cells
    schema : Schema
        Of the caller's table.
    target : Column
        The column that has the cells.
    numbers : array of int
        The cell that each of its labels stands for.
    """

    cells: Cells
    schema: Schema
    target: Column
    numbers: NDArray[np.int64]

    @classmethod
    def of(cls, cells: Cells, schema: Schema) -> Joint:
        """Number the cells that rows have."""
        numbers = np.flatnonzero(cells.counts.ravel())
        width = cells.counts.shape[1]
        names = [_name(cells, schema, int(number) // width, int(number) % width) for number in numbers]
        old = schema.target
        labels = tuple(f"{name} ({k})" if names.count(name) > 1 else name for k, name in enumerate(names))
        name = "group"
        while name in schema:
            name += "_"
        if old is not None and cells.selected >= 0:
            name = old.name
        target = Column(
            name, Kind.CATEGORICAL, Role.TARGET, categories=labels, storage=Storage("object", "str"),
            declared=frozenset({"categories"}) if old is not None and "categories" in old.declared else frozenset(),
        )  # fmt: skip
        return cls(cells, schema, target, numbers)

    @property
    def whole(self) -> bool:
        """Whether every row's group has cells of its own."""
        return not self.cells.counts[-1].any()

    @property
    def learnt(self) -> Schema:
        """What a generator learns from."""
        schema = self.schema
        if schema.target is not None and schema.target.name != self.target.name:
            schema = schema.with_columns([replace(schema.target, role=Role.FEATURE)])
        own = [column.name for column in self.cells.groups.columns] if self.whole else []
        kept = [column for column in schema if column.name not in own]
        if self.target.name not in schema:
            return schema.of_columns((*kept, self.target))
        return schema.of_columns(self.target if column.name == self.target.name else column for column in kept)

    def joined(self, frame: pd.DataFrame, coded: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
        """The same rows with their cells: as a frame and coded."""
        places = np.searchsorted(self.numbers, self.cells.of(coded, self.schema))
        names = self.learnt.names
        labels = np.array(self.target.categories, dtype=object)[places]
        new = {self.target.name: pd.Series(labels, index=frame.index, dtype=object)}
        codes = {self.target.name: pd.Series(places.astype(float), index=coded.index)}
        return frame.assign(**new)[names], coded.assign(**codes)[names]

    def split(self, made: pd.DataFrame) -> pd.DataFrame:
        """Made rows with the caller's columns in place of the cells."""
        learnt = self.learnt
        coded = encode(made, learnt, unseen="extend")
        numbers = self.numbers[coded[self.target.name].to_numpy(int)]
        group, label = np.divmod(numbers, self.cells.counts.shape[1])
        if self.cells.selected >= 0 and self.schema.target is not None:
            coded[self.schema.target.name] = self.cells.labels[label]
        known = group < len(self.cells.groups)
        for k, column in enumerate(self.cells.groups.columns):
            own = self.cells.groups.codes[np.minimum(group, len(self.cells.groups) - 1), k]
            coded[column.name] = np.where(known, own, coded.get(column.name, np.nan))
        return decode(coded[self.schema.names], self.schema)

    def code_of(self, number: int) -> float:
        """Code of the target for a cell."""
        return float(np.searchsorted(self.numbers, number))


def _name(cells: Cells, schema: Schema, group: int, label: int) -> str:
    name = cells.groups.name(group)
    if cells.selected < 0 or schema.target is None:
        return name
    return f"{name}, {(schema.target.categories or ())[int(cells.labels[label])]}"
