"""Noise added to real rows: the simplest generator, and the weakest protection."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.errors import UsageError
from synthgen.generators.asked import with_classes
from synthgen.generators.base import Synthesizer
from synthgen.generators.target import class_sizes
from synthgen.generators.texts import Text
from synthgen.guarantee import RowSource
from synthgen.randomness import RandomState
from synthgen.table.column import LABEL_KINDS, ORDERED_KINDS
from synthgen.table.encoding import DistanceSpace
from synthgen.table.grid import to_grid
from synthgen.table.neighbours import NEAR_COPY_QUANTILE, nearest

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

STRENGTHS = np.geomspace(0.05, 4.0, 20)
FLIP = 0.25  # share of labels redrawn per unit of strength, at most 1/2
CALIBRATION_ROWS = 2_000
REDRAWS = 20
ESCALATION = 1.2  # a row that stays a near copy is redrawn with ever more noise


class JitterSynthesizer(Synthesizer):
    """Real rows with noise on every value. **The weakest protection**: each row has one real source.

    A row of the wanted class is drawn; each number gets normal noise on the scale of its distance to
    its nearest neighbours of the same class, and some labels (and gaps) are redrawn from those
    neighbours. Use it for classes too small for anything else, and never for release.

    Parameters
    ----------
    strength : "auto" or float
        Noise in units of the local spread, above 0. ``"auto"`` takes the least noise at which no row
        of a calibration sample is a near copy: closer to its source than 95 % of real rows are to
        their nearest neighbour.
    n_neighbors : int
        Neighbours that define the local spread, at least 1.
    text : str or mapping of free text; see :func:`synthgen.generators.texts.ways_of`
    random_state : int, Generator or None

    Attributes
    ----------
    strength_ : float
        The noise in use.

    Examples
    --------
    >>> import pandas as pd, synthgen as sg
    >>> df = pd.DataFrame({"dose": [1.0, 1.5, 2.0, 2.5, 9.0], "ill": ["n", "n", "n", "y", "y"]})
    >>> model = sg.generators.JitterSynthesizer(random_state=0).fit(df, target="ill")
    >>> model.sample(3, conditions={"ill": "y"})["ill"].tolist()
    ['y', 'y', 'y']
    """

    row_source: ClassVar[RowSource] = RowSource.SINGLE_ROW
    last_digits = "noise"
    holds_real_rows: ClassVar[bool] = True

    def __init__(
        self,
        strength: float | Literal["auto"] = "auto",
        n_neighbors: int = 5,
        text: Text = "refuse",
        random_state: RandomState = None,
    ) -> None:
        self.strength = strength
        self.n_neighbors = n_neighbors
        self.text = text
        self.random_state = random_state

    def _fit(self, coded: pd.DataFrame, rng: np.random.Generator) -> None:
        strength = self.strength
        if strength != "auto" and not (isinstance(strength, (int, float)) and 0 < strength < np.inf):
            raise UsageError(f'strength must be "auto" or a number above 0; got {strength!r}.')
        if not isinstance(self.n_neighbors, (int, np.integer)) or self.n_neighbors < 1:
            raise UsageError(f"n_neighbors must be a whole number of at least 1; got {self.n_neighbors!r}.")
        self._rows = coded.reset_index(drop=True)
        self._prepare()
        self.strength_ = self._least_strength(rng) if strength == "auto" else float(strength)

    def _state(self) -> dict[str, Any]:
        return {"rows": self._rows.to_numpy(float), "columns": list(self._rows.columns), "strength_": self.strength_}

    def _set_state(self, state: Mapping[str, Any]) -> None:
        self._rows = pd.DataFrame(state["rows"], columns=state["columns"])
        self.strength_ = state["strength_"]
        self._prepare()

    def _prepare(self) -> None:
        schema = self.model_schema_
        names = list(self._rows.columns)
        target = schema.target.name if with_classes(schema) and schema.target else None
        self._values = self._rows.to_numpy(dtype=float)
        self._space = DistanceSpace.fit(self._rows, schema)
        self._points = self._space.transform(self._rows, np.float64)
        if target is None:
            self._classes = {0.0: np.arange(len(self._rows))}
        else:
            groups = self._rows.groupby(target).indices
            self._classes = {float(code): np.asarray(rows) for code, rows in groups.items()}  # type: ignore[arg-type]
        ordered = [c.name for c in schema.of(*ORDERED_KINDS)]
        labels = [c.name for c in schema.of(*LABEL_KINDS) if c.name != target]
        bounds = [schema[name].bounds or (-np.inf, np.inf) for name in ordered]
        self._low, self._high = np.array(bounds, dtype=float).reshape(-1, 2).T
        self._ordered = np.array([names.index(name) for name in ordered], dtype=np.int64)
        self._free = np.array(sorted([*self._ordered, *map(names.index, labels)]), dtype=np.int64)
        first = ~self._rows.duplicated().to_numpy()
        self._distinct = {code: rows[first[rows]] for code, rows in self._classes.items()}
        self._limits = np.zeros(len(self._rows))
        for rows in self._classes.values():
            reach = self._neighbours(rows[:: -(-len(rows) // CALIBRATION_ROWS)])[1]
            self._limits[rows] = np.quantile(reach, NEAR_COPY_QUANTILE)

    def _neighbours(self, sources: Indices) -> tuple[Indices, Floats]:
        """Nearest distinct rows of the same class as each source, and the distance of the first.

        A class with one distinct row has none of its own, so they are borrowed from the whole table.
        """
        found = np.repeat(sources[:, None], self.n_neighbors, axis=1)
        reach = np.zeros(len(sources))
        for code, rows in self._classes.items():
            mine = np.flatnonzero(np.isin(sources, rows))
            if not len(mine):
                continue
            pool = self._distinct[code]
            if len(pool) == 1:
                pool = np.concatenate(list(self._distinct.values()))
            queries = self._points[sources[mine]]
            distances, index = nearest(queries, self._points[pool], self.n_neighbors + 1)
            if distances.shape[1] > 1:
                # The first is the source itself.
                places = 1 + np.arange(self.n_neighbors) % (distances.shape[1] - 1)
                found[mine] = pool[index[:, places]]
                reach[mine] = distances[:, 1]
        return found, reach

    def _sample(self, n: int, codes: Floats | None, rng: np.random.Generator) -> pd.DataFrame:
        counts = {code: len(rows) for code, rows in self._classes.items()}
        sizes = class_sizes(counts, codes, n, rng)
        sources = np.concatenate([rng.choice(self._classes[code], size) for code, size in sizes.items()])
        rng.shuffle(sources)
        distinct, place = np.unique(sources, return_inverse=True)
        return self._moved(sources, self._neighbours(distinct)[0][place], self.strength_, rng)[0]

    def _moved(
        self, sources: Indices, neighbours: Indices, strength: float, rng: np.random.Generator
    ) -> tuple[pd.DataFrame, NDArray[np.bool_]]:
        """Move rows away from their sources, and again those that stayed near copies."""
        rows = self._noisy(sources, neighbours, strength, rng)
        near = self._is_near(rows, sources)
        values = rows.to_numpy(float, copy=True)
        # Who names a strength gets that strength; the validator then finds the near copies.
        for _ in range(REDRAWS if self.strength == "auto" else 0):
            if not near.any():
                break
            again = np.flatnonzero(near)
            strength *= ESCALATION
            redrawn = self._noisy(sources[again], neighbours[again], strength, rng)
            values[again] = redrawn.to_numpy(float)
            near[again] = self._is_near(redrawn, sources[again])
        return pd.DataFrame(values, columns=rows.columns), near

    def _is_near(self, rows: pd.DataFrame, sources: Indices) -> NDArray[np.bool_]:
        moved = np.linalg.norm(self._space.transform(rows, np.float64) - self._points[sources], axis=1)
        return np.asarray((moved < self._limits[sources]) | (moved == 0))

    def _noisy(self, sources: Indices, neighbours: Indices, strength: float, rng: np.random.Generator) -> pd.DataFrame:
        out = self._values[sources].copy()
        flip = rng.random((len(sources), len(self._free))) < min(FLIP * strength, 0.5)
        picked = neighbours[np.arange(len(sources))[:, None], rng.integers(0, neighbours.shape[1], flip.shape)]
        for j, column in enumerate(self._free):
            donor = self._values[picked[:, j], column]
            # Numbers change by noise; only whether they are missing is redrawn.
            change = flip[:, j]
            if column in self._ordered:
                change = change & (np.isnan(donor) != np.isnan(out[:, column]))
            out[change, column] = donor[change]
        if len(self._ordered):
            spread = np.zeros((len(sources), len(self._ordered)))
            for k in range(neighbours.shape[1]):
                difference = self._values[np.ix_(neighbours[:, k], self._ordered)] - out[:, self._ordered]
                spread += np.nan_to_num(difference) ** 2
            noise = strength * np.sqrt(spread / neighbours.shape[1]) * rng.standard_normal(spread.shape)
            moved = out[:, self._ordered] + noise
            # Turned back at the bounds, not stopped there: a pile at an extreme would repeat one row's value.
            moved = np.where(moved > self._high, 2 * self._high - moved, moved)
            out[:, self._ordered] = np.where(moved < self._low, 2 * self._low - moved, moved)
        return to_grid(pd.DataFrame(out, columns=self._rows.columns), self.model_schema_, rng)

    def _least_strength(self, rng: np.random.Generator) -> float:
        """Try ever stronger noise on some rows of each class until none stays a near copy."""
        share = min(1.0, CALIBRATION_ROWS / len(self._values))
        sources = np.concatenate(
            [rng.choice(rows, max(1, int(len(rows) * share)), replace=False) for rows in self._classes.values()]
        )
        neighbours = self._neighbours(sources)[0]
        for strength in STRENGTHS:
            if not self._moved(sources, neighbours, float(strength), rng)[1].any():
                return float(strength)
        return float(STRENGTHS[-1])
