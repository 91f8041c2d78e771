"""All columns of dates of a table that are learnt in parts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.generators.dates.parts import DateParts
from synthgen.table.column import Column
from synthgen.table.conditions import Allowed, Interval
from synthgen.table.local_time import days_and_times, zone_of
from synthgen.table.schema import Schema

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class DateColumns:
    """The parts of each column of dates; one that another is learnt from stands before it."""

    parts: tuple[DateParts, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.parts)

    @property
    def columns(self) -> frozenset[str]:
        """Columns of the table that are learnt in parts."""
        return frozenset(one.column for one in self.parts)

    @property
    def following(self) -> frozenset[str]:
        """Columns that are learnt by how long after another one they are."""
        return frozenset(one.column for one in self.parts if one.base is not None)

    @property
    def by_name(self) -> dict[str, DateParts]:
        """The parts by the name of their column."""
        return {one.column: one for one in self.parts}

    def expanded(self, names: Iterable[str]) -> list[str]:
        """Names of columns as the model has them, each with its parts."""
        by_name = self.by_name
        return [part for name in map(str, names) for part in (by_name[name].names if name in by_name else [name])]

    def schema(self, schema: Schema) -> Schema:
        """Columns as the model has them."""
        by_name = self.by_name
        columns: list[Column] = []
        for column in schema:
            columns += by_name[column.name].columns(column) if column.name in by_name else [column]
        return Schema(tuple(columns))

    def split(self, rows: pd.DataFrame, learnt: pd.DataFrame, schema: Schema) -> pd.DataFrame:
        """Take the dates of coded rows apart; what is unknown of a part is NaN.

        Parameters
        ----------
        rows : pandas.DataFrame
            As the table has them.
        learnt : pandas.DataFrame
            The same, whose other columns are as the model has them.
        schema : Schema
            Of the table.
        """
        if not self.parts:
            return learnt
        by_name = self.by_name
        made: dict[str, Floats] = {}
        for one in self.parts:
            base = None
            if one.base is not None:
                base = rows[one.base].to_numpy(float)
                base = by_name[one.base].ordinary(base) if one.base in by_name else base
            made |= one.split(rows[one.column].to_numpy(float), schema[one.column], base)
        out = learnt.assign(**made)
        return out[self.expanded(map(str, learnt.columns))]

    def filled(self, split: pd.DataFrame, rows: pd.DataFrame, rng: np.random.Generator | None) -> pd.DataFrame:
        """Give every part a value but for the days of missing dates.

        A date that stands for none has a day all the same, and a missing one a time of day: those of other rows (the
        middle one if ``rng`` is None). They are drawn too, and not looked at.
        """
        out: dict[str, Floats] = {}
        for one in self.parts:
            gone = rows[one.column].isna().to_numpy()
            for name in one.names:
                values = split[name].to_numpy(float, copy=True)
                lacking = np.isnan(values) & (~gone if name == one.column else True)
                donors = values[~np.isnan(values)]
                if name in one.special_names or not len(donors):
                    values[lacking] = 0.0
                elif rng is None:
                    values[lacking] = np.sort(donors)[len(donors) // 2]
                else:
                    values[lacking] = rng.choice(donors, int(lacking.sum()))
                out[name] = values
        return split.assign(**out) if out else split

    def joined(self, made: pd.DataFrame, plain: pd.DataFrame, schema: Schema) -> pd.DataFrame:
        """Put the dates of drawn rows together.

        Parameters
        ----------
        made : pandas.DataFrame
            As the model draws them.
        plain : pandas.DataFrame
            The same, whose other columns are as the table has them.
        schema : Schema
            Of the table.
        """
        if not self.parts:
            return plain
        drawn = {name: made[name].to_numpy(float) for name in self.expanded(self.columns)}
        ordinary: dict[str, Floats] = {}
        for one in self.parts:
            base = None if one.base is None else ordinary.get(one.base)
            if one.base is not None and base is None:
                base = plain[one.base].to_numpy(float)
            ordinary[one.column] = one.joined(drawn, schema[one.column], base)
        return self._with_special(plain, drawn, ordinary)

    def _with_special(
        self, plain: pd.DataFrame, drawn: Mapping[str, Floats], ordinary: Mapping[str, Floats]
    ) -> pd.DataFrame:
        out = {one.column: one.with_special(ordinary[one.column], drawn) for one in self.parts}
        extra = [name for one in self.parts for name in one.names[1:]]
        return plain.drop(columns=extra).assign(**out)

    def restored(self, filled: pd.DataFrame, plain: pd.DataFrame, known: pd.DataFrame, schema: Schema) -> pd.DataFrame:
        """Put the dates of filled rows together, with all that was known of them before.

        A column that is known stays where it is, and one that it is learnt from is counted back from it.

        Parameters
        ----------
        filled : pandas.DataFrame
            As the model fills them.
        plain : pandas.DataFrame
            The same, whose other columns are as the table has them.
        known : pandas.DataFrame
            As the table has them, NaN where nothing was known.
        schema : Schema
            Of the table.
        """
        if not self.parts:
            return plain
        drawn = {name: filled[name].to_numpy(float) for name in self.expanded(self.columns)}
        by_name = self.by_name
        told = {str(name): known[name].to_numpy(float, copy=True) for name in known.columns}
        for one in self.parts[::-1]:
            if one.base is None:
                continue
            before = one.counted_back(told[one.column], drawn, schema[one.column])
            if one.base in by_name and not one.unit:
                before = by_name[one.base].placed(before, drawn, schema[one.base])
            told[one.base] = np.where(np.isnan(told[one.base]), before, told[one.base])
        ordinary: dict[str, Floats] = {}
        for one in self.parts:
            base = None
            if one.base is not None:
                base = ordinary[one.base] if one.base in ordinary else plain[one.base].to_numpy(float)
                base = np.where(np.isnan(told[one.base]), base, told[one.base])
            free = one.joined(drawn, schema[one.column], base)
            ordinary[one.column] = np.where(np.isnan(one.ordinary(told[one.column])), free, told[one.column])
        out = self._with_special(plain, drawn, ordinary)
        for name in {*self.columns, *(one.base for one in self.parts if one.base is not None)}:
            out[name] = np.where(np.isnan(told[name]), out[name], told[name])
        return out

    def aimed(self, wanted: Mapping[str, Allowed], schema: Schema) -> dict[str, Allowed]:
        """Conditions on dates as conditions on the days that the model draws: all that may meet them, and few more."""
        out = dict(wanted)
        for one in self.parts:
            allowed = out.pop(one.column, None)
            if allowed is None or one.base is not None or allowed.accepts(np.array(one.special)).any():
                continue
            if allowed.intervals:
                cells = tuple(_cells(one, item, schema[one.column]) for item in allowed.intervals)
                allowed = Allowed(None, _joined(cells), allowed.missing)
            out[one.column] = allowed
            if not allowed.missing:
                out |= {name: Allowed(None, (Interval(0.0, 0.0),), False) for name in one.special_names}
        return out


def _cells(one: DateParts, item: Interval, column: Column) -> Interval:
    """Numbers of days or weeks in which an allowed moment may lie."""
    ends = np.clip(np.array([item.low, item.high]), one.first, one.last)
    days = days_and_times(ends, zone_of(column))[0]
    low, high = np.floor((days + 3) / 7) if one.weeks else one.grid.index(days)
    return Interval(float(low), float(high))


def _joined(cells: tuple[Interval, ...]) -> tuple[Interval, ...]:
    out: list[Interval] = []
    for cell in sorted(cells, key=lambda cell: cell.low):
        if out and cell.low <= out[-1].high:
            out[-1] = Interval(out[-1].low, max(cell.high, out[-1].high))
        else:
            out.append(cell)
    return tuple(out)
