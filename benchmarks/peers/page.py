"""Lay out what ``benchmarks.copula`` measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from benchmarks.peers.tables import FRAUD, TABLES
from benchmarks.record import made_with, row

Record = Mapping[str, Any]
MIB = 2**20
GIB = 2**30
FASTER = 8
SECONDS, GIGABYTES = 120, 3
WITHIN = 0.15


def page(record: Record) -> str:
    """Give the page as Markdown."""
    peers = record["peers"]
    lines = [
        "# The Gaussian copula, beside SDV's",
        "",
        "Made by `python -m benchmarks.copula` (speed: `--speed`, the last part: `--synthesize`).",
        f"SDV's `GaussianCopulaSynthesizer` {_sdv(peers)} runs with its defaults, behind synthgen's `SdvSynthesizer`,",
        "on the column kinds of the same schema. Tables without repeated rows are cut in three: both learn from the",
        "first part, all scores are against the second, and the third says what fresh real rows score.",
        "",
        *_scores(record.get("scores", {}), [peers[name] for name in TABLES if name in peers]),
        *_speed(record.get("speed", {})),
        *_rare(record, peers),
        *_synthesize(record.get("synthesize")),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _scores(scores: Record, stored: Sequence[Record]) -> list[str]:
    lines = [
        "## Fidelity and use",
        "",
        "Shape and Trend errors are 1 minus `column_shapes` and `pair_trends`, in %, lower is better. Detection is the",
        "AUC of a LightGBM that tells the rows from unseen real ones, .5 is best. TSTR is a LightGBM trained on the",
        "rows and tested on unseen real ones: AUC, higher is better, or for Beijing the root mean squared error in",
        "µg/m³, lower is better.",
        "",
        "| table | rows to learn from | rows made | by | Shape error % | Trend error % | detection AUC | TSTR |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name in [name for name in TABLES if name in scores]:
        found = scores[name]
        for who, title in (("ours", "**synthgen**"), ("sdv", "SDV"), ("fresh", "fresh real rows")):
            s = found[who]
            use = f"{s['tstr_auc']:.3f} AUC" if "tstr_auc" in s else f"{s['tstr_rmse']:.1f} RMSE"
            cells = [
                TABLES[name].title, f"{found['rows']['train']:,}", f"{found['rows']['made']:,}", title,
                f"{100 * (1 - s['column_shapes']):.2f}", f"{100 * (1 - s['pair_trends']):.2f}",
                f"{s['detection_auc']:.3f}", use,
            ]  # fmt: skip
            lines.append(row(cells))
    return [*lines, "", *made_with(scores.values()), "SDV's rows, stored in `peers/`:", *made_with(stored)]


def _speed(speed: Record) -> list[str]:
    if not speed:
        return ["## Speed", "", "Not timed yet.", ""]
    lines = [
        "## Speed",
        "",
        "Both in turn in one run, a process each on at most two cores, all through the same `fit` and `sample`;",
        "imports and reading are not counted; as many rows are made as learnt from. Medians.",
        "",
        "| table | size | by | runs | fit s | sample s | together s | ratio | peak memory of the process |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for name in [name for name in (*TABLES, "fraud") if name in speed]:
        found = speed[name]
        both = {who: _middle(found[who], "fit_seconds", "sample_seconds") for who in ("ours", "sdv")}
        for who, title in (("ours", "**synthgen**"), ("sdv", "SDV")):
            runs = found[who]
            size = f"{runs[0]['train_rows']:,} × {runs[0]['columns']}"
            ratio = f"**{both['sdv'] / both['ours']:.1f} times as fast**" if who == "ours" else "1"
            cells = [
                (TABLES.get(name) or FRAUD).title, size, title, str(len(runs)), f"{_middle(runs, 'fit_seconds'):.2f}",
                f"{_middle(runs, 'sample_seconds'):.2f}", f"{both[who]:.2f}", ratio,
                f"{max(run['peak_bytes'] for run in runs) / MIB:,.0f} MiB",
            ]  # fmt: skip
            lines.append(row(cells))
    if "fraud" in speed:
        lines += ["", f"Target for the card payments: at least {FASTER} times as fast."]
    loads = ", ".join(f"{found['load']:g}" for found in speed.values())
    both_sides = [
        {**runs[0], "date": found["date"]} for found in speed.values() for runs in (found["ours"], found["sdv"])
    ]
    return [
        *lines,
        "",
        *made_with(both_sides),
        f"Load average after each table: {loads}; others used the machine too.",
        "",
    ]


def _rare(record: Record, peers: Record) -> list[str]:
    ours = record.get("speed", {}).get("fraud", {}).get("ours", [None])[0]
    sdv = (record.get("speed", {}).get("fraud", {}).get("sdv") or [peers.get("fraud")])[0]
    if ours is None and sdv is None:
        return []
    lines = [
        "## Frauds asked for",
        "",
        f"Learnt from all {(ours or sdv)['train_rows']:,} card payments; then 5,000 frauds asked for by condition.",
        "",
        "| by | frauds delivered | mean V14 | frauds per 100,000 rows when not asked for |",
        "|---|---|---|---|",
        row(["real frauds", "492", f"{(ours or sdv)['real_V14']:.2f}", "173"]),
    ]
    for title, run in (("**synthgen**", ours), ("SDV", sdv)):
        if run is not None:
            cells = [
                title,
                f"{run['frauds']:,} of {run['asked']:,}",
                f"{run['V14']:.2f}",
                f"{run['frauds_when_not_asked']:,}",
            ]
            lines.append(row(cells))
    return [*lines, "", f"Target: within {WITHIN:.0%} of the real mean.", ""]


def _synthesize(found: Record | None) -> list[str]:
    if not found:
        return []
    return [
        "## All of `synthesize`",
        "",
        "| table | seconds | target | peak memory | target | result |",
        "|---|---|---|---|---|---|",
        row([
            f"{FRAUD.title}, {found['rows']:,} × {found['columns']}", f"**{found['seconds']:.0f}**", f"{SECONDS}",
            f"**{found['peak_bytes'] / GIB:.2f} GiB**", f"{GIGABYTES} GiB",
            f"{found['outcome']}, {found['counts'].get('accepted', 0):,} rows made",
        ]),
        "",
        'With `generator="gaussian_copula"` and `validation="standard"`, in a process of its own on at most two cores.',
        "",
        *made_with([found]),
    ]  # fmt: skip


def _sdv(peers: Record) -> str:
    found = sorted({part["versions"]["sdv"] for part in peers.values()})
    return " and ".join(found)


def _middle(runs: Sequence[Record], *names: str) -> float:
    return float(median(sum(run[name] for name in names) for run in runs))
