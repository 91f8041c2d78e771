"""``synthgen profile``: what it prints and writes."""

from __future__ import annotations

import json
from pathlib import Path

import synthgen as sg
from synthgen.profiling.profile import Profile
from synthgen.reporting import read_twin
from synthgen.table.schema import Schema

from .fakes import a_profile


def test_profile_summary_and_json(run, monkeypatch, here):
    monkeypatch.setattr(sg, "profile", lambda data, **words: a_profile(), raising=False)
    done = run("profile", "d.csv", "--schema-out", "schema.json")
    assert done.code == 0
    for words in ("2,000 rows, 1 columns: 1 continuous", "1,900", "95.00%", "[sex] F has", "has spikes."):
        assert words in done.out
    assert Schema.from_json("schema.json") == a_profile().schema
    assert json.loads(run("profile", "d.csv", "--json").out)["classes"] == [["0", 1900], ["1", 100]]


def test_escape_codes_of_a_file_do_not_reach_the_terminal(run, monkeypatch, here):
    tricky = Profile(Schema(()), 1, (), (("\x1b[31mred\x07", 1),))
    monkeypatch.setattr(sg, "profile", lambda data, **words: tricky, raising=False)
    out = run("profile", "d.csv").out
    assert "\x1b" not in out
    assert "\x07" not in out
    assert "[31mred" in out


def test_profile_for_real(run, cards):
    done = run("profile", cards, "--target", "Class", "--out", "bias.html", "--schema-out", "s.json")
    assert done.code == 0
    assert "400 rows, 4 columns" in done.out
    assert "15.00%" in done.out
    assert Path("bias.html").read_text(encoding="utf-8").lstrip().lower().startswith("<!doctype html")
    assert Schema.from_json("s.json").target.name == "Class"
    assert read_twin("bias.json").profile.n_rows == 400
