"""SDV's synthesizers behind synthgen's contract: a peer to compare with."""

from __future__ import annotations

import contextlib
import inspect
import io
import warnings
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Literal, NoReturn, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.errors import DataError, MissingExtraError, UsageError
from synthgen.generators.asked import with_classes
from synthgen.generators.base import Synthesizer
from synthgen.generators.target import class_sizes
from synthgen.generators.texts import Text
from synthgen.guarantee import RowSource
from synthgen.randomness import RandomState, legacy_seed
from synthgen.table.column import LABEL_KINDS
from synthgen.table.grid import to_grid

Model = Literal["gaussian_copula", "ctgan", "tvae"]
CLASSES: dict[str, str] = {
    "gaussian_copula": "GaussianCopulaSynthesizer",
    "ctgan": "CTGANSynthesizer",
    "tvae": "TVAESynthesizer",
}
TABLE = "table"
GAP = "missing"
MISSING = (
    "The generator 'sdv' needs the packages sdv and torch, which are not installed. Install the extra: "
    'pip install "synthgen-tabular[sdv]".'
)
BATCH = 5_000
MOST_DRAWN = 500_000
"""Rows that CTGAN and TVAE may draw in search of one class."""


class SdvSynthesizer(Synthesizer):
    """The Synthetic Data Vault's Gaussian copula, CTGAN or TVAE, as one of synthgen's generators.

    Needs the extra ``sdv`` (``pip install "synthgen-tabular[sdv]"``), which brings SDV 2 and PyTorch. **SDV is
    under the Business Source License 1.1**, not an open-source licence: read it before you use this in production.

    SDV's modelling is left as it is. This class adds what it lacks: a seed, dtypes, exact counts, and column kinds
    read off synthgen's schema. Conditions are SDV's own: its copula sets the label and draws the other columns given
    the label's latent value, CTGAN and TVAE draw until enough rows have the label. **A rare class gets the right
    label with nearly everyone else's features**: on full ULB, SDV's frauds have a mean V14 near 0 where real ones
    have -6.97. A gap is a label of its own in columns of labels; in numbers it comes at random, whatever the other
    columns say.

    Parameters
    ----------
    model : {"gaussian_copula", "ctgan", "tvae"}
    options : mapping, optional
        Arguments of SDV's class, such as ``{"epochs": 50}`` or ``{"default_distribution": "norm"}``. CTGAN and TVAE run
        on the CPU unless ``enable_gpu`` is given as True; on a GPU PyTorch does not promise the same rows twice.
    text : str or mapping of free text; see :func:`synthgen.generators.texts.ways_of`
    random_state : int, Generator or None

    Attributes
    ----------
    synthesizer_ : object
        SDV's own synthesizer, or None for a table without a value to learn from.

    Notes
    -----
    SDV has no public seed. It keeps a state in its model and one in the transformer of each column, all started from
    fixed numbers, and draws from the global states of numpy and PyTorch when it fits. Here the global states are
    seeded for the call and put back after it, and the others are set before each draw. The states are of the
    process: don't fit or sample in two threads at once.

    It can't be saved: SDV knows pickle only, which runs code when it is read.

    References
    ----------
    Patki, Wedge and Veeramachaneni (2016), https://doi.org/10.1109/DSAA.2016.49; Xu et al. (2019), Modeling Tabular
    Data using Conditional GAN, https://arxiv.org/abs/1907.00503

    Examples
    --------
    >>> import synthgen as sg
    >>> sg.generators.SdvSynthesizer("tvae", options={"epochs": 5}).get_params()["model"]
    'tvae'
    """

    row_source: ClassVar[RowSource] = RowSource.MODEL

    synthesizer_: Any

    def __init__(
        self,
        model: Model = "gaussian_copula",
        options: Mapping[str, Any] | None = None,
        text: Text = "refuse",
        random_state: RandomState = None,
    ) -> None:
        self.model = model
        self.options = options
        self.text = text
        self.random_state = random_state

    def _fit(self, coded: pd.DataFrame, rng: np.random.Generator) -> None:
        if self.model not in get_args(Model):
            raise UsageError(f"model must be one of {', '.join(get_args(Model))}; got {self.model!r}.")
        schema = self.model_schema_
        self._target = schema.target.name if with_classes(schema) and schema.target else None
        counts = coded[self._target].value_counts().sort_index() if self._target else pd.Series(dtype=int)
        self._counts = {float(code): int(count) for code, count in counts.items()}  # type: ignore[arg-type]
        labels = {column.name for column in schema.of(*LABEL_KINDS)}
        # SDV neither ends on a column without values nor gains anything from one.
        names = [name for name in coded.columns if coded[name].notna().any()]
        self._empty = [name for name in coded.columns if name not in names]
        self._labels = [name for name in names if name in labels]
        with _alone(rng):
            self.synthesizer_ = self._new(names) if names else None
            if self.synthesizer_ is None:
                return
            try:
                self.synthesizer_.fit({TABLE: _plain(coded[names], labels)})
            except Exception as error:
                raise DataError(
                    f"SDV's {self.model} stopped with {type(error).__name__} while it learnt from {len(coded)} rows "
                    f'and {len(names)} columns. Use generator="gaussian_copula", or give it more rows.'
                ) from error

    def _new(self, names: list[str]) -> Any:
        try:
            from sdv import single_table
            from sdv.metadata import Metadata
        except ImportError as error:
            raise MissingExtraError(MISSING) from error
        kind = getattr(single_table, CLASSES[self.model])
        known = [name for name in inspect.signature(kind).parameters if name not in ("metadata", "verbose")]
        options = dict(self.options or {})
        for name in options:
            if name not in known:
                raise UsageError(f"SDV's {self.model} has no option {name!r}; it has: {', '.join(known)}.")
        if "enable_gpu" in known:
            options.setdefault("enable_gpu", False)
        columns = {name: {"sdtype": "categorical" if name in self._labels else "numerical"} for name in names}
        metadata = Metadata.load_from_dict({"tables": {TABLE: {"columns": columns}}})
        try:
            return kind(metadata, **options)
        except Exception as error:
            raise UsageError(f"SDV's {self.model} refused the options {options!r}: {error} Correct them.") from error

    def _sample(self, n: int, codes: NDArray[np.float64] | None, rng: np.random.Generator) -> pd.DataFrame:
        sizes = class_sizes(self._counts, codes, n, rng) if codes is not None else {}
        order = rng.permutation(n)
        if self.synthesizer_ is None:
            rows = pd.DataFrame(index=pd.RangeIndex(n))
        else:
            with _alone(rng):
                self._seed_sdv(rng)
                try:
                    rows = self._drawn(n, sizes)
                except UsageError:
                    raise
                except Exception as error:
                    raise DataError(
                        f"SDV's {self.model} stopped with {type(error).__name__} while it drew {n} rows. "
                        'Use generator="gaussian_copula", or fit it on more rows.'
                    ) from error
        if len(sizes) > 1:
            rows = rows.iloc[order]
        return self._coded(rows.reset_index(drop=True))

    def _seed_sdv(self, rng: np.random.Generator) -> None:
        """Set every state that SDV keeps to itself; the underscore is SDV's only way."""
        self.synthesizer_._set_random_state(legacy_seed(rng))
        for transformer in self.synthesizer_.get_transformers().values():
            if transformer is not None:
                for method in ("transform", "reverse_transform"):
                    transformer.set_random_state(np.random.RandomState(legacy_seed(rng)), method)

    def _drawn(self, n: int, sizes: Mapping[float, int]) -> pd.DataFrame:
        if not sizes:
            return pd.DataFrame(self.synthesizer_.sample(n)[TABLE])
        if len(sizes) == len(self._counts) == 1:
            return pd.DataFrame(self.synthesizer_.sample(n)[TABLE])
        draw = self._given if self.model == "gaussian_copula" else self._rejected
        return pd.concat([draw(_word(code), size) for code, size in sizes.items()], ignore_index=True)

    def _given(self, label: str, n: int) -> pd.DataFrame:
        from sdv.sampling import Condition

        condition = Condition(num_rows=n, column_values={self._target: label})
        rows = pd.DataFrame(self.synthesizer_.sample_from_conditions([condition])[TABLE])
        if len(rows) != n:
            self._short(label, n, len(rows))
        return rows

    def _rejected(self, label: str, n: int) -> pd.DataFrame:
        found: list[pd.DataFrame] = []
        have = drawn = 0
        while have < n:
            if drawn >= max(MOST_DRAWN, 20 * n):
                self._short(label, n, have)
            rows = pd.DataFrame(self.synthesizer_.sample(max(n, BATCH))[TABLE])
            drawn += len(rows)
            found.append(rows[rows[self._target] == label])
            have += len(found[-1])
        return pd.concat(found, ignore_index=True).iloc[:n]

    def _short(self, label: str, n: int, have: int) -> NoReturn:
        target = self.model_schema_.target
        shown = (target.categories or ())[int(label)] if target else label
        raise UsageError(
            f"SDV's {self.model} drew {have} of the {n} rows with {shown!r} in {self._target!r} before its limit. "
            'Use more epochs, or a generator that learns each class: generator="gaussian_copula".'
        )

    def _coded(self, rows: pd.DataFrame) -> pd.DataFrame:
        out = {}
        for column in self.model_schema_:
            if column.name in self._empty:
                out[column.name] = np.full(len(rows), np.nan)
            elif column.name in self._labels:
                values = rows[column.name].astype(object)
                out[column.name] = pd.to_numeric(values.where(values != GAP, None)).to_numpy(float, na_value=np.nan)
            elif column.name in rows:
                out[column.name] = pd.to_numeric(rows[column.name]).to_numpy(float, na_value=np.nan)
        return to_grid(pd.DataFrame(out, index=rows.index), self.model_schema_)

    def _state(self) -> dict[str, Any]:
        raise UsageError(
            "An SdvSynthesizer can't be saved: SDV writes its models as pickle only, which runs code when it is read. "
            "Fit it again with the same random_state for the same rows, or use one of synthgen's own generators."
        )

    def _set_state(self, state: Mapping[str, Any]) -> NoReturn:
        raise UsageError("An SdvSynthesizer can't be loaded; fit it again with the same random_state.")


def _word(code: float) -> str:
    return str(int(code))


def _plain(coded: pd.DataFrame, labels: set[str]) -> pd.DataFrame:
    """Numbers as float64, labels as text, a gap in labels as a label."""
    columns: dict[str, Any] = {}
    for name in coded.columns:
        values = coded[name].to_numpy(float)
        if name in labels:
            words = [GAP if np.isnan(code) else _word(code) for code in values]
            columns[name] = np.array(words, dtype=object)
        else:
            columns[name] = values
    return pd.DataFrame(columns, columns=list(coded.columns))


@contextlib.contextmanager
def _alone(rng: np.random.Generator) -> Iterator[None]:
    """Seed the global states that SDV draws from, silence it, and leave all as it was found."""
    try:
        import torch
        from ctgan.synthesizers.base import set_random_states
    except ImportError as error:
        raise MissingExtraError(MISSING) from error

    seed = legacy_seed(rng)
    states = (np.random.RandomState(seed), torch.Generator().manual_seed(seed))
    with contextlib.ExitStack() as stack:
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        stack.enter_context(contextlib.redirect_stdout(io.StringIO()))
        stack.enter_context(contextlib.redirect_stderr(io.StringIO()))
        stack.enter_context(torch.random.fork_rng(range(torch.cuda.device_count())))
        torch.manual_seed(seed)  # for a GPU; the next line is for numpy and the CPU
        stack.enter_context(set_random_states(states, lambda state: None))
        yield
