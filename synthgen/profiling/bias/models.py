"""A model's predictions by group: equalised odds, predictive parity, calibration."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.errors import DataError, UsageError
from synthgen.profiling.bias.grouping import FEWEST, Grouping, plain_label
from synthgen.profiling.bias.intervals import Ends, alike, difference_interval, pairs_level, wilson
from synthgen.profiling.bias.selection import FEWEST_EXPECTED, Outcome
from synthgen.profiling.bias_parts import ModelDisparity, ModelGroup
from synthgen.table.column import LABEL_KINDS, Column
from synthgen.table.schema import Schema

Floats = NDArray[np.float64]

THRESHOLD = 0.5
MEASURES = ("selection_rate", "true_positive_rate", "false_positive_rate", "precision")


@dataclass(frozen=True)
class Predictions:
    """1, 0 or NaN a row for the outcome; the chance of it, where scores were given."""

    labels: Floats
    scores: Floats | None
    how: str


def read_predictions(given: Any, coded: pd.DataFrame, schema: Schema, outcome: Outcome | None) -> Predictions:
    """Read predicted labels, or chances of the selected target value.

    Parameters
    ----------
    given : str or array-like, shape (n_rows,)
        A column, or a value a row: labels of the target, or numbers from 0 to 1.

    Raises
    ------
    UsageError
        If there is no target value to predict, or not one value a row.
    DataError
        If values are neither labels of the target nor between 0 and 1.
    """
    target = schema.target
    if target is None or outcome is None or not outcome.binary:
        raise UsageError(
            "predictions need a target with labels, of which two have at least 10 rows. Name it: target=..."
        )
    values = _values(given, coded, schema)
    if values.shape != (len(coded),):
        raise UsageError(
            f"predictions must have one value for each of the {len(coded)} rows; got an array of shape {values.shape}."
        )
    gaps = np.asarray(pd.isna(values))
    if gaps.all():
        raise DataError("predictions are missing in every row. Give a label or a chance for each.")
    as_labels = _as_labels(values, gaps, target, outcome)
    if as_labels is not None:
        return Predictions(as_labels, None, f"predictions were read as labels of {target.name}")
    try:
        scores = np.where(gaps, np.nan, values).astype(float)
    except (TypeError, ValueError):
        scores = np.full(len(values), -1.0)
    known = scores[~np.isnan(scores)]
    if known.min() < 0 or known.max() > 1:
        raise DataError(
            f"predictions must be labels of {target.name!r}, or the chance of {outcome.selected!r}, from 0 to 1."
        )
    hard = np.where(np.isnan(scores), np.nan, (scores >= THRESHOLD).astype(float))
    if set(known.tolist()) <= {0.0, 1.0}:
        return Predictions(hard, None, f"predictions of 1 were read as {outcome.words}")
    how = f"predictions were read as the chance of {outcome.words}, and as that label from {THRESHOLD:g} on"
    return Predictions(hard, scores, how)


def _values(given: Any, coded: pd.DataFrame, schema: Schema) -> NDArray[Any]:
    if not isinstance(given, str):
        return np.asarray(given)
    column = schema[given]
    held = coded[given].to_numpy()
    if column.kind not in LABEL_KINDS:
        return held
    names = np.array([*(column.categories or ()), None], dtype=object)
    found: NDArray[Any] = names[np.where(np.isnan(held), -1, held).astype(int)]
    return found


def _as_labels(values: NDArray[Any], gaps: NDArray[np.bool_], target: Column, outcome: Outcome) -> Floats | None:
    names = {plain_label(label) for label in target.categories or ()}
    words = [None if gap else plain_label(value) for value, gap in zip(values.tolist(), gaps.tolist(), strict=True)]
    if not {word for word in words if word is not None} <= names:
        return None
    wanted = plain_label(outcome.selected)
    return np.array([np.nan if word is None else float(word == wanted) for word in words])


def model_by_group(
    grouping: Grouping, outcome: Outcome, predictions: Predictions
) -> tuple[list[ModelGroup], list[ModelDisparity]]:
    """Give each group's figures, and for each figure the two groups furthest apart."""
    rows = np.flatnonzero(~np.isnan(outcome.values) & ~np.isnan(predictions.labels))
    if not len(rows):
        return [], []
    truth, said, codes = outcome.values[rows], predictions.labels[rows], grouping.codes[rows]
    by_group = _metric_frame(truth, said, codes)
    width = len(grouping.labels)
    within = {"selection_rate": np.ones(len(rows), bool), "true_positive_rate": truth == 1,
              "false_positive_rate": truth == 0, "precision": said == 1}  # fmt: skip
    n = {name: np.bincount(codes[mask], minlength=width) for name, mask in within.items()}
    rates = {name: by_group[name].reindex(range(width)).to_numpy(float) for name in MEASURES}
    residuals = None if predictions.scores is None else truth - predictions.scores[rows]
    groups = []
    for i in np.flatnonzero(n["selection_rate"] >= FEWEST).tolist():
        figures: dict[str, Any] = {}
        for name in MEASURES:
            if n[name][i] >= FEWEST:
                hits = round(rates[name][i] * n[name][i])
                figures |= {name: float(rates[name][i]), f"{name}_interval": wilson(hits, int(n[name][i]))}
        if residuals is not None:
            mine = residuals[codes == i]
            half = 1.96 * float(mine.std(ddof=1)) / len(mine) ** 0.5
            gap = float(mine.mean())
            figures |= {"calibration_gap": gap, "calibration_gap_interval": (gap - half, gap + half)}
        groups.append(ModelGroup(grouping.feature, grouping.labels[i], int(n["selection_rate"][i]), **figures))
    found = [_furthest(grouping, name, rates[name], n[name]) for name in MEASURES]
    if residuals is not None:
        found.append(_calibration(grouping, residuals, codes))
    return groups, [item for item in found if item is not None]


def _metric_frame(truth: Floats, said: Floats, codes: NDArray[np.int64]) -> pd.DataFrame:
    """Figures by group, by fairlearn."""
    from fairlearn.metrics import MetricFrame, false_positive_rate, selection_rate, true_positive_rate
    from sklearn.metrics import precision_score

    def precision(y_true: Any, y_pred: Any) -> float:
        return float(precision_score(y_true, y_pred, pos_label=1, zero_division=0))

    functions = {"selection_rate": selection_rate, "true_positive_rate": true_positive_rate,
                 "false_positive_rate": false_positive_rate, "precision": precision}  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # groups without one label: their figures aren't shown
        made = MetricFrame(
            metrics=functions, y_true=truth.astype(int), y_pred=said.astype(int), sensitive_features=codes
        )
    found: pd.DataFrame = made.by_group
    return found


def _furthest(grouping: Grouping, measure: str, rates: Floats, n: NDArray[np.int64]) -> ModelDisparity | None:
    hits = np.where(n > 0, np.nan_to_num(rates) * n, 0.0)
    overall = hits.sum() / max(n.sum(), 1)
    rarer = min(overall, 1 - overall)
    fewest = max(FEWEST, FEWEST_EXPECTED / rarer) if rarer > 0 else FEWEST
    asked = [i for i in range(len(n)) if not grouping.pooled[i] and n[i] >= fewest]
    if len(asked) < 2:
        return None
    low, high = min(asked, key=lambda i: float(rates[i])), max(asked[::-1], key=lambda i: float(rates[i]))
    level = pairs_level(len(asked))
    ends = [wilson(round(hits[i]), int(n[i]), level) for i in (low, high)]
    first, second = float(rates[low]), float(rates[high])
    return ModelDisparity(
        grouping.feature, measure, grouping.labels[low], grouping.labels[high], first, second, second - first,
        difference_interval(second, ends[1], first, ends[0]), first / second if second else None,
        alike(np.round(hits[asked]), n[asked].astype(float)),
    )  # fmt: skip


def _calibration(grouping: Grouping, residuals: Floats, codes: NDArray[np.int64]) -> ModelDisparity | None:
    from scipy.stats import alexandergovern, t

    parts = {i: residuals[codes == i] for i in range(len(grouping.labels)) if not grouping.pooled[i]}
    parts = {i: part for i, part in parts.items() if len(part) >= 3 * FEWEST and part.std() > 0}
    if len(parts) < 2:
        return None
    low, high = (
        min(parts, key=lambda i: float(parts[i].mean())),
        max(list(parts)[::-1], key=lambda i: float(parts[i].mean())),
    )
    level = pairs_level(len(parts))

    def ends(part: Floats) -> Ends:
        half = float(t.ppf((1 + level) / 2, len(part) - 1) * part.std(ddof=1) / len(part) ** 0.5)
        return float(part.mean()) - half, float(part.mean()) + half

    first, second = float(parts[low].mean()), float(parts[high].mean())
    return ModelDisparity(
        grouping.feature, "calibration_gap", grouping.labels[low], grouping.labels[high], first, second, second - first,
        difference_interval(second, ends(parts[high]), first, ends(parts[low])), None,
        float(alexandergovern(*parts.values()).pvalue),
    )  # fmt: skip


def all_by_group(
    groupings: Iterable[Grouping], outcome: Outcome, predictions: Predictions
) -> tuple[tuple[ModelGroup, ...], tuple[ModelDisparity, ...]]:
    """:func:`model_by_group` for every grouping."""
    groups: list[ModelGroup] = []
    disparities: list[ModelDisparity] = []
    for grouping in groupings:
        mine, apart = model_by_group(grouping, outcome, predictions)
        groups += mine
        disparities += apart
    return tuple(groups), tuple(disparities)
