"""Plots of what ``benchmarks.fidelity`` measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.fidelity_page import TITLES, frontier_points
from benchmarks.fidelity_table import FRONTIER_TABLE
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
    if record.get("frontier") and FRONTIER_TABLE in record.get("scores", {}):
        _frontier(record, folder / "fidelity_frontier.png")
    if record.get("scale"):
        _scale(record["scale"], folder / "fidelity_scale.png")


def _frontier(record: Mapping[str, Any], path: Path) -> None:
    from matplotlib import pyplot as plt
    from matplotlib.patches import Rectangle

    points = {title.replace("**", ""): point for title, point in frontier_points(record).items()}
    figure, (far, near) = plt.subplots(1, 2, figsize=(12.5, 5.2), layout="constrained")
    close = [title for title in points if title.startswith("tree") or "(R)" in title]
    for axes, titles in ((far, list(points)), (near, close)):
        for number, title in enumerate(titles, start=1):
            x, y, own = points[title]["dcr_share"], points[title]["detection_other_draw"], title in OWN
            label = f"{number}  {title.removeprefix('tree, ')}" if axes is near else None
            axes.plot(x, y, "o", color=_colour(title), ms=9 if own else 6, zorder=3, label=label)
            if axes is near and own:
                within = points[title]["detection"]
                axes.plot([x, x], [y, within], "-", color=BLUE, lw=1)
                axes.plot(x, within, "o", mfc="white", color=BLUE, ms=7, zorder=3)
            said = str(number) if axes is near else title if title not in close or own or "(R)" in title else ""
            axes.annotate(said, (x, y), xytext=(5, 4), textcoords="offset points", fontsize=8)
        axes.add_patch(Rectangle((0, 0), DCR, DETECTION[FRONTIER_TABLE], color=GREEN, alpha=0.12, lw=0, zorder=0))
        axes.set(xlabel="DCR share (.5: no nearer to rows learnt from than to others)")
        axes.grid(alpha=0.3)
    far.set(
        **_limits([points[title] for title in points], 0.02), ylabel="detection AUC, other draw", title="With peers"
    )
    near.set(**_limits([points[title] for title in close], 0.004), title="The tree, closer")
    near.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False, fontsize=8,
                title="hollow: cross-validated\nwithin one draw", title_fontsize=8)  # fmt: skip
    figure.suptitle(f"{TABLES[FRONTIER_TABLE].title}: told apart, against memorised (green: the target)")
    figure.savefig(path, dpi=110)
    plt.close(figure)


def _colour(title: str) -> str:
    if title in OWN:
        return BLUE
    return PALE if title.startswith("tree") else GREEN if "(R)" in title else ORANGE


def _limits(points: Sequence[Mapping[str, float]], spare: float) -> dict[str, tuple[float, float]]:
    xs = [*(point["dcr_share"] for point in points), DCR]
    ys = [*(point["detection_other_draw"] for point in points), DETECTION[FRONTIER_TABLE]]
    ys += [point["detection"] for point in points]
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
