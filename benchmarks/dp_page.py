"""The page of what was measured under differential privacy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.record import header, made_with, row

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
         "share of positives, synthetic", "CPU time"]
    )  # fmt: skip
    for run in uses["runs"]:
        out.append(
            row(
                [run["table"], f"{run['rows']:,}", str(run["columns"]), f"{run['positives']:,}", f"{run['epsilon']:g}",
                 f"{run['real']:.3f}", f"{run['auc']:.3f}", f"{run['share']:.4f}", f"{run['cpu']:.0f} s"]
            )
        )  # fmt: skip
    rows = "\n".join(out)
    return f"""## What rows are worth

A LightGBM model is trained on synthetic rows and tested on 30 % real rows that the generator never saw. Of tables
other than Adult, labels are declared; bounds are found with noise, for a tenth of the budget.

{rows}

{_verdict(uses["runs"])}"""


def _verdict(runs: Sequence[Mapping[str, Any]]) -> str:
    said = []
    for run in runs:
        if run["epsilon"] == 1.0 and run["table"] != "Adult":
            lost = run["real"] - run["auc"]
            said.append(
                f"{run['table']} at epsilon 1, with {run['positives']:,} positives: AUC falls by {lost:.3f} from what "
                "real rows give."
            )
    said += [
        f"{run['table']} at epsilon {run['epsilon']:g}, with {run['positives']:,} positives: what is learnt from the "
        "synthetic rows\norders real ones the wrong way round, and is worth nothing."
        for run in runs
        if run["auc"] < 0.5
    ]
    return "\n".join(said)


def _widths(widths: Mapping[str, Any]) -> str:
    out = header(["columns", "rows", "time", "CPU time", "most memory"])
    for run in widths["runs"]:
        out.append(row([str(run["columns"]), f"{run['rows']:,}", *_took(run), f"{run['peak'] / 2**20:.0f} MB"]))
    rows = "\n".join(out)
    return f"""## Time and memory against columns

Thyroid's first columns and its diagnosis, at epsilon 1; one process each, which also loads all libraries.

{rows}"""
