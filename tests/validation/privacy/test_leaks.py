"""All leak checks of a comparison: one that stops, or can't say anything, passes nothing and stops no other."""

from __future__ import annotations

import numpy as np
import pytest

from synthgen.guarantee import RowSource
from synthgen.randomness import seed_sequence
from synthgen.validation import Gate, Outcome, Purpose, Status
from synthgen.validation.privacy import find_leaks, leak_flags, leaks
from synthgen.validation.privacy.check import Check, run_checks
from synthgen.validation.privacy.checks import interpolation
from synthgen.validation.privacy.evidence import Evidence
from synthgen.validation.privacy.pool import Pool


def stop(*args, **options):
    raise RuntimeError("a secret value")


def found(comparison, purpose=Purpose.RELEASE):
    return find_leaks(comparison, purpose, seed_sequence(0))


def copied(rng, n=200):
    """Ten train rows among fresh ones."""
    parts = [{name: rng.normal(size=n) for name in "abc"} for _ in range(3)]
    for name in "abc":
        parts[2][name][:10] = parts[0][name][:10]
    return parts


def of(measurements, name):
    return [m for m in measurements if m.name == name]


def test_a_check_that_stops_fails_alone(compare, rng, monkeypatch):
    for module in (interpolation, leak_flags):
        monkeypatch.setattr(module, "between", stop)
    told = found(compare(*copied(rng)))
    assert [m.status for m in of(told.measurements, "interpolation")] == [Status.FAILED]
    assert of(told.measurements, "exact_copies")[0].p_value <= 0.02
    assert (told.flagged["reason"] == "EXACT_COPY").sum() == 10
    assert "secret" not in " ".join(m.reason for m in told.measurements)


@pytest.mark.parametrize(
    ("search", "name", "held_out"),
    [("closeness", "near_copies", 200), ("closeness", "near_copies", 0), ("between", "interpolation", 0)],
)
def test_rows_that_cant_be_listed_leave_their_check_unsettled(compare, rng, monkeypatch, search, name, held_out):
    monkeypatch.setattr(leak_flags, search, stop)
    train, holdout, made = copied(rng)
    told = found(compare(train, {key: values[:held_out] for key, values in holdout.items()}, made))
    assert {m.status for m in of(told.measurements, name)} == {Status.FAILED}
    (finding,) = [
        f
        for f in Gate.default().judge(told.measurements, purpose="release", row_source=RowSource.MODEL).findings
        if f.criterion == name
    ]
    assert finding.outcome is Outcome.INCONCLUSIVE
    assert (told.flagged["reason"] == "EXACT_COPY").sum() == 10


def test_a_leak_whose_rows_cant_be_listed_stays_a_leak_unless_refusing_them_would_cure_it(compare, rng, monkeypatch):
    train, holdout, made = copied(rng)
    for name in ("exact_met", "reused"):
        monkeypatch.setattr(leak_flags, name, stop)
    told = found(compare(train, holdout, {**made, "b": train["b"][::-1]}))
    assert of(told.measurements, "exact_copies")[0].status is Status.FAILED
    assert [m.status for m in of(told.measurements, "value_reuse") if m.subject == "b"] == [Status.COMPUTED]


def test_a_pool_that_cant_be_made_fails_every_check(compare, rng, monkeypatch):
    monkeypatch.setattr(leaks.Pool, "of", stop)
    assert {m.status for m in found(compare(*copied(rng))).measurements} == {Status.FAILED}


def test_a_figure_that_is_no_number_spoils_no_other(compare, rng):
    pool, permutations = Pool.of(compare(*copied(rng)), rng)
    null = np.zeros(permutations.n)

    def of_name(name, statistic):
        return Check(name, name, "", "", lambda *_: [Evidence(name, statistic, null, value=0.5)])

    told = run_checks([of_name("bad", np.nan), of_name("good", 1.0)], pool, permutations, seed_sequence(0))
    assert [m.status for m in told.measurements] == [Status.FAILED, Status.COMPUTED]
