"""Which synthetic rows are least like a real row as a whole, and which columns make them so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import logit

from synthgen.validation.classifier import classifier, predict, train_model
from synthgen.validation.comparison import Comparison, Floats, Part

MIXED_UP = 0.5
"""Share of a row's values that are drawn anew; what others find is in benchmarks/review.md."""

MODELS = 3
MOST_ROWS = 5_000
FEWEST = 50
TELLING = 3
LEAST = 1e-9


@dataclass(frozen=True)
class Plausibility:
    """How much each row looks like a real one rather than like values of several rows put together.

    Attributes
    ----------
    made, held : arrays
        Log-odds of synthetic and of held-out real rows, each the mean of three models; less is less plausible.
    """

    made: Floats
    held: Floats
    names: tuple[str, ...]
    _models: tuple[Any, ...]

    def telling(self, rows: pd.DataFrame) -> list[tuple[str, ...]]:
        """Name the columns, up to three a row, that speak most against it, the most telling first."""
        x = rows[list(self.names)].to_numpy(float)
        parts = [model.predict_proba(x, pred_contrib=True) for model in self._models]
        against = np.mean(parts, axis=0)[:, :-1]
        out = []
        for row in against:
            worst = np.argsort(row, kind="stable")[:TELLING]
            # A column that says a tenth of what the first says is not what a reader should look at.
            out.append(tuple(self.names[place] for place in worst if row[place] < min(0.0, 0.1 * row[worst[0]])))
        return out


def plausibility(comparison: Comparison, rng: np.random.Generator) -> Plausibility | None:
    """Ask a model that learnt to tell real train rows from mixed-up ones about every synthetic row.

    A mixed-up row is a real one of which some values are replaced by those of other rows: each value is a usual one,
    and they don't belong together. To tell the two is to know which values go together, whatever generator made the
    rows (Hastie, Tibshirani and Friedman 2009, 14.2.4, https://doi.org/10.1007/978-0-387-84858-7; Breiman and Cutler's
    synthetic class of random forests is the same). None where there are fewer than 50 train rows, or one column.

    Parameters
    ----------
    comparison : Comparison
    rng : numpy.random.Generator

    Returns
    -------
    Plausibility or None
    """
    names = tuple(column.name for column in comparison.columns)
    part = comparison.real_train
    if len(part) < FEWEST or len(names) < 2:
        return None
    models = tuple(_model(_drawn(part, rng), comparison, names, rng) for _ in range(MODELS))

    def ask(rows: pd.DataFrame) -> Floats:
        if not len(rows):
            return np.zeros(0)
        given = [logit(np.clip(predict(model, rows[list(names)]), LEAST, 1 - LEAST)) for model in models]
        return np.asarray(np.mean(given, axis=0), dtype=float)

    return Plausibility(ask(comparison.synthetic), ask(comparison.real_holdout.coded), names, models)


def _drawn(part: Part, rng: np.random.Generator) -> pd.DataFrame:
    """Real rows in the synthetic rows' mix of classes."""
    n = min(len(part), MOST_ROWS)
    if np.ptp(part.weights) == 0:
        return part.coded.iloc[rng.permutation(len(part))[:n]].reset_index(drop=True)
    rows = rng.choice(len(part), n, p=part.weights / part.weights.sum())
    return part.coded.iloc[rows].reset_index(drop=True)


def _model(real: pd.DataFrame, comparison: Comparison, names: tuple[str, ...], rng: np.random.Generator) -> Any:
    real = real[list(names)]
    x = pd.concat([real, mixed_up(real, rng)], ignore_index=True)
    model = classifier(rng)
    train_model(model, x, np.repeat([1, 0], [len(real), len(real)]), comparison.schema)
    return model


def mixed_up(real: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Rows of which some values are replaced by those of other rows.

    They are drawn, not swapped: swapped columns have exactly the same margins as before, and trees that split one
    column at a time then find no first split.

    Examples
    --------
    >>> rows = pd.DataFrame({"a": range(1000), "b": range(1000)})
    >>> share = (mixed_up(rows, np.random.default_rng(0)) == rows).to_numpy().mean()
    >>> bool(0.45 < share < 0.55)
    True
    """
    n = len(real)
    out = {}
    for name in real.columns:
        values = real[name].to_numpy()
        anew: NDArray[np.bool_] = rng.random(n) < MIXED_UP
        out[name] = np.where(anew, values[rng.integers(0, n, n)], values)
    return pd.DataFrame(out, columns=real.columns)
