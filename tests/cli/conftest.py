"""An empty folder, a small table, a command line that is run, and a synthesis that takes no time."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from synthgen.cli import main

from .fakes import FakeResult


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SYNTHGEN_TRACEBACK", raising=False)
    monkeypatch.delenv("SYNTHGEN_KEY", raising=False)
    return tmp_path


@pytest.fixture
def cards(here):
    """A small unbalanced table on disk."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "amount": np.round(rng.gamma(2, 40, 400), 2),
            "hour": rng.integers(0, 24, 400),
            "shop": rng.choice(["web", "till", "phone"], 400),
            "Class": [0] * 340 + [1] * 60,
        }
    )
    frame.loc[frame["Class"] == 1, "amount"] += 150
    frame.to_csv(here / "cards.csv", index=False)
    return here / "cards.csv"


@pytest.fixture
def run(here, monkeypatch, capsys):
    """Run a command line; gives code, stdout and stderr."""

    def call(*args):
        monkeypatch.setattr(sys, "argv", ["synthgen", *map(str, args)])
        with pytest.raises(SystemExit) as stop:
            main()
        printed = capsys.readouterr()
        assert "Traceback" not in printed.out + printed.err
        code = stop.value.code
        return SimpleNamespace(code=0 if code is None else code, out=printed.out, err=printed.err)

    return call


@pytest.fixture
def fake(monkeypatch):
    """Replace sg.synthesize by one with a chosen outcome; gives the words that it was called with."""

    def install(outcome="PASS", error=None):
        seen = {}

        def synthesize(data, **words):
            seen.update(words, data=data)
            if error is not None:
                raise error
            result = FakeResult(outcome, words.get("purpose", "augment"), words.get("gate", "default"))
            if not result.withheld:
                Path(words["out"]).write_text("table")
            return result

        monkeypatch.setattr(sg, "synthesize", synthesize, raising=False)
        return seen

    return install
