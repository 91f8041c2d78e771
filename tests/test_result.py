"""When a result hands its table out, warns, or withholds it."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from synthgen.errors import GateFailed
from synthgen.profiling import Profile
from synthgen.result import SynthesisResult, SynthgenWarning
from synthgen.table.frames import to_pandas
from synthgen.validation import Finding, Outcome, Purpose, ValidationReport, Verdict


def result(outcome, purpose="augment", gate="default", findings=None):
    real = pd.DataFrame({"x": [1, 2, 3, 4]}, index=[5, 6, 7, 8])
    made = pd.DataFrame({"x": [10, 11]})
    findings = findings or (Finding("shapes", Outcome(outcome), "Columns differ", True, "use more rows"),)
    verdict = Verdict(Outcome(outcome), Purpose(purpose), findings)
    flags = pd.DataFrame(columns=["row", "reason", "columns", "value", "threshold"])
    counts = {"real": 4, "accepted": 2, "delivered": 6}
    provenance = sg.Provenance(
        "0", "now", "smote", "words", "named", {}, "0", purpose, None, counts, {}, {}, "none", gate
    )
    return SynthesisResult(
        Profile(sg.Schema(()), 4, ()), ValidationReport(verdict, (), flags, counts={"synthetic": 2}), provenance,
        real, made, made[:0], np.array([0, 1, 2]), np.array([3]), to_pandas(real)[1],
    )  # fmt: skip


CASES = [
    ("PASS", "augment", "default", "given"),
    ("INCONCLUSIVE", "augment", "default", "warned"),
    ("FAIL", "augment", "default", "withheld"),
    ("PASS", "release", "default", "given"),
    ("INCONCLUSIVE", "release", "default", "withheld"),
    ("FAIL", "release", "default", "withheld"),
    ("FAIL", "augment", None, "given"),
    ("FAIL", "release", None, "given"),
    ("INCONCLUSIVE", "release", None, "given"),
    ("FAIL", "release", "custom", "withheld"),
]


@pytest.mark.parametrize(("outcome", "purpose", "gate", "what"), CASES)
def test_what_each_verdict_does(outcome, purpose, gate, what):
    found = result(outcome, purpose, gate)
    assert found.withheld is (what == "withheld")
    for give in (lambda: found.data, lambda: found.synthetic, found.for_evaluation):
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            if what == "withheld":
                with pytest.raises(GateFailed):
                    give()
            else:
                give()
        assert [item.category for item in seen] == ([SynthgenWarning] if what == "warned" else [])


def test_the_error_says_what_failed_and_what_to_try():
    with pytest.raises(GateFailed) as caught:
        result("FAIL").data  # noqa: B018
    lines = str(caught.value).splitlines()
    assert lines[0] == "The table must not be used for training (FAIL):"
    assert "- Columns differ" in lines
    assert "- use more rows" in lines
    assert "gate=None" in lines[-1]


def test_only_blocking_findings_are_named():
    findings = (
        Finding("a", Outcome.FAIL, "This blocks", True, "do this"),
        Finding("b", Outcome.FAIL, "This warns", False, "do that"),
        Finding("c", Outcome.PASS, "This is met", True, "do nothing"),
    )
    with pytest.raises(GateFailed) as caught:
        result("FAIL", findings=findings).data  # noqa: B018
    assert "This blocks" in str(caught.value)
    for words in ("This warns", "This is met", "do that", "do nothing"):
        assert words not in str(caught.value)


def test_augment_gives_real_and_synthetic_rows_and_release_synthetic_ones():
    both = result("PASS").data
    assert both["x"].tolist() == [1, 2, 3, 4, 10, 11]
    assert both.index.tolist() == [5, 6, 7, 8, 9, 10]
    assert both["is_synthetic"].tolist() == [False] * 4 + [True] * 2
    alone = result("PASS", "release").data
    assert alone["x"].tolist() == [10, 11]
    assert list(alone.columns) == ["x"]


def test_evaluation_by_hand():
    train, test = result("PASS").for_evaluation()
    assert train["x"].tolist() == [1, 2, 3, 10, 11]
    assert test["x"].tolist() == [4]
    assert test.index.tolist() == [8]
    assert list(train.columns) == list(test.columns) == ["x"]


def test_changing_the_table_changes_no_later_one():
    found = result("PASS")
    for table in (found.data, found.synthetic, *found.for_evaluation()):
        table.iloc[:, 0] = 0
    assert found.data["x"].tolist() == [1, 2, 3, 4, 10, 11]
    assert found.synthetic["x"].tolist() == [10, 11]
    assert found.for_evaluation()[1]["x"].tolist() == [4]


def test_words():
    assert repr(result("PASS")) == (
        "SynthesisResult(PASS: may be used for training; 6 rows delivered, 2 of them synthetic)"
    )
