"""The plot of what ``benchmarks.scale`` measured."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.scale_targets import GB, SIZES

LINES = {
    ("generate", "gaussian_copula"): ("rows of the copula", "#56B4E9", "o-"),
    ("generate", "tree"): ("rows of the tree", "#0072B2", "o-"),
    ("fit", "tree"): ("scan and fit, tree", "#009E73", "s--"),
    ("whole", "mixed"): ("whole synthesize", "#D55E00", "D-"),
    ("sdv", ""): ("SDV's copula: fit and rows", "#666666", "^:"),
}
SECONDS = [factor * 10.0**power for power in range(5) for factor in (1, 3)]
GIGABYTES = [0.125 * 2**power for power in range(8)]


def plot(found: Mapping[str, Any], path: Path) -> None:
    """Draw what there is; nothing without matplotlib."""
    try:
        import matplotlib
    except ModuleNotFoundError:
        print("plot: skipped, matplotlib is not installed")
        return
    matplotlib.use("Agg")
    from matplotlib import pyplot as plt
    from matplotlib.ticker import NullLocator

    figure, panels = plt.subplots(1, 3, figsize=(13.5, 4.8), layout="constrained")
    for (part, name), (label, colour, style) in LINES.items():
        runs = _line(found, part, name)
        whole = [run for run in runs if "stopped" not in run]
        for axes, key, unit in zip(panels, ("seconds", "cpu_seconds", "peak_bytes"), (1, 1, GB), strict=True):
            axes.loglog([run["asked"] for run in whole], [run[key] / unit for run in whole], style, color=colour,
                        label=label, ms=5)  # fmt: skip
            for run in runs:
                if "stopped" in run:
                    axes.loglog(run["asked"], run[key] / unit, "x", color=colour, ms=9, mew=2.5)
    titles = ("seconds", "CPU seconds", "most memory, GB")
    for axes, title, ticks in zip(panels, titles, (SECONDS, SECONDS, GIGABYTES), strict=True):
        low, high = axes.get_ylim()
        shown = [tick for tick in ticks if low <= tick <= high]
        axes.set_yticks(shown, [f"{tick:,g}" for tick in shown])
        axes.set_xticks(SIZES, [f"$10^{round(math.log10(size))}$" for size in SIZES])
        axes.xaxis.set_minor_locator(NullLocator())
        axes.yaxis.set_minor_locator(NullLocator())
        axes.grid(alpha=0.3)
        axes.set(xlabel="rows of ten mixed columns", title=title)
    lines, labels = panels[0].get_legend_handles_labels()
    figure.legend(lines, labels, loc="outside lower center", ncols=len(labels), frameon=False)
    figure.suptitle("Whole processes, from their start (×: not finished)")
    figure.savefig(path, dpi=100)
    plt.close(figure)


def _line(found: Mapping[str, Any], part: str, name: str) -> list[dict[str, Any]]:
    runs = found.get(part, {}).get("runs", {})
    keys = [f"{name} {rows}".strip() for rows in SIZES]
    return [runs[key] for key in keys if key in runs]
