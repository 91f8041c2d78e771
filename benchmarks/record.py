"""What benchmarks keep: a JSON file of what was measured, with dates and versions, and rows of Markdown."""

from __future__ import annotations

import json
import os
import subprocess
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.peers.run_once import cores, versions

ROOT = Path(__file__).resolve().parents[1]


def read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def write(path: Path, record: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


def when(*more: str) -> dict[str, Any]:
    """Date, cores and versions, ``more`` packages among them."""
    return {"date": f"{datetime.now(UTC):%Y-%m-%d}", "versions": versions(*more), "cores": cores()}


def load_average() -> float:
    """Processes that want a core, over the last minute: what a timing has to be read beside."""
    return round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else float("nan")


def json_of(command: list[str]) -> dict[str, Any]:
    """Run a process that prints a line of JSON last, and read it."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command[1:])[:80]} failed:\n{done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def paragraph(words: str) -> list[str]:
    """Lines of a paragraph."""
    return textwrap.wrap(words, 120, break_long_words=False, break_on_hyphens=False)


def row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def header(cells: Sequence[str]) -> list[str]:
    return [row(cells), "|" + "---|" * len(cells)]


def made_with(parts: Iterable[Mapping[str, Any]]) -> list[str]:
    """Dates, versions and cores, said once for each different set."""
    seen: dict[str, None] = {}
    for part in parts:
        names = ", ".join(f"{name} {number}" for name, number in part["versions"].items())
        seen[f"{part['date']}, {part['cores']} cores: {names}."] = None
    return [*seen, ""]
