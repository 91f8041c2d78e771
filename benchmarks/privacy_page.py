"""The page of what was measured of the leak checks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks import record
from benchmarks.peers.tables import ALL_TABLES
from benchmarks.privacy_cases import CASES, TABLES
from benchmarks.privacy_noisy import COPIES, NOISE
from benchmarks.privacy_speed import SIZES
from synthgen.validation.privacy.evidence import clopper_pearson

PEERS = {"sdv": "SDV's copula", "ctgan": "CTGAN", "tvae": "TVAE", "mostly": "MOSTLY AI's engine"}
SDMETRICS = Path(__file__).with_name("peers") / "sdmetrics.json"
REAL, FRESH = 4_000, 2_000
"""Real rows of a null split in two parts, and rows that stand for synthetic ones."""


def page(kept: dict[str, Any]) -> str:
    lines = [
        "# The leak checks, measured", "",
        "Made by `python -m benchmarks.privacy`. A run fails if any leak check fails the gate (family level .02).",
        "",
    ]  # fmt: skip
    if "null" in kept:
        lines += _null_lines(kept["null"]["result"])
    if "cases" in kept:
        lines += ["## Leaks of known kinds", "", f"{FRESH:,} train, held-out and synthetic rows each.", ""]
        lines += record.header(["case", "leaks", *TABLES, "found by"])
        for case, (_, leaks) in CASES.items():
            each = [kept["cases"]["result"].get(f"{name}: {case}") for name in TABLES]
            by = sorted({check for item in each if item for check in item["by"]})
            counts = [f"{item['found']} of {item['runs']}" if item else "" for item in each]
            lines.append(record.row([case, "yes" if leaks else "no", *counts, ", ".join(by)]))
        lines.append("")
    if "noisy" in kept:
        lines += _noisy_lines(kept["noisy"]["result"])
    if "generators" in kept:
        lines += [
            "## Generators",
            "",
            "About 4,000 train, held-out and synthetic rows each, of classes of ten train rows or more, as they come.",
            "",
        ]
        lines += record.header(["table: generator", "leaks found by", "rows flagged"])
        for name, item in kept["generators"]["result"].items():
            flags = ", ".join(f"{reason} {count:,}" for reason, count in item["flags"].items())
            lines.append(record.row([name, ", ".join(item["found"]) or "none", flags or "none"]))
        lines.append("")
    if "peers" in kept:
        lines += _peer_lines(kept["peers"]["result"])
    if "speed" in kept:
        lines += _speed_lines(kept["speed"]["result"])
    return "\n".join([*lines, *record.made_with(part["made"] for part in kept.values())])


def _noisy_lines(result: dict[str, Any]) -> list[str]:
    lines = [
        "## Which rows are noisy copies", "",
        f"{COPIES} train rows whose numbers are moved by {NOISE:.0%} of a standard deviation, among fresh rows. Flagged"
        " are all that are as remarkably close to a train row as a share p of the real rows is to another one. Recall "
        f"/ precision over {result['seeds']} splits. Where real rows come as close to each other, more recall costs "
        "precision, whatever p is chosen.", "",
    ]  # fmt: skip
    lines += record.header(["table", *(f"p ≤ {level:g}" for level in result["levels"])])
    for name, item in result["tables"].items():
        both = zip(item["recall"], item["precision"], strict=True)
        lines.append(record.row([name, *(f"{recall:.2f} / {precision:.2f}" for recall, precision in both)]))
    return [*lines, ""]


def _peer_lines(result: dict[str, Any]) -> list[str]:
    lines = [
        "## Other tools", "",
        "Rows of other tools, as stored in [peers](peers/README.md), and of ours with the same third to learn from; "
        "another third is held out. Share: of the rows whose nearest real row is a train row, numbers by rank.", "",
    ]  # fmt: skip
    lines += record.header(
        ["table", "rows made by", "train / held out / synthetic", "leaks found by", "flagged", "share"]
    )
    for name, items in result.items():
        for who, item in items.items():
            flags = ", ".join(f"{reason} {count:,}" for reason, count in item["flags"].items())
            rows = " / ".join(f"{n:,}" for n in item["rows"])
            share = item["values"].get("dcr_share")
            lines.append(
                record.row(
                    [
                        ALL_TABLES[name].title,
                        PEERS.get(who, f"synthgen, {who}"),
                        rows,
                        ", ".join(item["found"]) or "none",
                        flags or "none",
                        f"{share:.3f}" if share else "",
                    ]
                )
            )
    return [*lines, ""]


def _speed_lines(result: dict[str, Any]) -> list[str]:
    lines = [
        "## Speed", "",
        "A whole `validate` of a Gaussian copula's rows, fidelity and utility included, on two cores. Load: processes "
        "that wanted a core in the last minute.", "",
    ]  # fmt: skip
    lines += record.header(["what", "rows", "seconds", "asked", "CPU seconds", "peak memory", "load", "said"])
    for name, item in result.items():
        if name.startswith("beside") or "skipped" in item:
            continue
        size = SIZES[name]
        asked = f"≤ {size.seconds:g}" + (f", {size.gibibytes:g} GiB" if size.gibibytes else "")
        lines.append(
            record.row(
                [
                    name,
                    " / ".join(f"{n:,}" for n in item["rows"]),
                    f"{item['seconds']}",
                    asked,
                    f"{item['cpu_seconds']}",
                    f"{item['peak_bytes'] / 2**20:,.0f} MiB",
                    f"{item['load']}",
                    "; ".join(item["said"]),
                ]
            )
        )
    return [*lines, "", *_sdmetrics_lines(result)]


def _sdmetrics_lines(result: dict[str, Any]) -> list[str]:
    if not SDMETRICS.is_file():
        return []
    theirs = json.loads(SDMETRICS.read_text(encoding="utf-8"))
    version = theirs["versions"]["sdmetrics"]
    lines = [
        f"SDMetrics {version}, `DCROverfittingProtection` alone, beside our whole `validate`; Adult, as many train, "
        f"held-out and synthetic rows. Theirs on {theirs['date']}, in a process that may use no more than 12 GiB.", "",
    ]  # fmt: skip
    lines += record.header(["rows of each", "SDMetrics, seconds", "memory", "ours, seconds", "memory"])
    for run in theirs["runs"]:
        ours = result.get(f"beside SDMetrics, {run['rows']:,}")
        if ours is None:
            continue
        peak = "more than 12 GiB" if "out_of_memory" in run else f"{run['peak_bytes'] / 2**20:,.0f} MiB"
        cells = [f"{run['rows']:,}", f"{run.get('seconds', '')}", peak]
        lines.append(record.row([*cells, f"{ours['seconds']}", f"{ours['peak_bytes'] / 2**20:,.0f} MiB"]))
    return [*lines, ""]


def _null_lines(result: dict[str, Any]) -> list[str]:
    lines = [
        "## False alarms",
        "",
        f"Fresh real rows, {REAL:,} real rows in two parts, {FRESH:,} as synthetic ones.",
        "",
    ]
    lines += record.header(["table, train : holdout", "failed", "share", "95 % interval"])
    total = [0, 0]
    for name, item in result.items():
        total[0] += item["failed"]
        total[1] += item["runs"]
        lines.append(_null_row(name, item["failed"], item["runs"]))
    return [*lines, _null_row("all", *total), ""]


def _null_row(name: str, failed: int, runs: int) -> str:
    low, high = clopper_pearson(failed, runs)
    return record.row([name, f"{failed} of {runs}", f"{failed / runs:.1%}", f"{low:.1%} to {high:.1%}"])
