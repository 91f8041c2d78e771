"""The audit of the differentially private generator: ``python -m benchmarks.dp_audit`` writes dp_audit.json and .md."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from benchmarks import record
from benchmarks.dp_audit_cases import (
    CASES,
    CONFIDENCE,
    DELTA,
    Scaled,
    audit,
    canary_label,
    clopper_pearson,
)
from synthgen.generators.dp_marginals import OpenDPNoise

HERE = Path(__file__).resolve().parent
RECORD = HERE / "dp_audit.json"
PAGE = HERE / "dp_audit.md"
RUNS = 3000
SLOW_RUNS = 1200
LABEL_RUNS = 4000
SLOW = "a row more, three columns and what is chosen"
BUDGETS = ((0.5, 1), (0.005, 1), (0.5, 3))
"""Of the canary label: rho, and rows that one unit may have."""


def main() -> None:
    noise = OpenDPNoise()
    started = time.process_time()
    rows = []
    for make in CASES:
        case = make()
        runs = SLOW_RUNS if case.title == SLOW else RUNS
        found, halved = (audit(case, runs, Scaled(noise, factor)) for factor in (1.0, 0.5))
        rows.append(
            {"title": case.title, "claimed": case.epsilon, "delta": case.delta, "runs": runs, "found": found.epsilon,
             "halved": halved.epsilon, "rho": case.rho, "found_rho": found.rho, "halved_rho": halved.rho}
        )  # fmt: skip
        print(rows[-1], flush=True)
    labels = []
    for rho, most in BUDGETS:
        seen = sum(canary_label(rho, DELTA, noise, most) for _ in range(LABEL_RUNS))
        low, high = clopper_pearson(seen, LABEL_RUNS)
        labels.append({"rho": rho, "rows": most, "runs": LABEL_RUNS, "seen": seen, "low": low, "high": high})
        print(labels[-1], flush=True)
    made = record.when("opendp")
    found_all = {"cases": rows, "labels": labels, "cpu_seconds": time.process_time() - started, **made}
    record.write(RECORD, found_all)
    PAGE.write_text(page(found_all), encoding="utf-8")


def page(stored: dict[str, Any]) -> str:
    lines = [
        "# The audit of `dp_marginals`",
        "",
        "`python -m benchmarks.dp_audit` writes this page. Two tables that differ in one unit are measured again and "
        "again; how well they are told apart bounds epsilon from below. The tables are the worst ones for the "
        "mechanism as it is known (`benchmarks/dp_audit_cases.py` says which), a third of the runs chooses the event, "
        f"the others count it, and each bound holds with {CONFIDENCE:.0%} confidence. Rho is the measure in which the "
        "accounts are kept; noise of half the size makes it four times as much. A bound **above the claim** is an "
        "audit that fails, as it must where the noise was halved. See "
        "[docs/differential_privacy.md](../docs/differential_privacy.md).",
        "",
        *table(stored),
        "",
        *label_table(stored),
        "",
        f"{stored['cpu_seconds']:.0f} CPU seconds on one thread.",
        "",
        *record.made_with([stored]),
    ]
    return "\n".join(lines).rstrip() + "\n"


def table(stored: dict[str, Any]) -> list[str]:
    """Each case: what is claimed, what is found, and what is found where the noise is half as large."""
    lines = record.header(
        ["what one unit more changes", "epsilon claimed", "found, at least", "with half the noise", "rho claimed",
         "found, at least", "with half the noise", "runs a table"]
    )  # fmt: skip
    for item in stored["cases"]:
        claim = f"{item['claimed']:.2f} at delta {item['delta']:g}"
        by_epsilon = (_bound(item[name], item["claimed"]) for name in ("found", "halved"))
        by_rho = (_bound(item[name], item["rho"]) for name in ("found_rho", "halved_rho"))
        lines.append(
            record.row([item["title"], claim, *by_epsilon, f"{item['rho']:.2f}", *by_rho, f"{item['runs']:,}"])
        )
    return lines


def _bound(found: float, claimed: float) -> str:
    return f"**{found:.2f}**" if found > claimed else f"{found:.2f}"


def label_table(stored: dict[str, Any]) -> list[str]:
    """How often a label that one unit alone has was listed."""
    lines = record.header(
        ["a label that one unit alone has", "listed", "interval", f"allowed (delta {DELTA:g})", "runs"]
    )
    for item in stored["labels"]:
        rate = item["seen"] / item["runs"]
        lines.append(
            record.row(
                [f"rho {item['rho']:g}, {item['rows']} row{'s' if item['rows'] > 1 else ''} of the unit", f"{rate:.2%}",
                 f"{item['low']:.2%} to {item['high']:.2%}", f"{DELTA:.0%}", f"{item['runs']:,}"]
            )
        )  # fmt: skip
    return lines


if __name__ == "__main__":
    main()
