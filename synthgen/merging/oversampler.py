"""Synthetic rows inside a pipeline: a sampler for imbalanced-learn, fitted on the training folds alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
from imblearn.over_sampling.base import BaseOverSampler
from numpy.typing import NDArray
from sklearn.base import clone

from synthgen.errors import UsageError
from synthgen.generators import GENERATORS, Synthesizer, check_generator
from synthgen.merging.by_rule import TREE, choose_by_rule
from synthgen.merging.cells import Cells, read_cells
from synthgen.merging.labelled_rows import LabelledRows, read_labelled
from synthgen.merging.strategy import rows_lacking
from synthgen.merging.weights import natural_weights
from synthgen.randomness import RandomState, child, seed_sequence, stream
from synthgen.table.column import LABEL_KINDS, Kind, Role
from synthgen.table.declarations import complete
from synthgen.table.encoding import decode, encode
from synthgen.table.frames import to_pandas
from synthgen.table.inference import infer_schema
from synthgen.table.schema import Schema

if TYPE_CHECKING:
    from typing import Self

    from sklearn.utils import Tags


class SyntheticOverSampler(BaseOverSampler):  # type: ignore[misc]
    """Add synthetic rows to the training rows of each fold.

    A step of an imbalanced-learn ``Pipeline``: rows are learnt from and made within ``fit`` only, so no synthetic row,
    and nothing learnt from a validation fold, reaches the rows that a model is scored on. It takes what
    :func:`synthgen.synthesize` takes: labels, gaps, dates, pandas extension types, and gives them back.

    Nothing is validated here and no copy is refused: these rows live as long as one fit. For a table to keep or to
    share, use :func:`synthgen.synthesize`.

    Parameters
    ----------
    generator : str or Synthesizer
        A name from ``synthgen.generators.GENERATORS``, an instance, or "auto", which holds no trial (each fold would
        have to pay for one): ``tree`` with ``preset="turbo"`` if most rows are for classes of 1,000 training rows
        or more, else ``gaussian_copula``; see :func:`synthgen.merging.by_rule.choose_by_rule` for what was measured.
        A strong model often does as well without any added rows: let the search try that too
        (``sampler=["passthrough", ...]``).
    generator_options : mapping, optional
        Parameters of a generator given by name.
    sampling_strategy : str, float, mapping or callable
        imbalanced-learn's words: "auto" ("not majority", "all") brings every class to the size of the largest,
        "minority" the smallest alone, "not minority" the others; a float is the wanted ratio of two classes; a
        mapping gives the wanted rows of each class, real and synthetic; a callable makes a mapping of ``y``.
    cells : sequence of str, optional
        Columns whose combinations are balanced in place of the classes: ``cells=("sex", "income")`` with
        ``sampling_strategy={("F", ">50K"): 5000}``, or with a word for all cells. ``y`` goes by its name, or by
        "target". A row with a gap in one of them is in no cell, and nothing is learnt from it.
    schema : Schema, optional
        Of the columns of ``X``; inferred from the training rows if not given.
    random_state : int, Generator, RandomState or None

    Attributes
    ----------
    sampling_strategy_ : dict
        Rows to make of each class (or cell).
    sample_weight_ : array of float64, shape (n_rows_out,)
        Weights that restore the natural prevalence of the classes (or cells): a classifier fitted with them keeps its
        probabilities where they were, as far as the made rows are like their class. See
        :func:`synthgen.natural_weights`.
    is_synthetic_ : array of bool, shape (n_rows_out,)
    generator_ : Synthesizer or None
        As it was fitted; None where nothing was lacking.
    reason_ : str
        Why this generator.
    n_features_in_, feature_names_in_
        As in scikit-learn.

    Examples
    --------
    >>> import synthgen as sg
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.model_selection import cross_val_score
    >>> from imblearn.pipeline import make_pipeline
    >>> df = sg.datasets.load_fraud()[:3000]
    >>> X, y = df[["V4", "V12", "V14", "Amount"]], df["Class"]
    >>> sampler = sg.SyntheticOverSampler("gaussian_copula", sampling_strategy=0.5, random_state=0)
    >>> X_more, y_more = sampler.fit_resample(X, y)
    >>> round(float(y_more.mean() / (1 - y_more.mean())), 2), len(sampler.sample_weight_) == len(X_more)
    (0.5, True)
    >>> model = make_pipeline(sampler, LogisticRegression(max_iter=1000))
    >>> scores = cross_val_score(model, X, y, scoring="average_precision", cv=3)
    """

    def __init__(
        self,
        generator: str | Synthesizer = "auto",
        *,
        generator_options: Mapping[str, Any] | None = None,
        sampling_strategy: Any = "auto",
        cells: Sequence[str] | None = None,
        schema: Schema | None = None,
        random_state: RandomState = None,
    ) -> None:
        super().__init__(sampling_strategy=sampling_strategy)
        self.generator = generator
        self.generator_options = generator_options
        self.cells = cells
        self.schema = schema
        self.random_state = random_state

    def fit(self, X: Any, y: Any) -> Self:
        """Check the rows, and work out what is lacking; :meth:`fit_resample` makes it.

        Parameters
        ----------
        X : frame (pandas, polars), Arrow table, 2-D array or list of lists, shape (n_rows, n_features)
        y : array of shape (n_rows,)

        Returns
        -------
        self
        """
        rows = read_labelled(self, X, y)
        self._lacking(self._cells(rows, self._schema(rows)), y)
        return self

    def fit_resample(self, X: Any, y: Any) -> tuple[Any, Any]:
        """Give the rows, followed by synthetic ones.

        Parameters
        ----------
        X : frame (pandas, polars), Arrow table, 2-D array or list of lists, shape (n_rows, n_features)
            Real rows only. Never changed.
        y : array of shape (n_rows,)
            Class labels.

        Returns
        -------
        X_resampled, y_resampled
            In the types and dtypes of ``X`` and ``y``.

        Raises
        ------
        DataError, UsageError, ConditionError
            The message says what was wrong, and in which column.
        """
        return self._fit_resample(read_labelled(self, X, y), y)

    def _fit_resample(self, rows: LabelledRows, y: Any) -> tuple[Any, Any]:
        schema = self._schema(rows)
        cells = self._cells(rows, schema)
        lacking = self._lacking(cells, y)
        made, codes = self._make(rows, schema, cells, lacking)
        new = [place for place, n in lacking.items() for _ in range(n)]
        self.sample_weight_ = natural_weights([*cells.of_row.tolist(), *new], cells.of_row)
        self.is_synthetic_ = np.repeat([False, True], [len(rows.codes), len(codes)])
        return rows.followed_by(made, codes)

    def _schema(self, rows: LabelledRows) -> Schema:
        """Of the features, and last of the target, whose labels are the codes of the classes."""
        target = pd.DataFrame({rows.target: _as_labels(rows.codes)})
        last = infer_schema(target)[rows.target]
        if self.schema is None:
            return Schema((*infer_schema(rows.frame), last))
        given = self.schema.without(rows.target)
        lacking = [name for name in rows.frame.columns if name not in given]
        if lacking:
            raise UsageError(f"The schema has no column {lacking[0]!r}, which X has. Add it, or drop it from X.")
        lacking = [name for name in given.names if name not in rows.frame.columns]
        if lacking:
            raise UsageError(f"X lacks column {lacking[0]!r} of the schema. Add it, or leave it out of the schema.")
        features = [replace(column, role=Role.FEATURE) if column.role is Role.TARGET else column for column in given]
        given = complete(given.of_columns(features), rows.frame)
        return given.of_columns((*given, last))

    def _cells(self, rows: LabelledRows, schema: Schema) -> Cells:
        names = (rows.target,) if self.cells is None else self.cells
        if isinstance(names, str) or not len(names) or len(set(names)) != len(names):
            raise UsageError(f'cells must list distinct columns, such as cells=("sex", "income"); got {names!r}.')
        names = [str(name) for name in names]
        part = Schema(tuple(schema[name] for name in names))
        known = Schema(tuple(
            replace(column, kind=Kind.CATEGORICAL, categories=tuple(rows.labels())) if column.name == rows.target
            else column for column in part
        ))  # fmt: skip
        labels = [column.name for column in part.of(*LABEL_KINDS)]
        coded = encode(_with_target(rows, rows.frame)[labels], Schema(tuple(part[name] for name in labels)))
        return read_cells(coded.reindex(columns=names), known.columns)

    def _lacking(self, cells: Cells, y: Any) -> dict[float, int]:
        strategy = self.sampling_strategy(y) if callable(self.sampling_strategy) else self.sampling_strategy
        group: Literal["class", "cell"] = "class" if self.cells is None else "cell"
        lacking = rows_lacking(cells.sizes(), strategy, cells.owner, cells.place, group)
        self.sampling_strategy_ = {cells.name(place): n for place, n in lacking.items()}
        return lacking

    def _make(
        self, rows: LabelledRows, schema: Schema, cells: Cells, lacking: Mapping[float, int]
    ) -> tuple[pd.DataFrame, NDArray[np.int64]]:
        """Give new rows with the columns of ``X``, and their class codes."""
        if not lacking:
            self.generator_, self.reason_ = None, "nothing was lacking"
            return rows.frame.iloc[:0], rows.codes[:0]
        by_cell = {column.name: place for place, column in enumerate(cells.columns)}
        inside = cells.of_row >= 0
        table = _with_target(rows, rows.frame).drop(columns=list(by_cell))[inside]
        # The cell stands for its columns, so that any generator can make it, and as its target.
        name = rows.target if self.cells is None else "cell"
        if not table.shape[1]:
            raise UsageError("cells name every column, so there is nothing left to make. Leave one of them out.")
        while name in table.columns:
            name += "_"
        table[name] = _as_labels(cells.of_row[inside])
        learnt = schema.without(*by_cell)
        learnt = learnt.of_columns((*learnt, infer_schema(table[[name]], target=name)[name]))
        seed = seed_sequence(self.random_state)
        model = self._generator(cells.sizes(), lacking, seed).fit(table, schema=learnt)
        parts = [
            model.sample(n, conditions={name: int(place)}, random_state=child(seed, "sample", int(place)))
            for place, n in lacking.items()
        ]
        made = pd.concat([to_pandas(part)[0] for part in parts], ignore_index=True)
        codes = cells.codes[made.pop(name).astype(int)]
        own = Schema(tuple(schema[label] for label in by_cell))
        filled = decode(pd.DataFrame(codes, columns=list(by_cell)), own)
        made = made.assign(**{label: filled[label] for label in by_cell})
        self.generator_ = model
        lost = [name for name in rows.frame.columns if name not in made]
        if lost:
            raise UsageError(
                f'Column {lost[0]!r} is left out by text="drop", but rows that follow those of X need all its columns. '
                'Use "template", "mask" or "augment", or drop it from X.'
            )
        return made[list(rows.frame.columns)], made[rows.target].to_numpy(dtype=np.int64)

    def _generator(
        self, counts: Mapping[float, int], lacking: Mapping[float, int], seed: np.random.SeedSequence
    ) -> Synthesizer:
        check_generator(self.generator, self.generator_options)
        own = int(stream(seed, "generator").integers(0, 2**31))
        if isinstance(self.generator, Synthesizer):
            self.reason_ = "given as an instance"
            model: Synthesizer = clone(self.generator)
            return model.set_params(random_state=own) if model.random_state is None else model
        if self.generator == "auto":
            name, self.reason_ = choose_by_rule(counts, lacking)
            quick = {"preset": "turbo"} if name == TREE else {}
            return GENERATORS[name](random_state=own, **quick, **(self.generator_options or {}))
        self.reason_ = "named by the caller"
        return GENERATORS[self.generator](random_state=own, **(self.generator_options or {}))

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = False
        tags.input_tags.allow_nan = True
        tags.input_tags.categorical = True
        tags.input_tags.string = True
        return tags


def _as_labels(codes: NDArray[np.int64]) -> pd.Categorical[Any]:
    """Whole numbers that inference takes for labels, however many there are."""
    return pd.Categorical.from_codes(codes, categories=pd.RangeIndex(int(codes.max()) + 1))


def _with_target(rows: LabelledRows, frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(**{rows.target: _as_labels(rows.codes)})
