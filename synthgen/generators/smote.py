"""SMOTE and its relatives: rows between real rows of the same class, by imbalanced-learn."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any, ClassVar, Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.neighbors import NearestNeighbors

from synthgen.errors import DataError, UsageError
from synthgen.generators.asked import with_classes
from synthgen.generators.base import Synthesizer
from synthgen.generators.between_many_levels import between_many_levels
from synthgen.generators.target import class_sizes
from synthgen.generators.texts import Text
from synthgen.guarantee import RowSource
from synthgen.randomness import RandomState, legacy_seed
from synthgen.table.column import LABEL_KINDS, ORDERED_KINDS
from synthgen.table.distance import DistanceSpace
from synthgen.table.grid import to_grid
from synthgen.table.habits import beside
from synthgen.table.neighbours import nearest

Floats = NDArray[np.float64]
Variant = Literal["smote", "borderline", "adasyn", "kmeans"]
VARIANTS: tuple[str, ...] = get_args(Variant)

MOST_BYTES = 2**28
"""Memory that imbalanced-learn may lay labels out in; beyond it rows are drawn in memory linear in rows and columns."""

TIES_LOOKED_FOR = 500
"""Rows whose neighbours say how often a line has equal values at both ends."""


class SmoteSynthesizer(Synthesizer):
    """Rows that lie between a real row and one of its nearest neighbours of the same class.

    imbalanced-learn does the interpolation; this class adds what it refuses: missing values, dates
    with time zones, nullable dtypes, classes smaller than the neighbourhood, several kinds of column
    with every variant, and an independent stream of random numbers for each class and block.

    Every row **interpolates real rows** and can be recognised as such, so the result may be used for
    training but is never passed for release.

    Parameters
    ----------
    variant : {"smote", "borderline", "adasyn", "kmeans"}
        ``"smote"`` is SMOTE [1]_ for numbers, SMOTE-NC where some columns are labels and SMOTE-N where
        all are; labels too many to be laid out in 256 MiB are compared by the 49 commonest of each column, see
        :mod:`synthgen.generators.between_many_levels`. The others weigh rows by their surroundings:
        BorderlineSMOTE, ADASYN, KMeansSMOTE.
    k_neighbors : int
        At least 1; cut down to the class's rows minus one.
    text : str or mapping of free text; see :func:`synthgen.generators.texts.ways_of`
    random_state : int, Generator or None

    Notes
    -----
    A gap is treated as a label of its own and so appears where it does among a row's neighbours; the
    number behind it is filled from rows of the same class for the search only.

    References
    ----------
    .. [1] Chawla et al. (2002), "SMOTE: Synthetic Minority Over-sampling Technique", Journal of
       Artificial Intelligence Research 16, https://doi.org/10.1613/jair.953

    Examples
    --------
    >>> import pandas as pd, synthgen as sg
    >>> df = pd.DataFrame({"amount": [1.0, 2.0, 3.0, 50.0, 60.0, 70.0], "fraud": [0, 0, 0, 1, 1, 1]})
    >>> model = sg.generators.SmoteSynthesizer(random_state=0).fit(df, target="fraud")
    >>> rows = model.sample(4, conditions={"fraud": 1})
    >>> bool(rows["amount"].between(50, 70).all()), rows["fraud"].tolist()
    (True, [1, 1, 1, 1])
    """

    row_source: ClassVar[RowSource] = RowSource.ROW_PAIR
    last_digits = "lines"
    holds_real_rows: ClassVar[bool] = True

    def __init__(
        self,
        variant: Variant = "smote",
        k_neighbors: int = 5,
        text: Text = "refuse",
        random_state: RandomState = None,
    ) -> None:
        self.variant = variant
        self.k_neighbors = k_neighbors
        self.text = text
        self.random_state = random_state

    def _fit(self, coded: pd.DataFrame, rng: np.random.Generator) -> None:
        if self.variant not in VARIANTS:
            raise UsageError(f"variant must be one of {', '.join(VARIANTS)}; got {self.variant!r}.")
        if not isinstance(self.k_neighbors, (int, np.integer)) or self.k_neighbors < 1:
            raise UsageError(f"k_neighbors must be a whole number of at least 1; got {self.k_neighbors!r}.")
        self._rows = coded.reset_index(drop=True)
        self._prepare()
        self._leave_out_ties(rng)

    def _leave_out_ties(self, rng: np.random.Generator) -> None:
        """Take the endings that lines between equal values have already off those that all others get."""
        columns = [c for c in self.model_schema_ if any(item.period > 1 for item in c.endings or ())]
        if not columns:
            return
        points = DistanceSpace.fit(self._rows, self.model_schema_).transform(self._rows)
        some = rng.permutation(len(self._rows))[:TIES_LOOKED_FOR]
        pairs = []
        for code in self._counts:
            own, ends = np.flatnonzero(self._y == code), some[self._y[some] == code]
            if len(own) > 1 and len(ends):
                found = nearest(points[ends], points[own], min(self.k_neighbors, len(own) - 1) + 1)[1]
                pairs.append(np.stack([np.repeat(ends, found.shape[1] - 1), own[found[:, 1:]].ravel()]))
        if pairs:
            one, other = np.concatenate(pairs, axis=1)
            changed = []
            for column in columns:
                values = self._rows[column.name].to_numpy(float)
                known = ~np.isnan(values[one]) & ~np.isnan(values[other])
                ties = values[one[known & (values[one] == values[other])]]
                changed.append(beside(column, ties, max(int(known.sum()), 1)))
            self.model_schema_ = self.model_schema_.with_columns(changed)

    def _state(self) -> dict[str, Any]:
        return {"rows": self._rows.to_numpy(float), "columns": list(self._rows.columns)}

    def _set_state(self, state: Mapping[str, Any]) -> None:
        self._rows = pd.DataFrame(state["rows"], columns=state["columns"])
        self._prepare()

    def _prepare(self) -> None:
        schema = self.model_schema_
        target = schema.target.name if with_classes(schema) and schema.target else None
        y = self._rows[target].to_numpy(dtype=float) if target else np.zeros(len(self._rows))
        self._target = target
        self._y = y
        codes, counts = np.unique(y, return_counts=True)
        self._counts = {float(code): int(count) for code, count in zip(codes, counts, strict=True)}
        self._numbers = [c.name for c in schema.of(*ORDERED_KINDS)]
        self._labels = [c.name for c in schema.of(*LABEL_KINDS) if c.name != target]
        self._gaps = [name for name in self._numbers if self._rows[name].isna().any()]
        values = self._rows[self._numbers]
        self._center = values.mean().fillna(0.0).to_numpy()
        self._scale = values.std(ddof=0).replace(0.0, 1.0).fillna(1.0).to_numpy()

    def _sample(self, n: int, codes: Floats | None, rng: np.random.Generator) -> pd.DataFrame:
        sizes = class_sizes(self._counts, codes, n, rng)
        streams = rng.spawn(len(self._counts))  # one a class, whatever classes are asked for
        position = {code: i for i, code in enumerate(self._counts)}
        parts = [self._sample_class(code, size, streams[position[code]]) for code, size in sizes.items()]
        out = pd.concat(parts, ignore_index=True)
        return out.iloc[rng.permutation(len(out))].reset_index(drop=True)

    def _sample_class(self, code: float, n: int, rng: np.random.Generator) -> pd.DataFrame:
        inside = self._y == code
        size = int(inside.sum())
        if size < 2:
            raise DataError(
                f"A class of the target {self._target!r} has {size} row to learn from, and SMOTE needs 2 to draw "
                'a line between. Use generator="jitter" for it, or ask for the other classes only.'
            )
        matrix, is_label = self._matrix(inside if self.variant == "smote" else np.ones(len(self._y), bool), rng)
        if not matrix.shape[1]:
            new = np.empty((n, 0))  # nothing but identifiers, which are made anew
        elif self.variant == "smote":
            new = self._between(matrix, is_label, n, min(self.k_neighbors, size - 1), rng)
        else:
            new = self._weighted(matrix, is_label, inside, n, rng)
        numbers, labels, gaps = np.split(new, np.cumsum([len(self._numbers), len(self._labels)]), axis=1)
        columns = dict(zip(self._numbers, (numbers * self._scale + self._center).T, strict=True))
        columns |= dict(zip(self._labels, np.where(labels < 0, np.nan, labels).T, strict=True))
        for name, gap in zip(self._gaps, gaps.T, strict=True):
            columns[name] = np.where(gap > 0, np.nan, columns[name])
        if self._target is not None:
            columns[self._target] = np.full(n, code)
        return to_grid(pd.DataFrame(columns)[list(self._rows.columns)], self.model_schema_, rng)

    def _matrix(self, rows: NDArray[np.bool_], rng: np.random.Generator) -> tuple[Floats, NDArray[np.bool_]]:
        """Scaled numbers without gaps, then labels (missing: -1), then gaps as labels."""
        numbers = (self._rows.loc[rows, self._numbers].to_numpy(dtype=float) - self._center) / self._scale
        gaps = np.isnan(numbers)
        y = self._y[rows]
        for j in np.flatnonzero(gaps.any(axis=0)):
            for code in np.unique(y):
                empty = gaps[:, j] & (y == code)
                donors = numbers[~gaps[:, j] & (y == code), j]
                numbers[empty, j] = rng.choice(donors, int(empty.sum())) if len(donors) else 0.0
        labels = self._rows.loc[rows, self._labels].fillna(-1.0).to_numpy(dtype=float)
        flags = gaps[:, [self._numbers.index(name) for name in self._gaps]].astype(float)
        is_label = np.repeat([False, True], [len(self._numbers), len(self._labels) + len(self._gaps)])
        return np.hstack([numbers, labels, flags]), is_label

    def _between(self, matrix: Floats, is_label: NDArray[np.bool_], n: int, k: int, rng: np.random.Generator) -> Floats:
        if _bytes_laid_out(matrix, is_label) > MOST_BYTES:
            return between_many_levels(matrix, is_label, n, k, rng)
        from imblearn.over_sampling import SMOTE, SMOTEN, SMOTENC

        # The samplers want a second class, which plain SMOTE never looks at.
        x = np.vstack([matrix, matrix[:1]])
        y = np.repeat([1, 0], [len(matrix), 1])
        options = {
            "sampling_strategy": {1: len(matrix) + n},
            "k_neighbors": k if is_label.all() else _DenseNeighbors(n_neighbors=k + 1, algorithm="brute"),
            "random_state": legacy_seed(rng),
        }
        if is_label.all():
            sampler = SMOTEN(**options)
        elif is_label.any():
            sampler = SMOTENC(categorical_features=np.flatnonzero(is_label).tolist(), **options)
        else:
            sampler = SMOTE(**options)
        return np.asarray(_resample(sampler, x, y)[len(x) :], dtype=float)

    def _weighted(
        self,
        matrix: Floats,
        is_label: NDArray[np.bool_],
        inside: NDArray[np.bool_],
        n: int,
        rng: np.random.Generator,
    ) -> Floats:
        """Variants that look at the other classes; labels become indicators, the largest of which wins."""
        if len(self._counts) < 2:
            raise UsageError(f'variant="{self.variant}" needs a target with at least two classes; use "smote".')
        if _bytes_laid_out(matrix, is_label) > MOST_BYTES:
            raise DataError(
                f'variant="{self.variant}" lays out every label as a column of its own, and the labels of '
                f'{", ".join(map(repr, self._most_labels()))} are too many for that. Use variant="smote".'
            )
        from imblearn.over_sampling import ADASYN, BorderlineSMOTE, KMeansSMOTE

        levels = [np.unique(column) for column in matrix[:, is_label].T]
        shown = [
            (column[:, None] == known) / np.sqrt(2) for column, known in zip(matrix[:, is_label].T, levels, strict=True)
        ]
        x = np.hstack([matrix[:, ~is_label], *shown])
        size = int(inside.sum())
        options: dict[str, Any] = {"random_state": legacy_seed(rng)}
        k = min(self.k_neighbors, size - 1)
        made: list[Floats] = []
        wanted = n
        for _ in range(10):
            # ADASYN rounds each row's share, so that a small request may come to nothing.
            options["sampling_strategy"] = {1: size + max(wanted, 2 * size)}
            if self.variant == "adasyn":
                sampler: Any = ADASYN(n_neighbors=k, **options)
            elif self.variant == "borderline":
                sampler = BorderlineSMOTE(k_neighbors=k, m_neighbors=min(10, len(x) - 1), **options)
            else:
                sampler = KMeansSMOTE(k_neighbors=k, cluster_balance_threshold=0.0, **options)
            try:
                made.append(_resample(sampler, x, inside.astype(int))[len(x) :])
            except (ValueError, RuntimeError) as error:
                raise DataError(self._refusal(size)) from error
            wanted = n - sum(map(len, made))
            if wanted <= 0:
                break
            if not len(made[-1]):
                raise DataError(self._refusal(size))
            options["random_state"] = legacy_seed(rng)
        new = np.vstack(made)
        new = new[rng.permutation(len(new))[:n]]  # ADASYN rounds up; which rows stay is left to chance
        out = np.empty((len(new), matrix.shape[1]))
        numbers = int((~is_label).sum())
        out[:, :numbers] = new[:, :numbers]
        start = numbers
        for j, known in enumerate(levels):
            out[:, numbers + j] = known[np.argmax(new[:, start : start + len(known)], axis=1)]
            start += len(known)
        return out

    def _most_labels(self) -> list[str]:
        """The columns with more labels than the others have on average."""
        counts = {name: len(self.model_schema_[name].categories or ()) for name in self._labels}
        return [name for name, count in counts.items() if count * len(counts) >= sum(counts.values())]

    def _refusal(self, size: int) -> str:
        return (
            f'variant="{self.variant}" found no place to add rows to a class of {size} rows of the target '
            f'{self._target!r} (none lies near another class, or no cluster is large enough). Use variant="smote".'
        )


class _DenseNeighbors(NearestNeighbors):  # type: ignore[misc]
    """Neighbours of the one-hot rows that SMOTE-NC holds sparse; the same, and four times as fast dense."""

    def fit(self, X: Any, y: Any = None) -> _DenseNeighbors:
        return super().fit(X.toarray() if hasattr(X, "toarray") else X)  # type: ignore[no-any-return]

    def kneighbors(self, X: Any = None, n_neighbors: int | None = None, return_distance: bool = True) -> Any:
        return super().kneighbors(X.toarray() if hasattr(X, "toarray") else X, n_neighbors, return_distance)


def _bytes_laid_out(matrix: Floats, is_label: NDArray[np.bool_]) -> int:
    """Memory of what imbalanced-learn lays out: an indicator a label; of labels alone, all pairs of rows."""
    if is_label.all():
        return 8 * len(matrix) ** 2
    return 8 * len(matrix) * sum(len(np.unique(column)) for column in matrix[:, is_label].T)


def _resample(sampler: Any, x: Floats, y: NDArray[np.int_]) -> Floats:
    with warnings.catch_warnings():
        # Sizes are exact and set here; the samplers' advice on them would only confuse.
        warnings.simplefilter("ignore")
        resampled, _ = sampler.fit_resample(x, y)
    return np.asarray(resampled.toarray() if hasattr(resampled, "toarray") else resampled, dtype=float)
