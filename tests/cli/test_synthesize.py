"""``synthgen synthesize``: where it writes, what it prints, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from synthgen.reporting import read_twin
from synthgen.table.schema import Schema

from .fakes import left


def test_default_places_are_beside_the_input_and_named_after_it(run, fake, cards):
    fake()
    assert run("synthesize", cards, "--target", "Class").code == 0
    assert left(cards.parent) == [
        "cards.csv",
        "cards.synthgen-reports/bias.html",
        "cards.synthgen-reports/fidelity.html",
        "cards.synthgen-reports/run.json",
        "cards.synthgen.csv",
    ]


def test_default_place_keeps_a_double_ending(run, fake, here):
    seen = fake()
    (here / "a.b.csv.gz").touch()
    run("synthesize", "a.b.csv.gz")
    assert seen["out"] == Path("a.b.synthgen.csv.gz")


def test_pass(run, fake, cards):
    fake("PASS")
    done = run("synthesize", cards)
    assert (done.code, done.err) == (0, "")
    assert "PASS: may be used for training" in done.out
    for words in ("real", "2,000", "asked", "1,800", "2,340", "closer to one real row", "1,798", "3,798"):
        assert words in done.out
    # Figures stand beside what real rows score; one that was not had is said.
    for figure in ("0.532", "0.480 to 0.580", "0.501"):
        assert figure in done.out
    assert "Pair trends: not computed, it stopped with ValueError" in done.out
    assert "cards.synthgen.csv" in done.out


def test_inconclusive_is_a_warning_in_augment_and_blocks_a_release(run, fake, cards):
    fake("INCONCLUSIVE")
    done = run("synthesize", cards)
    assert done.code == 0
    assert done.err == "warning: INCONCLUSIVE, only with care\n"
    cards.with_name("cards.synthgen.csv").unlink()
    done = run("synthesize", cards, "--purpose", "release")
    assert done.code == 3
    assert not cards.with_name("cards.synthgen.csv").exists()


def test_fail_leaves_reports_and_no_table(run, fake, cards):
    fake("FAIL")
    done = run("synthesize", cards, "--out", "t.csv", "--reports", "r")
    assert done.code == 3
    assert left(cards.parent) == ["cards.csv", "r/bias.html", "r/fidelity.html", "r/run.json"]
    # Brackets are rich's markup, and also how people name columns.
    assert "[amount] lies 0.31 from real rows" in done.out
    assert "Try tree." in done.out
    assert "error: the gate withheld the table" in done.err
    assert "t.csv" not in done.out
    assert "the gate withholds the table" in done.out


def test_fail_with_the_gate_lifted(run, fake, cards):
    fake("FAIL")
    done = run("synthesize", cards, "--out", "t.csv", "--gate", "none")
    assert done.code == 0
    assert Path("t.csv").exists()
    assert "FAIL: must not be used for training" in done.out


def test_quiet_prints_only_problems(run, fake, cards):
    fake("PASS")
    done = run("synthesize", cards, "--quiet")
    assert (done.code, done.out, done.err) == (0, "", "")
    fake("FAIL")
    done = run("synthesize", cards, "--quiet")
    assert (done.code, done.out) == (3, "")
    assert "lies 0.31 from real rows" in done.err


def test_json_is_all_that_is_on_stdout(run, fake, cards):
    fake("FAIL")
    done = run("synthesize", cards, "--json")
    document = json.loads(done.out)
    assert document["verdict"]["privacy"] == ["linkability: no leakage found"]
    assert done.code == 3
    assert document["verdict"]["outcome"] == "FAIL"
    assert document["rows"] == {
        "real": 2000,
        "requested": 1800,
        "drawn": 2340,
        "refused": 3,
        "accepted": 1798,
        "delivered": 0,
        "refused_by_reason": {"NEAR_COPY": 2, "EXACT_COPY": 1},
    }
    assert [Path(file).name for file in document["files"]] == ["bias.html", "fidelity.html", "run.json"]


def test_synthesize_and_validate_for_real(run, cards):
    words = ["synthesize", cards, "--target", "Class", "--generator", "jitter", "--seed", "0", "--json"]
    done = run(*words, "--out", "one.csv", "--quiet")
    document = json.loads(done.out)
    assert done.code == (3 if document["verdict"]["outcome"] == "FAIL" else 0)
    assert Path("one-reports/fidelity.html").exists()
    assert document["rows"]["real"] == 400
    assert document["rows"]["requested"] == 280
    # The same seed gives the same file; the input is as it was.
    run(*words, "--gate", "none", "--out", "two.csv", "--quiet")
    run(*words, "--gate", "none", "--out", "three.csv", "--quiet")
    assert Path("two.csv").read_bytes() == Path("three.csv").read_bytes()
    made = pd.read_csv("two.csv")
    assert made["Class"].value_counts().min() >= 200
    real = pd.read_csv(cards)
    real[::2].to_csv("train.csv", index=False)
    real[1::2].to_csv("holdout.csv", index=False)
    # Every row of train, offered as synthetic, is a copy: this has to be found.
    words = ["--train", "train.csv", "--holdout", "holdout.csv", "--target", "Class", "--seed", "0"]
    done = run("validate", "train.csv", *words, "--out", "fidelity.html")
    assert done.code == 3
    assert "FAIL: must not be used for training" in done.out
    assert Path("fidelity.html").stat().st_size > 1000
    # What the page shows is beside it for programs, and is said to be.
    assert "fidelity.json" in done.out
    assert str(read_twin("fidelity.json").report.verdict.outcome) == "FAIL"
    outside = ["--out", "out.html", "--audience", "shareable", "--json"]
    document = json.loads(run("validate", "train.csv", *words, *outside).out)
    assert document["files"] == ["out.html", "out.json"]
    assert not read_twin("out.json").report.associations
    assert read_twin("out.json").provenance == {"audience": "shareable"}


def test_a_schema_of_another_tool(run, fake, cards):
    columns = {name: {"sdtype": "unknown", "pii": False} for name in pd.read_csv(cards).columns}
    document = {"columns": columns | {"shop": {"sdtype": "unknown"}}, "METADATA_SPEC_VERSION": "SINGLE_TABLE_V1"}
    Path("metadata.json").write_text(json.dumps(document))
    seen = fake()
    done = run("synthesize", cards, "--schema", "metadata.json", "--out", "out.csv")
    assert done.code == 0 and seen["schema"] == Schema.from_json("metadata.json")
    assert "warning: Not taken over from the SDV metadata 'metadata.json': column 'shop'" in done.err
    Path("metadata.json").write_text(json.dumps(document | {"METADATA_SPEC_VERSION": "V9"}))
    done = run("synthesize", cards, "--schema", "metadata.json", "--out", "out.csv")
    assert done.code == 1 and "'V9'" in done.err
