"""The page and the plot of ``benchmarks.fairness``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.record import header, made_with, row

COLOURS = {"equal_rates": "#0072B2", "quotas": "#D55E00", "weights": "#009E73"}
MARKS = {"equal_rates": "o", "quotas": "s", "weights": "^"}
GREY, PINK = "#666666", "#CC79A7"
WORDS = {"equal_rates": "equal rates (labels moved in the tree)", "quotas": "quotas of groups and labels",
         "weights": "weights (Kamiran and Calders)"}  # fmt: skip

INTRODUCTION = (
    "Made by `python -m benchmarks.fairness`. Seven tenths of each table are learnt from, three tenths held out, "
    "anew for each seed; the tree's turbo preset makes as many rows as were learnt from. Ratio: lowest over "
    "highest rate of the label among the groups, in the synthetic rows. AUC: gradient boosting trained on these "
    "rows (with their weights) finds the *real* labels held out. Model's ratio: lowest over highest rate at which "
    "that model picks held-out real rows, as many as its training rows have the label. Labels shuffled: a control; of "
    "many small groups, some differ by chance even then. Mean of the seeds, smallest and largest in brackets."
)
EVERY_GROUP = (
    "Every group, at full strength. Error: mean distance of columns (shape) and of pairs (trend) to held-out real "
    "rows of the group, with as many of each label; in brackets that of the real rows learnt from. Nearer: share of "
    "its rows nearer to a row learnt from than to one of as many held out (.5: nothing learnt by heart)."
)

Points = dict[tuple[str, float], list[Mapping[str, Any]]]


def points_of(found: Mapping[str, Any]) -> Points:
    """Every seed's figures of each kind and strength."""
    out: Points = {}
    for part in found["by_seed"].values():
        for point in part["points"]:
            out.setdefault((point["kind"], point["strength"]), []).append(point)
    return out


def page(record: Mapping[str, Any]) -> str:
    lines = ["# Plans about groups: what they change, and what they cost", "", INTRODUCTION, "",
             "![Ratio against AUC on real labels](fairness.svg)", ""]  # fmt: skip
    for case, found in record.items():
        points = points_of(found)
        first = next(iter(found["by_seed"].values()))
        lines += [f"## {case[0].upper()}{case[1:]}", "",
                  f"{first['learnt_from']:,} rows learnt from, {first['held_out']:,} held out, "
                  f"{len(found['by_seed'])} splits.", ""]  # fmt: skip
        lines += _frontier(points) + _groups(points) + _handed_back(found["synthesize"]) + _notes(points)
    return "\n".join([*lines, *made_with(record.values())])


def _frontier(points: Points) -> list[str]:
    lines = header(["plan", "strength", "ratio in the table", "AUC on real labels", "model's ratio on real rows"])
    for (kind, strength), found in points.items():
        cells = [_spread([point[key] for point in found], places)
                 for key, places in (("ratio", 2), ("auc", 3), ("model_ratio", 2))]  # fmt: skip
        lines.append(row([kind.replace("_", " "), "" if kind == "real rows" else f"{strength:g}", *cells]))
    return [*lines, ""]


def _groups(points: Points) -> list[str]:
    lines = [EVERY_GROUP, ""]
    lines += header(["group", "plan", "rate", "AUC on real labels", "shape error", "trend error", "nearer"])
    kept = [key for key in points if key[1] in (0.0, 1.0) and key[0] not in ("labels shuffled", "weights")]
    for group in points[kept[0]][0]["groups"]:
        for key in kept:
            found = [point["groups"][group] for point in points[key] if group in point["groups"]]
            if not found:
                continue
            errors = [f"{_mean(found, name, 3)} [{_mean(found, name + '_real', 3)}]" for name in
                      ("shape_error", "trend_error")]  # fmt: skip
            if key[0] == "real rows":
                errors = ["", ""]
            lines.append(row([
                group, key[0].replace("_", " "), _mean(found, "rate", 3), _mean(found, "auc", 3), *errors,
                "" if key[0] == "real rows" else _mean(found, "nearer", 2),
            ]))  # fmt: skip
    return [*lines, ""]


def _handed_back(found: Sequence[Mapping[str, Any]]) -> list[str]:
    if not found:
        return []
    lines = ["The table that `synthesize(..., fairness=plan)` hands back, from all rows, and what the gate says of it. "
             "Augment: real and synthetic rows together; release: synthetic rows alone.", "",
             *header(["plan", "purpose", "synthetic rows", "ratio before", "ratio after", "verdict"])]  # fmt: skip
    for item in found:
        blocking = f" ({', '.join(item['blocking'])})" if item["blocking"] else ""
        lines.append(row([
            item["kind"].replace("_", " "), item["purpose"], f"{item['synthetic']:,}", _figure(item["before"]),
            _figure(item["after"]), item["verdict"] + blocking,
        ]))  # fmt: skip
    return [*lines, ""]


def _notes(points: Points) -> list[str]:
    words = dict.fromkeys(f"{kind.replace('_', ' ')}: {note}" for (kind, strength), found in points.items()
                          if strength == 1 for point in found[:1] for note in point["notes"])  # fmt: skip
    return [*(f"- {note}" for note in words), ""] if words else []


def draw(record: Mapping[str, Any], path: Path) -> None:
    """Two panels a case: ratio in the table, and of the model, against AUC; nothing without matplotlib."""
    try:
        import matplotlib
    except ModuleNotFoundError:
        print("plot: skipped, matplotlib is not installed")
        return
    matplotlib.use("Agg")
    matplotlib.rcParams["svg.hashsalt"] = "synthgen"
    from matplotlib import pyplot as plt

    if not record:
        return
    figure, grid = plt.subplots(len(record), 2, figsize=(11, 3.9 * len(record)), layout="constrained", squeeze=False)
    for (case, found), axes in zip(record.items(), grid, strict=True):
        points = points_of(found)
        for axis, key, words in zip(
            axes,
            ("ratio", "model_ratio"),
            ("in the synthetic table", "of a model's picks among real rows"),
            strict=True,
        ):
            _panel(axis, points, key)
            axis.set(title=f"{case}: ratio {words}", xlabel="lowest over highest rate", xlim=(-0.03, 1.05))
        axes[0].set_ylabel("AUC on held-out real labels")
    handles, labels = grid[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False, fontsize=9)
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def _panel(axis: Any, points: Points, key: str) -> None:
    start = points["no plan", 0.0]
    for kind, colour in COLOURS.items():
        path = [start, *(found for (name, _), found in points.items() if name == kind)]
        x, y = ([np.mean([point[name] for point in found]) for found in path] for name in (key, "auc"))
        axis.plot(x, y, "-", color=colour, lw=1.5, zorder=2)
        axis.plot(x[1:], y[1:], MARKS[kind], color=colour, ms=6, label=f"{WORDS[kind]}: strength .25 to 1", zorder=3)
        for found in path[1:]:
            for point in found:
                axis.plot(point[key], point["auc"], MARKS[kind], color=colour, ms=3, alpha=0.35, zorder=1)
    for name, strength, mark, colour in (("no plan", 0.0, "D", "black"), ("real rows", 0.0, "*", GREY)):
        found = points[name, strength]
        x, y = (float(np.mean([point[which] for point in found])) for which in (key, "auc"))
        label = "synthetic rows without a plan" if name == "no plan" else "real rows"
        axis.plot(x, y, mark, color=colour, ms=9, ls="none", label=label, zorder=4)
    axis.axvline(0.8, color=GREY, lw=0.8, ls=":")
    axis.grid(alpha=0.3)


def _mean(found: list[Mapping[str, Any]], key: str, places: int) -> str:
    values = [item[key] for item in found if item.get(key) is not None]
    return f"{np.mean(values):.{places}f}" if values else "too few"


def _spread(values: list[float], places: int) -> str:
    return f"{np.mean(values):.{places}f} [{min(values):.{places}f}, {max(values):.{places}f}]"


def _figure(figure: Mapping[str, float]) -> str:
    return f"{figure['value']:.2f} [{figure['low']:.2f}, {figure['high']:.2f}]"
