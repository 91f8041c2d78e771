"""Sample weights that give a balanced table its natural prevalence back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.errors import DataError, UsageError


def natural_weights(y: Any, natural: Any) -> NDArray[np.float64]:
    """Weigh rows so that each class weighs as much as it does in nature.

    A row of class c weighs (natural share of c) / (share of c in ``y``), so that weights are 1 on average. It is
    importance weighting: with it, what is learnt or scored on the balanced rows stands for the natural ones as far as
    the added rows have the distribution of their class.

    Parameters
    ----------
    y : array of shape (n_rows,), or frame of shape (n_rows, n_columns)
        Labels of the balanced rows; of a frame, each combination is a class.
    natural : the same of real rows, or mapping of label to share or number of rows
        Where the natural prevalence is read off.

    Returns
    -------
    array of float64, shape (n_rows,)

    Raises
    ------
    DataError, UsageError
        A class of ``y`` has no natural share, or one of the natural classes isn't in ``y``.

    Examples
    --------
    >>> natural_weights(["no", "no", "yes", "yes"], {"no": 0.9, "yes": 0.1}).tolist()
    [1.8, 1.8, 0.2, 0.2]
    """
    keys = _keys(y)
    share = natural_shares(natural, "natural")
    present = pd.Series(keys).value_counts(normalize=True)
    unknown = [label for label in present.index if label not in share]
    if unknown:
        raise DataError(f"Class {unknown[0]!r} of y has no natural share. Give one for every class of y.")
    lost = [label for label, part in share.items() if part > 0 and label not in present.index]
    if lost:
        raise DataError(f"Class {lost[0]!r} has a natural share, but y has no row of it that could stand for it.")
    weight = {label: share[label] / float(part) for label, part in present.items()}
    return np.array([weight[key] for key in keys], dtype=np.float64)


def natural_shares(natural: Any, name: str) -> dict[Any, float]:
    """Read the natural share of each class: shares that add up to 1."""
    if not isinstance(natural, Mapping):
        keys = _keys(natural)
        return {label: float(part) for label, part in pd.Series(keys).value_counts(normalize=True).items()}
    sizes = {label: float(part) for label, part in natural.items()}
    if not sizes or not all(np.isfinite(part) and part >= 0 for part in sizes.values()) or not sum(sizes.values()) > 0:
        raise UsageError(
            f"{name} must map each class to its share or number of rows, 0 or more and not all 0; got {natural!r}."
        )
    total = sum(sizes.values())
    return {label: part / total for label, part in sizes.items()}


def _keys(y: Any) -> list[Any]:
    """One hashable key a row."""
    if isinstance(y, pd.DataFrame):
        return list(y.itertuples(index=False, name=None)) if y.shape[1] > 1 else _keys(y.iloc[:, 0])
    if hasattr(y, "to_pylist"):
        return list(y.to_pylist())
    return list(y.tolist() if hasattr(y, "tolist") else y)
