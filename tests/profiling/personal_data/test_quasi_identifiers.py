"""Cells of one, two and three columns, counted by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from synthgen.profiling.personal_data.quasi_identifiers import quasi_identifiers
from synthgen.table import encode, infer_schema


def cells(frame, k=10, **options):
    schema = infer_schema(frame, **options)
    return quasi_identifiers(encode(frame, schema), schema, np.random.default_rng(0), k)


def share(found, *columns):
    return next(item for item in found.combinations if set(item.columns) == set(columns))


def test_cells_by_hand():
    # sex: 30 and 10 rows. town: 25, 9 and 6. Together: (f, a) 20, (f, b) 9, (f, c) 1, (m, a) 5, (m, c) 5.
    frame = pd.DataFrame({"sex": ["f"] * 30 + ["m"] * 10,
                          "town": ["a"] * 20 + ["b"] * 9 + ["c"] + ["a"] * 5 + ["c"] * 5})  # fmt: skip
    found = cells(frame)
    assert share(found, "sex").below == 0
    assert (share(found, "town").below, share(found, "town").cells) == (15 / 40, 3)
    both = share(found, "sex", "town")
    assert (both.below, both.alone, both.cells) == (20 / 40, 1 / 40, 5)
    # Joining: town adds 20/40 to sex, sex adds 5/40 to town.
    assert found.adds == (("town", 0.5), ("sex", 0.125))
    assert found.suggested == ("town", "sex")
    assert cells(frame, k=2).combinations[-1].below == 1 / 40


def test_triples_and_gaps_by_hand():
    frame = pd.DataFrame({"sex": ["f", "m"] * 20, "race": ["a", "a", "b", "b"] * 10, "x": ["u"] * 39 + [None]})
    found = cells(frame)
    # Four cells of ten; the gap is a value of its own and takes one row out of one of them.
    assert share(found, "sex", "race").below == 0
    assert share(found, "sex", "race", "x").below == 10 / 40
    assert share(found, "x").alone == 1 / 40


def test_the_column_that_singles_out_adds_most():
    rng = np.random.default_rng(0)
    n = 2_000
    frame = pd.DataFrame({"age": rng.integers(18, 90, n), "sex": rng.choice(["f", "m"], n),
                          "race": rng.choice(list("abcd"), n), "code": rng.choice(["p", "q", "r"], n)})  # fmt: skip
    found = cells(frame)
    assert found.adds[0][0] == "age"
    assert found.suggested[0] == "age"
    assert "code" not in found.suggested
    assert "role='quasi_identifier'" in " ".join(found.findings)


def test_columns_that_nobody_could_know_are_not_suggested():
    rng = np.random.default_rng(0)
    found = cells(pd.DataFrame(rng.normal(size=(500, 4)), columns=["V1", "V2", "V3", "V4"]))
    assert found.suggested == ()
    assert dict(found.treated)["V1"] == "10 bins of about equal size"
    assert "Counts can't tell" in " ".join(found.findings)


def test_targets_identifiers_and_constants_are_left_out():
    n = 40
    frame = pd.DataFrame({"id": range(n), "sex": ["f", "m"] * 20, "same": ["a"] * n, "y": [0, 0, 0, 1] * 10})
    assert cells(frame, target="y").columns == ("sex",)


def test_declared_columns_come_first_and_ten_are_looked_at():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({f"c{i}": rng.choice(list("abcde"), 200) for i in range(14)})
    found = cells(frame, quasi_identifiers=["c13"])
    assert found.columns[0] == "c13"
    assert len(found.columns) == 10
    assert len(found.combinations) == 10 + 45 + 120


def test_a_large_table_is_sampled_and_it_is_said():
    n = 100_000
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({f"c{i}": rng.choice(list("ab"), n) for i in range(10)})
    found = cells(frame)
    assert found.n_rows == 8_000_000 // 175
    assert f"{found.n_rows:,} rows looked at" in found.findings[0]


def test_many_labels_are_counted_as_exactly_as_few():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({c: rng.choice([f"{c}{i}" for i in range(800)], 1_500) for c in ("town", "job", "land")})
    found = cells(frame)
    counted = frame.value_counts(["town", "job", "land"])
    assert share(found, "town", "job", "land").cells == len(counted)
    counted = frame.value_counts(["town", "job"])
    assert share(found, "town", "job").alone == pytest.approx((counted == 1).sum() / 1_500)


def test_an_empty_table():
    assert cells(pd.DataFrame({"a": [1.5]})).combinations == ()
