"""``synthgen synthesize --review`` and ``synthgen merge``: nothing is merged before somebody has looked."""

from __future__ import annotations

import json
import shlex
import shutil
import sys

import numpy as np
import pandas as pd
import pytest

from synthgen.cli import main

KEY = "a key of sixteen bytes or more"
ARGUMENTS = ("--generator", "jitter", "--n-samples", "40", "--seed", "0", "--key-file", "key", "--out", "both.csv")


@pytest.fixture(scope="module")
def waiting(tmp_path_factory):
    """A folder in which a run waits for a review."""
    folder = tmp_path_factory.mktemp("waiting")
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "amount": rng.gamma(2, 40, 120).round(2),
            "hour": rng.integers(0, 24, 120),
            "shop": rng.choice(["=web", "till"], 120),
        }
    )
    frame.to_csv(folder / "cards.csv", index=False)
    (folder / "key").write_text(KEY)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr(
            sys,
            "argv",
            ["synthgen", "synthesize", "cards.csv", *ARGUMENTS, "--gate", "none", "--review", "review.csv", "-q"],
        )
        with pytest.raises(SystemExit) as stop:
            main()
    assert stop.value.code == 0
    return folder


@pytest.fixture
def folder(waiting, here):
    """The same, to merge in."""
    shutil.copytree(waiting, here, dirs_exist_ok=True)
    return here


def merge(run, *more, review="review.csv"):
    sheet = ("--review", review) if review else ()
    return run(
        "merge", "cards.csv", "--synthetic", "both.synthetic.parquet", "--run", "both-reports/run.json", *sheet,
        "--out", "both.csv", *more,
    )  # fmt: skip


def decide(folder, *words, **columns):
    """Write decisions into the sheet; the last word stands for all that are left."""
    sheet = pd.read_csv(folder / "review.csv", dtype=str, keep_default_na=False)
    sheet["decision"] = [*words, *[words[-1]] * (len(sheet) - len(words))]
    sheet.assign(**columns).to_csv(folder / "review.csv", index=False)
    return sheet


def provenance(folder):
    return json.loads((folder / "both-reports" / "run.json").read_text())["provenance"]


def refused(found, *words):
    """One plain line, exit 1, and no table."""
    assert found.code == 1
    (line,) = found.err.strip().splitlines()
    assert line.startswith("error: ")
    assert [word for word in words if word not in line] == []
    return True


def test_no_table_is_written_before_somebody_has_looked(folder):
    assert not (folder / "both.csv").exists()
    assert {"review.csv", "both.synthetic.parquet", "both-reports"} <= {path.name for path in folder.iterdir()}
    known = provenance(folder)
    assert known["awaits_review"] is True
    assert known["counts"]["delivered"] == 0
    assert "before somebody has looked" in (folder / "both-reports" / "fidelity.html").read_text()


def test_decisions_are_honoured_and_written_down(folder, run):
    sheet = decide(folder, "accept", "Refuse", "accept")
    found = merge(run, "--reviewer", "Ada", "--key-file", "key")
    assert found.code == 0
    assert "reviewed by Ada at" in found.out
    table = pd.read_csv(folder / "both.csv")
    assert table["is_synthetic"].sum() == 39
    assert len(table) == 159
    gone = pd.read_parquet(folder / "both.synthetic.parquet").iloc[int(sheet["row"][1])]
    same = (table[["amount", "hour", "shop"]] == gone).all(axis=1) & table["is_synthetic"]
    assert not same.any()
    known = provenance(folder)
    assert known["counts"]["accepted"] == 39
    assert known["counts"]["delivered"] == 159
    assert known["awaits_review"] is False
    assert known["reviews"][0]["reviewer"] == "Ada"
    assert "Ada looked at" in (folder / "both-reports" / "fidelity.html").read_text()
    assert "39 synthetic rows" in (folder / "both-reports" / "card.md").read_text()


def test_a_run_that_was_reviewed_can_be_verified(folder, run):
    decide(folder, "accept", "no", "accept")
    assert merge(run, "--reviewer", "Ada", "--key-file", "key").code == 0
    found = run("verify", "both-reports/run.json", "cards.csv", "--key-file", "key", "--table", "both.csv")
    assert found.code == 0, found.out
    table = pd.read_csv(folder / "both.csv")
    table.iloc[:-1].to_csv(folder / "fewer.csv", index=False)
    assert run("verify", "both-reports/run.json", "cards.csv", "--key-file", "key", "--table", "fewer.csv").code == 15


def test_a_sheet_of_another_run_is_refused(folder, run):
    decide(folder, "accept")
    rows = pd.read_parquet(folder / "both.synthetic.parquet")
    rows.assign(amount=rows["amount"] + 1).to_parquet(folder / "both.synthetic.parquet")
    record = json.loads((folder / "both-reports" / "run.json").read_text())
    del record["tags"]
    (folder / "both-reports" / "run.json").write_text(json.dumps(record))
    assert refused(merge(run, "--reviewer", "Ada"), "another run")
    assert not (folder / "both.csv").exists()


def test_a_half_filled_sheet_is_refused(folder, run):
    decide(folder, "accept", "refuse", "")
    n = len(pd.read_csv(folder / "review.csv"))
    found = merge(run, "--reviewer", "Ada", "--key-file", "key")
    assert refused(found, f"{n - 2} of {n} decisions lack", f"3 to {n}")
    assert not (folder / "both.csv").exists()
    assert provenance(folder)["awaits_review"] is True


def test_a_sheet_with_a_changed_row_is_refused(folder, run):
    sheet = decide(folder, "accept")
    sheet.loc[4, "hour"] = "77"
    sheet.assign(decision="accept").to_csv(folder / "review.csv", index=False)
    found = merge(run, "--reviewer", "Ada", "--key-file", "key")
    assert refused(found, f"line 5 (row {sheet['row'][4]})", "'hour'")
    assert "77" not in found.err
    assert not (folder / "both.csv").exists()


@pytest.mark.parametrize(
    ("more", "review", "words"),
    [
        (("--key-file", "key"), "review.csv", "Nobody is named"),
        (("--reviewer", "Ada"), "review.csv", "Give the key"),
        (("--key-file", "key"), None, "give its review sheet"),
    ],
)
def test_what_lacks_is_said(folder, run, more, review, words):
    decide(folder, "accept")
    found = merge(run, *more, review=review)
    assert found.code == 2
    assert words in found.err
    assert not (folder / "both.csv").exists()


def test_tables_of_another_run_are_refused(folder, run):
    decide(folder, "accept")
    cards = pd.read_csv(folder / "cards.csv")
    cards.assign(hour=1).to_csv(folder / "cards.csv", index=False)
    assert refused(merge(run, "--reviewer", "Ada", "--key-file", "key"), "real table isn't that of the run")
    cards[:-1].to_csv(folder / "cards.csv", index=False)
    assert refused(merge(run, "--reviewer", "Ada", "--key-file", "key"), "120 real rows; this table has 119")


def test_what_was_merged_is_not_merged_again_from_the_same_rows(folder, run):
    decide(folder, "accept", "no", "accept")
    assert merge(run, "--reviewer", "Ada", "--key-file", "key").code == 0
    assert refused(merge(run, "--reviewer", "Bob", "--key-file", "key"), "reviewed and merged before")


def test_a_table_that_the_gate_withheld_is_not_merged(folder, run):
    decide(folder, "accept")
    record = json.loads((folder / "both-reports" / "run.json").read_text())
    record["provenance"]["gate"], record["verdict"]["outcome"] = "default", "FAIL"
    (folder / "both-reports" / "run.json").write_text(json.dumps(record))
    assert merge(run, "--reviewer", "Ada", "--key-file", "key").code == 3
    assert not (folder / "both.csv").exists()


def test_a_run_without_a_review_is_merged_too(folder, run):
    record = json.loads((folder / "both-reports" / "run.json").read_text())
    record["provenance"]["awaits_review"] = False
    del record["tags"]
    (folder / "both-reports" / "run.json").write_text(json.dumps(record))
    found = merge(run, "--json", review=None)
    assert found.code == 0
    assert json.loads(found.out)["review"] is None
    assert pd.read_csv(folder / "both.csv")["is_synthetic"].sum() == 40


def test_of_a_release_only_synthetic_rows_are_written(folder, run):
    decide(folder, "accept", "no", "accept")
    record = json.loads((folder / "both-reports" / "run.json").read_text())
    record["provenance"]["purpose"] = "release"
    del record["tags"]
    (folder / "both-reports" / "run.json").write_text(json.dumps(record))
    assert merge(run, "--reviewer", "Ada").code == 0
    table = pd.read_csv(folder / "both.csv")
    assert len(table) == 39
    assert "is_synthetic" not in table.columns


def test_the_next_step_is_a_command_that_can_be_typed(cards, run):
    folder = cards.parent / "a folder's"
    folder.mkdir()
    shutil.copy(cards, folder / "my cards.csv")
    asked = ("--n-samples", 30, "--generator", "jitter", "--gate", "none", "--seed", 0)
    found = run("synthesize", folder / "my cards.csv", *asked, "--review", folder / "the sheet.csv")
    assert found.code == 0
    typed = shlex.split(found.out.strip().splitlines()[-1])
    assert typed[:3] == ["synthgen", "merge", str(folder / "my cards.csv")]
    sheet = pd.read_csv(folder / "the sheet.csv", dtype=str, keep_default_na=False)
    sheet.assign(decision="ok").to_csv(folder / "the sheet.csv", index=False)
    assert run(*typed[1:]).code == 0
    assert (folder / "my cards.synthgen.csv").exists()
    assert provenance_of(folder / "my cards.synthgen-reports")["reviews"][0]["reviewer"] == "NAME"


def provenance_of(reports):
    return json.loads((reports / "run.json").read_text())["provenance"]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--review", "review.html"), "must end in .csv, .xlsx"),
        (("--review", "review.csv", "--audience", "shareable"), "--audience internal"),
        (("--review", "review.csv", "--fairness", "proxies=0.5", "--sensitive", "shop"), "proxies"),
        (("--review", "cards.csv"), "would be overwritten"),
        (("--review", "x.csv", "--out", "x.csv"), "two outputs"),
    ],
)
def test_what_can_not_be_reviewed_later_is_refused_before_any_work(cards, run, fake, more, words):
    seen = fake()
    found = run("synthesize", "cards.csv", *more)
    assert found.code in (1, 2)
    assert words in found.err
    assert not seen
