"""Gaussian copula, one for each class of the target, shrunk towards the pool by evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from synthgen.errors import UsageError
from synthgen.generators.asked import with_classes
from synthgen.generators.base import Synthesizer
from synthgen.generators.completing import without_missing
from synthgen.generators.gaussian_copula.conditional import (
    EDGE,
    given,
    levels_of,
    middles,
    scores_between,
    scores_within,
)
from synthgen.generators.gaussian_copula.correlation import (
    correlated,
    latent_correlation,
    positive_definite,
    root,
    shrinkage_intensity,
)
from synthgen.generators.level_orders import level_orders, nested
from synthgen.generators.margins import (
    FAMILIES,
    Floats,
    Margin,
    empirical_margin,
    family_margin,
    mixed,
    scores,
)
from synthgen.generators.model_rows import filled_rows, model_rows
from synthgen.generators.target import class_sizes
from synthgen.generators.texts import Text
from synthgen.guarantee import RowSource
from synthgen.randomness import RandomState
from synthgen.table.column import LABEL_KINDS, ORDERED_KINDS
from synthgen.table.conditions import Allowed
from synthgen.table.constraints.found import determined_by
from synthgen.table.grid import to_grid

MARGIN_ROWS = 4.0
"""A class's margins count the pool as this many rows of its own."""

WHOLE_CLASS = 100
"""From this many rows on, a class's margins are its own alone."""

TRIALS = 500
"""Draws by which a class's part of the rows that meet conditions is told."""

GAP = "\0 is missing"  # no column is called so


@dataclass(frozen=True)
class _Class:
    """What is learnt about one class."""

    rows: int
    margins: Mapping[str, Margin]
    root: Floats


class GaussianCopulaSynthesizer(Synthesizer):
    """Margins of each column, tied together by a Gaussian copula for each class of the target.

    Every column becomes a standard normal variable: numbers by their distribution function with spikes, zero inflation,
    bounds and rounding kept, labels by a latent normal variable cut at thresholds, and a second variable for whether a
    value is missing. Correlations of these variables are estimated within each class, corrected for ties (polychoric),
    and shrunk towards the pool of all classes by the Schäfer–Strimmer rule, so that a rare class keeps its own
    distribution as far as its rows carry it.

    **What it can't keep**: dependence that is not monotone (a U shape, a circle), differences between more than
    one direction of a label with many levels, and rules that hold exactly.

    Parameters
    ----------
    marginals : "empirical" or mapping of column to family
        Families: normal, lognormal, gamma, exponential, weibull, student_t, beta, uniform; columns that
        are not named are empirical.
    shrinkage : "auto" or float
        Share of the pooled correlation in each class's, 0 to 1; "auto" estimates it.
    text : str or mapping of free text; see :func:`synthgen.generators.texts.ways_of`
    random_state : int, Generator or None

    Attributes
    ----------
    shrinkage_ : dict of str to float
        Share in use, by class.

    Notes
    -----
    A saved model holds correlations, the schema with its bounds, and the points of quantile functions. Each point is
    made from the means of at least five rows of its class, but for values that ten rows share and for labels, which are
    kept as they are, a label held by one row too. A class of fewer than five rows gives away about where its rows lie.

    References
    ----------
    Schäfer and Strimmer (2005), https://doi.org/10.2202/1544-6115.1175; Nelsen (2006), An Introduction to
    Copulas, https://doi.org/10.1007/0-387-28678-0

    Examples
    --------
    >>> import synthgen as sg
    >>> df = sg.datasets.load_fraud()
    >>> model = sg.generators.GaussianCopulaSynthesizer(random_state=0).fit(df, target="Class")
    >>> frauds = model.sample(500, conditions={"Class": 1})
    >>> bool(abs(frauds["V14"].mean() / df.loc[df["Class"] == 1, "V14"].mean() - 1) < 0.15)
    True
    """

    row_source: ClassVar[RowSource] = RowSource.MODEL
    last_digits = "margins by class"

    def __init__(
        self,
        marginals: Literal["empirical"] | Mapping[str, str] = "empirical",
        shrinkage: float | Literal["auto"] = "auto",
        text: Text = "refuse",
        random_state: RandomState = None,
    ) -> None:
        self.marginals = marginals
        self.shrinkage = shrinkage
        self.text = text
        self.random_state = random_state

    def _fit(self, coded: pd.DataFrame, rng: np.random.Generator) -> None:
        self._check_parameters()
        schema = self.model_schema_
        self._target = schema.target.name if with_classes(schema) and schema.target else None
        self._orders = nested(level_orders(coded, schema, rng), determined_by(self.constraints_.rules))
        self._names = [c.name for c in schema.of(*ORDERED_KINDS, *LABEL_KINDS) if c.name != self._target]
        ranked = self._ranked(coded)
        self._gaps = [name for name in self._names if name not in self._orders and ranked[name].isna().any()]
        pool = {name: ranked[name].dropna().to_numpy(float) for name in self._names}
        spreads = {name: float(values.std()) if len(values) else 0.0 for name, values in pool.items()}
        if self._target is None:
            groups: dict[float, NDArray[np.int64]] = {0.0: np.arange(len(ranked))}
        else:
            found = coded.groupby(self._target).indices
            groups = {float(code): np.asarray(rows) for code, rows in found.items()}  # type: ignore[arg-type]
        small = len(groups) > 1 and min(map(len, groups.values())) < WHOLE_CLASS
        pooled = self._margins(ranked, spreads) if small else {}
        counts = {code: len(rows) for code, rows in groups.items()}
        correlations, margins = {}, {}
        for code, rows in groups.items():
            part = ranked.iloc[rows] if len(groups) > 1 else ranked
            margins[code], correlations[code] = self._class_margins(part, spreads, pooled), self._correlation(part)
        roots = self._shrunk_roots(correlations, counts)
        self._classes = {code: _Class(counts[code], margins[code], roots[code]) for code in groups}

    def _check_parameters(self) -> None:
        if self.shrinkage != "auto" and not (isinstance(self.shrinkage, (int, float)) and 0 <= self.shrinkage <= 1):
            raise UsageError(f'shrinkage must be "auto" or a number from 0 to 1; got {self.shrinkage!r}.')
        if self.marginals == "empirical":
            return
        if not isinstance(self.marginals, Mapping):
            raise UsageError(f'marginals must be "empirical" or map columns to families; got {self.marginals!r}.')
        for name, family in self.marginals.items():
            kind = self.model_schema_[name].kind
            if family not in (*FAMILIES, "empirical"):
                raise UsageError(
                    f"Column {name!r} has no margin family {family!r}; choose one of: empirical, {', '.join(FAMILIES)}."
                )
            if kind not in ORDERED_KINDS:
                raise UsageError(f"Column {name!r} is {kind}; only numbers and dates have a margin family.")

    def _ranked(self, coded: pd.DataFrame) -> pd.DataFrame:
        """Numbers as they are, labels (and their gaps) as ranks in their order."""
        columns = {}
        for name in self._names:
            values = coded[name].to_numpy(float)
            if name in self._orders:
                ranks = self._orders[name]
                columns[name] = ranks[np.where(np.isnan(values), len(ranks) - 1, values).astype(np.int64)].astype(float)
            else:
                columns[name] = values
        return pd.DataFrame(columns, columns=self._names, index=coded.index)

    def _margins(self, ranked: pd.DataFrame, spreads: Mapping[str, float]) -> dict[str, Margin]:
        margins = {}
        for name in self._names:
            values = ranked[name].dropna().to_numpy(float)
            if len(values):
                family = "empirical" if self.marginals == "empirical" else self.marginals.get(name, "empirical")
                if family == "empirical":
                    margins[name] = empirical_margin(values, spreads[name], discrete=name in self._orders)
                else:
                    margins[name] = family_margin(values, family, name)
        for name in self._gaps:
            margins[name + GAP] = empirical_margin(ranked[name].isna().to_numpy().astype(float), 0.0, discrete=True)
        return margins

    def _class_margins(
        self, part: pd.DataFrame, spreads: Mapping[str, float], pooled: Mapping[str, Margin]
    ) -> dict[str, Margin]:
        own = self._margins(part, spreads)
        if len(part) >= WHOLE_CLASS or not pooled:
            return own
        weight = len(part) / (len(part) + MARGIN_ROWS)
        return {name: mixed(own[name], margin, weight) if name in own else margin for name, margin in pooled.items()}

    def _correlation(self, part: pd.DataFrame) -> Floats:
        columns = [part[name].to_numpy(float) for name in self._names]
        columns += [part[name].isna().to_numpy(float) for name in self._gaps]
        made = [scores(values) for values in columns]
        if not made:
            return np.zeros((0, 0))
        present = np.stack([~np.isnan(values) for values in columns], axis=1)
        return latent_correlation(np.stack([s for s, _ in made], axis=1), present, np.stack([c for _, c in made]))

    def _shrunk_roots(self, correlations: Mapping[float, Floats], counts: Mapping[float, int]) -> dict[float, Floats]:
        """Shrink each class towards the pool, and the pool towards independence."""
        total = sum(counts.values())
        pool = sum((correlations[code] * (n / total) for code, n in counts.items()), np.zeros(()))
        apart = np.eye(len(pool))
        pool = np.asarray(pool + shrinkage_intensity(pool, apart, total) * (apart - pool))
        self.shrinkage_ = {}
        roots = {}
        for code, own in correlations.items():
            if len(correlations) == 1:
                share = 0.0 if self.shrinkage == "auto" else float(self.shrinkage)
                matrix = (1 - share) * pool + share * apart
            else:
                auto = shrinkage_intensity(own, pool, counts[code])
                share = auto if self.shrinkage == "auto" else float(self.shrinkage)
                matrix = (1 - share) * own + share * pool
            self.shrinkage_[self._label(code)] = share
            roots[code] = root(positive_definite(matrix)) if len(matrix) else matrix
        return roots

    def _label(self, code: float) -> str:
        target = self.model_schema_.target
        return str((target.categories or ())[int(code)]) if self._target and target else "all"

    def _sample(self, n: int, codes: Floats | None, rng: np.random.Generator) -> pd.DataFrame:
        return self._sample_towards(n, codes, {}, rng)

    def _sample_towards(
        self, n: int, codes: Floats | None, wanted: Mapping[str, Allowed], rng: np.random.Generator
    ) -> pd.DataFrame:
        cells = {code: self._cells(code, wanted) for code in self._classes} if wanted else {}
        counts = {code: part.rows for code, part in self._classes.items()}
        for code in counts:
            if cells.get(code) and (codes is None or code in codes) and len(counts) > 1:
                # A class has its part of the rows by how often it meets the conditions.
                met = scores_within(TRIALS, self._classes[code].root, cells[code], rng)
                counts[code] = round(TRIALS * counts[code] * met[1]) if met else 0
        if not any(counts[code] for code in counts if codes is None or code in codes):
            counts, cells = {code: part.rows for code, part in self._classes.items()}, {}
        sizes = class_sizes(counts, codes, n, rng)
        streams = dict(zip(self._classes, rng.spawn(len(self._classes)), strict=True))
        parts = [
            self._from_scores(code, self._scores(code, size, cells.get(code), streams[code]))
            for code, size in sizes.items()
        ]
        out = pd.concat(parts, ignore_index=True)
        if len(parts) > 1:
            out = out.iloc[rng.permutation(len(out))].reset_index(drop=True)
        return to_grid(out, self.model_schema_)

    @property
    def _variables(self) -> list[str]:
        return [*self._names, *(name + GAP for name in self._gaps)]

    def _cells(self, code: float, wanted: Mapping[str, Allowed]) -> dict[int, NDArray[np.bool_]]:
        """Parts of a class's margins that conditions leave; those that leave all, or none, aren't aimed at."""
        part, out, far = self._classes[code], {}, self._met_by_choice()
        for j, variable in enumerate(self._variables):
            name = variable.removesuffix(GAP)
            if variable not in part.margins or name not in wanted or name in far:
                continue
            values, allowed = middles(part.margins[variable]), wanted[name]
            if variable != name:
                gone = values > 0.5
                good = (gone & allowed.missing) | (~gone & bool(allowed.intervals))
            elif name in self._gaps and allowed.missing:
                continue
            elif name in self._orders:
                good = allowed.accepts(self._codes_of(name, values))
            else:
                good = allowed.accepts(to_grid(pd.DataFrame({name: values}), self.model_schema_)[name].to_numpy(float))
            if 0 < good.sum() < len(good):
                out[j] = good
        return out

    def _completed(self, known: pd.DataFrame, whole: bool, rng: np.random.Generator) -> pd.DataFrame | None:
        if self._target is not None and known[self._target].isna().any():
            return None
        learnt = model_rows(known, self.schema_, self._distances, self._dates)
        out = np.empty((len(known), known.shape[1]))
        classes = np.zeros(len(known)) if self._target is None else known[self._target].to_numpy(float)
        if not set(np.unique(classes)) <= set(self._classes):
            return None
        for code in np.unique(classes):
            rows = np.flatnonzero(classes == code)
            low, high, there = self._known_scores(code, learnt.iloc[rows])
            latent = self._scores(code, len(rows), None, rng)
            kinds, kind_of = np.unique(there, axis=0, return_inverse=True)
            correlation = self._classes[code].root @ self._classes[code].root.T
            for number, kind in enumerate(kinds):
                at, mine = np.flatnonzero(kind), np.flatnonzero(kind_of.ravel() == number)
                if len(at):
                    cells = np.ix_(mine, at)
                    scores = scores_between(correlation[np.ix_(at, at)], low[cells], high[cells], rng)
                    latent[mine] = given(latent[mine], correlation, list(at), scores)
            made = to_grid(self._from_scores(code, latent), self.model_schema_)
            learnt_rows = learnt.iloc[rows][made.columns].to_numpy(float)
            both = np.where(np.isnan(learnt_rows), made.to_numpy(float), learnt_rows)
            before = known.iloc[rows].reset_index(drop=True)
            drawn = pd.DataFrame(both, columns=made.columns)
            own = filled_rows(drawn, before, self.schema_, self._distances, self._dates)
            out[rows] = own[known.columns].to_numpy(float)
        filled = pd.DataFrame(out, columns=known.columns)
        return without_missing(filled, self.schema_, rng) if whole else filled

    def _known_scores(self, code: float, known: pd.DataFrame) -> tuple[Floats, Floats, NDArray[np.bool_]]:
        """Between which scores lies what is known of rows of one class, and which variables that are."""
        part, shape = self._classes[code], (len(known), len(self._variables))
        low, high, there = np.zeros(shape), np.zeros(shape), np.zeros(shape, dtype=bool)
        for j, variable in enumerate(self._variables):
            name = variable.removesuffix(GAP)
            if variable not in part.margins:
                continue
            values = known[name].to_numpy(float)
            rows = np.flatnonzero(~np.isnan(values))
            own = values[rows]
            if variable != name:
                own = np.zeros(len(rows))
            elif name in self._orders:
                own = self._orders[name][own.astype(np.int64)].astype(float)
            ends = np.clip(levels_of(own, part.margins[variable]), EDGE, 1 - EDGE)
            (low[rows, j], high[rows, j]), there[rows, j] = ndtri(ends), True
        return low, high, there

    def _scores(
        self, code: float, n: int, cells: Mapping[int, NDArray[np.bool_]] | None, rng: np.random.Generator
    ) -> Floats:
        root = self._classes[code].root
        latent = correlated(rng.standard_normal((n, len(root))), root)
        found = scores_within(n, root, cells, rng) if cells else None
        return latent if not cells or found is None else given(latent, root @ root.T, list(cells), found[0])

    def _codes_of(self, name: str, ranks: Floats) -> Floats:
        """Labels of ranks; the last rank is a gap."""
        order = self._orders[name]
        codes = np.argsort(order).astype(float)
        codes[order[-1]] = np.nan
        return np.asarray(codes[np.rint(ranks).astype(np.int64)])

    def _from_scores(self, code: float, scores: Floats) -> pd.DataFrame:
        part, levels, n = self._classes[code], ndtr(scores), len(scores)
        columns: dict[str, Floats] = {
            name: part.margins[name].quantile(levels[:, j]) if name in part.margins else np.full(n, np.nan)
            for j, name in enumerate(self._variables)
        }
        for name in self._orders:
            if name != self._target:
                columns[name] = self._codes_of(name, columns[name])
        for name in self._gaps:
            columns[name] = np.where(columns.pop(name + GAP) > 0.5, np.nan, columns[name])
        if self._target is not None:
            columns[self._target] = np.full(n, code)
        return pd.DataFrame(columns)[[name for name in self.model_schema_.names if name in columns]]

    def _state(self) -> dict[str, Any]:
        state: dict[str, Any] = {
            "target": self._target, "names": self._names, "gaps": self._gaps, "shrinkage_": self.shrinkage_,
            "classes": {str(code): {"rows": p.rows, "margins": list(p.margins)} for code, p in self._classes.items()},
        }  # fmt: skip
        state["ordered"] = list(self._orders)
        state |= {f"order {i}": ranks for i, ranks in enumerate(self._orders.values())}
        for code, part in self._classes.items():
            state[f"root {code}"] = part.root
            for i, margin in enumerate(part.margins.values()):
                state[f"margin {code} {i}"] = np.stack([margin.levels, margin.values])
        return state

    def _set_state(self, state: Mapping[str, Any]) -> None:
        self._target, self._names, self._gaps = state["target"], state["names"], state["gaps"]
        self.shrinkage_ = state["shrinkage_"]
        self._orders = {name: state[f"order {i}"] for i, name in enumerate(state["ordered"])}
        self._classes = {
            float(code): _Class(
                about["rows"],
                {name: Margin(*state[f"margin {code} {i}"]) for i, name in enumerate(about["margins"])},
                state[f"root {code}"],
            )
            for code, about in state["classes"].items()
        }
