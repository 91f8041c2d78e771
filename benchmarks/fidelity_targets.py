"""What was promised, and whether it holds: issue C."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median

from scipy.stats import binomtest

from benchmarks.record import row

Splits = Mapping[str, Mapping[str, float]]
Cell = tuple[str, float, str, bool]

OF_FRESH, DCR = 1.15, 0.515
DETECTION = {"adult": 0.53, "shoppers": 0.55, "beijing": 0.57}
TSTR_LOSS = {"adult": 0.008, "shoppers": 0.006}
TSTR_RATIO = 1.06
SPEED = {"adult": 6, "shoppers": 4, "beijing": 6}
TURBO_SECONDS, TURBO_DETECTION, TURBO_DCR = 1, 0.56, 0.53
DOUBT = 0.05


def middle(splits: Splits, key: str) -> float:
    return float(median(found[key] for found in splits.values()))


def targets(name: str, by: Mapping[str, Splits]) -> list[Cell]:
    """What, its figure, the target, and whether it is met: ``quality``."""
    ours, fresh = by["quality"], by["fresh"]
    cells: list[Cell] = []
    for key, title in (("column_shapes", "Shape"), ("pair_trends", "Trend")):
        ratio = (1 - middle(ours, key)) / (1 - middle(fresh, key))
        cells.append((f"{title} error, times that of R", ratio, f"≤ {OF_FRESH}", ratio <= OF_FRESH))
    for key, title in (("detection", "detection"), ("detection_other_draw", "detection, other draw")):
        cells.append(_most(title, middle(ours, key), DETECTION[name]))
    if name in TSTR_LOSS:
        cells.append(
            _most("TSTR, AUC below R's", middle(fresh, "tstr_auc") - middle(ours, "tstr_auc"), TSTR_LOSS[name])
        )
    else:
        cells.append(_most("TSTR, RMSE times R's", middle(ours, "tstr_rmse") / middle(fresh, "tstr_rmse"), TSTR_RATIO))
    return [*cells, _most("DCR share", middle(ours, "dcr_share"), DCR)]


def turbo_targets(name: str, by: Mapping[str, Splits], seconds: float | None) -> list[Cell]:
    if name != "adult":
        return []
    turbo = by["turbo"]
    cells = [_most("seconds", seconds, TURBO_SECONDS)] if seconds is not None else []
    for key, title in (("detection", "detection"), ("detection_other_draw", "detection, other draw")):
        cells.append(_most(title, middle(turbo, key), TURBO_DETECTION))
    return [*cells, _most("DCR share", middle(turbo, "dcr_share"), TURBO_DCR)]


def copies_met(title: str, by: Mapping[str, Splits]) -> str:
    """Copies of T may be more than those of H by chance only: a binomial test on all splits together."""
    train, judge = (
        round(sum(found[key] * found["rows"] for found in by["quality"].values()))
        for key in ("copies_of_train", "copies_of_judge")
    )
    chance = binomtest(train, train + judge, alternative="greater").pvalue if train + judge else 1.0
    found = f"{train:,} of T, {judge:,} of H, p {chance:.2f}"
    said = "met" if chance >= DOUBT else "**missed**"
    if train:
        said += "; R has 0 by construction"
    return row([title, "quality", "exact copies, all splits", found, "of T no more than of H but by chance", said])


def _most(what: str, value: float, most: float) -> Cell:
    return what, value, f"≤ {most}", value <= most
