"""All of the dependence of a table together: real tables, null tables, and odd ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

import synthgen as sg
from synthgen.profiling.dependence import DependenceProfile, profile_dependence
from synthgen.profiling.missingness import profile_missingness
from synthgen.table import encode, infer_schema, read_file

BIKES = Path(__file__).parents[4] / "shared" / "data" / "bike_sharing_hour.csv.gz"


def profiled(frame, seed=0, **options):
    schema = infer_schema(frame, **options)
    return profile_dependence(encode(frame, schema), schema, np.random.default_rng(seed))


@pytest.mark.skipif(not BIKES.is_file(), reason="the shared tables aren't here")
def test_bikes_add_up():
    found = profiled(read_file(BIKES), target="cnt")
    words = [rule.words for rule in found.rules]
    assert "cnt = casual + registered in every row." in words
    assert "casual is never above cnt." in words
    assert ("dteday", "hr") in [rule.columns for rule in found.rules if rule.kind == "key"]
    assert {item.column for item in found.suspects} == {"casual", "registered"}


def test_adult():
    found = profiled(sg.datasets.load_adult(), target="income")
    assert "education-num is given by education: each of its 16 values has one of education-num." in [
        rule.words for rule in found.rules
    ]
    assert found.suspects == ()
    first = found.associations[1]
    assert (first.a, first.b, first.measure) == ("relationship", "sex", "Cramér's V")
    assert found.frame.shape[0] == len(found.associations) <= 100
    matrix = found.matrix_frame
    assert (
        matrix.loc["sex", "relationship"] == matrix.loc["relationship", "sex"] == pytest.approx(first.value, abs=1e-5)
    )
    assert matrix.to_numpy().min() >= 0 and matrix.to_numpy().max() <= 1
    assert "91 pairs among 14 columns" in found.notes[0]


def test_start_before_end():
    rng = np.random.default_rng(0)
    start = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 300, 400), unit="D")
    frame = pd.DataFrame({"start": start, "end": start + pd.to_timedelta(rng.integers(0, 30, 400), unit="D")})
    assert "start is never above end." in [rule.words for rule in profiled(frame).rules]


def test_the_same_table_gives_the_same_profile(mixed):
    assert profiled(mixed(300), target="Class") == profiled(mixed(300), target="Class")


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"a": [1.5], "y": ["u"]}),
        pd.DataFrame({"a": [1.5, 2.5], "y": ["u", "v"]}),
        pd.DataFrame({"a": [3.5] * 60, "y": ["u"] * 60}),
        pd.DataFrame({"a": pd.Series([np.nan] * 60), "y": ["u", "v"] * 30}),
        pd.DataFrame({"a": np.arange(60.0) / 7, "y": ["u"] * 60}),
    ],
    ids=["one row", "two rows", "constants", "no value", "one class"],
)
def test_odd_tables_have_nothing_found(frame):
    found = profiled(frame, target="y")
    assert (found.associations, found.suspects, found.interactions) == ((), (), ())


def test_an_empty_table():
    schema = infer_schema(pd.DataFrame({"a": [1.5, 2.5]}))
    coded = encode(pd.DataFrame({"a": [1.5, 2.5]}), schema)[:0]
    assert profile_dependence(coded, schema, np.random.default_rng(0)) == DependenceProfile()


def test_more_columns_than_are_looked_at():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(200, 310)), columns=[f"x{i}" for i in range(310)])
    found = profiled(frame.assign(y=rng.choice(["u", "v"], 200)), target="y")
    assert len(found.names) == 300
    assert "y" in found.names
    assert "300 of 311 columns were looked at, drawn at random." in found.notes


def test_no_value_of_a_single_row_is_shown():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"x": rng.normal(size=300), "w": rng.choice(["a", "b"], 300).astype(object)})
    frame.loc[0, ["x", "w"]] = [123456.789, "SECRET"]
    frame["copy"] = frame["w"]
    shown = repr(profiled(frame, target="w"))
    assert "SECRET" not in shown
    assert "123456" not in shown


# Nothing where there is nothing


def null_table(seed, n):
    """Columns of all kinds that have nothing to do with each other, with gaps that fall at random."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "normal": rng.normal(size=n),
            "income": rng.lognormal(3, 1, n).round(2),
            "gain": np.where(rng.random(n) < 0.97, 0, rng.lognormal(3, 1, n)).round(1),
            "count": rng.poisson(2, n).astype(float),
            "city": rng.choice(list("abcdefghijkl"), n, p=np.arange(1, 13) / 78),
            "flag": rng.random(n) < 0.02,
            "rare": rng.choice(["x", "y", "z"], n, p=[0.985, 0.01, 0.005]),
            "day": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 365, n), unit="D"),
            "y": rng.random(n) < 0.05 if seed % 2 else rng.choice(["a", "b", "c"], n),
        }
    )
    for name, share in {"income": 0.1, "city": 0.3, "day": 0.02, "count": 0.5}.items():
        frame[name] = frame[name].mask(rng.random(n) < share)
    return frame


@pytest.mark.slow
@pytest.mark.parametrize(("n", "copies"), [(300, 0), (2000, 0), (600, 300)])
def test_null_tables_have_no_more_found_than_the_level(n, copies):
    searches = {"associations": 0, "rules": 0, "suspects": 0, "interactions": 0, "gap rules": 0, "gaps": 0}
    for seed in range(100):
        frame = null_table(seed, n)
        frame = pd.concat([frame, frame[:copies]], ignore_index=True)
        schema = infer_schema(frame, target="y")
        coded = encode(frame, schema)
        found = profile_dependence(coded, schema, np.random.default_rng(seed))
        gaps = profile_missingness(coded, schema, np.random.default_rng(seed))
        parts = (found.associations, found.rules, found.suspects, found.interactions, gaps.rules, gaps.dependences)
        for name, part in zip(searches, parts, strict=True):
            searches[name] += bool(part)
    assert found.level == gaps.level == 0.05
    # Of 100 tables with a finding in at most 5 % each, more than this have one with a probability of .001.
    assert max(searches.values()) <= binom.ppf(0.999, 100, 0.05), searches


@pytest.mark.slow
def test_what_is_planted_is_found_time_and_again():
    found = {"rule": 0, "threshold": 0, "interaction": 0, "leak": 0}
    for seed in range(50):
        rng = np.random.default_rng(seed)
        n = 2000
        frame = pd.DataFrame(
            {
                "status": rng.choice(["paid", "pending", "sent"], n),
                "dose": rng.normal(size=n),
                "sex": rng.choice(["f", "m"], n),
                "age": rng.integers(18, 90, n),
            }
        )
        ill = (frame["dose"] > 0) ^ (frame["sex"] == "f") ^ (rng.random(n) < 0.2)
        frame["amount"] = np.where(frame["status"] == "pending", np.nan, rng.gamma(2, 9, n))
        frame["hours"] = np.where(frame["age"] >= 65, np.nan, rng.gamma(2, 9, n))
        frame = frame.assign(letter=ill ^ (rng.random(n) < 0.01), ill=ill)
        schema = infer_schema(frame, target="ill")
        coded = encode(frame, schema)
        gaps = profile_missingness(coded, schema, rng).rules
        all_found = profile_dependence(coded, schema, rng)
        found["rule"] += ("amount", "is 'pending'") in [(rule.column, rule.condition) for rule in gaps]
        found["threshold"] += ("hours", "is at least 65") in [(rule.column, rule.condition) for rule in gaps]
        found["interaction"] += [(item.a, item.b) for item in all_found.interactions] == [("dose", "sex")]
        found["leak"] += [item.column for item in all_found.suspects] == ["letter"]
    assert min(found.values()) >= 48, found
