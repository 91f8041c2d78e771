"""The command line: what it passes on, what it prints, what it leaves on disk, and how it ends."""

from __future__ import annotations

import doctest
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from synthgen.cli import main
from synthgen.cli import words as words_module
from synthgen.errors import GateFailed
from synthgen.profiling.profile import BiasAudit, ColumnProfile, Group, Profile
from synthgen.table.column import Column, Kind, Schema
from synthgen.validation.metric import Direction, Family, Measurement, Status
from synthgen.validation.report import ValidationReport
from synthgen.validation.verdict import Finding, Outcome, Purpose, Verdict

SECRET = "Anna Example, 1 Main Street"


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SYNTHGEN_TRACEBACK", raising=False)
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
def run(monkeypatch, capsys):
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


def a_verdict(outcome="PASS", purpose="augment"):
    findings = (
        Finding("ks", Outcome(outcome), "[amount] lies 0.31 from real rows, not 0.05.", True, "Try tree."),
        Finding("detection", Outcome.INCONCLUSIVE, "Only 12 holdout rows.", False),
    )
    return Verdict(Outcome(outcome), Purpose(purpose), findings, ("linkability",), ("linkability: no leakage found",))


def a_report(outcome="PASS", purpose="augment"):
    figures = (
        Measurement(
            "detection_auc", "Detection AUC", Family.FIDELITY, Direction.NEAR_BASELINE, Status.COMPUTED,
            value=0.532, interval=(0.48, 0.58), baseline=0.501, n=100,
        ),
        Measurement(
            "pair_trends", "Pair trends", Family.FIDELITY, Direction.HIGHER, Status.FAILED,
            reason="it stopped with ValueError",
        ),
        Measurement(
            "ks_complement", "KS complement", Family.FIDELITY, Direction.HIGHER, Status.COMPUTED,
            subject="amount", value=0.9,
        ),
    )  # fmt: skip
    flagged = pd.DataFrame({"row": [1, 5], "reason": "NEAR_COPY", "value": 0.0, "threshold": 0.1})
    return ValidationReport(a_verdict(outcome, purpose), figures, flagged, counts={"train": 320})


def a_profile():
    groups = (Group("sex", "F", 1000, 0.5, (0.48, 0.52), 0.1, (0.08, 0.12)),)
    bias = BiasAudit(("sex",), True, "1", groups, ("[sex] F has 0.10, M 0.30.",))
    columns = (ColumnProfile("amount", "continuous", "feature", 2000, 0.0, 900),)
    schema = Schema((Column("amount", Kind.CONTINUOUS, bounds=(0.0, 1.0)),))
    return Profile(schema, 2000, columns, (("0", 1900), ("1", 100)), bias, ("amount has spikes.",))


class FakeResult:
    """Stands for a result, so that every outcome can be had at once."""

    def __init__(self, outcome="PASS", purpose="augment", gate="default"):
        self.validation = a_report(outcome, purpose)
        self.verdict = self.validation.verdict
        counts = {"real": 2000, "requested": 1800, "drawn": 2340, "refused": 3, "accepted": 1798}
        counts["delivered"] = 3798
        reasons = {"NEAR_COPY": 2, "EXACT_COPY": 1}
        self.provenance = SimpleNamespace(
            counts=counts, refused_by_reason=reasons, warnings=(), to_dict=lambda: {"counts": counts}
        )
        blocking = ("FAIL", "INCONCLUSIVE") if purpose == "release" else ("FAIL",)
        self.withheld = gate is not None and outcome in blocking

    @property
    def data(self):
        assert self.withheld, "the command line writes what the API wrote, it doesn't ask for the rows"
        raise GateFailed(f"{self.verdict}\nTry another generator.")

    def write_reports(self, folder, *, audience="internal", key=None):
        self.key = key
        Path(folder).mkdir(exist_ok=True)
        files = [Path(folder) / name for name in ("bias.html", "fidelity.html", "run.json")]
        for file in files:
            file.write_text(audience)
        return files


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


def left(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


# What the words become


def test_every_word_reaches_the_api(run, fake, cards):
    seen = fake()
    schema = cards.with_name("schema.json")
    sg.Schema.infer(pd.read_csv(cards)).to_json(schema)
    done = run(
        "synthesize", cards, "--target", "Class", "--out", "out.csv", "--reports", "rep",
        "--purpose", "augment", "--generator", "smote", "--option", "k_neighbors=3", "--option", "exact=true",
        "--option", "mode=a=b", "--sampling-strategy", "0=500,1=400", "--n-samples", "7",
        "--condition", "Class=1", "--condition", "shop=web", "--condition", "shop=till",
        "--schema", schema, "--sensitive", "shop", "--sensitive", "hour", "--subject", "hour",
        "--fairness", "quotas=0.5",
        "--holdout", "0.3", "--validation", "full", "--gate", "none", "--seed", "4", "--quiet",
        "--audience", "shareable",
    )  # fmt: skip
    assert done.code == 0
    assert Path("rep/fidelity.html").read_text() == "shareable"
    assert isinstance(seen.pop("schema"), Schema)
    assert seen == {
        "data": cards,
        "target": "Class",
        "out": Path("out.csv"),
        "purpose": "augment",
        "generator": "smote",
        "generator_options": {"k_neighbors": 3, "exact": True, "mode": "a=b"},
        "sampling_strategy": {"0": 500, "1": 400},
        "n_samples": 7,
        "conditions": {"Class": "1", "shop": ["web", "till"]},
        "sensitive_features": ["shop", "hour"],
        "fairness": {"kind": "quotas", "strength": 0.5},
        "subject": "hour",
        "holdout": 0.3,
        "validation": "full",
        "gate": None,
        "random_state": 4,
        "progress": False,
    }


def test_the_fewest_holders_make_a_gate(run, fake, cards, monkeypatch):
    seen = fake()
    assert run("synthesize", cards, "--fewest-holders", "11").code == 0
    assert seen["gate"] == sg.Gate.default(fewest_holders=11)
    done = run("synthesize", cards, "--fewest-holders", "11", "--gate", "none")
    assert done.code == 2
    assert "--gate none lifts the gate" in done.err
    assert run("synthesize", cards, "--fewest-holders", "0").code == 2
    judged = {}

    def validate(synthetic, **words):
        judged.update(words)
        raise sg.errors.DataError("enough was seen")

    monkeypatch.setattr(sg, "validate", validate)
    run("validate", cards, "--train", cards, "--holdout", cards, "--fewest-holders", "11")
    assert judged["gate"] == sg.Gate.default(fewest_holders=11)


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("auto", "auto"),
        ("0.25", 0.25),
        ("1=10", {"1": 10}),
        ("<=50K=90, >50K=80", {"<=50K": 90, ">50K": 80}),
        ("A,B=5,C=6", {"A,B": 5, "C": 6}),
    ],
)
def test_sampling_strategies(run, fake, cards, word, value):
    seen = fake()
    assert run("synthesize", cards, "--sampling-strategy", word).code == 0
    assert seen["sampling_strategy"] == value


def test_the_examples_in_the_docstrings_hold():
    tested = doctest.testmod(words_module)
    assert tested.attempted >= 5
    assert tested.failed == 0


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


# Outcomes


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


def test_demo_leaves_four_files(run, fake, here, monkeypatch):
    seen = fake()
    monkeypatch.setattr(sg.datasets, "load_fraud", lambda: "payments")
    done = run("demo", "--out", "deep/folder")
    assert done.code == 0
    names = ("balanced.parquet", "bias.html", "fidelity.html", "run.json")
    assert left(here) == [f"deep/folder/{name}" for name in names]
    assert (seen["data"], seen["target"], seen["random_state"]) == ("payments", "Class", 0)


@pytest.mark.parametrize(
    ("outcome", "purpose", "code"),
    [
        ("PASS", "augment", 0),
        ("INCONCLUSIVE", "augment", 0),
        ("FAIL", "augment", 3),
        ("PASS", "release", 0),
        ("INCONCLUSIVE", "release", 3),
        ("FAIL", "release", 3),
    ],
)
def test_validate_exit_codes(run, monkeypatch, here, outcome, purpose, code):
    def judge(synthetic, **words):
        return a_report(outcome, words["purpose"])

    monkeypatch.setattr(sg, "validate", judge, raising=False)
    words = ["validate", "s.csv", "--train", "t.csv", "--holdout", "h.csv", "--purpose", purpose]
    done = run(*words)
    assert done.code == code
    assert done.out.splitlines()[0].endswith(a_verdict(outcome, purpose).words)
    document = json.loads(run(*words, "--json").out)
    assert document["flagged"] == {"NEAR_COPY": 2}
    assert document["measurements"][0]["value"] == 0.532


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


# Ends: nothing is left when something goes wrong


def test_interrupted(run, monkeypatch, cards):
    def stopped(data, **words):
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(sg, "synthesize", stopped, raising=False)
    done = run("synthesize", cards)
    assert (done.code, done.out, done.err) == (130, "", "interrupted, nothing written\n")
    assert left(cards.parent) == ["cards.csv"]
    done = run("demo")
    assert done.code == 130
    assert not Path("synthgen-demo").exists()


def test_interrupted_in_the_middle_of_a_fit(run, monkeypatch, cards):
    monkeypatch.setattr(sg.generators.GENERATORS["jitter"], "_fit", lambda *args: signal.raise_signal(signal.SIGINT))
    done = run("synthesize", cards, "--target", "Class", "--generator", "jitter")
    assert done.code == 130
    assert done.err.endswith("interrupted, nothing written\n")
    assert left(cards.parent) == ["cards.csv"]


def test_interrupted_after_the_table_says_what_is_there(run, fake, cards, monkeypatch):
    fake()
    monkeypatch.setattr(FakeResult, "write_reports", lambda self, folder, **_: signal.raise_signal(signal.SIGINT))
    done = run("synthesize", cards, "--out", "t.csv")
    assert done.code == 130
    assert done.err == "interrupted; t.csv is written, the reports in t-reports may be missing\n"


def test_an_unexpected_error_is_named_and_its_text_kept_back(run, fake, cards):
    fake(error=RuntimeError(SECRET))
    done = run("synthesize", cards)
    assert done.code == 1
    assert done.err.startswith("error: unexpected RuntimeError.")
    assert "SYNTHGEN_TRACEBACK=1" in done.err
    assert SECRET not in done.out + done.err
    assert left(cards.parent) == ["cards.csv"]


def test_the_traceback_can_be_asked_for(monkeypatch, capsys, fake, cards):
    fake(error=RuntimeError(SECRET))
    monkeypatch.setenv("SYNTHGEN_TRACEBACK", "1")
    monkeypatch.setattr(sys, "argv", ["synthgen", "synthesize", str(cards)])
    with pytest.raises(SystemExit) as stop:
        main()
    assert stop.value.code == 1
    assert "Traceback" in capsys.readouterr().err


def test_a_full_disk_is_said_in_the_systems_words(run, fake, cards):
    fake(error=OSError(28, "No space left on device", "t.csv"))
    done = run("synthesize", cards)
    assert (done.code, done.err) == (1, "error: No space left on device: t.csv\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["synthesize"], "Missing argument"),
        (["sythesize"], "No such command"),
        (["synthesize", "cards.csv", "--colour", "red"], "No such option"),
        (["synthesize", "cards.csv", "--purpose", "fun"], "purpose"),
        (["synthesize", "cards.csv", "--holdout", "many"], "holdout"),
        (["synthesize", "cards.csv", "--option", "k_neighbors"], "takes KEY=VALUE"),
        (["synthesize", "cards.csv", "--option", "k=1", "--option", "k=2"], "given twice"),
        (["synthesize", "cards.csv", "--condition", "Class"], "takes COLUMN=VALUE"),
        (["synthesize", "cards.csv", "--sampling-strategy", "0=5,1=x"], "takes counts as"),
        (["synthesize", "cards.csv", "--sampling-strategy", "1=5,1=6"], "twice"),
        (["synthesize", "cards.csv", "--out", "cards.csv"], "would be overwritten"),
        (["synthesize", "cards.csv", "--out", "link.csv"], "would be overwritten"),
        (["profile", "cards.csv", "--out", "a.html", "--schema-out", "a.html"], "two outputs"),
        (["validate", "s.csv", "--train", "t.csv"], "holdout"),
        (["validate", "s.csv", "--train", "t.csv", "--holdout", "h.csv", "--out", "s.csv"], "overwritten"),
    ],
)
def test_a_command_line_that_cannot_be_understood(run, cards, words, said):
    Path("link.csv").symlink_to(cards)
    before = cards.read_bytes()
    done = run(*words)
    assert done.code == 2
    assert said in done.err
    assert done.out == ""
    assert left(cards.parent) == ["cards.csv", "link.csv"]
    assert cards.read_bytes() == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--generator", "gan"], "gan"),
        (["--target", "Klasse"], "Klasse"),
        (["--sensitive", "sex"], "sex"),
        (["--subject", "person"], "person"),
        (["--condition", "colour=red"], "colour"),
        (["--condition", "Class=7"], "7"),
        (["--sampling-strategy", "most"], "most"),
        (["--generator", "smote", "--option", "k_neigbors=3"], "k_neigbors"),
        (["--n-samples", "0"], "n_samples"),
        (["--holdout", "1.5"], "holdout"),
    ],
)
def test_names_that_the_api_does_not_know(run, cards, words, said):
    target = [] if "--target" in words else ["--target", "Class"]
    done = run("synthesize", cards, *target, *words)
    assert done.code == 2, done.err
    assert said in done.err.splitlines()[-1]
    assert done.err.splitlines()[-1].startswith("error: ")
    assert left(cards.parent) == ["cards.csv"]


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


def test_data_and_files_that_cannot_be_used(run, here, cards):
    Path("not.parquet").write_text("a,b\n1,2\n")
    Path("binary.csv").write_bytes(bytes(range(256)))
    Path("empty.csv").write_text("")
    Path("one.csv").write_text("a,Class\n1,0\n")
    Path("file").write_text("")
    Path("words.docx").write_text("a,b\n1,2\n")
    Path("schema.json").write_text("{")
    before = left(here)
    for words, said in [
        (["missing.csv"], "missing.csv"),
        (["not.parquet"], "not.parquet"),
        (["binary.csv"], "binary.csv"),
        (["empty.csv"], "empty.csv"),
        (["words.docx"], "words.docx"),
        (["one.csv", "--target", "Class"], "row"),
        (["cards.csv", "--schema", "schema.json"], "JSON"),
        (["cards.csv", "--schema", "none.json"], "none.json"),
        (["cards.csv", "--out", "nowhere/t.csv"], "there is no folder nowhere"),
        (["cards.csv", "--out", "."], "is a folder"),
        (["cards.csv", "--reports", "file"], "file is a file"),
        (["cards.csv", "--reports", "file/deep/er"], "file is a file"),
    ]:
        done = run("synthesize", *words)
        assert done.code == 1, (words, done.err)
        assert done.err.startswith("error: ")
        assert said in done.err
        assert done.out == ""
        assert left(here) == before


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only for root")
def test_a_folder_that_is_read_only(run, cards):
    folder = cards.with_name("closed")
    folder.mkdir()
    folder.chmod(0o500)
    done = run("synthesize", cards, "--out", folder / "t.csv")
    assert done.code == 1
    assert "read-only" in done.err


# The real thing


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


def test_profile_for_real(run, cards):
    done = run("profile", cards, "--target", "Class", "--out", "bias.html", "--schema-out", "s.json")
    assert done.code == 0
    assert "400 rows, 4 columns" in done.out
    assert "15.00%" in done.out
    assert Path("bias.html").read_text(encoding="utf-8").lstrip().lower().startswith("<!doctype html")
    assert Schema.from_json("s.json").target.name == "Class"


# Help


def test_help_has_examples_and_exit_codes(run):
    out = run("--help").out
    for words in ("synthgen demo", "--target Class", "Exit codes", "130", "validate", "profile"):
        assert words in out


def test_help_of_synthesize_names_every_generator(run):
    out = run("synthesize", "--help").out
    for name in sg.generators.GENERATORS:
        assert name in out


def test_version(run):
    done = run("--version")
    assert done.code == 0
    assert done.out.startswith("synthgen ")


def test_a_reader_that_has_gone_changes_nothing(cards):
    command = [sys.executable, "-m", "synthgen.cli", "profile", str(cards)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    pipe = subprocess.PIPE
    child = subprocess.Popen(command, stdout=pipe, stderr=pipe, env=environment)
    child.stdout.close()
    errors = child.stderr.read().decode()
    assert child.wait() == 0, errors
    assert "Traceback" not in errors
    assert "Exception ignored" not in errors
