"""The README's commands are the ones that CI runs."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
CI = ROOT / ".ci"

STAGES = (
    "test",
    "demo",
    "lint",
    "types",
    "imports",
    "docs",
    "pandas2",
    "python313",
    "sdv",
    "postgres",
    "spark",
    "slow",
)


@pytest.fixture(scope="module")
def commands():
    return re.findall(r"^```sh\n(.*?)^```$", README.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def test_there_are_two_commands_of_one_line(commands):
    assert len(commands) == 2
    assert all(len(command.strip().splitlines()) == 1 for command in commands)


def test_the_first_command_installs_and_runs_the_main_job(commands):
    steps = [step.strip() for step in commands[0].split("&&")]
    assert steps[0].startswith("python3 -m venv ")
    assert steps[1].endswith("pip install .")
    assert steps[2].endswith("synthgen demo")


def test_the_second_command_passes_the_tests(commands):
    steps = [step.strip() for step in commands[1].split("&&")]
    assert steps[0].startswith("python3 -m venv ")
    assert steps[1].endswith('pip install ".[test]"')
    assert steps[2].split()[0].endswith("/bin/pytest") and "-k" not in steps[2].split() and len(steps) == 3


@pytest.mark.skipif(shutil.which("bash") is None, reason="CI's scripts need bash")
@pytest.mark.parametrize("number", [1, 2])
def test_ci_reads_the_commands_out_of_the_readme(commands, number):
    printed = subprocess.run(
        ["bash", CI / "readme-command", str(number)], capture_output=True, text=True, check=True
    ).stdout
    assert printed == commands[number - 1]


@pytest.mark.skipif(shutil.which("bash") is None, reason="CI's scripts need bash")
def test_a_command_that_is_not_there_is_an_error():
    done = subprocess.run(["bash", CI / "readme-command", "9"], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stdout == ""


@pytest.mark.parametrize(("stage", "number"), [("demo", 1), ("test", 2)])
def test_the_stage_runs_what_it_read_and_holds_no_copy(stage, number):
    script = (CI / stage).read_text(encoding="utf-8")
    assert f'command=$("$ci/readme-command" {number})' in script
    assert '-c "$command"' in script
    assert "pip install" not in script


def test_run_calls_every_stage():
    script = (CI / "run").read_text(encoding="utf-8")
    assert f"for stage in {' '.join(STAGES)}; do" in script
    assert all((CI / stage).is_file() for stage in STAGES)
