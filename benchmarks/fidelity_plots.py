"""Plots of what ``benchmarks.fidelity`` measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.fidelity_page import TITLES, frontier_points, frontier_tables
from benchmarks.fidelity_targets import DCR, DETECTION
from benchmarks.peers.tables import TABLES

BLUE, PALE, ORANGE, GREY, GREEN = "#0072B2", "#56B4E9", "#D55E00", "#666666", "#009E73"
OWN = ("tree, quality", "tree, turbo")
MIB = 2**20
SECONDS = [factor * 10.0**power for power in range(-2, 4) for factor in (1, 3)]
MEMORY = [125 * 2**power for power in range(10)]


def plots(record: Mapping[str, Any], folder: Path) -> None:
    """Draw what there is; nothing without matplotlib."""
    try:
        import matplotlib
    except ModuleNotFoundError:
        print("plots: skipped, matplotlib is not installed")
        return
    matplotlib.use("Agg")
    if frontier_tables(record):
        _frontier(record, folder / "fidelity_frontier.png")
    if record.get("scale"):
        _scale(record["scale"], folder / "fidelity_scale.png")


def _frontier(record: Mapping[str, Any], path: Path) -> None:
    from matplotlib import pyplot as plt

    tables = frontier_tables(record)
    figure, grid = plt.subplots(len(tables), 2, figsize=(12.5, 4.4 * len(tables)), layout="constrained", squeeze=False)
    for name, (far, near) in zip(tables, grid, strict=True):
        points = {title.replace("**", ""): point for title, point in frontier_points(record, name).items()}
        close = [title for title in points if title.startswith("tree") or "(R)" in title]
        _cloud(far, points, close, name, numbered=False)
        _cloud(near, {title: points[title] for title in close}, close, name, numbered=True)
        far.set(ylabel="detection AUC, other draw", title=f"{TABLES[name].title}, with peers")
        near.set(title=f"{TABLES[name].title}, the tree closer")
        near.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False, fontsize=8,
                    title="hollow: cross-validated\nwithin one draw", title_fontsize=8)  # fmt: skip
    for axes in grid[-1]:
        axes.set(xlabel="DCR share (.5: no nearer to rows learnt from than to others)")
    figure.suptitle("Told apart, against memorised (green: the target)")
    figure.savefig(path, dpi=90)
    plt.close(figure)


def _cloud(
    axes: Any, points: Mapping[str, Mapping[str, float]], close: Sequence[str], name: str, numbered: bool
) -> None:
    from matplotlib.patches import Rectangle

    for number, (title, point) in enumerate(points.items(), start=1):
        x, y, own = point["dcr_share"], point["detection_other_draw"], title in OWN
        label = f"{number}  {title.removeprefix('tree, ')}" if numbered else None
        axes.plot(x, y, "o", color=_colour(title), ms=9 if own else 6, zorder=3, label=label)
        if numbered and own:
            axes.plot([x, x], [y, point["detection"]], "-", color=BLUE, lw=1)
            axes.plot(x, point["detection"], "o", mfc="white", color=BLUE, ms=7, zorder=3)
        said = str(number) if numbered else title if title not in close or own or "(R)" in title else ""
        beside = (5, 4) if numbered or number % 2 else (5, -11)
        axes.annotate(said, (x, y), xytext=beside, textcoords="offset points", fontsize=8)
    axes.add_patch(Rectangle((0, 0), DCR, DETECTION[name], color=GREEN, alpha=0.12, lw=0, zorder=0))
    axes.set(**_limits(list(points.values()), DETECTION[name], 0.004 if numbered else 0.02))
    axes.grid(alpha=0.3)


def _colour(title: str) -> str:
    if title in OWN:
        return BLUE
    return PALE if title.startswith("tree") else GREEN if "(R)" in title else ORANGE


def _limits(points: Sequence[Mapping[str, float]], goal: float, spare: float) -> dict[str, tuple[float, float]]:
    xs = [*(point["dcr_share"] for point in points), DCR]
    ys = [*(point["detection_other_draw"] for point in points), goal, *(point["detection"] for point in points)]
    return {"xlim": (min(xs) - spare, max(xs) + 1.3 * spare), "ylim": (min(ys) - 1.5 * spare, max(ys) + 1.5 * spare)}


def _scale(found: Mapping[str, Any], path: Path) -> None:
    from matplotlib import pyplot as plt
    from matplotlib.ticker import NullLocator

    figure, grid = plt.subplots(2, 2, figsize=(9.5, 6.6), layout="constrained", sharex="col", sharey="row")
    for column, axis in enumerate(("rows", "columns")):
        for (who, runs), colour in zip(found[axis].items(), (BLUE, ORANGE), strict=False):
            sizes = [run[axis] for run in runs]
            seconds = [run["fit_seconds"] + run["sample_seconds"] for run in runs]
            title = TITLES[who].replace("**", "")
            grid[0][column].loglog(sizes, seconds, "o-", color=colour, label=title)
            grid[1][column].semilogx(sizes, [run["peak_bytes"] / MIB for run in runs], "o-", color=colour, label=title)
            if who == "quality":
                line = [seconds[-1] * size / sizes[-1] for size in sizes]
                grid[0][column].loglog(sizes, line, ":", color=GREY, label="in proportion")
        grid[1][column].set(xlabel=axis)
        grid[0][column].legend(frameon=False)
        for axes in grid[:, column]:
            axes.grid(alpha=0.3)
            axes.set_xticks(sizes, [f"{size:,}" for size in sizes])
            axes.xaxis.set_minor_locator(NullLocator())
    for axes, ticks in ((grid[0][0], SECONDS), (grid[1][0], MEMORY)):
        low, high = axes.get_ylim()
        shown = [tick for tick in ticks if low <= tick <= high]
        axes.set_yticks(shown, [f"{tick:,g}" for tick in shown])
        axes.yaxis.set_minor_locator(NullLocator())
    grid[0][0].set(ylabel="seconds, fit + sample", title="31 columns")
    grid[0][1].set(title="10,000 rows")
    grid[1][0].set(ylabel="peak memory, MiB")
    for axis in grid[1]:
        axis.set_ylim(bottom=0)
    figure.suptitle("Time and memory against size, two cores")
    figure.savefig(path, dpi=110)
    plt.close(figure)
