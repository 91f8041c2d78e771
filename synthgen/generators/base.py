"""The contract that every generator keeps."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted, validate_data

from synthgen.errors import DataError, NotFittedError, UsageError
from synthgen.generators.asked import Asked, modelled, only_by_class, read_conditions, with_classes
from synthgen.generators.batches import make_batches
from synthgen.generators.completing import without_gaps
from synthgen.generators.dates.columns import DateColumns
from synthgen.generators.distance_columns import DistanceColumn
from synthgen.generators.identifying import learn_entities, learn_holders, with_shapes
from synthgen.generators.last_digits import with_known_digits, with_last_digits
from synthgen.generators.measured import fit_measured
from synthgen.generators.missing_patterns import gap_patterns
from synthgen.generators.model_rows import learn_columns, learnt_rows, table_rows
from synthgen.generators.sampling import draw_table, plan_table
from synthgen.generators.target import append_target, check_target, with_target
from synthgen.generators.texts import LearntText, RealTexts, Text, keeps_real_texts, learn_texts, without_dropped
from synthgen.guarantee import PrivacyGuarantee, RowSource
from synthgen.randomness import RandomState, child, seed_sequence, stream
from synthgen.table.batches import batch_schema
from synthgen.table.column import OPAQUE_KINDS, Kind
from synthgen.table.conditions import Allowed, allowed_values
from synthgen.table.constraints.found import found_rules
from synthgen.table.constraints.ruleset import RuleSet, fit_declared
from synthgen.table.declarations import complete
from synthgen.table.encoding import decode, encode
from synthgen.table.frames import is_frame, to_pandas
from synthgen.table.grid import with_bounds
from synthgen.table.inference import infer_schema
from synthgen.table.schema import Schema

if TYPE_CHECKING:
    from typing import Self

    import pyarrow as pa
    from numpy.typing import NDArray
    from sklearn.utils import Tags

    from synthgen.generators.places import TablePart


class Synthesizer(BaseEstimator, ABC):  # type: ignore[misc]
    """Base of all generators: ``fit`` on a real table, ``sample`` synthetic rows, ``save`` the model.

    A subclass stores its parameters in ``__init__``, learns in :meth:`_fit` and draws in
    :meth:`_sample`, both on coded frames (see :func:`synthgen.table.encode`); everything else, from
    reading the caller's frame to giving their dtypes back, is done here.

    Attributes
    ----------
    schema_ : Schema
        The columns it was fitted on, in order.
    privacy_ : PrivacyGuarantee or None
        None: no formal guarantee.
    constraints_ : RuleSet
        Rules that all rows keep: those that the schema declares, and those found to hold in all rows.
    broken_rules_ : dict of str to int
        How many rows broke each declared rule; such rows were not learnt from.
    model_schema_ : Schema
        The columns as the model draws them: those of ``schema_``, but for a column that closely follows another one,
        which is learnt as its distance from it, and dates, which are learnt in parts.
    """

    row_source: ClassVar[RowSource] = RowSource.UNKNOWN
    holds_real_rows: ClassVar[bool] = False
    takes_any_condition: ClassVar[bool] = False
    learns_only_by_measuring: ClassVar[bool] = False
    last_digits: ClassVar[Literal["none", "noise", "lines", "margins", "margins by class"]] = "none"

    text: Text = "refuse"
    random_state: RandomState
    schema_: Schema
    model_schema_: Schema
    privacy_: PrivacyGuarantee | None
    constraints_: RuleSet
    broken_rules_: dict[str, int]
    _dates: DateColumns
    _distances: tuple[DistanceColumn, ...]
    effort_: dict[str, Any] | None
    _texts: dict[str, LearntText]
    _real_texts: dict[str, RealTexts]

    @property
    def made_from(self) -> RowSource:
        """What rows are made from: ``row_source``, but one real row each where its text is changed."""
        return RowSource.SINGLE_ROW if keeps_real_texts(self) else self.row_source

    @abstractmethod
    def _fit(self, coded: pd.DataFrame, rng: np.random.Generator) -> None:
        """Learn from a coded frame that has every column of ``schema_`` but identifiers."""

    @abstractmethod
    def _sample(self, n: int, codes: NDArray[np.float64] | None, rng: np.random.Generator) -> pd.DataFrame:
        """Draw ``n`` coded rows whose target is one of ``codes`` (None: as in train)."""

    def _sample_where(self, n: int, wanted: Mapping[str, Allowed], rng: np.random.Generator) -> pd.DataFrame:
        """Draw ``n`` coded rows that meet conditions on any column; only with ``takes_any_condition``."""
        raise NotImplementedError

    def _sample_towards(
        self, n: int, codes: NDArray[np.float64] | None, wanted: Mapping[str, Allowed], rng: np.random.Generator
    ) -> pd.DataFrame:
        """Draw ``n`` coded rows as :meth:`_sample` does; where it can aim, more often such as meet conditions."""
        return self._sample(n, codes, rng)

    def _measured(self, frame: pd.DataFrame, schema: Schema | None, target: str | None) -> Schema:
        """Learn from noisy answers alone, and give the schema that was declared or found; see :mod:`.measured`."""
        raise NotImplementedError

    def _typed(self, frame: pd.DataFrame, schema: Schema | None) -> pd.DataFrame:
        """Give the text of a file the dtypes that go with what is declared, without looking at what it holds."""
        return frame

    @abstractmethod
    def _state(self) -> dict[str, Any]:
        """What a saved model holds: JSON values and arrays by name."""

    @abstractmethod
    def _set_state(self, state: Mapping[str, Any]) -> None:
        """Inverse of :meth:`_state`."""

    def fit(self, X: Any, y: Any = None, *, target: str | None = None, schema: Schema | None = None) -> Self:
        """Learn from real rows.

        Parameters
        ----------
        X : DataFrame (pandas, polars), Arrow table, path or 2-D array, shape (n_rows, n_columns)
        y : array of shape (n_rows,), optional
            A target that isn't a column of ``X``, as in scikit-learn; sampled as a last column, which
            is called by its name, or ``"target"``.
        target : str, optional
            Name of the target column of ``X``.
        schema : Schema, optional
            Inferred from ``X`` if not given.

        Returns
        -------
        self

        Raises
        ------
        DataError
            If a column can't be used; the message names it and says what to do.
        """
        if not is_frame(X) and not isinstance(X, (str, Path)):
            finite = False if self.learns_only_by_measuring else "allow-nan"
            X = validate_data(self, X, dtype=None, ensure_all_finite=finite)
        frame, form = to_pandas(X, steady=self.learns_only_by_measuring)
        validate_data(self, frame, skip_check_array=True)
        if y is not None:
            if target is not None:
                raise UsageError("Give the target either as y or as the name of a column of X, not both.")
            frame, target = append_target(frame, y)
            form = form.with_columns(frame)
        if self.learns_only_by_measuring:
            frame = self._typed(frame, schema) if form.untyped else frame
            return fit_measured(self, frame, form, schema, target)
        schema = infer_schema(frame, target=target) if schema is None else complete(with_target(schema, target), frame)
        schema = without_dropped(schema, self.text)
        seed = seed_sequence(self.random_state)
        coded = encode(frame, schema)
        check_target(coded, schema)
        coded, schema = self._learn_rules(coded, schema, seed)
        self.schema_ = schema
        self.privacy_ = None
        self._form = form
        self._seed = child(seed, "sample")
        self._calls = 0
        self._learn_identifiers(coded)
        self._texts, self._real_texts = learn_texts(coded, schema, self.text, seed), {}
        self._target_codes = (
            coded[schema.target.name].unique() if with_classes(schema) and schema.target else np.array([])
        )
        values = coded[modelled(schema)]
        self._gap_patterns = gap_patterns(values, schema)
        learnt, self.model_schema_ = learnt_rows(values, schema, self._distances, self._dates, stream(seed, "dates"))
        self.model_schema_ = with_last_digits(self, learnt)
        self._fit(learnt, stream(seed, "fit"))
        return self

    def _learn_identifiers(self, coded: pd.DataFrame) -> None:
        """Learn of identifiers what new ones need: shape, check digits, gaps, and how many rows share one."""
        self.schema_ = with_shapes(coded, self.schema_)
        columns = self.schema_.of(*OPAQUE_KINDS)
        if not modelled(self.schema_):
            text = " or are free text" if self.schema_.of(Kind.TEXT) else ""
            raise DataError(
                f"Nothing can be learnt from these rows: {', '.join(repr(column.name) for column in columns)} identify "
                f"them{text}, and there is no other column. If one holds quantities or labels, declare it: "
                f"schema.with_column({columns[0].name!r}, kind='integer')."
            )
        self._opaque_missing = {column.name: float(coded[column.name].isna().mean()) for column in columns}
        columns = self.schema_.of(Kind.IDENTIFIER)
        self._holders = {column.name: learn_holders(coded[column.name]) for column in columns}
        self._entities = learn_entities(coded, self.schema_)
        self._taken: dict[str, set[str]] = {}

    def _learn_rules(
        self, coded: pd.DataFrame, schema: Schema, seed: np.random.SeedSequence
    ) -> tuple[pd.DataFrame, Schema]:
        """Find the rules of the rows, and leave out rows that break what was declared."""
        declared, kept, self.broken_rules_ = fit_declared(schema.constraints, coded, schema)
        if not kept.all():
            coded = coded[kept].reset_index(drop=True)
        schema = with_bounds(schema, coded)
        found = found_rules(coded, schema, stream(seed, "rules"))
        self.constraints_ = RuleSet.of([*declared, *found])
        self._dates, self._distances = learn_columns(coded, schema, self.constraints_.rules)
        return coded, schema

    def sample(
        self,
        n_samples: int | None = None,
        *,
        conditions: Any = None,
        missing: str = "keep",
        what_if: bool = False,
        random_state: RandomState = None,
    ) -> Any:
        """Draw exactly ``n_samples`` synthetic rows, which keep all rules of ``constraints_``.

        Parameters
        ----------
        n_samples : int, optional
            At least 1. May be left out where ``conditions`` is a table, which says how many rows it asks for.
        conditions : mapping or table, optional
            A mapping says what all rows must have: ``{"Class": 1, "Amount": ">= 100"}``; see
            :func:`synthgen.table.conditions.allowed_values` for all ways to say it. A table of partial rows is
            completed, row by row: its columns stay as they are, what is missing in it and the columns that it lacks
            are drawn.
        missing : {"keep", "none", "like"}
            "keep": gaps as the generator learnt them, with the values. "none": no gaps, values are drawn in their
            place. "like": whole rows are drawn, and gaps are then made in the patterns of the real rows, class by
            class, where at least ten rows share one. Rules of gaps hold in all but "none".
        what_if : bool
            Whether rows may go beyond what the model draws by itself, where no candidate meets the conditions. A
            column ``is_what_if`` then says which do: nothing was learnt about such rows.
        random_state : int or Generator, optional
            The same one gives the same rows. None: the next rows of this model's own sequence, so
            two calls differ.

        Returns
        -------
        The same type of frame as was given to ``fit``, with its columns and dtypes.

        Raises
        ------
        ConditionError
            No row meets the conditions; the message names the fewest that none meets together.
        ConstraintError
            Rules can't be kept by enough rows, at a stated rate.
        """
        self._check_fitted()
        coded, beyond = draw_table(plan_table(self, n_samples, conditions, missing, what_if, random_state))
        made = with_known_digits(decode(coded, self.schema_), conditions, self.schema_)
        return self._form.give_back(made.assign(is_what_if=beyond) if what_if else made)

    def generate_batches(
        self,
        n_samples: int,
        *,
        random_state: RandomState = None,
        block: int | Iterable[int] | None = None,
        conditions: Mapping[str, Any] | None = None,
        missing: str = "keep",
        part: TablePart | None = None,
    ) -> Iterator[pa.RecordBatch]:
        """Draw the rows that :meth:`sample` would, 25,000 at a time: so many as fit no memory, by as many machines.

        Each block is made from the seed and its number alone, so that a table is the same whoever makes which blocks of
        it, in whatever order. No two blocks have an identifier in common; rows that share one are rows of one block.
        Rules about rows together (``Unique``, ``Monotone``) are the exception: where the table has one that identifiers
        don't keep as they are made, all rows are drawn before the first batch comes.

        Parameters
        ----------
        n_samples : int
            Rows of the whole table, at least 1.
        random_state : int or Generator, optional
            As for :meth:`sample`. Machines that make blocks of one table need the same whole number.
        block : int or iterable of int, optional
            Blocks to make, from 0, in this order; the others are not drawn. None: all.
        conditions : mapping, optional
            As for :meth:`sample`.
        missing : {"keep", "none", "like"}
            As for :meth:`sample`.
        part : TablePart, optional
            Where the rows are one part of a table whose parts are drawn apart: which one.

        Yields
        ------
        pyarrow.RecordBatch
            With the schema ``batch_schema``, 25,000 rows each but the last block.

        Raises
        ------
        UsageError
            A number of rows or a block that there isn't, or a block without the others where rows need all.
        ConditionError, ConstraintError
            As for :meth:`sample`.

        Examples
        --------
        >>> import pandas as pd
        >>> from synthgen.generators import GaussianCopulaSynthesizer
        >>> model = GaussianCopulaSynthesizer().fit(pd.DataFrame({"dose": [1.5, 2.0, 4.5] * 20}))
        >>> [batch.num_rows for batch in model.generate_batches(60_000, random_state=0)]
        [25000, 25000, 10000]
        >>> last = next(model.generate_batches(60_000, random_state=0, block=2))
        >>> last.schema == model.batch_schema
        True
        """
        self._check_fitted()
        return make_batches(self, n_samples, conditions, missing, random_state, block, part)

    @property
    def batch_schema(self) -> pa.Schema:
        """The Arrow schema of every batch of :meth:`generate_batches`: the types of ``schema_``'s columns."""
        self._check_fitted()
        return batch_schema(self.schema_)

    def save(self, path: str | Path, *, include_real_rows: bool = False) -> None:
        """Write the model to a folder of JSON and arrays (no pickle).

        A saved model holds the schema with bounds and category labels, and the fitted parameters.
        Generators that work on the rows themselves (``holds_real_rows``) save **every real row** they
        were fitted on, and do so only with ``include_real_rows=True``.
        """
        from synthgen.generators.storage import save_model

        self._check_fitted()
        save_model(self, path, include_real_rows=include_real_rows)

    def _next_seed(self, random_state: RandomState) -> np.random.SeedSequence:
        if random_state is not None:
            return seed_sequence(random_state)
        self._calls += 1
        return child(self._seed, "call", self._calls - 1)

    def _own(self, n: int, asked: Asked, rng: np.random.Generator) -> pd.DataFrame:
        """Rows as the table has them, drawn to what the generator meets by itself."""
        if asked.native:
            made = self._sample_where(n, self._dates.aimed(asked.native, self.schema_), rng)
        else:
            made = self._sample_towards(n, asked.codes, self._dates.aimed(asked.others, self.schema_), rng)
        return table_rows(made.reset_index(drop=True), self.schema_, self._distances, self._dates)

    def _whole(self, made: pd.DataFrame, asked: Asked, rng: np.random.Generator) -> pd.DataFrame:
        """Fill the gaps of rows that the generator drew, but for those that a condition asks for."""
        return without_gaps(self, made, asked, rng)

    def _completed(self, known: pd.DataFrame, whole: bool, rng: np.random.Generator) -> pd.DataFrame | None:
        """Complete coded rows of which a part is known, where the generator can draw the rest given all of that.

        ``whole`` is whether what isn't known must get a value. None: rows that are drawn freely lend theirs.
        """
        return None

    def _asked(self, conditions: Mapping[str, Any] | None) -> Asked:
        """Divide conditions into those that the generator meets by itself, and all others."""
        return read_conditions(self, conditions)

    def _conditions_elsewhere(self, conditions: Mapping[str, Any] | None) -> dict[str, Allowed]:
        """Conditions that are on more than the target's classes, where the generator can meet them."""
        if not self.takes_any_condition or not conditions or only_by_class(conditions, self.schema_):
            return {}
        return allowed_values(conditions, self.schema_)

    def _met_by_choice(self) -> frozenset[str]:
        """Columns that the model doesn't draw, so that conditions on them are met by choosing among candidates."""
        return frozenset(distance.column for distance in self._distances) | self._dates.following

    def _check_fitted(self) -> None:
        try:
            check_is_fitted(self, "schema_")
        except Exception as error:
            name = type(self).__name__
            raise NotFittedError(f"This {name} is not fitted yet. Call fit(df, target=...) first.") from error

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.categorical = True
        tags.input_tags.string = True
        return tags
