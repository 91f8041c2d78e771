"""What a plan does, tried on an inner split: synthetic rows alone, judged on real rows that were held out."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import clone

from synthgen.generators import Synthesizer
from synthgen.planning.drawing import blocks_of, deliver, draw
from synthgen.planning.fairness.carrying_out import CarryingOut, carry_out
from synthgen.planning.fairness.effect import Effect, Figure, GroupEffect
from synthgen.planning.fairness.groups import Cells, read_cells, read_groups
from synthgen.planning.fairness.outcome import ratio, weighted_counts
from synthgen.planning.fairness.plan import FairnessPlan
from synthgen.planning.sampling import Plan, plan_in_proportion
from synthgen.planning.wanted import Wanted
from synthgen.randomness import child, stream
from synthgen.table.column import OPAQUE_KINDS
from synthgen.table.distance import DistanceSpace
from synthgen.table.encoding import encode, extend_categories
from synthgen.table.neighbours import nearest
from synthgen.table.schema import Schema
from synthgen.table.splitting import split_rows
from synthgen.validation.classifier import classifier, predict, train_model
from synthgen.validation.utility.signal import area, resampled_areas

Floats = NDArray[np.float64]

HELD = 0.3
MOST_ROWS = 20_000
FEWEST_OF_A_SIDE = 10
"""Held-out rows of a group with the label, and without it, to say how well a model finds it there."""

NEIGHBOURS = 1_000
"""Rows of a group whose nearest real rows are looked for."""

FEWEST_NEIGHBOURS = 50


@dataclass(frozen=True)
class Made:
    """Synthetic rows of one trial, in the columns that are left, with the real rows changed alike."""

    rows: pd.DataFrame
    weights: Floats
    learn: pd.DataFrame
    held: pd.DataFrame
    schema: Schema
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Judged:
    """What was measured of some rows.

    Attributes
    ----------
    ratio : Figure
        Lowest over highest rate of the label among the groups that can be compared.
    rates : list of float
        Of every group.
    auc : Figure
        Of a model trained on the rows, on held-out real labels.
    groups : list of Figure or None
        The same within each group.
    model_ratio : float
        Lowest over highest rate at which that model picks held-out real rows.
    nearer : list of Figure or None
        See :class:`synthgen.planning.fairness.GroupEffect`.
    notes : tuple of str
    """

    ratio: Figure
    rates: list[float]
    auc: Figure
    groups: list[Figure | None]
    model_ratio: float
    nearer: list[Figure | None]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Trial:
    """An inner split of real rows, on which plans for the same groups are compared.

    Attributes
    ----------
    frame, coded : pandas.DataFrame
        Real rows, as given and coded by ``schema``.
    learn, held : arrays of positions
    cells : Cells
        Groups and labels that are compared, of the rows to learn from.
    model : Synthesizer
        Unfitted; every plan fits it anew.
    seed : numpy.random.SeedSequence
    """

    frame: pd.DataFrame
    coded: pd.DataFrame
    schema: Schema
    learn: NDArray[np.int64]
    held: NDArray[np.int64]
    cells: Cells
    model: Synthesizer
    seed: np.random.SeedSequence

    @classmethod
    def of(
        cls,
        frame: pd.DataFrame,
        coded: pd.DataFrame,
        schema: Schema,
        sensitive: tuple[str, ...],
        selected: float,
        model: Synthesizer,
        seed: np.random.SeedSequence,
    ) -> Trial:
        """Split real rows: at most 20,000 of them, three tenths of which are held out."""
        if len(coded) > MOST_ROWS:
            rows = np.sort(stream(seed, "rows").choice(len(coded), MOST_ROWS, replace=False))
            frame, coded = frame.iloc[rows], coded.iloc[rows]
        learn, held = split_rows(coded, schema, HELD, stream(seed, "split"))
        part = coded.iloc[learn]
        cells = read_cells(part, schema, read_groups(part, schema, sensitive), selected)
        return cls(frame, coded, schema, learn, held, cells, model, seed)

    def make(self, plan: FairnessPlan | None) -> Made:
        """Rows of a table of its own, made by a plan or (None) without one."""
        frame, coded = self.frame.iloc[self.learn], self.coded.iloc[self.learn].reset_index(drop=True)
        held = self.coded.iloc[self.held].reset_index(drop=True)
        found = CarryingOut(None, self.schema, None)
        if plan is not None:
            found, frame, coded = carry_out(plan, frame, coded, self.schema, release=True)
            held = found.repair.changed(held, self.schema)[0] if found.repair else held
        seen = found.joined(frame, coded)
        sampling = found.sampling(in_proportion=True) or self._in_proportion(coded, found.schema)
        plain = found.joint is None and found.repair is None
        # A copy, since a plan may tell it to draw other labels.
        model = copy(self._plain if plain else self._fitted(seen[0], found.learnt))
        found.tell(model)
        drawn = found.split(draw(model, sampling, Wanted(), found.learnt, child(self.seed, "draw")))
        rows = encode(drawn, extend_categories(found.schema, drawn))
        rows = _as_many(rows, found, sampling, drawn)
        return Made(rows, found.weights(rows), coded, held, found.schema, found.notes)

    @cached_property
    def _plain(self) -> Synthesizer:
        """Fitted on the rows as they are, for all plans that change neither rows nor columns."""
        return self._fitted(self.frame.iloc[self.learn], self.schema)

    def _fitted(self, frame: pd.DataFrame, schema: Schema) -> Synthesizer:
        model: Synthesizer = clone(self.model)
        model.set_params(random_state=int(stream(self.seed, "model").integers(0, 2**31)))
        return model.fit(frame, schema=schema)

    def _in_proportion(self, coded: pd.DataFrame, schema: Schema) -> Plan:
        assert schema.target is not None
        counts = {float(code): int(n) for code, n in coded[schema.target.name].value_counts().items()}  # type: ignore[arg-type]
        return plan_in_proportion(counts, len(coded), None)

    def real(self) -> Made:
        """The real rows learnt from, as if they had been made."""
        learn, held = (self.coded.iloc[rows].reset_index(drop=True) for rows in (self.learn, self.held))
        return Made(learn, np.ones(len(learn)), learn, held, self.schema)

    def effect(self, real: Judged, without: Judged, planned: Judged) -> Effect:
        """Compare rows of a plan with those made without one."""
        names = [self.cells.groups.name(g) for g in range(len(self.cells.groups))]
        groups = tuple(
            GroupEffect(
                names[g],
                without.rates[g],
                planned.rates[g],
                without.groups[g],
                planned.groups[g],
                without.nearer[g],
                planned.nearer[g],
            )
            for g in np.flatnonzero(self.cells.rated)
        )
        return Effect(
            len(self.learn), len(self.held), real.ratio, without.ratio, planned.ratio, real.auc, without.auc,
            planned.auc, without.model_ratio, planned.model_ratio, groups, planned.notes,
        )  # fmt: skip

    def judge(self, made: Made) -> Judged:
        """Count groups and labels of rows, and train a model on them that has to find the real labels held out."""
        cells, schema, seed = self.cells, made.schema, child(self.seed, "judge")
        assert schema.target is not None
        target, code = schema.target.name, cells.labels[cells.selected]
        names = [c.name for c in schema if c.kind not in OPAQUE_KINDS and c.name != target]
        y = (made.rows[target].to_numpy(float) == code).astype(np.int64)
        model = classifier(stream(seed, "classifier"))
        train_model(model, made.rows[names], y, schema, made.weights)
        guess = predict(model, made.held[names])
        found = made.held[target].to_numpy(float) == code
        of_row, compared = cells.groups.of(made.held), np.flatnonzero(cells.rated)
        by_group = [_area(found[of_row == g], guess[of_row == g], seed) for g in range(len(cells.groups))]
        # As many rows are picked as have the label where the model learnt.
        bar = float(np.quantile(guess, 1 - min(0.999, float(np.average(y, weights=made.weights)))))
        picked = [float((guess[of_row == g] > bar).mean()) for g in compared if (of_row == g).any()]
        counts = weighted_counts(cells, schema, made.rows, made.weights)
        rows = weighted_counts(cells, schema, made.rows).sum(axis=1)
        rates = counts[:, cells.selected] / np.maximum(counts.sum(axis=1), 1e-9)
        return Judged(
            ratio(counts[:-1][cells.rated], cells.selected, rows[:-1][cells.rated]), rates[:-1].tolist(),
            _area(found, guess, seed) or Figure(0.5, 0.0, 1.0), by_group,
            min(picked) / max(picked) if picked and max(picked) > 0 else 1.0,
            [self._nearer(made, g, child(self.seed, "near", g)) for g in range(len(cells.groups))], made.notes,
        )  # fmt: skip

    def _nearer(self, made: Made, g: int, seed: np.random.SeedSequence) -> Figure | None:
        """Share of a group's synthetic rows that are nearer to a row learnt from than to one of as many held out."""
        groups, rng = self.cells.groups, stream(seed, "nearer")
        parts = [part[groups.of(part) == g] for part in (made.rows, made.learn, made.held)]
        n = min(len(parts[1]), len(parts[2]), NEIGHBOURS)
        if n < FEWEST_NEIGHBOURS or len(parts[0]) < FEWEST_NEIGHBOURS:
            return None
        schema = made.schema.without(*(column.name for column in made.schema.of(*OPAQUE_KINDS)))
        space = DistanceSpace.fit(pd.concat(parts[1:])[schema.names], schema)
        sizes = (min(len(parts[0]), NEIGHBOURS), n, n)
        new, learn, held = (
            space.transform(part.iloc[rng.permutation(len(part))[:size]][schema.names])
            for part, size in zip(parts, sizes, strict=True)
        )
        near, far = nearest(new, learn)[0][:, 0], nearest(new, held)[0][:, 0]
        wins = float((near < far).sum() + (near == far).sum() / 2)
        share = wins / len(new)
        # Rows share their nearest real rows, so as many independent ones are counted as there are real rows at most.
        half = 1.959964 * float(np.sqrt(0.25 / min(len(new), n)))
        return Figure(share, max(0.0, share - half), min(1.0, share + half))


def _area(found: NDArray[np.bool_], guess: Floats, seed: np.random.SeedSequence) -> Figure | None:
    if min(int(found.sum()), int((~found).sum())) < FEWEST_OF_A_SIDE:
        return None
    drawn = resampled_areas(found, [guess], stream(seed, "resample"))[:, 0]
    low, high = (float(value) for value in np.quantile(drawn, [0.025, 0.975]))
    return Figure(float(area(found, guess)), low, high)


def _as_many(rows: pd.DataFrame, found: CarryingOut, sampling: Plan, drawn: pd.DataFrame) -> pd.DataFrame:
    """Rows without the reserve that the sampling adds, as many of each class or cell as were asked for."""
    keep = np.ones(len(rows), dtype=bool)
    taken, _ = deliver(drawn, keep, sampling, found.learnt, found.blocks(drawn) or blocks_of(sampling))
    return rows.iloc[taken].reset_index(drop=True)
