"""The noise of a fit, which follows from the schema and the budget."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, log
from typing import Any

import numpy as np

from synthgen.generators.dp_marginals import DPMarginalsSynthesizer, public_schema
from synthgen.generators.dp_marginals.accounting import Budget, gaussian_scale, pure_of
from synthgen.generators.dp_marginals.measure.bins import FEW_POINTS, FINE_POINTS, HALVES, MOST_BINS, tree_scale
from synthgen.generators.dp_marginals.measure.classes import RARE, tails
from synthgen.generators.dp_marginals.measure.counting import BIN_NOISE, FEW_LEVELS, LABEL_NOISE
from synthgen.generators.dp_marginals.measure.plan import CHOICE_SHARE, Plan, noise_error, plan
from synthgen.generators.dp_marginals.public import Held, grid_of, refuse_undeclared, undeclared
from synthgen.table.column import LABEL_KINDS, ORDERED_KINDS, Column, Kind, Role
from synthgen.table.schema import Schema

LETTERS = {Kind.CONTINUOUS: "f", Kind.INTEGER: "i", Kind.BOOLEAN: "b", Kind.DATETIME: "M"}
"""What dtypes say of columns that are declared nothing of."""


@dataclass(frozen=True)
class Setting:
    """A schema and a budget, and the noise that follows from them.

    Parameters
    ----------
    public : Schema
        What is declared of the table.
    budget : Budget
    plan : Plan
        How the budget is divided.
    n_rows : int
    rounds : int
        Groups of columns that are counted.
    """

    public: Schema
    budget: Budget
    plan: Plan
    n_rows: int
    rounds: int

    @property
    def modelled(self) -> list[Column]:
        """Columns that are counted."""
        return self.public.of(*ORDERED_KINDS, *LABEL_KINDS)

    @property
    def one_way(self) -> float:
        """Noise on each count of a column."""
        return gaussian_scale(self.plan.one_way, self.budget.rows_per_unit)

    @property
    def together(self) -> float:
        """Noise on each count of a group of columns."""
        return gaussian_scale(self.plan.rounds / self.rounds * (1 - CHOICE_SHARE), self.budget.rows_per_unit)

    def left(self, column: Column) -> float:
        """Noise that is left on each count of a column, once groups of columns that it is in are used too.

        A group that is counted with k cells of another column gives the column's counts with sqrt(k) times the noise
        of a cell. Groups are pairs at least, and each column is reckoned to be in as many as any other.
        """
        sizes = [size for other in self.modelled if other.name != column.name and (size := self.codes(other))]
        precision = 1 / self.one_way**2
        if sizes:
            groups = 2 * self.rounds / len(self.modelled)
            precision += groups * float(np.mean([1 / size for size in sizes])) / self.together**2
        return float(precision**-0.5)

    def cells(self, column: Column) -> int | None:
        """Labels or bins that are counted: of bounds that aren't declared, as many as there could be.

        None for labels that aren't declared: how many there are is not known before.
        """
        gap = int(column.nullable)
        if column.kind in LABEL_KINDS:
            return None if column.categories is None else len(column.categories) + gap
        few = column.bounds is not None and grid_of(column)[1] <= FINE_POINTS
        return (grid_of(column)[1] if few else min(self._bins(), MOST_BINS)) + gap

    def codes(self, column: Column) -> int | None:
        """Cells that are left of a column where it is counted with others: those of few rows are joined."""
        cells = self.cells(column)
        if cells is None or column.role is Role.TARGET:
            return cells
        ordered = column.kind in ORDERED_KINDS
        divided = ordered and (column.bounds is None or grid_of(column)[1] > FEW_POINTS)
        bins = min(cells, self._bins() + int(column.nullable)) if divided else cells
        enough = (BIN_NOISE if ordered else LABEL_NOISE) * self.together
        return min(bins, max(FEW_LEVELS, round(self.n_rows / enough)) + 1)

    def _bins(self) -> int:
        """Bins of an ordered column whose rows lie evenly, which is the most that there will be."""
        scale = tree_scale(pure_of(self.plan.tree), self.budget.rows_per_unit)
        depth, decay = 0, ceil(scale * log(HALVES))
        while self.n_rows / HALVES**depth > depth * decay:
            depth += 1
        return int(HALVES**depth)

    def error(self, cells: float, sigma: float, rows: float) -> float:
        """Total variation to expect of noise on so many cells of so many rows."""
        return min(noise_error(cells, sigma, rows), 1.0)  # type: ignore[arg-type]


def setting_of(schema: Schema, n_rows: int, target: str | None, options: Mapping[str, Any]) -> Setting:
    """Divide a budget among the columns of a schema.

    Raises
    ------
    UsageError, DataError
        The budget is none, or no column could be modelled.
    """
    model = DPMarginalsSynthesizer(**options)
    dtypes = {column.name: Held(column.storage.dtype, LETTERS.get(column.kind, "O")) for column in schema}
    public = public_schema(dtypes, schema, target, model.text)
    budget = model._budget(public)
    if not model.schema_share:
        refuse_undeclared(public)
    lacking = list(undeclared(public).values())
    modelled = public.of(*ORDERED_KINDS, *LABEL_KINDS)
    divided = plan(
        budget, columns=len(modelled),
        trees=sum(c.kind in ORDERED_KINDS and (c.bounds is None or grid_of(c)[1] > FEW_POINTS) for c in modelled),
        unlisted=lacking.count("categories"), unbounded=lacking.count("bounds"), schema_share=model.schema_share,
    )  # fmt: skip
    return Setting(public, budget, divided, n_rows, model.rounds)


def usual_cells(setting: Setting, rows: int) -> float:
    """Cells of a column of usual size where it is counted with a class of so many rows, the target apart."""
    target, share = setting.public.target, rows / setting.n_rows
    known = [(c, setting.codes(c)) for c in setting.modelled if target is None or c.name != target.name]
    sizes = [float(size) for _, size in known if size is not None]
    if share * len((target and target.categories) or ("no", "yes")) < RARE:
        # Of a rare class, ordered columns are counted in few runs.
        most = 2 * len(tails(share)) + 1
        sizes = [
            min(size, most + column.nullable) if column.kind in ORDERED_KINDS else size
            for column, size in known
            if size is not None
        ]
    return float(np.median(sizes)) if sizes else 10.0
