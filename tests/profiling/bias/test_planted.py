"""What was planted is found, and nothing in a balanced table."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from synthgen.profiling import audit_bias
from synthgen.table.encoding import encode


def audit(frame, target=None, sensitive_features=(), **options):
    schema = sg.Schema.infer(frame, target=target, sensitive_features=tuple(sensitive_features))
    return audit_bias(encode(frame, schema), schema, **options)


def found_of(result, question):
    return [item for item in result.evidence if item.found and item.question == question]


def people(n=2000, seed=0):
    rng = np.random.default_rng(seed)
    return rng, pd.DataFrame({
        "sex": rng.choice(["F", "M"], n, p=[0.4, 0.6]), "score": rng.normal(size=n).round(3),
        "job": rng.choice(list("uvwxyz"), n),
    })  # fmt: skip


def balanced():
    """Every combination of sex, region and job has the same rows, and half of each the outcome."""
    cells = [(s, r, j, y) for s in "FM" for r in "ns" for j in "uvw" for y in ("no", "yes")]
    return pd.DataFrame(cells * 20, columns=["sex", "region", "job", "loan"])


def test_a_balanced_table_has_no_finding():
    result = audit(balanced(), target="loan", sensitive_features=["sex", "region"])
    assert [item.words for item in result.evidence if item.found] == []
    assert all("ratio of 1.00" in words and "chance may explain it" in words for words in result.findings)
    assert {d.four_fifths for d in result.disparities if " × " not in d.feature} == {"above"}
    assert result.disparities[0].difference == 0.0
    assert len(result.evidence) >= 9


def test_a_planted_proxy_is_named():
    rng, frame = people()
    frame["club"] = np.where(rng.random(len(frame)) < 0.8, frame["sex"].map({"F": "a", "M": "b"}), "c")
    frame["loan"] = rng.choice(["no", "yes"], len(frame))
    result = audit(frame, target="loan", sensitive_features=["sex"])
    (club,) = [p for p in result.proxies if p.column == "club"]
    # Women are in a or c, men in b or c: of all pairs only the .2 × .2 in c tie.
    assert club.auc == pytest.approx(0.98, abs=0.01)
    assert club.interval[0] < 0.98 < club.interval[1]
    assert {item.words.split()[1] for item in found_of(result, "proxy")} == {"club", "all"}
    assert "strongest is club" in " ".join(result.findings)


def test_two_columns_that_only_together_give_a_group_away():
    rng, frame = people(3000)
    a, b = rng.integers(0, 2, (2, len(frame)))
    frame["a"], frame["b"] = np.where(a, "x", "y"), np.where(b, "x", "y")
    frame["sex"] = np.where((a ^ b).astype(bool), "F", "M")
    joint, *single = audit(frame, sensitive_features=["sex"]).proxies
    assert joint.column is None
    assert joint.auc > 0.95
    assert max(p.auc for p in single) < 0.6


def test_a_planted_reversal_is_said():
    # Men apply where it is easy; in both departments women are admitted 20 points more often.
    cells = {("easy", "M"): (900, 0.6), ("easy", "F"): (100, 0.8), ("hard", "M"): (100, 0.1), ("hard", "F"): (900, 0.3)}
    rows = []
    for (department, sex), (n, rate) in cells.items():
        k = round(n * rate)
        rows += [(department, sex, "yes")] * k + [(department, sex, "no")] * (n - k)
    frame = pd.DataFrame(rows, columns=["department", "sex", "admitted"])
    result = audit(frame, target="admitted", sensitive_features=["sex"])
    (given,) = result.conditional
    assert (given.lowest, given.highest) == ("F", "M")
    assert given.raw == pytest.approx(0.2)
    assert given.difference == pytest.approx(-0.2)
    assert given.change == "reversed"
    assert found_of(result, "reversal")
    assert any("turns round (Simpson's paradox)" in words for words in result.findings)


def test_labels_flipped_in_one_group_are_in_doubt():
    rng, frame = people(4000)
    truth = frame["score"] > 0
    flipped = (frame["sex"] == "F") & (rng.random(len(frame)) < 0.15)
    frame["loan"] = np.where(truth ^ flipped, "yes", "no")
    result = audit(frame, target="loan", sensitive_features=["sex"])
    noise = {item.label: item for item in result.label_noise}
    assert noise["F"].suspect == pytest.approx(0.15, abs=0.03)
    assert noise["M"].suspect < 0.02
    assert found_of(result, "label noise")[0].words.startswith("sex: of 'F'")


def test_gaps_of_one_group_are_found():
    rng, frame = people()
    frame.loc[(frame["sex"] == "F") & (rng.random(len(frame)) < 0.2), "score"] = np.nan
    frame.loc[rng.random(len(frame)) < 0.1, "job"] = None
    result = audit(frame, sensitive_features=["sex"])
    (gap,) = found_of(result, "missingness")
    assert gap.words.startswith("sex: score is missing")
    assert (result.gaps[0].column, result.gaps[0].highest) == ("score", "F")


def test_means_of_a_numeric_target():
    rng, frame = people()
    frame["wage"] = 2000 + 200 * (frame["sex"] == "M") + rng.normal(0, 300, len(frame))
    result = audit(frame, target="wage", sensitive_features=["sex"])
    (sex,) = result.disparities
    assert sex.outcome == "mean of wage"
    assert sex.ratio is None
    means = frame.groupby("sex")["wage"].mean()
    assert sex.difference == pytest.approx(means["M"] - means["F"])
    assert sex.difference_interval[0] < 200 < sex.difference_interval[1]
    assert found_of(result, "selection")
    assert {g.label: g.mean for g in result.groups} == pytest.approx(means.to_dict())


def test_an_intersection_that_neither_column_shows():
    # Black women and white men are selected, half of each column: no difference by sex or race alone.
    rows = [(s, r, "yes" if (s == "F") == (r == "b") else "no") for s in "FM" for r in "bw" for _ in range(100)]
    result = audit(
        pd.DataFrame(rows, columns=["sex", "race", "hired"]), target="hired", sensitive_features=["sex", "race"]
    )
    assert not found_of(result, "selection")
    (crossed,) = found_of(result, "intersection")
    assert crossed.feature == "sex × race"
    rates = {g.label: g.rate for g in result.intersections}
    assert rates["F × b"] == rates["M × w"] == 1 - rates["F × w"] == 1 - rates["M × b"]


def test_small_intersections_are_one_group():
    frame = pd.DataFrame({"sex": ["F"] * 30 + ["M"] * 70, "race": ["a"] * 95 + ["b"] * 4 + ["c"]})
    frame = pd.concat([frame, pd.DataFrame({"sex": ["F"] * 12, "race": ["b"] * 12})], ignore_index=True)
    result = audit(frame, sensitive_features=["sex", "race"])
    labels = {g.label: g.n for g in result.intersections}
    assert labels == {"F × a": 30, "F × b": 12, "M × a": 65, "other (2 with fewer than 10 rows each)": 5}
    assert min(labels.values()) == 5
    assert [g.pooled for g in result.intersections] == [False, False, False, True]


def test_the_same_table_gives_the_same_audit():
    _, frame = people(9000)
    frame["loan"] = np.where(frame["score"] > 0.5, "yes", "no")
    first, second = (audit(frame, target="loan", sensitive_features=["sex"]) for _ in range(2))
    assert first.rows_looked_at == 8000
    assert first.evidence == second.evidence
    assert any("8,000 of 9,000 rows" in words for words in first.notes)
