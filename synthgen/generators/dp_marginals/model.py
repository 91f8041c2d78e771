"""The differentially private generator: it measures the table once, and knows nothing else of it."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.errors import SynthgenWarning, UsageError
from synthgen.generators.asked import with_classes
from synthgen.generators.base import Synthesizer
from synthgen.generators.dp_marginals.accounting import DEFAULT_DELTA, Budget, Spent
from synthgen.generators.dp_marginals.estimation import Model, fitted
from synthgen.generators.dp_marginals.graph import JunctionTree
from synthgen.generators.dp_marginals.limits import warnings_of
from synthgen.generators.dp_marginals.measure import Rounds, measure
from synthgen.generators.dp_marginals.measure.reading import held
from synthgen.generators.dp_marginals.measure.text_cells import refuse_untyped, typed
from synthgen.generators.dp_marginals.measurements import Levels, Marginal, Measurements
from synthgen.generators.dp_marginals.public import public_schema, refuse_undeclared
from synthgen.generators.dp_marginals.sampling import drawn_codes, drawn_values
from synthgen.generators.texts import Text
from synthgen.guarantee import PrivacyGuarantee, RowSource
from synthgen.randomness import RandomState
from synthgen.table.column import Column, Role
from synthgen.table.schema import Schema

ITERATIONS = 500
NEIGHBOURING = "add-remove"
MEASURED = (
    " That number is a noisy one, known only once the table was measured: the budget of this fit is spent. Where the "
    "number of rows is public, say it beforehand with n_rows."
)


class DPMarginalsSynthesizer(Synthesizer):
    """Rows under differential privacy: noisy counts of few columns together, and the table that they say most of.

    Needs the extra ``dp`` (``pip install "synthgen-tabular[dp]"``). It counts each column, chooses groups of two and
    three columns one by one where the model so far is most wrong, counts these with noise, and fits a graphical model
    to all counts. Everything that it learns from the rows passes through noise that OpenDP draws, so ``fit`` gives
    another model each time, whatever ``random_state`` says; that seed is for the rows drawn from a fitted model.

    What is public must be declared in the schema: bounds of numbers and dates, categories, decimals, whether there
    are gaps. What isn't declared is found with noise, for a part of the budget: bounds as powers of two, and labels
    that enough rows have. Column names, their order and dtypes are taken as public. Rows that the schema doesn't
    allow are never an error, as an error would say that there are such rows: numbers are moved to the nearest bound,
    labels that aren't listed are read as gaps, and ``outside_`` has noisy counts of them. A row with a gap where the
    schema has none isn't learnt from.

    Parameters
    ----------
    epsilon : float
        Above 0: how much more likely, as ``exp(epsilon)``, one person's rows can make any result.
    delta : float, optional
        The probability with which that may fail, far below 1 / the number of rows. 1e-9 if not given.
    n_rows : int, optional
        Number of rows, where it is public. Estimated with noise otherwise.
    rows_per_subject : int
        Where the schema has a subject: the rows that one may have. Further ones aren't learnt from, and noise grows
        with the number.
    schema_share : float
        From 0 to below 1: part of the budget for bounds and categories that the schema doesn't declare. With 0 such a
        schema is refused, with the text to declare.
    rounds : int
        Groups of columns that are chosen and counted.
    most_cells : int
        Numbers that the model may hold.
    text : {"refuse", "drop"}, or one by column
        What becomes of columns that are declared as free text: no sentence can be made under this guarantee.
    random_state : int, Generator or None
        Seed of the rows drawn, never of noise.

    Attributes
    ----------
    privacy_ : PrivacyGuarantee
        Its ledger says what each part cost in zCDP; parts that may fail by themselves have an item for that delta.
    measurements_ : Measurements
        All that is known of the table.
    outside_ : dict of str to int
        Noisy numbers of values that the schema doesn't allow, by column, where they are clearly above zero.

    References
    ----------
    McKenna, Mullins, Sheldon and Miklau (2022), https://doi.org/10.14778/3551793.3551817; McKenna, Sheldon and Miklau
    (2019), https://doi.org/10.48550/arXiv.1901.09136

    Examples
    --------
    >>> import synthgen as sg
    >>> sg.generators.DPMarginalsSynthesizer(epsilon=0.5).get_params()["epsilon"]
    0.5
    """

    row_source: ClassVar[RowSource] = RowSource.MODEL
    learns_only_by_measuring: ClassVar[bool] = True

    measurements_: Measurements
    outside_: dict[str, int]
    _model: Model

    def __init__(
        self,
        epsilon: float = 1.0,
        delta: float | None = None,
        *,
        n_rows: int | None = None,
        rows_per_subject: int = 5,
        schema_share: float = 0.1,
        rounds: int = 20,
        most_cells: int = 200_000,
        text: Text = "refuse",
        random_state: RandomState = None,
    ) -> None:
        self.epsilon = epsilon
        self.delta = delta
        self.n_rows = n_rows
        self.rows_per_subject = rows_per_subject
        self.schema_share = schema_share
        self.rounds = rounds
        self.most_cells = most_cells
        self.text = text
        self.random_state = random_state

    def _measured(self, frame: pd.DataFrame, schema: Schema | None, target: str | None) -> Schema:
        dtypes = {str(name): held(frame[name]) for name in frame.columns}
        public = public_schema(dtypes, schema, target, self.text)
        budget = self._budget(public)
        if not self.schema_share:
            refuse_undeclared(public)
        found = measure(
            frame, public, budget, n_rows=self.n_rows, schema_share=self.schema_share,
            rounds=Rounds(self.rounds, self.most_cells),
        )  # fmt: skip
        return self._learnt(found, public)

    def _typed(self, frame: pd.DataFrame, schema: Schema | None) -> pd.DataFrame:
        refuse_untyped([str(name) for name in frame.columns], schema, self.text)
        assert schema is not None
        return typed(frame, schema)

    def _budget(self, schema: Schema) -> Budget:
        """The budget, refused before a row is looked at where it is none."""
        subject = bool(schema.role(Role.SUBJECT))
        delta = DEFAULT_DELTA if self.delta is None else self.delta
        most = self.rows_per_subject if subject else 1
        budget = Budget(self.epsilon, delta, "subject" if subject else "row", most)
        budget.check()
        if not isinstance(self.schema_share, (int, float)) or not 0 <= self.schema_share < 1:
            raise UsageError(f"schema_share must be at least 0 and below 1; got {self.schema_share!r}.")
        if not isinstance(self.rounds, int) or self.rounds < 1:
            raise UsageError(f"rounds must be a whole number of at least 1; got {self.rounds!r}.")
        if self.n_rows is not None:
            if not isinstance(self.n_rows, (int, np.integer)) or isinstance(self.n_rows, bool) or self.n_rows < 1:
                raise UsageError(f"n_rows must be a whole number of at least 1; got {self.n_rows!r}.")
            self._check_delta(budget, self.n_rows)
        return budget

    def _learnt(self, found: Measurements, public: Schema) -> Schema:
        """Fit the model to what was measured: no row is known here."""
        self._check_delta(found.budget, found.n_rows, MEASURED)
        schema = public.with_columns(levels.column for levels in found.levels)
        self.measurements_, self.outside_ = found, found.outside
        self.privacy_ = _guarantee(found)
        self._model = fitted(
            found.marginals, found.sizes, found.n_rows, iterations=ITERATIONS, first=_first(found.levels)
        )
        for words in self.warnings_:
            warnings.warn(words, SynthgenWarning, stacklevel=5)
        return schema

    @property
    def warnings_(self) -> list[str]:
        """What the noisy counts say that a person should know."""
        return warnings_of(self.measurements_)

    def _check_delta(self, budget: Budget, n_rows: float, known: str = "") -> None:
        if budget.delta * n_rows >= 1:
            raise UsageError(
                f"delta must be below 1 / the number of rows, or whole rows could be given away; got {budget.delta!r} "
                f"for about {n_rows:.0f} rows. Usual is 1e-6 or less.{known}"
            )

    def _fit(self, coded: pd.DataFrame, rng: np.random.Generator) -> None:
        raise AssertionError("a generator that measures is never given rows")

    def _sample(self, n: int, codes: NDArray[np.float64] | None, rng: np.random.Generator) -> pd.DataFrame:
        found, known = self.measurements_, {}
        if with_classes(self.schema_):
            first = _first(found.levels)
            shares = self._model.marginal((first,))
            known[first] = _classes(shares, codes, n, rng)
        drawn = drawn_codes(self._model, n, known, rng)
        made = pd.DataFrame(drawn_values(drawn, found.levels, rng), columns=[x.column.name for x in found.levels])
        return made.iloc[rng.permutation(n)].reset_index(drop=True)

    def _state(self) -> dict[str, Any]:
        found, model = self.measurements_, self._model
        state: dict[str, Any] = {
            "levels": [
                {"column": x.column.to_dict(), "starts": x.starts, "missing": x.missing, "groups": x.groups,
                 "shares": x.shares}
                for x in found.levels
            ],
            "marginals": [{"columns": x.columns, "sigma": x.sigma, "starts": x.starts} for x in found.marginals],
            "n_rows": found.n_rows, "outside": found.outside, "rare": found.rare,
            "spent": [[x.what, x.rho, x.delta] for x in found.spent],
            "budget": vars(found.budget),
            "cliques": model.tree.cliques, "parents": model.tree.parents,
        }  # fmt: skip
        state |= {f"counts {i}": x.counts for i, x in enumerate(found.marginals)}
        return state | {f"clique {i}": values for i, values in enumerate(model.marginals)}

    def _set_state(self, state: Mapping[str, Any]) -> None:
        levels = tuple(
            Levels(
                Column.from_dict(x["column"]), tuple(x["starts"]), x["missing"], tuple(x["groups"]), tuple(x["shares"])
            )
            for x in state["levels"]
        )
        marginals = tuple(
            Marginal(tuple(x["columns"]), state[f"counts {i}"], x["sigma"], tuple(map(tuple, x.get("starts", ()))))
            for i, x in enumerate(state["marginals"])
        )
        spent = tuple(Spent(*item) for item in state["spent"])
        budget = Budget(**state["budget"])
        found = Measurements(levels, marginals, state["n_rows"], state["outside"], spent, budget, state.get("rare", {}))
        self.measurements_, self.outside_, self.privacy_ = found, found.outside, _guarantee(found)
        tree = JunctionTree(tuple(tuple(x) for x in state["cliques"]), tuple(state["parents"]))
        cliques = tuple(state[f"clique {i}"] for i in range(len(tree.cliques)))
        self._model = Model(tree, found.sizes, cliques)


def _classes(
    shares: NDArray[np.float64], codes: NDArray[np.float64] | None, n: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Divide rows among the classes asked for, as the model has them; evenly where it has none of them."""
    allowed = np.arange(len(shares)) if codes is None else codes.astype(np.int64)
    own = shares[allowed]
    even = np.full(len(own), 1 / len(own))
    return np.repeat(allowed, rng.multinomial(n, own / own.sum() if own.sum() > 0 else even))


def _first(levels: tuple[Levels, ...]) -> int:
    """Place of the target, which the tree starts from."""
    return next((place for place, level in enumerate(levels) if level.column.role is Role.TARGET), 0)


def _guarantee(found: Measurements) -> PrivacyGuarantee:
    budget = found.budget
    ledger = [(item.what, item.rho) for item in found.spent]
    ledger += [(f"delta of {item.what}", item.delta) for item in found.spent if item.delta]
    return PrivacyGuarantee(budget.epsilon, budget.delta, budget.unit, NEIGHBOURING, tuple(ledger))
