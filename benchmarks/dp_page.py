"""The page of what was measured under differential privacy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy.stats import t as student

from benchmarks.record import header, made_with, row

CHANCE = 0.5
RARE = 0.02
WAYS = ("1-way", "2-way", "3-way")
NAMES = {"mst": "dpmm's MST", "privbayes": "dpmm's PrivBayes"}


def page(kept: Mapping[str, Any]) -> str:
    parts = [_head()]
    if "curve" in kept:
        parts.append(_adult(kept["curve"], kept.get("peers", {})))
    if "estimators" in kept:
        parts.append(_estimators(kept["estimators"]))
    if "uses" in kept:
        parts.append(_uses(kept["uses"]))
    if "widths" in kept:
        parts.append(_widths(kept["widths"]))
    made = made_with(kept[name] for name in ("curve", "estimators", "uses", "widths") if name in kept)
    return "\n".join(["\n\n".join(parts), "", *made])


def _head() -> str:
    return """# Differential privacy

Written by `python -m benchmarks.dp`. The generator is `dp_marginals`; delta is 1e-9 throughout, two tables are
neighbours if one has one row more. Noise takes no seed, so figures differ from run to run."""


def _ways(run: Mapping[str, Any]) -> list[str]:
    return [f"{run[way]:.4f}" for way in WAYS]


def _took(run: Mapping[str, Any]) -> list[str]:
    return [f"{run['seconds']:.0f} s", f"{run['cpu']:.0f} s"] if "seconds" in run else ["", ""]


def _adult(curve: Mapping[str, Any], peers: Mapping[str, Any]) -> str:
    out = header(["", "epsilon", *WAYS, "time", "CPU time"])
    for name, line in curve["lines"].items():
        out.append(row([name, "", *_ways(line), "", ""]))
    for run in peers.get("runs", ()):
        name = NAMES[run["model"]] + (", on the metric's own bins" if run["binned"] else "")
        out.append(row([name, "1", *_ways(run), *_took(run)]))
    for run in curve["runs"]:
        out.append(row(["dp_marginals", f"{run['epsilon']:g}", *_ways(run), *_took(run)]))
    rows = "\n".join(out)
    tail = ""
    if peers:
        tail = (
            f"\n\ndpmm {peers['dpmm']} ran on the same machine with the same bounds and labels, and its defaults:\n"
            "it spends 0.1 of its own on bins, on top of the epsilon it is given."
        )
        if any(run["binned"] for run in peers["runs"]):
            tail += (
                " On the metric's own bins, it is given the codes\nthat the metric counts, as labels, and has no bins "
                "to find."
            )
    return f"""## Adult: 48,842 rows, 14 columns

Mean total variation over all groups of one, two and three columns; lower is better. For the metric, numbers are cut
into 100 equal bins between their public bounds, and whole numbers of fewer values stay as they are: nobody's bins,
ours included, are these. Worse than columns that know nothing of each other is worth nothing.

{rows}{tail}

Times were taken with {curve["load"]} processes waiting for a core on average."""


def _estimators(found: Mapping[str, Any]) -> str:
    ours, mbi = found["runs"]
    out = header(
        ["estimator", *WAYS, "left", "import", "last fit", "CPU time", "all fits of a run", "CPU time", "most memory"]
    )
    for name, run in (("ours", ours), (f"mbi {mbi['version']}", mbi)):
        times = [f"{run[what]:.1f} s" for what in ("import", "last", "last_cpu", "rounds", "rounds_cpu")]
        out.append(row([name, *_ways(run), f"{run['left']:.2f}", *times, f"{run['peak'] / 2**20:.0f} MB"]))
    rows = "\n".join(out)
    return f"""## Our estimator beside mbi's

Adult at epsilon 1: the same {found["groups"]} noisy marginals, the same tree, and the same sampler. *Left* is the mean
squared distance of the model from the noisy counts, in standard deviations of the noise: what both make as small as
they can. The last fit takes {found["last_steps"]} steps of ours, and mbi's default of 1,000. All fits of a run are one
after each round, each from the one before; mbi compiles each anew, as each has other groups. Memory is of a process
that does nothing else, its libraries among it; importing ours loads synthgen too.

{rows}

A run with mbi's estimator would take {mbi["rounds_cpu"] / ours["rounds_cpu"]:.0f} times the CPU time of its fits, and
{mbi["peak"] / ours["peak"]:.1f} times the memory."""


def _uses(uses: Mapping[str, Any]) -> str:
    out = header(
        ["table", "train rows", "columns", "positives", "epsilon", "AUC, trained on real", "on synthetic",
         "95 % interval of the mean", "lowest draw", "share of positives, real", "synthetic", "off within positives",
         "other real ones", "CPU time"]
    )  # fmt: skip
    for run in uses["runs"]:
        found, low, high = _mean(run, "auc")
        out.append(
            row(
                [run["table"], f"{run['rows']:,}", str(run["columns"]), f"{run['positives']:,}", f"{run['epsilon']:g}",
                 f"{run['real']:.3f}", f"{found:.3f}", f"{low:.3f} to {high:.3f}",
                 f"{min(draw['auc'] for draw in run['draws']):.3f}", f"{run['positives'] / run['rows']:.4f}",
                 f"{_mean(run, 'share')[0]:.4f}", f"{_mean(run, 'within')[0]:.2f}", f"{run['within_real']:.2f}",
                 f"{_mean(run, 'cpu')[0]:.0f} s"]
            )
        )  # fmt: skip
    rows = "\n".join(out)
    draws = ", ".join(f"{name} {n}" for name, n in {run["table"]: len(run["draws"]) for run in uses["runs"]}.items())
    return f"""## What rows are worth

A LightGBM model is trained on synthetic rows and tested on 30 % real rows that the generator never saw. Of tables
other than Adult, labels are declared; bounds are found with noise, for a tenth of the budget. As noise is never the
same, each line is of several fits ({draws}); the interval is Student's, of their mean. *Off within
positives* is the mean total variation, over columns, between synthetic and real rows of the positive class, numbers in
tenths of the real ones; the next column is what the positives among the 30 % show, who are as real.

{rows}

{_verdict(uses["runs"])}"""


def _mean(run: Mapping[str, Any], what: str) -> tuple[float, float, float]:
    """Mean over the draws, and Student's 95 % interval of it."""
    values = np.array([draw[what] for draw in run["draws"]])
    half = float(student.ppf(0.975, len(values) - 1) * values.std(ddof=1) / len(values) ** 0.5)
    return float(values.mean()), float(values.mean()) - half, float(values.mean()) + half


def _verdict(runs: Sequence[Mapping[str, Any]]) -> str:
    said = []
    for run in runs:
        found, low, high = _mean(run, "auc")
        name = f"{run['table']} at epsilon {run['epsilon']:g}, with {run['positives']:,} positives"
        if low <= CHANCE <= high or high < CHANCE:
            said.append(f"{name}: no better than chance can be told.")
            continue
        more = _mean(run, "within")[0] - run["within_real"]
        said.append(
            f"{name}: AUC falls by {run['real'] - found:.3f} from what real rows give, and of what a positive looks\n"
            f"like, column by column, {more:.0%} is noise beyond what other real positives differ by."
        )
    rare = [run for run in runs if run["positives"] < RARE * run["rows"]]
    return "\n".join([*(f"- {words}" for words in said), *map(_of_rare, rare)])


def _of_rare(run: Mapping[str, Any]) -> str:
    """Say what is known of a rare class."""
    beside, pairs = _mean(run, "beside_target")[0], _mean(run, "pairs_beside_target")[0]
    return (
        f"\nWhat can be had for {run['positives']:,} positives at epsilon {run['epsilon']:g}: {beside:.0f} of "
        f"{run['columns'] - 1} columns were counted with the class, and\n{pairs:.1f} pairs of columns were, on "
        "average. What tells the class apart in a few columns is there, so that it is\n"
        "ranked well. What can't be had is how its rows look as a whole: columns and pairs that weren't counted with\n"
        "it are those of the other classes. Such rows teach a model which way to look; they don't describe the class."
    )


def _widths(widths: Mapping[str, Any]) -> str:
    out = header(["columns", "rows", "time", "CPU time", "most memory"])
    for run in widths["runs"]:
        out.append(row([str(run["columns"]), f"{run['rows']:,}", *_took(run), f"{run['peak'] / 2**20:.0f} MB"]))
    rows = "\n".join(out)
    return f"""## Time and memory against columns

Thyroid's first columns and its diagnosis, at epsilon 1; one process each, which also loads all libraries.

{rows}"""
