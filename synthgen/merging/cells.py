"""Cells over one or several columns: which row is in which, so that each can be filled to a size of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.errors import ConditionError, DataError, UsageError
from synthgen.table.column import LABEL_KINDS, Column
from synthgen.table.conditions import label_code


@dataclass(frozen=True)
class Cells:
    """Combinations of labels that real rows have.

    Attributes
    ----------
    of_row : array of int64, shape (n_rows,)
        Place of each row's cell in ``codes``; -1 where one of the columns has a gap.
    codes : array of float64, shape (n_cells, n_columns)
        Codes of each cell's labels.
    columns : tuple of Column
        Those that make the cells, with the labels that the caller knows.
    """

    of_row: NDArray[np.int64]
    codes: NDArray[np.float64]
    columns: tuple[Column, ...]

    @property
    def owner(self) -> str:
        """The columns, as messages call them."""
        return " and ".join(repr(column.name) for column in self.columns)

    def place(self, cell: Any) -> float:
        """Place of a cell that is named by its labels: a tuple, one label a column, or the label of a single column."""
        named = cell if isinstance(cell, tuple) else (cell,)
        if len(named) != len(self.columns):
            raise UsageError(
                f"A cell of sampling_strategy needs one label for each of {self.owner}, as a tuple in that order; got "
                f"{cell!r}."
            )
        codes = [label_code(label, column) for label, column in zip(named, self.columns, strict=True)]
        found = np.flatnonzero((self.codes == codes).all(axis=1))
        if not len(found):
            raise ConditionError(
                f"No row has the cell {cell!r} of {self.owner}, so nothing can be learnt about it. "
                "Ask for one that rows have."
            )
        return float(found[0])

    def name(self, place: float) -> Any:
        """The labels of a cell, as the caller writes them; inverse of :meth:`place`."""
        labels = tuple(
            (column.categories or ())[int(code)]
            for column, code in zip(self.columns, self.codes[int(place)], strict=True)
        )
        return labels if len(labels) > 1 else labels[0]

    def sizes(self) -> dict[float, int]:
        """Real rows of each cell, by its place."""
        places, counts = np.unique(self.of_row[self.of_row >= 0], return_counts=True)
        return {float(place): int(count) for place, count in zip(places, counts, strict=True)}


def read_cells(coded: pd.DataFrame, columns: tuple[Column, ...]) -> Cells:
    """Find the cells that rows have.

    Parameters
    ----------
    coded : pandas.DataFrame of shape (n_rows, n_columns)
        Codes of the labels, NaN where missing.
    columns : tuple of Column
        The same columns, in the same order.

    Raises
    ------
    UsageError
        A column holds no labels.
    DataError
        There is one cell only, or none.

    Examples
    --------
    >>> from synthgen.table.column import Kind
    >>> sex, ill = (Column(name, Kind.CATEGORICAL, categories=("no", "yes")) for name in ("female", "ill"))
    >>> cells = read_cells(pd.DataFrame({"female": [0.0, 1.0, 1.0], "ill": [0.0, 1.0, np.nan]}), (sex, ill))
    >>> cells.of_row.tolist(), cells.name(1), cells.place(("no", "no"))
    ([0, 1, -1], ('yes', 'yes'), 0.0)
    """
    for column in columns:
        if column.kind not in LABEL_KINDS:
            raise UsageError(
                f"Column {column.name!r} of cells is {column.kind}, and a cell needs labels. Cut it into groups first "
                f"(pd.cut), or declare it categorical: schema.with_column({column.name!r}, kind='categorical', ...)."
            )
    table = coded.to_numpy(float)
    known = ~np.isnan(table).any(axis=1)
    codes, places = np.unique(table[known], axis=0, return_inverse=True)
    if len(codes) < 2:
        owner = " and ".join(repr(column.name) for column in columns)
        raise DataError(
            f"The rows are in {len(codes)} cell(s) of {owner} (a row with a gap is in none); there is nothing to "
            "balance. Name other columns."
        )
    of_row = np.full(len(table), -1, dtype=np.int64)
    of_row[known] = places.ravel()
    return Cells(of_row, codes, columns)
