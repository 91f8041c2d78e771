"""``synthgen demo``: what it leaves on disk."""

from __future__ import annotations

import json

import synthgen as sg

from .fakes import left


def test_demo_leaves_four_files(run, fake, here, monkeypatch):
    seen = fake()
    monkeypatch.setattr(sg.datasets, "load_fraud", lambda: "payments")
    done = run("demo", "--out", "deep/folder")
    assert done.code == 0
    names = ("balanced.parquet", "bias.html", "fidelity.html", "run.json")
    assert left(here) == [f"deep/folder/{name}" for name in names]
    assert (seen["data"], seen["target"], seen["random_state"]) == ("payments", "Class", 0)
    assert "Card payments" in done.err
    quiet = run("demo", "--quiet", "--json")
    assert quiet.err == ""
    assert len(json.loads(quiet.out)["files"]) == 4
