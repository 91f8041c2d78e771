"""Tables in pieces on the command line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd


def parts(folder):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"x": rng.normal(size=900), "y": rng.choice(["a", "b"], 900)})
    Path(folder).mkdir()
    for number in range(3):
        frame[300 * number : 300 * number + 300].to_csv(f"{folder}/{number}.csv", index=False)
    return frame


def test_a_folder_is_worked_on_in_pieces(run, here):
    frame = parts("parts")
    done = run(
        "synthesize", "parts", "--n-samples", "50", "--generator", "gaussian_copula", "--gate", "none", "--seed", "1"
    )
    assert (done.code, done.err.count("error")) == (0, 0)
    table = pd.read_parquet("parts.synthgen.parquet")
    pd.testing.assert_frame_equal(table[~table["is_synthetic"]][["x", "y"]].reset_index(drop=True), frame)
    assert table["is_synthetic"].sum() == 50
    assert {path.name for path in Path("parts.synthgen-reports").iterdir()} >= {"fidelity.html", "run.json"}


def test_a_folder_of_parts_is_written(run, here):
    parts("parts")
    words = ("synthesize", "parts", "--n-samples", "50", "--generator", "gaussian_copula", "--gate", "none")
    done = run(*words, "--seed", "1", "--out", "made/")
    assert (done.code, done.err.count("error")) == (0, 0), done.err
    assert len(pd.read_parquet("made")) == 950
    assert Path("made-reports/fidelity.html").exists()
    refused = run(*words, "--engine", "memory", "--out", "other/")
    assert (refused.code, Path("other").exists()) == (1, False)
    assert "no ending that synthgen knows" in refused.err


def test_what_pieces_cannot_do_is_refused_before_any_work(run, here):
    parts("parts")
    Path("key").write_bytes(b"k" * 32)
    for words, said in (
        (["parts", "--key-file", "key"], "--engine memory"),
        (["parts", "--review", "sheet.csv", "--out", "new.csv"], "--review shows rows of a table in memory"),
        (["parts/*.csv"], "say with --out"),
        (["parts", "--out", "parts/new.csv"], "lies among"),
        (["parts", "--fairness", "quotas", "--sensitive", "y"], "engine='memory'"),
    ):
        done = run("synthesize", *words)
        assert (done.code, done.err[:7]) == (2, "error: "), words
        assert said in done.err
