"""A report with figures over all rows in the place of a sample's, judged again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from synthgen.randomness import seed_sequence
from synthgen.scale.comparing import Tally, measurements, with_measurements
from synthgen.scale.comparing.judging import replaced
from synthgen.table import encode, infer_schema
from synthgen.validation import Comparison, Outcome, Purpose, validate_coded
from synthgen.validation.privacy.leaks import DRIFTED


@pytest.fixture(scope="module")
def pilot(people):
    """A sample's comparison with the first of the synthetic rows, and its report."""
    frame, made = people(3000), people(1500, seed=1)
    schema = infer_schema(frame, target="ill")
    parts = [encode(part.reset_index(drop=True), schema) for part in (frame[:400], frame[400:700], made[:300])]
    comparison = Comparison.of(*parts, schema)
    report = validate_coded(comparison, purpose=Purpose.AUGMENT, refuse=True, random_state=seed_sequence(0))
    return frame, made, schema, comparison, report


@pytest.fixture
def judged(pilot, read):
    """Figures of all rows: call it with what is done to the synthetic ones."""
    frame, made, schema, comparison, report = pilot

    def make(spoil=lambda rows: rows):
        real = read(frame, 400, made[:300], schema=schema)
        tally = Tally(real)
        tally.add(encode(spoil(made), schema))
        return comparison, report, measurements(real, tally, comparison)

    return make


def test_figures_take_the_place_of_those_of_the_same_name(judged):
    comparison, report, new = judged()
    after = with_measurements(report, new, comparison=comparison, purpose=Purpose.AUGMENT)
    names = [m.name for m in after.results]
    assert list(dict.fromkeys(names)) == list(dict.fromkeys(m.name for m in report.results))
    shapes = [m for m in after.results if m.name == "column_shapes"]
    assert {m.n for m in shapes} == {1500}
    subjects = [m.subject for m in after.results if m.name == "dcr_share"]
    assert subjects == [m.subject for m in report.results if m.name == "dcr_share"]
    assert "all 3,000 real rows" in next(m.reason for m in after.results if m.name == "exact_copies")
    assert after.verdict.outcome is not Outcome.FAIL
    assert "300 synthetic and 700 real rows" in after.verdict.not_tested[-1]
    assert len(after.accepted) == 300


def test_the_verdict_follows_what_all_rows_say(judged):
    # The pilot's 300 rows are fine, the others are not.
    comparison, report, new = judged(lambda rows: rows.assign(dose=rows["dose"].where(rows.index < 300, 3.0)))
    after = with_measurements(report, new, comparison=comparison, purpose=Purpose.AUGMENT)
    assert report.verdict.outcome is not Outcome.FAIL
    assert after.verdict.outcome is Outcome.FAIL
    assert "column_shapes" in {finding.criterion for finding in after.verdict.blocking}


def test_refused_rows_of_all_blocks_count(pilot, judged, read):
    comparison, report, new = judged()
    frame, made, schema, *_ = pilot
    real = read(frame, 400, made[:300], schema=schema)
    tally = Tally(real)
    tally.rows, tally.kept = 1500, 500
    after = with_measurements(report, new, comparison=comparison, purpose=Purpose.AUGMENT, made=tally)
    assert "refused_rows" in {finding.criterion for finding in after.verdict.blocking}


def test_what_an_unsound_split_does_not_allow_to_be_told_is_not_told(judged):
    _, report, new = judged()
    old = [replace(m, reason=DRIFTED) if (m.name, m.subject) == ("dcr_share", None) else m for m in report.results]
    kept = [m for m in replaced(old, new) if (m.name, m.subject) == ("dcr_share", None)]
    assert [m.reason for m in kept] == [DRIFTED]


def test_rows_made_to_differ_on_purpose_leave_fidelity_to_the_sample(people, read):
    frame, made = people(1000), people(300, seed=1)
    schema = infer_schema(frame, target="ill")
    parts = [encode(part.reset_index(drop=True), schema) for part in (frame[:400], frame[400:700], made)]
    tilts = np.ones(400), np.ones(300)
    real = read(frame, 400, made, schema=schema)
    tally = Tally(real)
    tally.add(parts[2])
    names = {m.name for m in measurements(real, tally, Comparison.of(*parts, schema, tilts=tilts))}
    assert names == {"exact_copies", "near_copies", "dcr_share"}
