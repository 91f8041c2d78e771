"""The classes of rows by their target, numbered as they come."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

MOST_CLASSES = 1_000
"""With more labels a target isn't one of classes, and rows are sampled evenly."""


class ClassCodes:
    """Numbers the labels of a target, and counts their rows; without a target all rows are of one class.

    Rows that lack a label are a class of their own.

    Parameters
    ----------
    target : str or None
    most : int, default MOST_CLASSES
    """

    def __init__(self, target: str | None, most: int = MOST_CLASSES) -> None:
        self.target = target
        self.too_many = False
        self._most = most
        self._codes: dict[Any, int] = {}
        self._counts = np.zeros(0, np.int64)

    @property
    def by_class(self) -> bool:
        """Whether rows are told apart by class."""
        return self.target is not None and not self.too_many

    def of(self, batch: pa.RecordBatch, *, count: bool = True) -> NDArray[np.int64]:
        """Give the number of each row's class."""
        if not self.by_class:
            return np.zeros(batch.num_rows, np.int64)
        column = batch.column(self.target)
        if pa.types.is_dictionary(column.type):
            column = column.dictionary_decode()
        if pa.types.is_floating(column.type):
            column = pc.if_else(pc.is_nan(column), pa.scalar(None, column.type), column)
        coded = column.dictionary_encode(null_encoding="encode")
        if len(coded.dictionary) + len(self._codes) > 2 * self._most:
            self.too_many = True
            return np.zeros(batch.num_rows, np.int64)
        known = [self._codes.setdefault(label, len(self._codes)) for label in coded.dictionary.to_pylist()]
        if len(self._codes) > self._most:
            self.too_many = True
            return np.zeros(batch.num_rows, np.int64)
        codes: NDArray[np.int64] = np.array(known, np.int64)[coded.indices.to_numpy(zero_copy_only=False)]
        if count:
            found = np.bincount(codes, minlength=len(self._codes))
            found[: len(self._counts)] += self._counts
            self._counts = found
        return codes

    def counts(self) -> NDArray[np.int64]:
        """Give the rows of each class by its number."""
        return self._counts

    def rows(self) -> dict[Any, int] | None:
        """Give the rows of each label, the most frequent first; None where rows aren't told apart by class."""
        if not self.by_class:
            return None
        held = {label: int(self._counts[code]) for label, code in self._codes.items() if label is not None}
        return dict(sorted(held.items(), key=lambda item: (-item[1], str(item[0]))))
