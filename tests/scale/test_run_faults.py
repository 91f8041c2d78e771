"""What goes wrong while a table is worked on in pieces: nothing is lost, and nothing half made is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import synthgen as sg
from synthgen.errors import DataError, FileError
from synthgen.scale import run

ROOT = Path(__file__).resolve().parents[2]
OLD = b"the table of last week"
RUN = """
import sys, synthgen as sg
sg.synthesize(sys.argv[1], out=sys.argv[2], n_samples=150_000, generator="gaussian_copula", random_state=5, gate=None,
              progress=False, engine="stream")
"""


def table(n=3_000, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n)
    return pa.table({"x": x, "y": np.round(x + rng.normal(size=n), 3), "land": rng.choice(["at", "de"], n)})


@pytest.fixture
def source(tmp_path):
    pq.write_table(table(), tmp_path / "s.parquet", row_group_size=500)
    (tmp_path / "old.parquet").write_bytes(OLD)
    return tmp_path / "s.parquet"


def start(source, out):
    # In a group of its own, so that the workers of a killed run are killed with it.
    return subprocess.Popen([sys.executable, "-c", RUN, source, out], cwd=ROOT, start_new_session=True)


def blocks(folder):
    return {path.name for path in folder.glob("*-*.json")} if folder.is_dir() else set()


@pytest.mark.slow
def test_a_run_that_was_killed_goes_on_and_gives_the_same_bytes(source, tmp_path):
    whole = tmp_path / "whole.parquet"
    assert start(source, whole).wait() == 0
    out, journal = tmp_path / "old.parquet", tmp_path / ".old.parquet.synthgen"
    run = start(source, out)
    deadline = time.monotonic() + 300
    while not blocks(journal) and run.poll() is None and time.monotonic() < deadline:
        time.sleep(0.002)
    os.killpg(run.pid, signal.SIGKILL)
    run.wait()
    made = {name: (journal / name).stat().st_mtime_ns for name in blocks(journal)}
    assert made, "the run was killed before its first block was kept"
    assert out.read_bytes() == OLD
    watched = start(source, out)
    kept = set()
    while watched.poll() is None:
        kept |= {name for name in blocks(journal) & set(made) if _time(journal / name) == made[name]}
        time.sleep(0.002)
    assert watched.wait() == 0
    assert kept == set(made), "blocks that were there are made again"
    assert out.read_bytes() == whole.read_bytes()
    assert not journal.exists()


@pytest.mark.parametrize("change", ["one cell", "none"])
def test_a_run_on_a_frame_that_is_another_one_by_now_is_begun_anew(tmp_path, monkeypatch, change):
    # A frame can't say beforehand that it isn't what it was; a LazyFrame can't either.
    def go(data, out):
        return sg.synthesize(
            data, out=tmp_path / out, n_samples=200, generator="gaussian_copula", random_state=5, gate=None,
            progress=False, engine={"name": "stream", "most_rows": 1_000},
        )  # fmt: skip

    now = before = table().to_pandas()
    if change != "none":
        before = now.copy()
        before.loc[2_990, "y"] += 50
    with monkeypatch.context() as patched:
        patched.setattr(run.Pieces, "of", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            go(before, "o.parquet")
    held = blocks(tmp_path / ".o.parquet.synthgen")
    assert held
    made = []
    with monkeypatch.context() as patched:
        real = run.make_blocks
        patched.setattr(
            run, "make_blocks", lambda *given, **words: (made.append(given[2].done()), real(*given, **words))
        )
        go(now, "o.parquet")
    assert bool(made[0]) == (change == "none")
    if change != "none":
        go(now, "fresh.parquet")
        assert pq.read_table(tmp_path / "o.parquet").equals(pq.read_table(tmp_path / "fresh.parquet"))


def _time(path):
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return None


def refused(source, out, kind, words, **more):
    with pytest.raises(kind, match=words):
        sg.synthesize(
            source, out=out, engine="stream", random_state=0, progress=False, generator="gaussian_copula", **more
        )
    assert out.read_bytes() == OLD
    assert not (out.parent / f".{out.name}.synthgen").exists()


def test_a_damaged_row_group_is_named_by_its_file_and_the_old_table_stays(source, tmp_path):
    held = bytearray(source.read_bytes())
    middle = pq.ParquetFile(source).metadata.row_group(3).column(0).data_page_offset
    held[middle : middle + 40] = b"\xff" * 40
    source.write_bytes(held)
    refused(source, tmp_path / "old.parquet", FileError, "s.parquet")


def test_files_that_differ_are_refused_before_anything_is_read(tmp_path):
    folder = tmp_path / "parts"
    folder.mkdir()
    pq.write_table(table(), folder / "a.parquet")
    pq.write_table(table().drop_columns(["land"]), folder / "b.parquet")
    (tmp_path / "old.parquet").write_bytes(OLD)
    refused(folder, tmp_path / "old.parquet", DataError, "land")


@pytest.mark.parametrize(("target", "rows"), [("x", [7]), ("land", range(1_200))])
def test_a_target_that_rows_lack_is_refused_whatever_the_sample_has(tmp_path, target, rows):
    frame = table().to_pandas()
    frame.loc[list(rows), target] = None
    (tmp_path / "old.parquet").write_bytes(OLD)
    words = rf"The target '{target}' is missing in {len(rows):,} of 3,000 rows"
    with pytest.raises(DataError, match=words):
        sg.synthesize(
            frame, target=target, out=tmp_path / "old.parquet", engine={"name": "stream", "most_rows": 1_000},
            random_state=0, progress=False,
        )  # fmt: skip
    assert (tmp_path / "old.parquet").read_bytes() == OLD


def test_a_column_whose_few_values_no_sample_has_is_refused_for_that(tmp_path):
    frame = table().to_pandas().assign(seldom=np.nan, never=np.nan)
    for value, words in ((np.nan, "no values at all"), (4.25, "'seldom' has values in few of the 3,000 rows")):
        frame.loc[1_234, "seldom"] = value
        with pytest.raises(DataError, match=words) as caught:
            sg.synthesize(
                frame, out=tmp_path / "o.parquet", engine={"name": "stream", "most_rows": 1_000}, random_state=0,
                progress=False,
            )  # fmt: skip
        assert "4.25" not in str(caught.value)


def test_the_table_that_is_read_is_not_written_over(source):
    held = source.read_bytes()
    with pytest.raises(sg.errors.UsageError, match="is read"):
        sg.synthesize(source, out=source, engine="stream", progress=False)
    assert source.read_bytes() == held
    for out in (source.parent / "new.parquet", source.parent / "sub" / "new.parquet"):
        with pytest.raises(sg.errors.UsageError, match="lies among"):
            sg.synthesize(source.parent, out=out, progress=False)
    with pytest.raises(sg.errors.UsageError, match="lies among"):
        sg.synthesize(f"{source.parent}/*.parquet", out=source.parent / "new.parquet", progress=False)


def test_a_folder_that_is_read_only_is_refused_before_any_work(source, tmp_path):
    if os.geteuid() == 0:
        pytest.skip("root may write anywhere")
    locked = tmp_path / "locked"
    locked.mkdir()
    locked.chmod(0o500)
    with pytest.raises(FileError, match="locked"):
        sg.synthesize(source, out=locked / "o.parquet", engine="stream", progress=False)


def test_parts_without_rows_and_parts_without_frauds_are_read(tmp_path):
    folder = tmp_path / "parts"
    folder.mkdir()
    frame = table().to_pandas().assign(fraud=0)
    frame.loc[2_500:, "fraud"] = np.arange(500) % 2
    for number, part in enumerate((frame[:0], frame[:2_000], frame[2_000:])):
        part.to_parquet(folder / f"{number}.parquet", index=False)
    result = sg.synthesize(
        folder, target="fraud", out=tmp_path / "o.parquet", random_state=0, generator="gaussian_copula", gate=None,
        sampling_strategy=0.2, progress=False,
    )  # fmt: skip
    merged = pd.read_parquet(tmp_path / "o.parquet")
    assert merged["fraud"].sum() == 550
    assert result.provenance.counts["real"] == 3_000
