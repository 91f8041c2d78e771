"""A session in a real shell and terminal, from a table to a merged one: every word is typed, every answer read."""

from __future__ import annotations

import csv
import json
import os
import re
import shlex
import shutil
import stat
import sys
from pathlib import Path

import pandas as pd
import pytest

import synthgen as sg

ROOT = Path(__file__).resolve().parents[2]
PROMPT = "ready> "
COLUMNS = 100


class Shell:
    """A shell in a terminal of 100 columns."""

    def __init__(self, folder):
        pexpect = pytest.importorskip("pexpect")
        program = folder / "bin" / "synthgen"
        program.parent.mkdir()
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m synthgen.cli "$@"\n')
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        environment = {
            **os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path]), "TERM": "xterm-256color",
            "PATH": f"{program.parent}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8", "PS1": PROMPT,
        }  # fmt: skip
        self.child = pexpect.spawn(
            "bash", ["--noprofile", "--norc"], env=environment, cwd=str(folder), encoding="utf-8", timeout=300,
            dimensions=(40, COLUMNS),
        )  # fmt: skip
        self.child.setecho(False)
        self.type(f"bind 'set enable-bracketed-paste off'; PS1='{PROMPT}'", first=True)

    def type(self, line, first=False):
        """Type a line; give what the terminal then shows, without colours, and the exit code."""
        self.child.sendline(f'{line}; echo "code $?"')
        self.child.expect(r"code (\d+)\r\n")
        shown, code = self.child.before, int(self.child.match[1])
        self.child.expect_exact(PROMPT)
        # A bar that is drawn over itself: what stands in the end counts.
        plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown).replace("\r\n", "\n")
        assert "Traceback" not in plain
        return "\n".join(row.rsplit("\r", 1)[-1] for row in plain.split("\n")), code


@pytest.mark.slow
def test_from_a_table_to_a_merged_one(tmp_path):
    if shutil.which("bash") is None:
        pytest.skip("there is no bash")
    real = sg.datasets.load_thyroid()
    real.to_csv(tmp_path / "thyroid.csv", index=False)
    shell = Shell(tmp_path)

    # Settings: written, looked at, edited.
    shown, code = shell.type("synthgen init thyroid.csv --target diagnosis")
    assert code == 0
    assert "sensitive: age, sex, pregnant, by their names" in shown
    assert "Edit it, then: synthgen synthesize" in shown
    edits = (
        's/^# sensitive = .*/sensitive = ["sex"]/', "s/^# seed/seed/", "s/^# n_samples = 1000/n_samples = 400/",
        's/^# generator = "auto"/generator = "tree"/', 's/^# out = .*/out = "both.csv"/',
        's/^# .synthesize.options.*/[synthesize.options]\\npreset = "turbo"/', 's/^# role = "quasi/role = "quasi/',
    )  # fmt: skip
    _, code = shell.type(f"sed -i {shlex.join(word for edit in edits for word in ('-e', edit))} synthgen.toml")
    assert code == 0
    # A slip is one line, and costs nothing.
    shown, code = shell.type("synthgen synthesize --purpose share")
    assert (code, "share" in shown) == (2, True)
    shell.type("sed -i 's/^n_samples/n_sample/' synthgen.toml")
    shown, code = shell.type("synthgen synthesize")
    assert code == 2
    assert "synthgen.toml, [synthesize] 'n_sample': there is no such key. Did you mean 'n_samples'?" in shown
    shell.type("sed -i 's/^n_sample/n_samples/' synthgen.toml")

    # A run that waits for a person.
    shown, code = shell.type("synthgen synthesize --review review.csv")
    assert code == 0, shown
    assert "Settings of synthgen.toml." in shown
    assert "a person looks first" in shown
    rows = [line for line in shown.splitlines() if line.startswith("synthetic, accepted")]
    assert rows and rows[0].split()[-1] == "400"
    tables = shown[shown.index("Rows") : shown.index("Written:")].splitlines()
    assert max(map(len, tables)) <= COLUMNS
    assert not (tmp_path / "both.csv").exists()
    merge = next(line.strip() for line in shown.splitlines() if "synthgen merge" in line and "--run" in line)

    # Not merged before somebody has looked.
    shown, code = shell.type(merge.replace("NAME", "Ada"))
    assert code != 0
    assert not (tmp_path / "both.csv").exists()
    with (tmp_path / "review.csv").open(newline="", encoding="utf-8-sig") as file:
        sheet = list(csv.DictReader(file))
    for number, row in enumerate(sheet):
        row["decision"] = "refuse" if number < 3 else "accept"
    with (tmp_path / "review.csv").open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.DictWriter(file, sheet[0])
        writer.writeheader()
        writer.writerows(sheet)
    shown, code = shell.type(merge.replace("NAME", "Ada"))
    assert code == 0, shown
    both = pd.read_csv(tmp_path / "both.csv")
    left = int(both["is_synthetic"].sum())
    assert 397 <= left < 400
    assert len(both) == len(real) + left
    record = json.loads((tmp_path / "both-reports" / "run.json").read_text("utf-8"))
    assert record["provenance"]["counts"]["accepted"] == left
    assert "Ada" in json.dumps(record["provenance"]["reviews"])
    assert record["provenance"]["request"]["arguments"]["n_samples"] == 400
