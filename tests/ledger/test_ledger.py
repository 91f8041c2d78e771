"""A ledger refuses what would exceed its cap, forgets nothing, and is read whole or not at all."""

from __future__ import annotations

import json
import math
import multiprocessing
import os
import subprocess
import sys
from pathlib import Path

import pytest

import synthgen as sg
from synthgen.errors import BudgetExceeded, FileError, UsageError
from synthgen.generators.dp_marginals.accounting import epsilon_of, rho_of
from synthgen.ledger import Cost

pytest.importorskip("filelock", reason="the extra dp isn't installed")


def gaussian(epsilon=1.0, delta=1e-6, **more):
    return Cost(epsilon, delta, rho=rho_of(epsilon, delta), delta_beside=0.0, **more)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "ledger.json"


@pytest.fixture
def ledger(path):
    return sg.PrivacyLedger(path, cap_epsilon=3, cap_delta=1e-6, dataset="payments")


def spend(ledger, cost, times=1):
    for _ in range(times):
        with ledger.reserve(cost, "test"):
            pass


# What is added up, and how


def test_one_fit_costs_what_it_says(ledger):
    spend(ledger, gaussian(1.0))
    assert ledger.state().epsilon == pytest.approx(1.0)


def test_a_fit_as_large_as_the_cap_is_let_through_and_nothing_after_it(ledger):
    spend(ledger, gaussian(3.0))
    with pytest.raises(BudgetExceeded, match=r"epsilon 0\.001.* from epsilon 3 to .* above the cap of 3"):
        ledger.reserve(gaussian(0.001), "test")


def test_fits_add_up_in_zcdp(ledger):
    spend(ledger, gaussian(1.0), 4)
    assert ledger.state().epsilon == pytest.approx(epsilon_of(4 * rho_of(1.0, 1e-6), 1e-6))
    assert ledger.state().epsilon < 4
    assert ledger.state().fits_left(gaussian(1.0)) == math.floor(rho_of(3, 1e-6) / rho_of(1, 1e-6)) - 4


def test_as_many_fits_are_let_through_as_were_foretold(ledger):
    left = ledger.state().fits_left(gaussian(1.0))
    spend(ledger, gaussian(1.0), left)
    with pytest.raises(BudgetExceeded):
        ledger.reserve(gaussian(1.0), "test")
    assert ledger.state().fits_left(gaussian(1.0)) == 0


def test_costs_known_as_epsilon_and_delta_only_are_added_as_they_are(ledger):
    spend(ledger, Cost(1.0, 2e-7), 2)
    assert ledger.state().epsilon == 2.0
    spend(ledger, gaussian(0.5, 1e-9))
    assert ledger.state().epsilon == pytest.approx(2 + epsilon_of(rho_of(0.5, 1e-9), 6e-7))
    with pytest.raises(BudgetExceeded):
        ledger.reserve(Cost(1.0, 0.0), "test")


def test_deltas_beside_add_up_to_the_caps(ledger):
    cost = Cost(0.1, 6e-7, rho=1e-5, delta_beside=6e-7)
    spend(ledger, cost)
    with pytest.raises(BudgetExceeded, match="delta above the cap's"):
        ledger.reserve(cost, "test")


def test_units_and_neighbours_are_not_mixed(ledger):
    spend(ledger, gaussian(0.1, unit="subject: patient"))
    with pytest.raises(UsageError, match=r"unit 'subject: patient', this one has 'row'"):
        ledger.reserve(gaussian(0.1), "test")
    with pytest.raises(UsageError, match="neighbouring relation 'add-remove'"):
        ledger.check(gaussian(0.1, unit="subject: patient", neighbouring="replace-one"))


def test_datasets_of_one_file_have_budgets_of_their_own(path, ledger):
    spend(ledger, gaussian(3.0))
    other = sg.PrivacyLedger(path, cap_epsilon=1, dataset="patients")
    spend(other, gaussian(0.5, unit="subject: patient"))
    assert other.state().unit == "subject: patient"
    assert ledger.state().unit == "row"


# Reserved, then committed


def test_a_fit_that_crashes_counts_as_spent(ledger):
    with pytest.raises(ZeroDivisionError), ledger.reserve(gaussian(2.9), "test"):
        raise ZeroDivisionError
    assert ledger.state().unfinished == 1
    assert ledger.state().epsilon == pytest.approx(2.9)
    with pytest.raises(BudgetExceeded):
        ledger.reserve(gaussian(2.0), "test")


def test_a_fit_is_written_down_before_it_begins_and_again_when_done(ledger):
    with ledger.reserve(gaussian(), "test"):
        assert list(ledger.spent["state"]) == ["reserved"]
    assert list(ledger.spent["state"]) == ["committed"]


def test_a_process_that_is_killed_leaves_its_reservation(path, ledger):
    code = (
        "import os, sys, synthgen as sg; from synthgen.ledger import Cost\n"
        f"sg.PrivacyLedger({str(path)!r}, dataset='payments').reserve(Cost(1.0, 1e-9), 'killed'); os._exit(9)"
    )
    env = {**os.environ, "PYTHONPATH": str(Path(sg.__file__).parents[1])}
    assert subprocess.run([sys.executable, "-c", code], env=env, check=False).returncode == 9
    assert ledger.state().epsilon == 1.0
    assert ledger.state().unfinished == 1


def test_a_refused_fit_leaves_the_file_as_it_was(path, ledger):
    before = path.read_bytes()
    with pytest.raises(BudgetExceeded):
        ledger.reserve(gaussian(5.0), "test")
    assert path.read_bytes() == before


def _spend_in_a_process(path, start, n, results):
    start.wait()
    ledger = sg.PrivacyLedger(path, dataset="payments")
    done = 0
    for _ in range(n):
        try:
            spend(ledger, Cost(0.2, 0.0))
            done += 1
        except BudgetExceeded:
            pass
    results.put(done)


def test_two_processes_at_once_never_exceed_the_cap_together(path, ledger):
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    start, results = context.Event(), context.Queue()
    workers = [context.Process(target=_spend_in_a_process, args=(path, start, 12, results)) for _ in range(2)]
    for worker in workers:
        worker.start()
    start.set()
    done = [results.get(timeout=60) for _ in workers]
    for worker in workers:
        worker.join()
    assert sum(done) == 15  # 15 times .2 is 3; without a lock, one would write over the other's
    assert len(ledger.spent) == 15
    assert ledger.state().epsilon == pytest.approx(3.0)


# Caps


def test_a_cap_is_needed_once_and_kept(path, ledger):
    assert sg.PrivacyLedger(path, dataset="payments").state().cap_epsilon == 3
    with pytest.raises(UsageError, match=r"has cap_epsilon 3 for 'payments'; got 5"):
        sg.PrivacyLedger(path, cap_epsilon=5, dataset="payments")
    with pytest.raises(UsageError, match=r"doesn't know the dataset 'other'.*It knows: 'payments'"):
        sg.PrivacyLedger(path, dataset="other")


@pytest.mark.parametrize("cap", [0, -1, math.nan, True, "3"])
def test_a_cap_is_a_number_above_0(path, cap):
    with pytest.raises(UsageError, match="cap_epsilon must be a number above 0"):
        sg.PrivacyLedger(path, cap_epsilon=cap)
    assert not path.exists()


def test_a_call_that_forgot_the_cap_leaves_no_trace_of_a_ledger(path):
    with pytest.raises(UsageError, match=r"needs a cap.*It knows none yet"):
        sg.PrivacyLedger(path)
    assert not list(path.parent.iterdir())
    assert sg.PrivacyLedger(path, cap_epsilon=3).state().cap_epsilon == 3


def test_cap_delta_is_below_1(path):
    with pytest.raises(UsageError, match="cap_delta must be a number above 0 and below 1"):
        sg.PrivacyLedger(path, cap_epsilon=1, cap_delta=1)


@pytest.mark.parametrize("dataset", ["", " ", "a\nb", 3, "x" * 201, "payments "])
def test_a_dataset_is_a_name(path, dataset):
    with pytest.raises(UsageError, match="dataset must be a name"):
        sg.PrivacyLedger(path, cap_epsilon=1, dataset=dataset)


@pytest.mark.parametrize(
    "words",
    [
        {"epsilon": 0}, {"epsilon": -1}, {"epsilon": math.inf}, {"delta": 1}, {"delta": -1e-9}, {"rho": math.nan},
        {"delta_beside": 1e-9}, {"unit": ""}, {"rho": 0.0, "delta_beside": 0.0},
    ],
)  # fmt: skip
def test_a_cost_is_one(words):
    with pytest.raises(UsageError):
        Cost(**{"epsilon": 1.0, "delta": 1e-9, **words})


# Files that can't be trusted


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "isn't JSON"),
        ("{", "isn't JSON"),
        ("[]", 'lacks "synthgen_ledger"'),
        ('{"synthgen_ledger": 2, "datasets": {}}', "of version 2; this synthgen reads version 1"),
        ('{"synthgen_ledger": 1}', "isn't whole"),
        ('{"synthgen_ledger": 1, "datasets": {"payments": {}}}', "isn't whole"),
    ],
)
def test_a_corrupt_file_is_refused_and_left_as_it_is(path, ledger, text, said):
    path.write_text(text)
    for attempt in (
        ledger.state,
        lambda: sg.PrivacyLedger(path, cap_epsilon=3),
        lambda: ledger.reserve(gaussian(), "t"),
    ):
        with pytest.raises(FileError, match=said):
            attempt()
    assert path.read_text() == text


@pytest.mark.parametrize(
    ("where", "value"),
    [
        (("cap_epsilon",), -1), (("cap_epsilon",), None), (("unit",), None), (("unit",), "subject: x"), (("fits",), {}),
        (("fits", 0, "state"), "free"), (("fits", 0, "cost", "rho"), -1), (("fits", 0, "cost", "epsilon"), "0"),
    ],
)  # fmt: skip
def test_one_wrong_entry_makes_the_file_unfit(path, ledger, where, value):
    spend(ledger, gaussian())
    document = json.loads(path.read_text())
    held = document["datasets"]["payments"]
    for step in where[:-1]:
        held = held[step]
    held[where[-1]] = value
    path.write_text(json.dumps(document))
    with pytest.raises(FileError, match="what was spent isn't known"):
        ledger.state()


@pytest.mark.parametrize("part", ["rho", "delta_beside", "unit"])
def test_a_cost_that_lacks_a_part_makes_the_file_unfit(path, ledger, part):
    spend(ledger, gaussian())
    document = json.loads(path.read_text())
    del document["datasets"]["payments"]["fits"][0]["cost"][part]
    path.write_text(json.dumps(document))
    with pytest.raises(FileError, match="what was spent isn't known"):
        ledger.state()


@pytest.mark.skipif(os.name == "nt", reason="Windows opens no folders")
def test_a_reservation_is_on_the_disk_before_the_fit_begins(path, ledger, monkeypatch):
    synced = []
    monkeypatch.setattr(os, "fsync", lambda handle: synced.append(os.fstat(handle).st_ino))
    ledger.reserve(gaussian(), "test")
    assert synced == [path.stat().st_ino, path.parent.stat().st_ino]


def test_a_deleted_ledger_is_refused_by_runs_that_knew_it_and_by_new_ones(path, ledger):
    path.unlink()
    with pytest.raises(FileError, match="was there before and is gone"):
        ledger.reserve(gaussian(), "test")
    with pytest.raises(FileError, match="was there before and is gone"):
        sg.PrivacyLedger(path, cap_epsilon=3)
    path.with_name("ledger.json.lock").unlink()
    with pytest.raises(FileError, match="was there before and is gone"):
        ledger.state()


def test_a_ledger_that_lost_its_dataset_is_refused(path, ledger):
    path.write_text('{"synthgen_ledger": 1, "datasets": {}}')
    with pytest.raises(UsageError, match="no longer knows the dataset 'payments'"):
        ledger.reserve(gaussian(), "test")


def test_where_nothing_can_be_written_no_ledger_is_opened(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(FileError, match="can't be written to"):
        sg.PrivacyLedger(tmp_path / "file" / "ledger.json", cap_epsilon=1)
    with pytest.raises(FileError, match="is a folder"):
        sg.PrivacyLedger(tmp_path, cap_epsilon=1)


def test_a_ledger_that_became_read_only_refuses_the_fit(path, ledger, monkeypatch):
    monkeypatch.setattr(os, "access", lambda where, mode: False)
    with pytest.raises(FileError, match="is read-only for you"):
        ledger.reserve(gaussian(), "test")


def test_a_reservation_that_could_not_be_written_stops_the_fit(path, ledger, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(FileError, match="No space left"):
        ledger.reserve(gaussian(), "test")


def test_a_link_to_a_ledger_is_the_same_ledger(path, ledger, tmp_path):
    link = tmp_path / "link.json"
    link.symlink_to(path)
    spend(sg.PrivacyLedger(link, dataset="payments"), gaussian())
    assert link.is_symlink()
    assert len(ledger.spent) == 1


# What people see


def test_words(ledger):
    assert repr(ledger) == "PrivacyLedger(dataset 'payments': epsilon 0 of 3 spent at delta 1e-06, by no fits)"
    spend(ledger, gaussian())
    with pytest.raises(KeyError), ledger.reserve(gaussian(), "test"):
        raise KeyError
    assert "by 2 fits, 1 of them begun and not finished, per row (add-remove)" in str(ledger)


def test_in_a_notebook(path):
    ledger = sg.PrivacyLedger(path, cap_epsilon=3, dataset="<script>")
    spend(ledger, gaussian())
    shown = ledger._repr_html_()
    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown
    assert "finished" in shown
