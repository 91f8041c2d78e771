"""What ``describe`` says a model holds."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from synthgen.errors import NotFittedError
from synthgen.generators import TreeSynthesizer


def test_columns_and_rules_by_name(rules_table):
    found = TreeSynthesizer(preset="turbo", random_state=0).fit(rules_table).describe()
    assert found["column"].tolist() == list(rules_table.columns)
    assert list(found.columns) == [
        "column", "kind", "learnt_as", "classes", "kept_values", "rare_values", "fewest_rows", "bounds_stored", "trees",
    ]  # fmt: skip
    learnt = found.set_index("column")["learnt_as"]
    assert learnt["degree"] == "computed: follows from years"
    assert learnt["gross"] == "computed: net + tax"
    assert learnt["card_fee"].endswith("missing as paid says")
    assert found.set_index("column").loc[["degree", "gross"], "classes"].isna().all()


def test_counts_by_hand():
    rng = np.random.default_rng(0)
    label = rng.permutation(np.repeat(["a", "b", "c", "d"], [478, 12, 7, 3]))
    whole = rng.permutation(np.repeat([1, 2, 3, 4], [200, 283, 9, 8]))
    frame = pd.DataFrame({"label": label, "whole": whole, "x": rng.normal(size=500), "same": np.full(500, 2.5)})
    found = TreeSynthesizer(preset="turbo", random_state=0).fit(frame).describe().set_index("column")
    # Labels are all kept, and c and d are those of under ten rows; of the whole numbers 3 and 4 are.
    assert found.loc["label", ["classes", "kept_values", "rare_values", "fewest_rows"]].tolist() == [4, 4, 2, 3]
    assert found.loc["whole", ["classes", "kept_values", "rare_values", "fewest_rows"]].tolist() == [4, 4, 2, 8]
    assert found.loc["x", ["kept_values", "rare_values"]].tolist() == [0, 0]
    assert found.loc["same", ["classes", "kept_values", "rare_values", "fewest_rows"]].tolist() == [1, 1, 0, 500]
    assert found.loc["same", "trees"] == 0
    assert found.loc["x", "bounds_stored"]
    assert not found.loc["label", "bounds_stored"]


def test_a_column_is_given_only_those_that_its_trees_ask_about():
    rng = np.random.default_rng(0)
    a = rng.permutation(np.repeat(["no", "yes"], [1994, 6]))
    c = rng.integers(0, 2, 2000)
    b = np.where(rng.random(2000) < 0.9, c, 1 - c)
    frame = pd.DataFrame({"a": a, "c": c.astype(str), "b": b.astype(str)})
    found = TreeSynthesizer(preset="turbo", order=["a", "c", "b"], random_state=0).fit(frame).describe()
    # Six rows have a Hessian of at most 1.5, less than the 2 that a leaf needs: no tree can ask about a.
    assert found["learnt_as"].tolist() == ["drawn on its own", "drawn on its own", "drawn given c"]


def test_it_needs_a_fitted_model():
    with pytest.raises(NotFittedError):
        TreeSynthesizer().describe()
