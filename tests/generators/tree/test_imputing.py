"""What isn't known of a row is drawn given all that is: earlier and later columns alike."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from synthgen.generators import TreeSynthesizer
from synthgen.generators.tree import imputing


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    """``a`` is drawn first and ``d`` last, and both say much of each other; ``g`` is missing where ``a`` is x."""
    rng = np.random.default_rng(0)
    a = rng.choice(["x", "y", "z"], 4_000, p=[0.5, 0.3, 0.2])
    same = rng.random(len(a)) < 0.9
    return pd.DataFrame(
        {
            "a": a,
            "b": rng.choice(["m", "n"], len(a)),
            "g": np.where(a == "x", np.nan, rng.integers(0, 9, len(a))),
            "h": np.where(rng.random(len(a)) < 0.3, np.nan, rng.integers(0, 9, len(a))),
            "d": np.where(same, a, rng.choice(["x", "y", "z"], len(a))),
        }
    )


@pytest.fixture(scope="module")
def model(table):
    return TreeSynthesizer(preset="turbo", order=list("abghd"), random_state=0).fit(table)


def share_of_y(model, n: int = 3_000) -> float:
    rows = model.sample(conditions=pd.DataFrame({"d": ["y"] * n}), random_state=1)
    return float((rows["a"] == "y").mean())


def test_an_early_column_follows_a_known_late_one_and_one_candidate_would_not_do(table, model, monkeypatch):
    real = float((table.loc[table["d"] == "y", "a"] == "y").mean())
    assert real > 0.85
    assert share_of_y(model) == pytest.approx(real, abs=0.04)
    monkeypatch.setattr(imputing, "FEWEST_CANDIDATES", 1)
    monkeypatch.setattr(imputing, "MOST_CANDIDATES", 1)
    assert share_of_y(model) == pytest.approx(float((table["a"] == "y").mean()), abs=0.04)


def test_gaps_are_drawn_or_not_as_asked(model):
    known = pd.DataFrame({"b": ["m"] * 1_000})
    rows = {missing: model.sample(conditions=known, missing=missing, random_state=1) for missing in ("keep", "none")}
    assert (rows["keep"]["g"].isna() == (rows["keep"]["a"] == "x")).all()
    assert rows["keep"]["h"].isna().mean() == pytest.approx(0.3, abs=0.06)
    assert rows["none"].notna().all(axis=None)
    assert rows["none"]["a"].value_counts(normalize=True)["x"] == pytest.approx(0.5, abs=0.06)


def test_a_known_gap_says_what_decides_it(model):
    known = pd.DataFrame({"g": [3.0, 4.0] * 300})
    rows = model.sample(conditions=known, random_state=1)
    assert "x" not in set(rows["a"])
    assert rows["g"].tolist() == known["g"].tolist()


def test_rows_of_which_nothing_is_known_are_as_those_that_are_drawn_freely(table, model):
    rows = model.sample(conditions=pd.DataFrame({"a": pd.array([None] * 3_000, dtype="string")}), random_state=1)
    for name in "abd":
        apart = rows[name].value_counts(normalize=True) - table[name].value_counts(normalize=True)
        assert apart.abs().max() < 0.04, name


def test_many_rows_have_fewer_candidates_each(model, monkeypatch):
    seen = []
    real = imputing._part
    monkeypatch.setattr(imputing, "CANDIDATES_IN_ALL", 800)
    monkeypatch.setattr(imputing, "_part", lambda n, c, o, k, r: (seen.append(k), real(n, c, o, k, r))[1])
    for n in (10, 100, 1_000):
        model.sample(conditions=pd.DataFrame({"d": ["y"] * n}), random_state=1)
    assert [min(32, max(4, 800 // n)) for n in (10, 100, 1_000)] == seen == [32, 8, 4]
