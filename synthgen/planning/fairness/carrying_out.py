"""A plan carried out: what a generator learns from, which rows it makes, and what they are compared with."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.errors import DataError, UsageError
from synthgen.generators import Synthesizer, TreeSynthesizer
from synthgen.planning.fairness import counts as arithmetic
from synthgen.planning.fairness.groups import Cells, Groups, read_cells, read_groups, selected_code
from synthgen.planning.fairness.joint import Joint
from synthgen.planning.fairness.plan import FairnessPlan
from synthgen.planning.fairness.proxies import STRONG, Repair, proxies_of
from synthgen.planning.fairness.reading import ABOUT_LABELS
from synthgen.planning.sampling import Plan
from synthgen.table.column import LABEL_KINDS
from synthgen.table.encoding import decode, encode, extend_categories
from synthgen.table.schema import Schema

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]


@dataclass(frozen=True)
class CarryingOut:
    """A plan on one table.

    Attributes
    ----------
    plan : FairnessPlan or None
        None: nothing is changed.
    schema : Schema
        Of the table, after proxies were changed.
    real : Cells or None
        Real rows of each group and label; None without a plan.
    wanted : array of int, or None
        Rows to make of each cell; None where rows are made as they come.
    joint : Joint or None
        Set where rows are made cell by cell.
    rates : array or None
        Rate that each group is to have among the rows made, where labels are drawn at other rates.
    repair : Repair or None
        How proxies were changed.
    notes : tuple of str
        What the plan couldn't do, in words.
    """

    plan: FairnessPlan | None
    schema: Schema
    real: Cells | None
    wanted: NDArray[np.int64] | None = None
    joint: Joint | None = None
    rates: Floats | None = None
    repair: Repair | None = None
    notes: tuple[str, ...] = ()

    @property
    def cells(self) -> Cells:
        """Real rows of each group and label."""
        assert self.real is not None
        return self.real

    @property
    def learnt(self) -> Schema:
        """Schema of what a generator learns from."""
        return self.joint.learnt if self.joint is not None else self.schema

    def joined(self, frame: pd.DataFrame, coded: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Rows as a generator learns from them."""
        return self.joint.joined(frame, coded) if self.joint is not None else (frame, coded)

    def sampling(self, in_proportion: bool) -> Plan | None:
        """Rows to make, as the sampling asks for them; None where the plan leaves that open."""
        if self.wanted is None:
            return None
        total = int(self.wanted.sum())
        if self.joint is None:
            return Plan(total, in_proportion=in_proportion)
        numbers = np.flatnonzero(self.wanted.ravel())
        by_class = {self.joint.code_of(int(number)): int(self.wanted.ravel()[number]) for number in numbers}
        return Plan(total, by_class, in_proportion=in_proportion)

    def tell(self, model: Synthesizer) -> None:
        """Tell a fitted generator at which rates to draw labels, where the plan is about that."""
        if self.plan is None or self.rates is None or not isinstance(model, TreeSynthesizer):
            return
        groups = self.cells.groups
        movable = _movable(self.cells, self.plan.kind)
        asked = {groups.key(g): float(self.rates[g]) for g in range(len(groups)) if movable[g]}
        target = self.schema.target
        assert target is not None
        label = (target.categories or ())[int(self.cells.labels[self.cells.selected])]
        names = [column.name for column in groups.columns]
        model.equalise_labels(names, label=label, rates=asked, strength=self.plan.strength)

    def split(self, made: pd.DataFrame) -> pd.DataFrame:
        """Made rows with the columns of the table."""
        return self.joint.split(made) if self.joint is not None else made

    def blocks(self, made: pd.DataFrame) -> list[tuple[float, Rows, int]] | None:
        """Cells of rows that were made as they come: number, positions of the rows, and how many to hand out.

        None where rows weren't drawn at other rates.
        """
        if self.wanted is None or self.joint is not None:
            return None
        coded = encode(made, extend_categories(self.schema, made))
        of_row, wanted = self.cells.of(coded, self.schema), self.wanted.ravel()
        return [(float(k), np.flatnonzero(of_row == k), int(wanted[k])) for k in np.flatnonzero(wanted)]

    def tilts(self, made: pd.DataFrame, real: list[pd.DataFrame], model: Synthesizer) -> list[Floats] | None:
        """How much real rows count where made rows are compared with them.

        Rows made cell by cell: each cell of the real rows counts as much as it does among the made ones. Labels drawn
        at other rates: a real row counts as much more as the model now draws its label more often, given all its
        columns.
        """
        if self.rates is not None and isinstance(model, TreeSynthesizer):
            return [model.label_tilt(part) for part in real]
        if self.joint is None:
            return None
        size = self.cells.counts.size
        wanted = np.bincount(self.cells.of(made, self.schema), minlength=size) / max(len(made), 1)
        out = []
        for part in real:
            own = self.cells.of(part, self.schema)
            shares = np.bincount(own[own >= 0], minlength=size) / max(len(part), 1)
            ratio = np.divide(wanted, shares, out=np.zeros(size), where=shares > 0)
            out.append(np.where(own >= 0, ratio[np.maximum(own, 0)], 0.0))
        return out

    def weights(self, coded: pd.DataFrame) -> Floats:
        """Weight of each row handed back; 1 but for a plan of weights. Rows of other groups weigh 1."""
        out = np.ones(len(coded))
        if self.plan is None or self.plan.kind != "weights" or self.schema.target is None:
            return out
        of_row = self.cells.groups.of(coded)
        inside = np.append(_movable(self.cells, self.plan.kind), False)[of_row]
        labels = coded[self.schema.target.name].to_numpy(float)
        out[inside] = arithmetic.kamiran_calders(of_row[inside], labels[inside], self.plan.strength)
        return out


def carry_out(
    plan: FairnessPlan,
    frame: pd.DataFrame,
    coded: pd.DataFrame,
    schema: Schema,
    *,
    release: bool,
    n_samples: int | None = None,
) -> tuple[CarryingOut, pd.DataFrame, pd.DataFrame]:
    """Work out what a plan means for a table.

    Parameters
    ----------
    plan : FairnessPlan
        Read by :func:`synthgen.planning.fairness.read_plan`.
    frame, coded : pandas.DataFrame
        Real rows, as given and coded by ``schema``.
    schema : Schema
    release : bool
        The made rows are a table of their own; else they are added to the real ones.
    n_samples : int, optional
        Rows to make in all.

    Returns
    -------
    CarryingOut, frame, coded
        The frames with proxies changed, where the plan does that.

    Raises
    ------
    UsageError, DataError
        The plan can't be carried out on this table.
    """
    groups = read_groups(coded, schema, plan.sensitive_features)
    if plan.kind == "proxies":
        return _repaired(plan, coded, frame, schema, groups)
    about_labels = plan.kind in ABOUT_LABELS
    target = schema.target
    classed = target is not None and target.kind in LABEL_KINDS
    selected = selected_code(coded, schema, plan.label) if about_labels else None
    if not about_labels and classed and target is not None:
        # Labels of each group stay in proportion, whichever class is looked at.
        selected = float(coded[target.name].value_counts().index[-1])
    cells = read_cells(coded, schema, groups, selected)
    movable = _movable(cells, plan.kind)
    if movable.sum() < 2:
        raise DataError(
            f"Fewer than two groups of {groups.owner} have enough rows with the label and without it for a plan "
            f"of {plan.kind}. Merge labels, or name fewer columns."
        )
    found = CarryingOut(plan, schema, cells, notes=_notes(cells, movable, plan.kind))
    if plan.kind == "weights" or plan.strength == 0:
        return found, frame, coded
    if plan.kind == "equal_rates":
        return _by_labels(found, movable, release, n_samples or len(coded)), frame, coded
    wanted = _quotas(plan, cells, movable, release, n_samples)
    if not wanted.any():
        raise DataError(
            f"The groups of {groups.owner} are as the plan of {plan.kind} wants them already, so there is nothing to "
            "add. Leave fairness out, or ask for rows with n_samples."
        )
    return replace(found, wanted=wanted, joint=Joint.of(cells, schema)), frame, coded


def _quotas(
    plan: FairnessPlan, cells: Cells, movable: NDArray[np.bool_], release: bool, n: int | None
) -> NDArray[np.int64]:
    counts, selected = cells.counts, max(cells.selected, 0)
    if plan.kind == "quotas":
        if release:
            return arithmetic.equal_shares(counts, selected, movable, plan.strength, n or int(counts.sum()))
        return arithmetic.added_for_rates(counts, selected, movable, plan.strength, n)
    reference = np.ones(len(cells.groups))
    if plan.reference:
        reference = np.zeros(len(cells.groups))
        for named, share in plan.reference:
            if not share > 0:
                raise UsageError(f"Shares of the reference must be above 0; got {share!r}.")
            reference[cells.groups.place(named)] = share
        if not reference.all():
            raise UsageError(f"The reference lacks a share for a group of {cells.groups.owner}. Give one for each.")
    goal = arithmetic.goal_of_shares(counts, reference, plan.strength)
    if release:
        total = n or int(counts.sum())
        sizes = arithmetic.rounded(goal, total)
        parts = [arithmetic.rounded(row.astype(float), int(size)) if size else row * 0
                 for row, size in zip(counts, sizes, strict=True)]  # fmt: skip
        return np.stack(parts)
    return arithmetic.added_for_shares(counts, goal, n)


def _by_labels(found: CarryingOut, movable: NDArray[np.bool_], release: bool, n: int) -> CarryingOut:
    counts, selected = found.cells.counts, found.cells.selected
    strength = found.plan.strength if found.plan else 0.0
    if release:
        rate = arithmetic.common_rate(counts, selected, movable)
        rates, reached = arithmetic.goal_rates(counts, selected, movable, strength, rate), True
    else:
        rates, reached = arithmetic.added_rates(counts, selected, movable, strength, n)
    sizes = arithmetic.rounded(counts.sum(axis=1).astype(float), n)
    wanted = arithmetic.with_rates(counts, selected, rates, sizes)
    notes = found.notes
    if not reached:
        notes += (f"{n:,} added rows are too few to bring every group of the merged table to the common rate",)
    return replace(found, rates=rates, wanted=wanted, notes=notes)


def _repaired(
    plan: FairnessPlan, coded: pd.DataFrame, frame: pd.DataFrame, schema: Schema, groups: Groups
) -> tuple[CarryingOut, pd.DataFrame, pd.DataFrame]:
    columns = plan.columns
    if not columns:
        columns = tuple(name for name, value in proxies_of(coded, schema, groups).items() if value >= STRONG)
        if not columns:
            raise DataError(
                f"No column tells the groups of {groups.owner} well (Cramér's V of {STRONG:g} or more), so there is no "
                "proxy to change. Name the columns to change, if you know of one."
            )
        plan = replace(plan, columns=columns)
    target = schema.target
    selected = None
    if target is not None and target.kind in LABEL_KINDS:
        counts = coded[target.name].value_counts()
        selected = float(counts.index[-1] if len(counts) == 2 else counts.index[0])
    cells = read_cells(coded, schema, groups, selected)
    repair = Repair.learn(coded, schema, groups, columns, plan.strength)
    if plan.strength == 0:
        return CarryingOut(plan, schema, cells, repair=repair), frame, coded
    new, kept = repair.changed(coded, schema)
    moved = [name for name in repair.aligned if name in kept]
    out = frame[kept.names]
    if moved:
        part = Schema(tuple(kept[name] for name in moved))
        restored = decode(new[moved], part)
        out = out.assign(**{name: restored[name].set_axis(out.index) for name in moved})
    notes: tuple[str, ...] = (f"dropped: {', '.join(repair.dropped)}",) if repair.dropped else ()
    told, left = proxies_of(coded, schema, groups), proxies_of(new, kept, groups)
    notes += tuple(
        f"{name}, aligned: how well it tells the group (Cramér's V) went from {told[name]:.2f} to {left[name]:.2f}"
        for name in moved
    )
    return CarryingOut(plan, kept, cells, repair=repair, notes=notes), out, new


def _movable(cells: Cells, kind: str) -> NDArray[np.bool_]:
    """Groups that a plan changes: those that can be compared, and of which rows can be made."""
    if kind == "representation":
        return np.ones(len(cells.groups), dtype=bool)
    if kind == "equal_rates":
        return cells.rated
    return np.asarray(cells.rated & cells.fillable)


def _notes(cells: Cells, movable: NDArray[np.bool_], kind: str) -> tuple[str, ...]:
    notes = []
    if cells.counts[-1].any():
        notes.append(f"{int(cells.counts[-1].sum()):,} rows of groups too small to be changed are left as they are")
    left = [cells.groups.name(int(g)) for g in np.flatnonzero(~movable)]
    if left:
        why = "too few rows with the label, or without it, to make more of both"
        if kind == "equal_rates":
            why = "too few rows to compare"
        notes.append(f"left as they are, for {why}: {', '.join(left)}")
    return tuple(notes)


def check_generator_for(plan: FairnessPlan, generator: Any) -> None:
    """Refuse a generator that can't draw labels at other rates, where the plan needs that.

    Raises
    ------
    UsageError
    """
    if plan.kind != "equal_rates" or plan.strength == 0:
        return
    if generator not in ("auto", "tree") and not isinstance(generator, TreeSynthesizer):
        name = generator if isinstance(generator, str) else type(generator).__name__
        raise UsageError(
            f'A plan of equal_rates moves labels in the tree engine; {name} can\'t. Use generator="tree", or a plan of '
            "quotas, which any generator carries out."
        )
