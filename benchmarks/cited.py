"""Write the measured figures that pages of docs/ cite, between their marks: ``python -m benchmarks.cited``.

Nothing is measured here: the figures are those of the benchmarks' records, so that no page holds one typed by hand.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import dp_audit, generators, record

HERE = Path(__file__).resolve().parent
DOCS = HERE.parent / "docs"
MARK = re.compile(r"(<!-- cited: (?P<name>[a-z]+) -->)\n.*?(<!-- end -->)", re.DOTALL)
TABLES = {"adult": "Adult", "shoppers": "Shoppers", "beijing": "Beijing"}
OURS = {"quality": "**tree**", "turbo": "**tree**, turbo", "gaussian_copula": "**gaussian_copula**"}
PEERS = {"mostly": "MOSTLY AI", "tvae": "TVAE (SDV)", "ctgan": "CTGAN (SDV)", "sdv": "Gaussian copula (SDV)"}
FRESH = {"fresh": "fresh real rows"}
COLUMNS = ["pair error %", "detection AUC", "trained on them, tested on real rows", "DCR share"]


def main() -> None:
    for page in sorted(DOCS.glob("*.md")):
        text = page.read_text(encoding="utf-8")
        renewed = renew(text)
        if renewed != text:
            page.write_text(renewed, encoding="utf-8")
            print(page.name)


def renew(text: str) -> str:
    """A page with the figures between its marks as the records have them now."""
    return MARK.sub(lambda found: "\n".join([found[1], "", *BLOCKS[found["name"]](), "", found[3]]), text)


def cost() -> list[str]:
    """Each generator's cost, and what the leak checks find in its rows."""
    seconds = record.read(generators.RECORD)
    leaks = record.read(HERE / "privacy.json")["generators"]["result"]
    lines = record.header(["generator", "CPU seconds", "leak checks that fail on Adult", "on thyroid"])
    for name in generators.GENERATORS:
        found = [leaks.get(f"{table}: {name}") for table in ("adult", "thyroid")]
        told = ["not measured" if one is None else f"{len(one['found'])}" for one in found]
        lines.append(record.row([f"`{name}`", f"{generators.cost(seconds, name):.1f}", *told]))
    how = (
        f"CPU seconds ({seconds['date']}): {seconds['rows']:,} rows of Adult learnt from, as many made, on one thread, "
        "see [benchmarks/generators.md](../benchmarks/generators.md). Leak checks: one run of each, see "
        "[benchmarks/privacy.md](../benchmarks/privacy.md)."
    )
    return [*lines, "", how]


def real() -> list[str]:
    """How real our generators' rows are."""
    return _scores([*OURS, *FRESH])


def peers() -> list[str]:
    """The same figures beside the peers'."""
    return _scores(["quality", "gaussian_copula", *PEERS, *FRESH])


def _scores(by: list[str]) -> list[str]:
    stored = record.read(HERE / "fidelity.json")["scores"]
    names = OURS | PEERS | FRESH
    lines = record.header(["table", "rows by", *COLUMNS])
    for table, title in TABLES.items():
        for who in by:
            lines.append(record.row([title, names[who], *_figures(list(stored[table]["by"][who].values()))]))
    dates = " and ".join(sorted({stored[table]["date"] for table in TABLES}))
    return [*lines, "", f"Measured on {dates}: [benchmarks/fidelity.md](../benchmarks/fidelity.md), which says how."]


def _figures(splits: list[dict[str, Any]]) -> list[str]:
    """Medians over splits, in the order of ``COLUMNS``; detection by the figure from another draw."""

    def of(key: str) -> float:
        return median(one[key] for one in splits)

    use = f"{of('tstr_auc'):.3f} AUC" if "tstr_auc" in splits[0] else f"{of('tstr_rmse'):.1f} RMSE"
    return [f"{100 * (1 - of('pair_trends')):.2f}", f"{of('detection_other_draw'):.3f}", use, f"{of('dcr_share'):.3f}"]


def audit() -> list[str]:
    """How well two tables that differ in one unit are told apart."""
    stored = record.read(dp_audit.RECORD)
    how = (
        f"{stored['date']}, with 99 % confidence, in {stored['cpu_seconds']:.0f} CPU seconds: "
        "[benchmarks/dp_audit.md](../benchmarks/dp_audit.md)."
    )
    return [*dp_audit.table(stored), "", *dp_audit.label_table(stored), "", how]


BLOCKS: dict[str, Callable[[], list[str]]] = {"cost": cost, "real": real, "peers": peers, "audit": audit}


if __name__ == "__main__":
    main()
