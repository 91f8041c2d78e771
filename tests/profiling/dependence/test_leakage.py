"""Columns that tell the target too well, and honest ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from synthgen.profiling.dependence import profile_dependence
from synthgen.profiling.dependence.leakage import SUSPECT, single_skills
from synthgen.profiling.few_classes import compared_columns
from synthgen.table import encode, infer_schema, read_file

SHARED = Path(__file__).parents[4] / "shared" / "data"


def suspects(frame, target):
    schema = infer_schema(frame, target=target)
    return profile_dependence(encode(frame, schema), schema, np.random.default_rng(0)).suspects


def loans(n=4000, share=0.1, seed=0):
    rng = np.random.default_rng(seed)
    bad = rng.random(n) < share
    return pd.DataFrame(
        {
            "income": rng.lognormal(3, 1, n).round(2),
            # Tells the classes with an area under the curve of .96.
            "score": np.where(bad, 2.5, 0.0) + rng.normal(size=n),
            "reminder": bad ^ (rng.random(n) < 0.01),
            "bad": bad,
        }
    )


@pytest.mark.parametrize("share", [0.1, 0.5])
def test_a_flag_of_the_outcome_is_named_and_a_strong_honest_column_is_not(share):
    (found,) = suspects(loans(share=share), "bad")
    assert found.column == "reminder"
    assert SUSPECT < found.interval[0] < found.skill < found.interval[1]
    assert found.words.endswith("If not, leave it out.")


def test_gaps_can_give_the_outcome_away():
    # As the lifeboat of those who survived: known of hardly anyone else.
    frame = loans()
    frame["collector"] = np.where(frame["bad"], np.random.default_rng(1).choice(["a", "b", "c"], len(frame)), None)
    assert {item.column for item in suspects(frame, "bad")} == {"reminder", "collector"}


def test_a_number_that_is_nearly_the_target():
    rng = np.random.default_rng(0)
    y = rng.gamma(2, 10, 3000)
    frame = pd.DataFrame({"net": y * 0.8 + rng.normal(0, 0.05, 3000), "size": y + rng.gamma(2, 5, 3000), "gross": y})
    assert [item.column for item in suspects(frame, "gross")] == ["net"]


def test_parts_of_a_sum_that_gives_the_target():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"a": rng.integers(0, 500, 900), "b": rng.integers(0, 500, 900), "c": rng.integers(0, 9, 900)})
    found = suspects(frame.assign(all=frame["a"] + frame["b"]), "all")
    assert sorted(item.column for item in found) == ["a", "b"]
    assert "a part of a sum with all: all = a + b" in found[0].words


def test_parts_of_a_product_that_gives_the_target():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {"a": rng.gamma(9, 9, 900).round(2), "b": rng.integers(1, 99, 900), "c": rng.integers(0, 9, 900)}
    )
    found = suspects(frame.assign(all=(frame["a"] * frame["b"]).round(2)), "all")
    assert sorted(item.column for item in found) == ["a", "b"]
    assert any("a part of a product with all: all = a * b" in item.words for item in found)


def test_a_target_that_is_drawn_has_no_suspect():
    rng = np.random.default_rng(1)
    frame = loans().assign(bad=rng.random(4000) < 0.1, code=rng.integers(0, 3000, 4000))
    assert suspects(frame, "bad") == ()


@pytest.mark.parametrize(
    ("file", "target"),
    [
        ("hypothyroid.csv.gz", "class"), ("mammography.csv.gz", "class"), ("german_credit.csv.gz", "credit_risk"),
        ("telco_churn.csv.gz", "Churn"), ("shoppers.csv.gz", "Revenue"), ("titanic_names.csv.gz", "survived"),
        ("law_school.csv.gz", "pass_bar"),
    ],
)  # fmt: skip
def test_no_honest_column_of_real_tables_is_named(file, target):
    if not (SHARED / file).is_file():
        pytest.skip("the shared tables aren't here")
    frame = read_file(SHARED / file)
    schema = infer_schema(frame, target=target)
    rng = np.random.default_rng(0)
    found = list(single_skills(encode(frame, schema), compared_columns(schema), schema.target, rng))
    assert len(found) > 3
    assert 0.05 < max(skill.low for skill in found) < SUSPECT
