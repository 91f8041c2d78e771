"""A recorded run merged from its tables: only from these, and only if its gate lets it through."""

from __future__ import annotations

import pandas as pd
import pytest

from synthgen import tags
from synthgen.errors import DataError, FileError, GateFailed, UsageError
from synthgen.reviewing import Group, Pick, Review
from synthgen.reviewing.binding import Binding
from synthgen.verification.merge_run import merge_run

REAL = pd.DataFrame({"x": [1, 2, 3]}, index=[5, 6, 7])
MADE = pd.DataFrame({"x": [10, 11]})
KEY = b"a key of sixteen bytes or more"


def record(outcome="PASS", purpose="augment", key=None, **known):
    provenance = {
        "purpose": purpose, "gate": "default", "counts": {"real": 3, "accepted": 2, "delivered": 5},
        "request": {"given": [], "obstacles": []}, **known,
    }  # fmt: skip
    bare = {"synthgen_run": 1, "provenance": provenance, "verdict": {"outcome": outcome, "words": "words"}}
    if key is None:
        return bare
    return tags.tagged(bare, key, {"source": REAL, "synthetic": MADE, "table": REAL})


def sheet(*words):
    picks = tuple(Pick(row, Group.TYPICAL, ("drawn",)) for row in range(2))
    review = Review(picks, MADE, Binding.of(MADE, [(1, 0, "typical"), (2, 1, "typical")]))
    return review.frame.assign(decision=words)


def test_what_was_refused_is_left_out_and_written_down():
    found = merge_run(record(awaits_review=True), REAL, MADE, review=sheet("no", "yes"), reviewer="Ada")
    assert found.table["x"].tolist() == [1, 2, 3, 11]
    assert found.table["is_synthetic"].tolist() == [False] * 3 + [True]
    known = found.record["provenance"]
    assert known["counts"] == {"real": 3, "accepted": 1, "delivered": 4, "refused_by_reviewer": 1}
    assert known["awaits_review"] is False
    assert known["reviews"] == [found.log.to_dict()]
    assert "1 of 2 rows that were drawn at random" in known["warnings"][-1]


def test_of_a_release_real_rows_are_left_out():
    found = merge_run(record(purpose="release"), REAL, MADE)
    assert found.table.equals(MADE)
    assert found.record["provenance"]["counts"]["delivered"] == 2


@pytest.mark.parametrize(
    ("outcome", "purpose", "gate", "given"),
    [
        ("PASS", "augment", "default", True), ("INCONCLUSIVE", "augment", "default", True),
        ("FAIL", "augment", "default", False), ("FAIL", "augment", None, True),
        ("INCONCLUSIVE", "release", "default", False), ("PASS", "release", "default", True),
        ("INCONCLUSIVE", "release", None, True), (None, "augment", "default", False),
    ],
)  # fmt: skip
def test_the_gate_is_that_of_the_run(outcome, purpose, gate, given):
    run = record(outcome, purpose, gate=gate)
    if given:
        merge_run(run, REAL, MADE)
    else:
        with pytest.raises(GateFailed, match="withheld"):
            merge_run(run, REAL, MADE)


def test_a_record_that_says_nothing_of_its_gate_lifts_none():
    run = record("FAIL")
    del run["provenance"]["gate"]
    with pytest.raises(GateFailed):
        merge_run(run, REAL, MADE)


def test_other_tables_are_refused():
    with pytest.raises(DataError, match="3 real rows; this table has 2"):
        merge_run(record(), REAL[:2], MADE)
    with pytest.raises(DataError, match="2 accepted synthetic rows; this table has 1"):
        merge_run(record(), REAL, MADE[:1])
    with pytest.raises(DataError, match="real table isn't that"):
        merge_run(record(key=KEY), REAL + 1, MADE, key=KEY)
    with pytest.raises(DataError, match="synthetic table isn't that"):
        merge_run(record(key=KEY), REAL, MADE + 1, key=KEY)


def test_keys():
    found = merge_run(record(key=KEY), REAL, MADE, key=KEY, review=sheet("no", "yes"), reviewer="Ada")
    held = found.record["tags"]
    assert held["synthetic"] == tags.table_tag(KEY, MADE[1:])
    assert held["table"] == tags.table_tag(KEY, found.table)
    assert held["record"] == tags.record_tags(found.record, KEY)["record"]
    with pytest.raises(UsageError, match="Give the key"):
        merge_run(record(key=KEY), REAL, MADE)
    with pytest.raises(UsageError, match="another key"):
        merge_run(record(key=KEY), REAL, MADE, key=KEY[::-1])
    with pytest.raises(UsageError, match="without a key"):
        merge_run(record(), REAL, MADE, key=KEY)
    changed = record(key=KEY)
    changed["verdict"]["words"] = "other"
    with pytest.raises(DataError, match="changed after it was written"):
        merge_run(changed, REAL, MADE, key=KEY)


def test_a_run_that_awaits_a_review_is_not_merged_without_one():
    with pytest.raises(UsageError, match="review sheet"):
        merge_run(record(awaits_review=True), REAL, MADE)


def test_real_rows_that_a_plan_changed_are_not_taken_from_the_file():
    with pytest.raises(UsageError, match="proxies"):
        merge_run(record(fairness={"plan": {"kind": "proxies"}}), REAL, MADE)


def test_what_is_no_record_is_refused():
    with pytest.raises(FileError):
        merge_run({"a": 1}, REAL, MADE)
