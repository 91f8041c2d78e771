"""Our attacks beside anonymeter's, where it is right; and one case where it isn't.

anonymeter pins numpy below 1.27, so it runs in an environment of its own: the Python that the variable
SYNTHGEN_ANONYMETER_PYTHON names, or one that is made here if anonymeter can be had.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from synthgen.validation.privacy.attacks.aim import Aim
from synthgen.validation.privacy.attacks.attribute_inference import guesses, right
from synthgen.validation.privacy.attacks.search import linked_rows
from synthgen.validation.privacy.attacks.singling_out import singling_out

pytestmark = pytest.mark.slow
SCRIPT = Path(__file__).with_name("anonymeter_rates.py")
N = 800


@pytest.fixture(scope="module")
def oracle(tmp_path_factory):
    """A Python that has anonymeter 1.1.0."""
    python = os.environ.get("SYNTHGEN_ANONYMETER_PYTHON")
    if python is None:
        if sys.version_info >= (3, 13):
            pytest.skip("numpy below 1.27, which anonymeter needs, has no build for this Python")
        folder = tmp_path_factory.mktemp("anonymeter") / "venv"
        made = subprocess.run([sys.executable, "-m", "venv", folder], capture_output=True, check=False)
        python = str(folder / "bin" / "python")
        install = [python, "-m", "pip", "install", "--quiet", "anonymeter==1.1.0"]
        if made.returncode or subprocess.run(install, capture_output=True, check=False).returncode:
            pytest.skip("anonymeter 1.1.0 can't be installed here")
    known = subprocess.run([python, "-c", "import anonymeter"], capture_output=True, check=False)
    if known.returncode:
        pytest.skip(f"{python} has no anonymeter")
    return python


@pytest.fixture
def theirs(oracle, tmp_path):
    """Attack rates of anonymeter."""

    def run(train, holdout, made, **attacks):
        for name, rows in (("train", train), ("holdout", holdout), ("made", made)):
            rows.assign(hue="h" + rows["hue"].astype(int).astype(str)).to_csv(tmp_path / f"{name}.csv", index=False)
        (tmp_path / "attacks.json").write_text(json.dumps(attacks))
        subprocess.run([oracle, SCRIPT, tmp_path], check=True, capture_output=True, timeout=600)
        return json.loads((tmp_path / "rates.json").read_text())

    return run


def table(n, seed):
    """Three even numbers and a label that follows the first of them: places are the values themselves."""
    rng = np.random.default_rng(seed)
    rows = pd.DataFrame(rng.random((n, 3)), columns=list("abc"))
    return rows.assign(hue=np.minimum(3, np.floor(4 * rows["a"] + rng.normal(0, 0.4, n)).clip(0)))


def leaking(train, fresh):
    """Half of the train rows with a little noise, and as many fresh ones."""
    rng = np.random.default_rng(7)
    half = train[: len(train) // 2].copy()
    half[["a", "b", "c"]] = (half[["a", "b", "c"]] + rng.normal(0, 0.001, (len(half), 3))).clip(0, 1)
    return pd.concat([half, fresh[: len(train) - len(half)]], ignore_index=True)


def by_side(hits, rows, permutations):
    """Rates of success against train and against holdout."""
    label = permutations.labels[rows]
    return float(hits[label].mean()), float(hits[~label].mean())


def alike(ours, theirs):
    """Equal up to what 800 attacks, of which each tool samples its own, can tell: four standard errors."""
    middle = (ours + theirs) / 2
    return abs(ours - theirs) < 4 * np.sqrt(2 * max(middle * (1 - middle), 0.01) / N)


@pytest.mark.parametrize("leak", [True, False])
def test_linkability_is_alike(leak, theirs, pooled):
    train, holdout, fresh = (table(2 * N, seed) for seed in (0, 1, 2))
    made = leaking(train, fresh) if leak else fresh
    found = theirs(
        train, holdout, made, link={"kind": "linkability", "first": ["a", "hue"], "other": ["b", "c"], "n": N}
    )
    pool, permutations = pooled(train, holdout, made)
    aim = Aim.at(pool)
    side = np.array([[column.name in ("a", "hue") for column in aim.columns]])
    hits = linked_rows(aim.real[aim.sample], aim.made, side)[:, 0]
    ours = by_side(hits, aim.sample, permutations)
    assert alike(ours[0], found["link"]["train"])
    assert alike(ours[1], found["link"]["control"])
    assert (ours[0] - ours[1] > 0.1) == leak


@pytest.mark.parametrize("leak", [True, False])
def test_inference_of_a_label_is_alike(leak, theirs, pooled):
    train, holdout, fresh = (table(2 * N, seed) for seed in (3, 4, 5))
    made = leaking(train, fresh) if leak else fresh
    attack = {"kind": "inference", "known": list("abc"), "secret": "hue", "regression": False, "n": N}
    found = theirs(train, holdout, made, guess=attack)
    pool, permutations = pooled(train, holdout, made)
    aim = Aim.at(pool)
    (place,) = [j for j, column in enumerate(aim.columns) if column.name == "hue"]
    ours = by_side(right(*guesses(aim, place), True), aim.sample, permutations)
    assert alike(ours[0], found["guess"]["train"])
    assert alike(ours[1], found["guess"]["control"])


@pytest.mark.parametrize("leak", [True, False])
def test_singling_out_is_alike(leak, theirs, pooled):
    train, holdout, fresh = (table(2 * N, seed).round(5) for seed in (6, 7, 8))
    made = pd.concat([train[:N], fresh[:N]], ignore_index=True) if leak else fresh
    modes = {mode: {"kind": "singling out", "mode": mode, "n": 300} for mode in ("univariate", "multivariate")}
    found = theirs(train, holdout, made, **modes)
    ours = singling_out(*pooled(train, holdout, made), np.random.default_rng(0))
    # The descriptions differ, so the rates do; both must see an excess or both none.
    for mode, evidence in zip(modes, ours, strict=True):
        excess = found[mode]["train"] - found[mode]["control"]
        sees = excess > 2 * np.sqrt(found[mode]["train"] / 300 + found[mode]["control"] / 300)
        significant = evidence.statistic > np.quantile(evidence.null, 0.999)
        if leak:
            assert significant
        else:
            assert not significant and not sees
    if leak:
        assert found["multivariate"]["train"] > found["multivariate"]["control"]


def test_a_negative_guess_is_no_hit_by_itself(theirs, pooled):
    """A debt that nothing tells of: anonymeter takes every guess for right, ours a twentieth."""
    train, holdout, made = (table(2 * N, seed) for seed in (9, 10, 11))
    for rows in (train, holdout, made):
        rows["c"] = -1.0 - rows["c"]
    attack = {"kind": "inference", "known": ["a", "b"], "secret": "c", "regression": True, "n": N}
    found = theirs(train, holdout, made, guess=attack)
    pool, permutations = pooled(train, holdout, made)
    aim = Aim.at(pool)
    (place,) = [j for j, column in enumerate(aim.columns) if column.name == "c"]
    ours = by_side(right(*guesses(aim, place), False), aim.sample, permutations)
    assert found["guess"]["train"] > 0.95
    assert ours[0] == pytest.approx(0.05, abs=0.03)
