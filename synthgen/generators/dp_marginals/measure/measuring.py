"""Measure a table: the only function that reads it, and what it costs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.errors import DataError
from synthgen.generators.dp_marginals.accounting import Budget, Spent, gaussian_scale, pure_of
from synthgen.generators.dp_marginals.measure.bins import FEW_POINTS, binned, labelled, private_bins
from synthgen.generators.dp_marginals.measure.choosing import Rounds, chosen_marginals
from synthgen.generators.dp_marginals.measure.counting import (
    BIN_NOISE,
    CLEAR,
    LABEL_NOISE,
    estimated_rows,
    grouped,
    one_way,
    rare_labels,
)
from synthgen.generators.dp_marginals.measure.plan import Plan, plan
from synthgen.generators.dp_marginals.measure.reading import (
    GAP,
    NOT_ALLOWED,
    found_labels,
    grid_points,
    label_codes,
    quantities,
    within_limit,
)
from synthgen.generators.dp_marginals.measure.undeclared import listed_labels, noisy_bounds
from synthgen.generators.dp_marginals.measurements import Levels, Marginal, Measurements
from synthgen.generators.dp_marginals.mechanism import NoiseSource, OpenDPNoise
from synthgen.generators.dp_marginals.public import grid_of, undeclared
from synthgen.table.column import LABEL_KINDS, ORDERED_KINDS, Column, Kind, Role
from synthgen.table.schema import Schema

NO_CLASS = (
    "Not even one class of the target {name!r} is held by so many rows that it can be listed under this epsilon. "
    "Declare its classes: schema.with_column({name!r}, kind='categorical', categories=(...))."
)

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


def measure(
    frame: pd.DataFrame,
    public_schema: Schema,
    budget: Budget,
    noise: NoiseSource | None = None,
    *,
    n_rows: int | None = None,
    schema_share: float = 0.1,
    rounds: Rounds | None = None,
) -> Measurements:
    """Measure a table with noise.

    Parameters
    ----------
    frame : pandas.DataFrame
    public_schema : Schema
        What is public (see :func:`synthgen.generators.dp_marginals.public.public_schema`); bounds and categories that
        are None are found with noise.
    budget : Budget
    noise : NoiseSource, optional
        OpenDP's, if not given.
    n_rows : int, optional
        Number of rows, where it is public; estimated from noisy counts otherwise.
    schema_share : float
        Part of the budget for bounds and categories that aren't declared.
    rounds : Rounds, optional

    Returns
    -------
    Measurements
        All that is ever known of the table.
    """
    budget.check()
    reading = _Reading(frame, public_schema, budget, noise if noise is not None else OpenDPNoise(), schema_share)
    schema = reading.completed()
    levels, codes, outside = reading.levels_and_codes(schema)
    return reading.measured(levels, codes, outside, n_rows, rounds if rounds is not None else Rounds())


class _Reading:
    """One table while it is measured; nothing of it is kept."""

    def __init__(
        self, frame: pd.DataFrame, schema: Schema, budget: Budget, noise: NoiseSource, schema_share: float
    ) -> None:
        self.budget, self.noise, self.schema = budget, noise, schema
        self.most = budget.rows_per_unit
        subject = next(iter(schema.role(Role.SUBJECT)), None)
        if subject is not None:
            frame = frame[within_limit(frame[subject.name], self.most)]
        self.frame = frame
        self.columns = [column for column in schema if column.kind in (*ORDERED_KINDS, *LABEL_KINDS)]
        lacking = list(undeclared(schema).values())
        self.plan: Plan = plan(
            budget,
            columns=len(self.columns),
            trees=sum(_has_tree(column) for column in self.columns),
            unlisted=lacking.count("categories"),
            unbounded=lacking.count("bounds"),
            schema_share=schema_share,
        )
        self.spent: list[Spent] = []

    def completed(self) -> Schema:
        """Find what isn't declared."""
        found = []
        for name, what in undeclared(self.schema).items():
            column, cells = self.schema[name], self.frame[name]
            if what == "bounds":
                values = quantities(cells, column)
                whole = column.kind is not Kind.CONTINUOUS
                bounds = noisy_bounds(values, self.plan.found, self.most, self.noise, whole=whole)
                found.append(replace(column, bounds=bounds))
                self.spent.append(Spent(f"bounds of {name}", self.plan.found))
            else:
                codes, seen = found_labels(cells, column)
                listed = listed_labels(codes, seen, self.plan.found, self.plan.list_delta, self.most, self.noise)
                if column.role is Role.TARGET and not listed:
                    raise DataError(NO_CLASS.format(name=name))
                found.append(replace(column, categories=listed, nullable=column.role is not Role.TARGET))
                self.spent.append(Spent(f"labels of {name}", self.plan.found, self.plan.list_delta))
        return self.schema.with_columns(found)

    def levels_and_codes(self, schema: Schema) -> tuple[list[Levels], Ints, dict[str, int]]:
        """Divide every column into levels, and read the rows as codes of these."""
        levels, codes, odd = [], [], []
        columns = [schema[column.name] for column in self.columns]
        for column in columns:
            if column.kind in LABEL_KINDS:
                own = label_codes(self.frame[column.name], column)
                wrong = own == NOT_ALLOWED
                made = labelled(column)
            else:
                points, wrong = grid_points(quantities(self.frame[column.name], column), column)
                made = binned(column, self._bins(points, column))
                own = np.where(points < 0, GAP, np.searchsorted(made.starts, points, side="right") - 1)
            levels.append(made)
            codes.append(np.where(own < 0, made.fine - 1 if made.missing else GAP, own))
            odd.append(wrong)
        return (
            levels,
            np.stack(codes, axis=1) if codes else np.zeros((len(self.frame), 0), np.int64),
            self._outside(odd),
        )

    def _bins(self, points: Ints, column: Column) -> tuple[int, ...]:
        _, size = grid_of(column)
        if size <= FEW_POINTS:
            return tuple(range(size + 1))
        self.spent.append(Spent(f"bins of {column.name}", self.plan.tree))
        return private_bins(points[points >= 0], size, pure_of(self.plan.tree), self.most, self.noise)

    def _outside(self, odd: list[Bools]) -> dict[str, int]:
        """Noisy counts of cells that the schema doesn't allow: a row may have one in every column."""
        if not odd:
            return {}
        sigma = gaussian_scale(self.plan.outside, self.most * len(odd) ** 0.5)
        noisy = self.noise.gaussian(np.array([int(wrong.sum()) for wrong in odd], dtype=np.int64), sigma)
        self.spent.append(Spent("counts of cells that the schema doesn't allow", self.plan.outside))
        names = [column.name for column in self.columns]
        return {name: int(count) for name, count in zip(names, noisy, strict=True) if count > CLEAR * sigma}

    def measured(
        self, levels: list[Levels], codes: Ints, outside: dict[str, int], n_rows: int | None, rounds: Rounds
    ) -> Measurements:
        """Count each column, then groups of columns that are chosen one by one."""
        codes = codes[(codes >= 0).all(axis=1)]
        sigma = gaussian_scale(self.plan.one_way, self.most)
        clear = gaussian_scale(self.plan.rounds / rounds.number, self.most) if self.plan.rounds else 0.0
        firsts: list[Marginal] = []
        noisy_counts: list[Any] = []
        rare: dict[str, int] = {}
        coarse = np.zeros_like(codes)
        for place, level in enumerate(levels):
            exact = np.bincount(codes[:, place], minlength=level.fine).astype(np.int64)
            noisy = self.noise.gaussian(exact, sigma).astype(np.float64)
            noisy_counts.append((noisy, sigma))
            levels[place] = grouped(level, noisy, sigma, clear * (BIN_NOISE if level.starts else LABEL_NOISE))
            coarse[:, place] = np.array(levels[place].groups, dtype=np.int64)[codes[:, place]]
            if few := rare_labels(level, noisy, sigma):
                rare[level.column.name] = few
            firsts.append(one_way(place, levels[place], noisy, sigma))
            self.spent.append(Spent(f"counts of {level.column.name}", self.plan.one_way))
        total = float(n_rows) if n_rows is not None else estimated_rows(noisy_counts)
        every = chosen_marginals(coarse, levels, firsts, total, self.plan.rounds, self.most, self.noise, rounds)
        for item in every[len(firsts) :]:
            names = ", ".join(levels[place].column.name for place in item.columns)
            self.spent.append(Spent(f"choice and counts of {names}", self.plan.rounds / rounds.number))
        return Measurements(tuple(levels), tuple(every), total, outside, tuple(self.spent), self.budget, rare)


def _has_tree(column: Column) -> bool:
    """Whether a column's bins cost anything; bounds that are found later may turn out so narrow that they don't."""
    if column.kind not in ORDERED_KINDS:
        return False
    return column.bounds is None or grid_of(column)[1] > FEW_POINTS
