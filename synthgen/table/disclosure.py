"""What a released table must not show: values that only a few people have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.table.column import LABEL_KINDS, OPAQUE_KINDS, ORDERED_KINDS, Column, Role
from synthgen.table.schema import Schema

FEWEST_HOLDERS = 10
"""People who must share a label, an extreme or a cell for it to be shown: the usual least cell size of statistical
offices; Hundepool et al. (2012), https://doi.org/10.1002/9781118348239."""

HEALTH_HOLDERS = 11
"""The same for health data: cells of 10 or fewer aren't shown (Centers for Medicare & Medicaid Services, cell size
suppression policy)."""

FEWEST_AT_AN_END = 3
"""In a class with few people, as many as this must at least share its lowest and its highest value."""

Subjects = NDArray[np.int64]


@dataclass(frozen=True)
class Ends:
    """The lowest and the highest value of a column that enough people of one class reach.

    Attributes
    ----------
    label : float or None
        Code of the class; None for the whole table.
    low, high : float
        Values that ``needed`` people have or go beyond.
    needed : int
    lowest, highest : float
    low_holders, high_holders : int
        People who have exactly the lowest and the highest value.
    """

    label: float | None
    low: float
    high: float
    needed: int
    lowest: float
    highest: float
    low_holders: int
    high_holders: int


def subjects_of(coded: pd.DataFrame, schema: Schema) -> Subjects:
    """Number the people whose rows these are; a row without a subject is someone of its own."""
    named = schema.role(Role.SUBJECT)
    if not named or named[0].name not in coded:
        return np.arange(len(coded))
    codes = pd.factorize(coded[named[0].name])[0].astype(np.int64)
    alone = codes < 0
    codes[alone] = codes.max(initial=-1) + 1 + np.arange(int(alone.sum()))
    return codes


def holders(values: Sequence[object] | NDArray[np.generic], subjects: Subjects) -> pd.Series:
    """Count the people who have each value; missing values are nobody's.

    Examples
    --------
    >>> holders(np.array([1.0, 1.0, 2.0]), np.array([7, 7, 7])).to_dict()
    {1.0: 1, 2.0: 1}
    """
    pairs = pd.DataFrame({"value": values, "subject": subjects}).dropna(subset=["value"])
    counts: pd.Series = pairs.drop_duplicates()["value"].value_counts(sort=False)
    return counts


def public_labels(schema: Schema) -> dict[str, int]:
    """How many labels of each column the user declared public; labels found later are listed after them."""
    declared = [column for column in schema.of(*LABEL_KINDS) if "categories" in column.declared]
    return {column.name: len(column.categories or ()) for column in declared}


def rare_levels(column: Column, values: pd.Series, subjects: Subjects, fewest: int) -> list[int]:
    """Codes of the labels that someone has, but fewer than ``fewest`` people; none if the labels are declared."""
    if column.kind not in LABEL_KINDS or "categories" in column.declared:
        return []
    held = holders(values.to_numpy(), subjects)
    return sorted(int(code) for code in held[held < fewest].index)


def needed_at_an_end(people: int, fewest: int) -> int:
    """How many people must share the lowest and the highest value of a class of ``people``.

    ``fewest``, but at most a quarter of a small class, or its values would all become one; three at least. In the
    whole table it is ``fewest``, however few people have a value.

    Examples
    --------
    >>> [needed_at_an_end(n, 10) for n in (1000, 40, 20, 5)]
    [10, 10, 5, 3]
    """
    return min(fewest, max(FEWEST_AT_AN_END, people // 4))


def ends(values: NDArray[np.float64], subjects: Subjects, label: float | None, fewest: int) -> Ends | None:
    """Find how far out enough people's values go; None without values.

    Where fewer than twice the people needed have a value, both ends are the median.
    """
    known = ~np.isnan(values)
    if not known.any():
        return None
    values, subjects = values[known], subjects[known]
    needed = fewest if label is None else needed_at_an_end(len(pd.unique(subjects)), fewest)
    low, high = _reached(values, subjects, needed), _reached(-values, subjects, needed)
    high = None if high is None else -high
    if low is None or high is None or low > high:
        low = high = float(np.quantile(values, 0.5, method="lower"))
    lowest, highest = float(values.min()), float(values.max())
    return Ends(
        label, low, high, needed, lowest, highest,
        len(np.unique(subjects[values == lowest])), len(np.unique(subjects[values == highest])),
    )  # fmt: skip


def ends_by_class(
    coded: pd.DataFrame, column: Column, target: Column | None, subjects: Subjects, fewest: int
) -> list[Ends]:
    """Ends of a number or date within each class of the target, then in the whole table.

    Of a quasi-identifier in the whole table only: its combinations with the others are looked at as cells.
    """
    values = coded[column.name].to_numpy(float)
    out = []
    if target is not None and target.kind in LABEL_KINDS and column.role is not Role.QUASI_IDENTIFIER:
        classes = coded[target.name].to_numpy(float)
        for code in np.unique(classes[~np.isnan(classes)]):
            inside = classes == code
            out.append(ends(values[inside], subjects[inside], float(code), fewest))
    out.append(ends(values, subjects, None, fewest))
    return [found for found in out if found is not None]


def columns_with_ends(schema: Schema) -> list[Column]:
    """Columns whose extremes are somebody's: numbers and dates without declared bounds."""
    return [column for column in schema.of(*ORDERED_KINDS) if "bounds" not in column.declared]


def quasi_identifiers(schema: Schema) -> list[str]:
    """Names of the quasi-identifying columns that are compared."""
    return [column.name for column in schema.role(Role.QUASI_IDENTIFIER) if column.kind not in OPAQUE_KINDS]


def cells(coded: pd.DataFrame, names: Sequence[str]) -> NDArray[np.uint64]:
    """One number for each combination of values; gaps are values like others."""
    clean = pd.DataFrame({name: coded[name].to_numpy(float) + 0.0 for name in names})
    return np.asarray(pd.util.hash_pandas_object(clean, index=False).to_numpy(), dtype=np.uint64)


def _reached(values: NDArray[np.float64], subjects: Subjects, needed: int) -> float | None:
    """The value at which ``needed`` different people have been met, going up from the lowest."""
    looked = min(len(values), 4 * needed)
    while True:
        lowest = np.argpartition(values, looked - 1)[:looked]
        lowest = lowest[np.argsort(values[lowest], kind="stable")]
        _, first = np.unique(subjects[lowest], return_index=True)
        if len(first) >= needed:
            return float(values[lowest[np.sort(first)[needed - 1]]])
        if looked == len(values):
            return None
        looked = min(len(values), 4 * looked)
