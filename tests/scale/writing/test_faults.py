"""Faults, the real ones: the old table stays until the new one is whole, and no block is made twice."""

from __future__ import annotations

import multiprocessing
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

import pyarrow.parquet
import pytest

from synthgen.errors import FileError
from synthgen.generators.sampling import BLOCK
from synthgen.scale.writing import Journal, Part, check_out, make_blocks, write_batches
from tests.scale.writing.block_model import SCHEMA, Model, batches_of

ROOT = Path(__file__).resolve().parents[3]
PART = Part("all", 3 * BLOCK + 1, None, 4)
NAMES = ["t.parquet", "t.csv", "t.arrow", "parts/"]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked and killed as on Linux")


def forked(task):
    """What becomes of a process that carries out a task: its exit code, or minus the signal that ended it."""
    pid = os.fork()
    if not pid:
        code = 1
        try:
            task()
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def dies():
    os.kill(os.getpid(), signal.SIGKILL)


def run(out, model, *, workers=1, passed_on=iter):
    """A whole run, as it is when it is begun again too."""
    with Journal.open(out, {"seed": 4}) as journal:
        make_blocks(model, [PART], journal, workers=workers)
        write_batches(out, passed_on(journal.batches("all")), SCHEMA)
        journal.close(remove=True)


def small_pieces(monkeypatch):
    for name in ("GROUP_ROWS", "ARROW_ROWS", "TEXT_ROWS"):
        monkeypatch.setattr(f"synthgen.scale.writing.formats.{name}", 20_000)
    monkeypatch.setattr("synthgen.scale.writing.batches.PART_ROWS", 2)


def held(path):
    """The bytes of a file, or of all in a folder."""
    path = Path(path)
    return path.read_bytes() if path.is_file() else {one.name: one.read_bytes() for one in path.iterdir()}


@pytest.mark.parametrize("name", NAMES)
def test_killed_while_writing(tmp_path, logged, name, monkeypatch):
    small_pieces(monkeypatch)
    out, other = f"{tmp_path}/results/{name}", f"{tmp_path}/{name}"
    (tmp_path / "results").mkdir()
    run(other, Model())
    write_batches(out, batches_of(10), SCHEMA)
    before = held(out)

    def killed(batches):
        for number, batch in enumerate(batches):
            dies() if number == 3 else None
            yield batch

    assert forked(lambda: run(out, logged, passed_on=killed)) == -signal.SIGKILL
    assert held(out) == before
    # It left its journal, and something half written.
    assert len(os.listdir(tmp_path / "results")) == 3
    assert logged.made() == [0, 1, 2, 3]
    run(out, logged, workers=2)
    assert logged.made() == [0, 1, 2, 3]
    assert held(out) == held(other)
    assert os.listdir(tmp_path / "results") == [name.rstrip("/")]


@pytest.mark.parametrize("workers", [1, 2])
def test_killed_while_making_blocks(tmp_path, workers, monkeypatch):
    monkeypatch.setattr(sys.modules[__name__], "PART", Part("all", 5 * BLOCK + 1, None, 4))
    out, log, killed = tmp_path / "t.parquet", tmp_path / "log", tmp_path / "killed"
    run(tmp_path / "other.parquet", Model())
    own = os.getpid()

    def fails(number):
        while number > 2 and not killed.exists():
            time.sleep(0.01)
        if number == 2:
            killed.touch()
            # Of workers the one that waits for them, which a kill of the run's process is.
            os.kill(os.getpid() if os.getppid() == own else os.getppid(), signal.SIGKILL)
            time.sleep(1)

    assert forked(lambda: run(out, Model(log, fails), workers=workers)) == -signal.SIGKILL
    assert not out.exists()
    # Workers end by themselves, each with the block that it was at; they don't keep others from going on.
    Journal.open(out, {"seed": 4}).close(remove=False)
    with Journal.open(out, {"seed": 4}) as journal:
        while workers == 2 and ("all", 2) not in journal.done():
            time.sleep(0.05)
        finished = sorted(block for _, block in journal.done())
    assert {0} <= set(finished) < set(range(6))
    log.unlink()
    run(out, Model(log), workers=workers)
    assert Model(log).made() == sorted(set(range(6)) - set(finished))
    assert out.read_bytes() == (tmp_path / "other.parquet").read_bytes()
    assert sorted(os.listdir(tmp_path)) == ["killed", "log", "other.parquet", "t.parquet"]


def test_a_damaged_block_is_made_again_and_no_other(tmp_path, logged):
    out = tmp_path / "t.parquet"
    run(tmp_path / "other.parquet", Model())
    with Journal.open(out, {"seed": 4}) as journal:
        make_blocks(Model(), [PART], journal)
        path = (journal.folder / journal._stem("all", 2)).with_suffix(".arrow")
    path.write_bytes(path.read_bytes()[:-100] + bytes(100))
    run(out, logged)
    assert logged.made() == [2]
    assert out.read_bytes() == (tmp_path / "other.parquet").read_bytes()


def test_what_a_run_that_died_left_is_cleared_but_not_of_one_that_lives(tmp_path):
    out = tmp_path / "t.parquet"

    def half():
        yield from batches_of(BLOCK)
        # A second run to the same place, without a journal, while the first one writes.
        write_batches(out, batches_of(20, seed=2), SCHEMA)
        assert len(os.listdir(tmp_path)) == 3
        yield from batches_of(5)

    def died():
        yield from batches_of(BLOCK)
        dies()

    assert forked(lambda: write_batches(out, died(), SCHEMA)) == -signal.SIGKILL
    (left,) = os.listdir(tmp_path)
    assert left.startswith(".synthgen-t.parquet-") and left.endswith(".parquet")
    (tmp_path / ".synthgen-other.parquet-abcd1234.parquet").touch()
    write_batches(out, half(), SCHEMA)
    assert sorted(os.listdir(tmp_path)) == [".synthgen-other.parquet-abcd1234.parquet", "t.parquet"]
    assert pyarrow.parquet.read_table(out).num_rows == BLOCK + 5


def test_two_runs_on_one_place(tmp_path):
    out = tmp_path / "t.parquet"
    context = multiprocessing.get_context("fork")
    begun, ended = context.Event(), context.Event()

    def first():
        with Journal.open(out, {"seed": 4}) as journal:
            make_blocks(Model(), [PART], journal, workers=2)
            begun.set()
            ended.wait(30)
            write_batches(out, journal.batches("all"), SCHEMA)
            journal.close(remove=True)

    process = context.Process(target=first)
    process.start()
    assert begun.wait(60)
    with pytest.raises(FileError, match=r"Another run is writing to '.*t\.parquet'"):
        run(out, Model(fails=lambda _: pytest.fail("a block was made")))
    ended.set()
    process.join(60)
    assert process.exitcode == 0 and os.listdir(tmp_path) == ["t.parquet"]
    run(out, Model())


def test_the_lock_of_a_dead_process_is_none(tmp_path):
    out = tmp_path / "t.parquet"

    def locked():
        Journal.open(out, {"seed": 4})
        dies()

    assert forked(locked) == -signal.SIGKILL
    assert os.listdir(tmp_path) == [".t.parquet.synthgen"]
    run(out, Model())


def test_a_file_that_may_not_grow(tmp_path):
    """A disk's quota, in effect: the system refuses to write on in the middle of a file."""
    out = tmp_path / "t.parquet"
    write_batches(out, batches_of(10), SCHEMA)
    before = out.read_bytes()

    def limited():
        resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
        for name in ("t.parquet", "t.csv", "t.csv.gz", "t.arrow", "parts/"):
            with pytest.raises(FileError, match=r"can't be written: File too large. Files of that size"):
                write_batches(f"{tmp_path}/{name}", batches_of(3 * BLOCK), SCHEMA)
        with Journal.open(out, {"seed": 4}) as journal:
            resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
            with pytest.raises(FileError, match="File too large"):
                make_blocks(Model(), [PART], journal, workers=2)
            assert journal.done() == frozenset() and sorted(os.listdir(journal.folder)) == ["lock", "request.json"]
            journal.close(remove=True)

    assert forked(limited) == 0
    assert out.read_bytes() == before and os.listdir(tmp_path) == ["t.parquet"]


FULL = """
import os, sys
from pathlib import Path
from synthgen.errors import FileError
from synthgen.scale.writing import Journal, Part, make_blocks, write_batches
from tests.scale.writing.block_model import SCHEMA, Model, batches_of
disk = Path(sys.argv[1])
places = ["t.parquet", "t.csv", "t.csv.gz", "t.arrow", "parts/"]
places = [f"{disk}/{name}" for name in places]
for scheme, library in (("duckdb", "duckdb"), ("sqlite", "sqlalchemy")):
    try:
        __import__(library)
        places.append(f"{scheme}:///{disk}/{scheme}.db?table=t&if_exists=replace")
    except ImportError:
        pass
for place in places:
    for rows in (10, 600_000):
        try:
            write_batches(place, batches_of(rows), SCHEMA)
            ended = "written"
        except FileError as error:
            ended = "full" if "No space left" in str(error) or "the disk is full" in str(error) else str(error)
        print(place.partition("?")[0].rpartition("/" + disk.name)[2], rows, ended)
    if "://" not in place:
        print(sorted(os.listdir(disk)))
        os.system(f"rm -r {place}")
    else:
        import pandas as pd
        from synthgen.table import read_table
        print(len(read_table(place.partition("&")[0])))
        os.system(f"rm {disk}/*")
try:
    with Journal.open(disk / "t.parquet", {}) as journal:
        make_blocks(Model(), [Part("all", 10_000_000, None, 1)], journal, workers=2)
except FileError as error:
    print("No space left" in str(error), "Free some space" in str(error))
print(sorted(os.listdir(disk)))
with Journal.open(disk / "t.parquet", {}) as journal:
    print(1 <= journal.resumed < 400)
"""


@pytest.mark.slow
def test_a_full_disk(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = f'mount -t tmpfs -o size=6m full {disk} && exec "$0" "$@"'
    command = ["unshare", "-rm", "sh", "-c", mounted]
    if not shutil.which("unshare") or subprocess.run([*command, "true"], capture_output=True).returncode:
        pytest.skip("no small disk can be mounted here")
    done = subprocess.run(
        [*command, sys.executable, "-c", FULL, str(disk)], capture_output=True, text=True, cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    for name in ("t.parquet", "t.csv", "t.csv.gz", "t.arrow", "parts/"):
        assert lines[:3] == [f"/{name} 10 written", f"/{name} 600000 full", str([name.rstrip("/")])]
        lines = lines[3:]
    while lines[0].endswith("written"):
        assert lines[1].endswith("600000 full") and lines[2] == "10"
        lines = lines[3:]
    assert lines == ["True True", "['.t.parquet.synthgen']", "True"]


def test_read_only_places():
    """As somebody who isn't root, for whom nothing is read-only."""
    folder = Path(tempfile.mkdtemp())
    try:
        out = folder / "open" / "t.parquet"
        out.parent.mkdir()
        write_batches(out, batches_of(10), SCHEMA)
        write_batches(f"{folder}/open/parts/", batches_of(10), SCHEMA)
        for path, mode in [(folder, 0o755), (out.parent, 0o777), (out, 0o444), (folder / "open" / "parts", 0o555)]:
            path.chmod(mode)
        before = held(out)

        def tried():
            if os.getuid() == 0:
                os.setgid(65534)
                os.setuid(65534)
            for refused in (check_out, lambda place: write_batches(place, batches_of(10), SCHEMA)):
                with pytest.raises(FileError, match=r"t.parquet' is read-only for you. Choose another one"):
                    refused(out)
                with pytest.raises(FileError, match=r"parts' is read-only for you. Choose another one"):
                    refused(folder / "open" / "parts")
                if os.stat(folder).st_uid != os.getuid():
                    with pytest.raises(FileError, match=r"can't be written to: Permission denied. Choose another one"):
                        refused(folder / "new.parquet")
                    with pytest.raises(FileError, match="can't be written: Permission denied"):
                        Journal.open(folder / "new.parquet", {})
            # And where it may be, it is.
            write_batches(folder / "open" / "new.parquet", batches_of(10), SCHEMA)

        assert forked(tried) == 0
        assert held(out) == before and (folder / "open" / "new.parquet").exists()
    finally:
        shutil.rmtree(folder)


def test_a_folder_that_vanishes_while_writing(tmp_path):
    (tmp_path / "results").mkdir()
    for name in ("t.parquet", "parts/"):

        def vanishing():
            yield from batches_of(10)
            (tmp_path / "results").rename(tmp_path / "moved")

        with pytest.raises(FileError, match=r"can't be written: No such file or directory. Its folder is gone"):
            write_batches(f"{tmp_path}/results/{name}", vanishing(), SCHEMA)
        assert not (tmp_path / "results").exists()
        shutil.rmtree(tmp_path / "moved")
        (tmp_path / "results").mkdir()


def test_who_reads_the_old_table_reads_it_to_its_end(tmp_path):
    out = tmp_path / "t.parquet"
    write_batches(out, batches_of(100), SCHEMA)
    before = out.read_bytes()
    with out.open("rb") as opened:
        write_batches(out, batches_of(300), SCHEMA)
        assert opened.read() == before
