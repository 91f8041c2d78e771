"""Size, time and accessibility of reports, ours and peers': ``python -m benchmarks.reports``.

Peers live in environments of their own: ``--python skrub=PATH`` names a peer's interpreter, once for each. What
was measured before is kept in ``reports.json``; ``--write-only`` makes the page from it.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import synthgen as sg
from benchmarks.peers.tables import SHARED
from benchmarks.record import ROOT, header, load_average, made_with, read, row, when, write
from benchmarks.report_tables import ABOUT as TABLE_WORDS
from benchmarks.report_tables import ROWS, TABLES, TARGET
from synthgen.reporting import fidelity_html

RECORD = Path(__file__).with_suffix(".json")
PAGE = Path(__file__).with_suffix(".md")
MAKE = Path(__file__).parent / "peers" / "make_report.py"
PEERS = ("skrub", "ydata-profiling", "sweetviz", "evidently", "mostlyai-qa")
LONGEST = 600
LONGEST_LOOK = 150
OURS = "synthgen"
ABOUT = {
    OURS: "train, holdout and synthetic rows: fidelity, leaks and use",
    "skrub": "one table: columns and their associations (beyond 30 columns neither plots nor associations)",
    "ydata-profiling": "one table: columns, associations, alerts",
    "sweetviz": "two tables side by side (pairs only up to 20 columns)",
    "evidently": "two tables: summary and drift",
    "mostlyai-qa": "train, holdout and synthetic rows: fidelity and distances",
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reports", description=__doc__)
    parser.add_argument("--python", action="append", default=[], metavar="PEER=PATH")
    parser.add_argument("--table", choices=[*TABLES], help="one of them; default: all")
    parser.add_argument("--write-only", action="store_true")
    parser.add_argument("--look", type=Path, help="print what a browser says of a page")
    given = parser.parse_args()
    if given.look is not None:
        print(json.dumps(in_browser(given.look)))
        return
    record = read(RECORD)
    if not given.write_only:
        interpreters = dict(word.split("=", 1) for word in given.python)
        for name, load in TABLES.items():
            if given.table not in (None, name):
                continue
            if (frame := load()) is None:
                print(
                    f"{name}: skipped, the tables that it is made of are not in {SHARED.name}/ beside this repository"
                )
                continue
            with tempfile.TemporaryDirectory() as folder:
                measure_all(name, frame, Path(folder), interpreters, record)
    PAGE.write_text(page(record), encoding="utf-8")


def measure_all(
    name: str, frame: pd.DataFrame, folder: Path, interpreters: dict[str, str], record: dict[str, Any]
) -> None:
    order = np.random.default_rng(0).permutation(len(frame))
    train, holdout = (frame.iloc[part].reset_index(drop=True) for part in np.array_split(order, 2))
    made = sg.generators.GaussianCopulaSynthesizer(random_state=0).fit(train, target=TARGET).sample(ROWS)
    for part, table in (("train", train), ("holdout", holdout), ("synthetic", made)):
        table.to_parquet(folder / f"{part}.parquet")
    record.setdefault(name, {})[OURS] = {**ours(train, holdout, made, folder), **when(), "load": load_average()}
    write(RECORD, record)
    for peer, python in interpreters.items():
        record[name][peer] = {**theirs(peer, python, folder), **when(), "load": load_average()}
        write(RECORD, record)


def ours(train: pd.DataFrame, holdout: pd.DataFrame, made: pd.DataFrame, folder: Path) -> dict[str, Any]:
    start = time.process_time()
    report = sg.validate(made, train=train, holdout=holdout, target=TARGET, random_state=0)
    judged = time.process_time()
    text = fidelity_html(report)
    done = time.process_time()
    out = folder / "ours.html"
    out.write_text(text, encoding="utf-8")
    return {
        "cpu_seconds": round(done - start, 2), "page_seconds": round(done - judged, 3), "version": "source",
        **looked_at(out),
    }  # fmt: skip


def theirs(peer: str, python: str, folder: Path) -> dict[str, Any]:
    out = folder / f"{peer}.html"
    try:
        done = subprocess.run(
            [python, str(MAKE), peer, str(folder), str(out)], capture_output=True, text=True, timeout=LONGEST,
            check=False, cwd=ROOT,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return {"failed": f"not done after {LONGEST} s"}
    if done.returncode or not out.is_file():
        return {"failed": (done.stderr.strip().splitlines() or ["no reason given"])[-1][:200]}
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found | looked_at(out)


def looked_at(path: Path) -> dict[str, Any]:
    """Bytes, and what a browser says of the page; axe may not come to an end on a very large one."""
    found: dict[str, Any] = {"bytes": path.stat().st_size}
    command = [sys.executable, "-m", "benchmarks.reports", "--look", str(path)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST_LOOK, check=False, cwd=ROOT)
    except subprocess.TimeoutExpired:
        return found | {"axe_failed": f"not done after {LONGEST_LOOK} s"}
    return found | (json.loads(done.stdout.splitlines()[-1]) if not done.returncode else {})


def in_browser(path: Path) -> dict[str, Any]:
    """Requests that leave the file, and rules that axe finds broken (light, 1,280 wide)."""
    found: dict[str, Any] = {}
    browser = next((at for name in ("chromium", "chromium-browser") if (at := shutil.which(name))), None)
    if browser is None:
        return found
    import axe_core_python
    from playwright.sync_api import Error, sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox", "--disable-gpu"])
        page = opened.new_context(viewport={"width": 1280, "height": 900}, bypass_csp=True).new_page()
        requested: list[str] = []
        page.on("request", lambda request: requested.append(request.url))
        page.set_default_timeout(180_000)
        try:
            page.goto(path.as_uri(), wait_until="domcontentloaded")
            page.wait_for_timeout(2_000)
            page.evaluate(Path(axe_core_python.__file__).with_name("axe.min.js").read_text(encoding="utf-8"))
            broken = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
            found["axe"] = sorted(item["id"] for item in broken)
        except Error as error:
            found["axe_failed"] = str(error).splitlines()[0][:120]
        found["requests"] = sum(not url.startswith(("file:", "data:", "blob:", "about:")) for url in requested)
        opened.close()
    return found


def page(record: dict[str, Any]) -> str:
    lines = [
        "# Reports: size, time, accessibility", "",
        f"Each tool's report of the same {ROWS:,} synthetic rows (those that compare also get as many train rows, and "
        "held-out ones if they take them), with its defaults, as one HTML page. Seconds are CPU time without imports. "
        "They buy different things: most peers describe one table or compare two, and look for no leak. axe: rules of "
        "axe-core that the page breaks in Chromium; requests: what the page asks of the network when it is opened.", "",
        "Made by `python -m benchmarks.reports --python skrub=PATH …`, one environment for each peer.", "",
    ]  # fmt: skip
    for name, found in record.items():
        lines += [
            f"## {name}",
            "",
            TABLE_WORDS[name],
            "",
            *header(["report", "what it is about", "size", "seconds", "axe", "requests"]),
        ]
        lines += [row([tool, ABOUT[tool], *_cells(found[tool])]) for tool in (OURS, *PEERS) if tool in found]
        own = found[OURS]
        lines += ["", f"Of synthgen's seconds, {own['page_seconds']:.2f} are for the page; the rest is validation.", ""]
    lines += ["## Made with", ""]
    for title, found in record.items():
        names = [f"{tool} {item['version']}" for tool, item in found.items() if tool != OURS and "version" in item]
        peers = f" Peers: {', '.join(names)}." if names else ""
        lines += [f"{title}: {made_with([found[OURS]])[0]}{peers} Load average {found[OURS]['load']}.", ""]
    return "\n".join(lines).rstrip() + "\n"


def _cells(item: dict[str, Any]) -> list[str]:
    if "failed" in item:
        return [f"failed: {item['failed']}", "–", "–", "–"]
    size = item["bytes"]
    words = f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{size / 1e3:.0f} KB"
    broken = item.get("axe")
    axe = "not finished" if broken is None else str(len(broken)) + (f": {', '.join(broken)}" if broken else "")
    return [words, f"{item['cpu_seconds']:.1f}", axe, str(item.get("requests", "–"))]


if __name__ == "__main__":
    main()
