"""Autoregressive boosted trees: the engine for whole tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.errors import ConditionError, UsageError
from synthgen.generators.asked import Asked, with_classes
from synthgen.generators.base import Synthesizer
from synthgen.generators.model_rows import filled_rows, model_rows, whole_rows
from synthgen.generators.texts import Text
from synthgen.generators.tree.columns import Accepts, accepts_of_roots, on_grid, read_table, with_derived
from synthgen.generators.tree.conditioning import Conditioned, Mask, draw_conditioned, mask_of
from synthgen.generators.tree.known_rows import impute, log_probability
from synthgen.generators.tree.label_map import LabelMap, label_tilt, map_from_state, redraw, to_state
from synthgen.generators.tree.label_rates import equalised, label_codes
from synthgen.generators.tree.network import calibrated, first_classes, fit_network, in_threads
from synthgen.generators.tree.order import after_deciders
from synthgen.generators.tree.order_trial import best_order, named_order
from synthgen.generators.tree.stored import from_state, to_arrays, to_document
from synthgen.generators.tree.strengths import BINS, STRENGTHS, strength_of
from synthgen.generators.tree.summary import describe
from synthgen.guarantee import RowSource
from synthgen.randomness import RandomState, child, seed_sequence, stream
from synthgen.table.conditions import Allowed, allowed_values
from synthgen.table.encoding import decode, encode, extend_categories
from synthgen.table.frames import Form, to_pandas
from synthgen.table.rules import Rules, find_rules

Floats = NDArray[np.float64]
Classes = NDArray[np.int32]

PART = 8_192
"""Rows that are drawn together, in a thread of their own."""


class TreeSynthesizer(Synthesizer):
    """Each column given those before it, by boosted trees over bins, single values, levels and gaps.

    The classes of a column (levels of a label; bins, spikes and the gap of a number) are halved again and again, and
    every halving is a yes-or-no question that gradient-boosted trees answer from earlier columns; how many trees it
    takes is decided on rows that they did not see, and a question whose trees gain nothing is answered by the share
    alone. Afterwards each column's shares, class by class of the target, are set to those of the real rows along rows
    that the model itself drew, so that a rare class keeps its own distribution. Where trees are grown and there are
    more than two classes, each row of one below a tenth of the rows counts for more than one, so that what sets it
    apart isn't smoothed away; a leaf has five rows all the same. Values inside a bin come from a smoothed quantile
    function, never from a real row. What holds exactly is found and kept exactly: a column that another one determines,
    a number that is the sum of others, a gap that another column decides.

    Rows are drawn by systematic sampling: each has the model's distribution, but together the rows of one call stray
    less from it than independent ones would. Tests that take independent rows for granted are then conservative, and a
    classifier cross-validated within one table finds it somewhat harder to tell the rows apart than one tested on
    another call's rows.

    Parameters
    ----------
    preset : {"quality", "turbo"}
        "turbo" takes from two thirds of the time down to a seventh of it: fewer, larger steps, coarser bins, one set of
        trees, the table's order of columns.
    order : "auto" or list of str
        Columns in the order in which they are drawn. "auto": the table's own, by dependence, or by number of
        classes, whichever explains held-out rows best in a quick trial (beyond 60 columns the table's own). A target
        with classes always comes first, and a column that decides about another one's gaps before that one.
    text : str or mapping of free text; see :func:`synthgen.generators.texts.ways_of`
    random_state : int, Generator or None

    Attributes
    ----------
    order_ : list of str
        Modelled columns in the order in which they are drawn.
    rules_ : Rules
        What was found to hold exactly.
    effort_ : dict or None
        Of the last ``sample`` with conditions: rows wanted (``n_samples``), candidates drawn (``candidates``), and how
        many independent rows their weights amount to (``effective``). None where no candidates were needed.
    label_map_ : LabelMap or None
        How labels are drawn at other rates than the real rows', by :meth:`equalise_labels`.

    Notes
    -----
    A saved model holds, for each column, the edges of its bins (halfway between two values), smoothed quantiles (means
    of at least five rows), single values that five rows share, the labels, and trees whose leaves are log-odds of
    groups of rows; the schema's bounds and rare labels are kept as they are; after :meth:`equalise_labels` also
    quantiles of the chances that it gives to rows it draws. :meth:`describe` lists it column by column. None of it is
    differentially private, and of a rare class more is learnt by heart than of a common one.

    References
    ----------
    Friedman (2001), https://doi.org/10.1214/aos/1013203451, for the boosting; Uria et al. (2016),
    https://jmlr.org/papers/v17/16-272.html, for autoregressive density estimation; Madow (1949),
    https://doi.org/10.1214/aoms/1177729988, for systematic sampling.

    Examples
    --------
    >>> import synthgen as sg
    >>> df = sg.datasets.load_adult().head(3_000)
    >>> model = sg.generators.TreeSynthesizer(preset="turbo", random_state=0).fit(df, target="income")
    >>> rows = model.sample(200, conditions={"income": ">50K", "age": ">= 40 and < 50"})
    >>> set(rows["income"]), int(rows["age"].min()) >= 40, int(rows["age"].max()) < 50
    ({'>50K'}, True, True)
    """

    row_source: ClassVar[RowSource] = RowSource.MODEL
    last_digits = "margins"
    takes_any_condition: ClassVar[bool] = True

    def __init__(
        self,
        preset: Literal["quality", "turbo"] = "quality",
        order: Literal["auto"] | Sequence[str] = "auto",
        text: Text = "refuse",
        random_state: RandomState = None,
    ) -> None:
        self.preset = preset
        self.order = order
        self.text = text
        self.random_state = random_state

    def _fit(self, coded: pd.DataFrame, rng: np.random.Generator) -> None:
        if self.preset not in STRENGTHS:
            raise UsageError(f'preset must be "quality" or "turbo"; got {self.preset!r}.')
        schema, seed = self.model_schema_, seed_sequence(rng)
        self.effort_: dict[str, float] | None = None
        self.label_map_: LabelMap | None = None
        self.rules_ = find_rules(coded, schema, stream(seed, "rules"))
        table = read_table(coded, schema, self.rules_, BINS[self.preset], stream(seed, "levels"))
        grouped = with_classes(schema) and schema.target is not None and schema.target.name in table.names
        first = [table.names.index(schema.target.name)] if grouped and schema.target else []
        deciders = {table.names.index(name): table.names.index(by) for name, (by, _) in table.gaps.items()}
        if self.order == "auto":
            order = best_order(table, first, self.preset == "quality", seed)
        else:
            order = named_order(table.names, first, self._dates.expanded(self.order), schema)
        order = after_deciders(order, deciders)
        strength, bags = strength_of(self.preset, table, first[0] if first else None)
        self._network = fit_network(table, order, strength, bags, bool(first), child(seed, "trees"))
        calibrated(self._network, np.ascontiguousarray(table.classes[:, order]), stream(seed, "calibrate"))
        self._class_counts = [np.bincount(table.classes[:, i], minlength=table.codes[i].n_classes) for i in order]
        self.order_ = list(self._network.names)

    def _sample(self, n: int, codes: Floats | None, rng: np.random.Generator) -> pd.DataFrame:
        network = self._network
        classes = np.zeros((n, len(network.names)), np.int32)
        if network.grouped:
            classes[:, 0] = first_classes(network.codes[0], self._class_counts[0], codes, n, rng)
        seeds = rng.spawn(2)
        cuts = range(0, n, PART)
        streams = seeds[0].spawn(len(cuts))

        def one(k: int) -> NDArray[np.int32]:
            return network.walk(classes[k * PART : (k + 1) * PART], int(network.grouped), streams[k])

        in_threads(one, range(len(cuts)))
        return self._decoded(self._relabelled(classes, rng), seeds[1])

    def _asked(self, conditions: Mapping[str, Any] | None) -> Asked:
        target = self.schema_.target
        if self.label_map_ is not None and target is not None and conditions and target.name in conditions:
            raise ConditionError(
                f"This model draws the labels of {target.name!r} at rates that were asked for, so they can't be a "
                "condition too. Draw rows without it and take those that have the label, or fit the model again."
            )
        return super()._asked(conditions)

    def _relabelled(self, classes: NDArray[np.int32], rng: np.random.Generator) -> Any:
        """Draw the labels at the rates that :meth:`equalise_labels` asked for, if it did."""
        if self.label_map_ is None:
            return classes
        codes = label_codes(self._network, classes, self.label_map_.columns, self.rules_)
        return redraw(self._network, classes, self.label_map_, codes, rng.spawn(1)[0])

    def equalise_labels(
        self,
        sensitive_features: Sequence[str],
        *,
        label: Any = None,
        rates: Mapping[Any, float] | None = None,
        strength: float = 1.0,
    ) -> TreeSynthesizer:
        """From now on, draw labels so that groups have a class equally often, or as often as is asked for.

        All other columns are drawn as before. A row's chance of the class, given all its columns, is moved to the
        same quantile of what the groups share, and its log-odds by what then lacks to the rate; see
        :class:`synthgen.generators.tree.label_map.LabelMap`. The order of chances within a group stays.

        Parameters
        ----------
        sensitive_features : list of str
            Columns with labels; their combinations make the groups.
        label : optional
            The class whose rate is moved; the rarer of two if not given.
        rates : mapping of group to float, optional
            Rate that each group is to have, 0 to 1. A group is named by its label, of several columns by a tuple, None
            for a missing label. Groups that aren't named are left as they are. If not given: all that the model draws
            often enough, each ``strength`` of the way from its own rate to the mean of all.
        strength : float
            0 to 1. 0 without ``rates`` draws the rows that the model draws anyway.

        Returns
        -------
        self

        Examples
        --------
        >>> import synthgen as sg
        >>> df = sg.datasets.load_adult().head(4_000)
        >>> model = sg.generators.TreeSynthesizer(preset="turbo", random_state=0).fit(df, target="income")
        >>> rows = model.equalise_labels(["sex"]).sample(4_000, random_state=1)
        >>> rates = (rows["income"] == ">50K").groupby(rows["sex"]).mean()
        >>> bool(rates.min() / rates.max() > 0.9)
        True
        """
        self._check_fitted()
        found = equalised(
            self._network, self.rules_, self.model_schema_, tuple(map(str, sensitive_features)), label, rates, strength,
            lambda n, rng: first_classes(self._network.codes[0], self._class_counts[0], None, n, rng),
            stream(self._seed, "labels"),
        )  # fmt: skip
        self.label_map_ = None if strength == 0 and rates is None else found
        return self

    def _decoded(
        self,
        classes: NDArray[np.int32],
        rng: np.random.Generator,
        masks: Mapping[int, Mask] | None = None,
        accepts: Mapping[str, Accepts] | None = None,
    ) -> pd.DataFrame:
        """Coded rows of all columns from the classes of the modelled ones."""
        network, schema = self._network, self.model_schema_
        columns: dict[str, Floats] = {}
        for j, (name, codes) in enumerate(zip(network.names, network.codes, strict=True)):
            own = np.ascontiguousarray(classes[:, j])
            if masks and accepts and j in masks:
                places, middles = masks[j].places(own, rng)
                values = on_grid(codes.decode(own, places), name, schema)
                # At the edge of a condition a value may be rounded out of it; the middle of its cell is not.
                strays = ~accepts[name](values)
                values[strays] = on_grid(codes.decode(own[strays], middles[strays]), name, schema)
            else:
                values = on_grid(codes.decode(own, rng.random(len(own))), name, schema)
            columns[name] = np.where(network.rows_with(j, classes), values, np.nan)
        return with_derived(columns, self.rules_, schema)

    def _conditions_elsewhere(self, conditions: Mapping[str, Any] | None) -> dict[str, Allowed]:
        # A target that another column determines isn't drawn first, so it is met as any other column is.
        if conditions and not self._network.grouped:
            return allowed_values(conditions, self.schema_)
        return super()._conditions_elsewhere(conditions)

    def _whole(self, made: pd.DataFrame, asked: Asked, rng: np.random.Generator) -> pd.DataFrame:
        kept = [name for name, allowed in {**asked.native, **asked.others}.items() if allowed.missing and name in made]
        return self._filled(made, rng).assign(**made[kept])

    def _filled(self, rows: pd.DataFrame, rng: np.random.Generator, whole: bool = True) -> pd.DataFrame:
        learnt = model_rows(rows, self.schema_, self._distances, self._dates)
        filled = impute(self._network, learnt, self.rules_, self.model_schema_, rng, whole)
        return filled_rows(filled, rows, self.schema_, self._distances, self._dates)

    def _completed(self, known: pd.DataFrame, whole: bool, rng: np.random.Generator) -> pd.DataFrame | None:
        return None if self.label_map_ is not None else self._filled(known, rng, whole)

    def _met_by_choice(self) -> frozenset[str]:
        # A sum is known only when all its parts are drawn.
        return super()._met_by_choice() | {total.column for total in self.rules_.totals}

    def _sample_where(self, n: int, wanted: Mapping[str, Allowed], rng: np.random.Generator) -> pd.DataFrame:
        """Draw rows that meet conditions on any columns but sums."""
        schema, network = self.model_schema_, self._network
        accepts = accepts_of_roots({name: allowed.accepts for name, allowed in wanted.items()}, self.rules_, schema)
        masks = {}
        for j, (name, codes) in enumerate(zip(network.names, network.codes, strict=True)):
            if name in accepts:
                masks[j] = mask_of(codes, name, accepts[name], schema)
        turn = rng.spawn(1)[0]
        drawn = draw_conditioned(network, n, masks, turn)
        made = self._decoded(self._relabelled(drawn.classes, turn), turn, masks, accepts)
        self._add_effort(n, drawn)
        return made

    def _add_effort(self, rows: int, drawn: Conditioned) -> None:
        before = self.effort_ or {"n_samples": 0, "candidates": 0, "effective": 0.0}
        expected = drawn.share * float(self._class_counts[0].sum())
        self.effort_ = {
            "n_samples": before["n_samples"] + rows,
            "candidates": before["candidates"] + drawn.candidates,
            "effective": round(before["effective"] + drawn.effective, 1),
            "expected": round(min(before.get("expected", np.inf), expected), 3),
        }

    def log_prob(self, X: Any) -> Floats:
        """Natural log of the probability of each row.

        Parameters
        ----------
        X : table of shape (n_rows, n_columns)
            With the columns that it was fitted on.

        Returns
        -------
        array of shape (n_rows,)
            In nats, at most 0: the log probability of the row's cell, that is of its labels, its gaps, and the bin or
            single value of each number. Cells are the same for all rows of one model, so rows can be compared;
            figures of two models can't. Minus infinity for a label that no train row had, or a row that breaks one of
            ``rules_``. Identifiers don't count.

        Examples
        --------
        >>> import synthgen as sg
        >>> df = sg.datasets.load_thyroid()[["age", "sex", "TSH", "diagnosis"]].head(2_000)
        >>> model = sg.generators.TreeSynthesizer(preset="turbo", random_state=0).fit(df)
        >>> bool((model.log_prob(df) < 0).all())
        True
        """
        self._check_fitted()
        learnt = whole_rows(self._coded(X)[0], self.schema_, self._distances, self._dates)
        return log_probability(self._network, learnt, self.rules_, self.model_schema_)

    def impute(self, X: Any, *, random_state: RandomState = 0) -> Any:
        """Fill the gaps of real rows with draws from the model, given all that is known of each row.

        Parameters
        ----------
        X : table of shape (n_rows, n_columns)
            With the columns that it was fitted on.
        random_state : int, Generator or None
            Gaps are filled by chance, so that the filled column has the right spread; another seed gives another
            completion (multiple imputation).

        Returns
        -------
        The same type of frame, its known values as they were. Identifiers keep their gaps, and so does a column that
        had no value in the rows it was fitted on.

        Examples
        --------
        >>> import synthgen as sg
        >>> df = sg.datasets.load_thyroid()[["age", "sex", "TSH", "diagnosis"]].head(2_000)
        >>> model = sg.generators.TreeSynthesizer(preset="turbo", random_state=0).fit(df)
        >>> int(df["TSH"].isna().sum()) > 0, int(model.impute(df)["TSH"].isna().sum())
        (True, 0)
        """
        self._check_fitted()
        coded, form = self._coded(X)
        filled = self._filled(coded, stream(seed_sequence(random_state), "impute"))
        return form.give_back(decode(filled, extend_categories(self.schema_)))

    def label_tilt(self, coded: pd.DataFrame) -> Floats:
        """How much more often each row's label is now drawn, given all its columns; 1 without :meth:`equalise_labels`.

        Real rows (coded by ``schema_``) that are weighted so are what the synthetic rows should be like.
        """
        self._check_fitted()
        learnt = whole_rows(coded, self.schema_, self._distances, self._dates)
        return np.ones(len(coded)) if self.label_map_ is None else label_tilt(self._network, learnt, self.label_map_)

    def _coded(self, X: Any) -> tuple[pd.DataFrame, Form]:
        frame, form = to_pandas(X)
        return encode(frame, self.schema_, unseen="extend"), form

    def describe(self) -> pd.DataFrame:
        """What a saved model holds about each column, for whoever has to answer for it.

        Returns
        -------
        DataFrame
            One row a column: ``column``, ``kind``, ``learnt_as`` (drawn given which columns, or by which rule),
            ``classes``, ``kept_values`` (single values and labels that are stored as they are), ``rare_values`` (those
            of them that fewer than ten rows share), ``fewest_rows`` (rows behind the smallest class), ``bounds_stored``
            (exact smallest and largest value, unless declared), ``trees``.

        Examples
        --------
        >>> import synthgen as sg
        >>> df = sg.datasets.load_adult().head(2_000)
        >>> model = sg.generators.TreeSynthesizer(preset="turbo", random_state=0).fit(df, target="income")
        >>> model.describe().set_index("column").loc["education-num", "learnt_as"]
        'computed: follows from education'
        """
        self._check_fitted()
        return describe(self._network, self.rules_, self.model_schema_, self._class_counts)

    def _state(self) -> dict[str, Any]:
        return {
            "network": to_document(self._network), "rules": self.rules_.to_dict(), **to_arrays(self._network),
            **to_state(self.label_map_), **{f"count {j}": counts for j, counts in enumerate(self._class_counts)},
        }  # fmt: skip

    def _set_state(self, state: Mapping[str, Any]) -> None:
        self._network = from_state(state["network"], state)
        self.rules_ = Rules.from_dict(state["rules"])
        self._class_counts = [state[f"count {j}"] for j in range(len(self._network.names))]
        self.order_ = list(self._network.names)
        self.effort_ = None
        self.label_map_ = map_from_state(state)
