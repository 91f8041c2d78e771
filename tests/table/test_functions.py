"""Columns that are a function of a label with many levels: known answers, and tables without any."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from benchmarks.wide_tables import many_levels
from synthgen.table import Schema, encode
from synthgen.table.functions import MOST_LEVELS
from synthgen.table.rules import find_rules


def determined(frame: pd.DataFrame) -> dict[str, str]:
    schema = Schema.infer(frame)
    assert {str(column.kind) for column in schema} <= {"categorical", "continuous", "integer", "boolean"}
    found = find_rules(encode(frame, schema), schema, np.random.default_rng(0)).determined
    return {rule.column: rule.by for rule in found}


def places(n=4_000, seed=0):
    """Towns in counties in countries."""
    rng = np.random.default_rng(seed)
    town = rng.integers(0, 900, n)
    county = rng.permutation(900)[town] % 300
    return pd.DataFrame(
        {
            "town": pd.Series(town).map("town {}".format),
            "county": pd.Series(county).map("county {}".format),
            "country": pd.Series(county % 6).map("country {}".format),
            "spent": rng.gamma(2, 30, n).round(2),
        }
    )


def test_what_follows_from_a_label_of_many_levels_is_found():
    frame = many_levels(2_000, 6_000)
    assert frame["product"].nunique() > MOST_LEVELS
    # Most products have one or two rows.
    assert frame["product"].value_counts().median() <= 2
    assert determined(frame) == {"group": "product"}


def test_a_chain_is_read_from_its_root():
    assert determined(places()) == {"county": "town", "country": "town"}


def test_one_row_refutes_it():
    frame = places()
    twice = frame.index[frame["town"].duplicated()][0]
    frame.loc[twice, ["county", "country"]] = ["county of another", "another country"]
    assert "town" not in determined(frame).values()


@pytest.mark.parametrize("seed", range(5))
def test_levels_of_one_row_prove_nothing(seed):
    rng = np.random.default_rng(seed)
    # Half as many levels as rows, nearly all of one row; the few others agree by chance.
    name = np.concatenate([np.arange(1_000), rng.integers(0, 1_000, 1_400)])
    colour = rng.choice(["red", "green"], len(name))
    frame = pd.DataFrame({"name": pd.Series(name).map("n{}".format), "colour": colour, "x": rng.normal(size=len(name))})
    assert determined(frame) == {}


def test_a_column_that_is_mostly_one_value_does_not_follow():
    rng = np.random.default_rng(0)
    name = rng.permutation(np.repeat(np.arange(600), 3))
    rare = np.isin(name, [7]).astype(int)
    frame = pd.DataFrame({"name": pd.Series(name).map("n{}".format), "rare": rare, "x": rng.normal(size=len(name))})
    assert determined(frame) == {}
