"""What a plan does, tried on an inner split: synthetic rows alone, judged on real rows that were held out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

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
from synthgen.table.column import OPAQUE_KINDS, Schema
from synthgen.table.distance import DistanceSpace
from synthgen.table.encoding import encode, extend_categories
from synthgen.table.neighbours import nearest
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
        model = self.model.set_params(random_state=int(stream(self.seed, "model").integers(0, 2**31)))
        model.fit(seen[0], schema=found.learnt)
        found.tell(model)
        drawn = found.split(draw(model, sampling, Wanted(), found.learnt, child(self.seed, "draw")))
        rows = encode(drawn, extend_categories(found.schema, drawn))
        rows = _as_many(rows, found, sampling, drawn)
        return Made(rows, found.weights(rows), coded, held, found.schema, found.notes)

    def _in_proportion(self, coded: pd.DataFrame, schema: Schema) -> Plan:
        assert schema.target is not None
        counts = {float(code): int(n) for code, n in coded[schema.target.name].value_counts().items()}  # type: ignore[arg-type]
        return plan_in_proportion(counts, len(coded), None)

    def effect(self, without: Made, planned: Made) -> Effect:
        """Compare rows of a plan with those made without one."""
        cells, schema = self.cells, self.schema
        compared = cells.rated
        seed = child(self.seed, "judge")
        real = Made(without.learn, np.ones(len(without.learn)), without.learn, without.held, schema)
        judged = {name: self._judged(made, seed) for name, made in
                  (("real", real), ("without", without), ("planned", planned))}  # fmt: skip
        ratios = {}
        for name, made in (("real", real), ("without", without), ("planned", planned)):
            counts = weighted_counts(cells, made.schema, made.rows, made.weights)[:-1][compared]
            rows = weighted_counts(cells, made.schema, made.rows)[:-1][compared].sum(axis=1)
            ratios[name] = ratio(counts, cells.selected, rows)
        return Effect(
            rows=len(self.learn), held_out=len(self.held),
            ratio_real=ratios["real"], ratio=ratios["without"], ratio_planned=ratios["planned"],
            auc_real=judged["real"].auc, auc=judged["without"].auc, auc_planned=judged["planned"].auc,
            model_ratio=judged["without"].model_ratio, model_ratio_planned=judged["planned"].model_ratio,
            groups=tuple(self._group(int(g), without, planned, judged) for g in np.flatnonzero(compared)),
            notes=planned.notes,
        )  # fmt: skip

    def _judged(self, made: Made, seed: np.random.SeedSequence) -> _Judged:
        """Train a model on rows and let it find the real labels of those held out."""
        cells, schema = self.cells, made.schema
        assert schema.target is not None
        target, code = schema.target.name, cells.labels[cells.selected]
        names = [c.name for c in schema if c.kind not in OPAQUE_KINDS and c.name != target]
        y = (made.rows[target].to_numpy(float) == code).astype(np.int64)
        model = classifier(stream(seed, "classifier"))
        train_model(model, made.rows[names], y, schema, made.weights)
        guess = predict(model, made.held[names])
        found = made.held[target].to_numpy(float) == code
        of_row = cells.groups.of(made.held)
        whole = _area(found, guess, seed)
        by_group = [_area(found[of_row == g], guess[of_row == g], seed) for g in range(len(cells.groups))]
        # As many rows are picked as have the label where the model learnt.
        bar = float(np.quantile(guess, 1 - min(0.999, float(np.average(y, weights=made.weights)))))
        picked = guess > bar
        rates = [picked[of_row == g].mean() for g in np.flatnonzero(cells.rated) if (of_row == g).any()]
        lowest = float(min(rates) / max(rates)) if rates and max(rates) > 0 else 1.0
        return _Judged(whole or Figure(0.5, 0.0, 1.0), by_group, lowest)

    def _group(self, g: int, without: Made, planned: Made, judged: dict[str, _Judged]) -> GroupEffect:
        cells = self.cells
        rates = []
        for made in (without, planned):
            row = weighted_counts(cells, made.schema, made.rows, made.weights)[g]
            rates.append(float(row[cells.selected] / row.sum()) if row.sum() else 0.0)
        seed = child(self.seed, "near", g)
        return GroupEffect(
            cells.groups.name(g), rates[0], rates[1], judged["without"].groups[g], judged["planned"].groups[g],
            self._nearer(without, g, seed), self._nearer(planned, g, seed),
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


@dataclass(frozen=True)
class _Judged:
    auc: Figure
    groups: list[Figure | None]
    model_ratio: float


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
