"""A picture of what a user sees: the summary of a run on the thyroid table, in a terminal of 100 columns.

``python -m benchmarks.terminal_picture`` writes docs/summary.svg. The run is made anew, in a real pseudo-terminal, and
its text is drawn as it was sent, colours and all; only the bar of progress, which is gone at the end, is left out.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from pathlib import Path

import pexpect
from rich.console import Console
from rich.text import Text

import synthgen as sg

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "docs" / "summary.svg"
COLUMNS = 100
WORDS = (
    "synthesize",
    "thyroid.csv",
    "--target",
    "diagnosis",
    "--n-samples",
    "2000",
    "--seed",
    "0",
    "--out",
    "both.csv",
)


def shown(folder: Path) -> str:
    """What the terminal was sent."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
    child = pexpect.spawn(
        sys.executable, ["-m", "synthgen.cli", *WORDS], env=environment, cwd=str(folder), encoding="utf-8",
        dimensions=(50, COLUMNS), timeout=900,
    )  # fmt: skip
    child.expect(pexpect.EOF)
    child.close()
    if child.exitstatus != 0:
        raise SystemExit(child.before)
    return str(child.before)


def drawn(text: str) -> str:
    """The text as an SVG that needs no font and no file from elsewhere."""
    lines = [line.rsplit("\r", 1)[-1].rstrip() for line in text.replace("\r\n", "\n").split("\n")]
    console = Console(record=True, width=COLUMNS, file=open(os.devnull, "w"), force_terminal=True)  # noqa: SIM115
    console.print(Text(f"$ synthgen {' '.join(WORDS)}", style="bold"))
    console.print(Text.from_ansi("\n".join(lines).strip("\n")))
    picture = console.export_svg(title="synthgen", unique_id="summary")
    return re.sub(r"\s*@font-face\s*{[^}]*}", "", picture).replace("Fira Code, monospace", "monospace")


def main() -> None:
    """Make the run and write the picture."""
    with tempfile.TemporaryDirectory() as name:
        sg.datasets.load_thyroid().to_csv(Path(name) / "thyroid.csv", index=False)
        picture = drawn(shown(Path(name)))
    PICTURE.write_text(picture, encoding="utf-8")
    print(f"{PICTURE.relative_to(ROOT)}: {len(picture) // 1024} KiB")


if __name__ == "__main__":
    main()
