"""Weights that bring classes and cells back to their natural shares."""

from __future__ import annotations

import pandas as pd
import pytest

import synthgen as sg
from synthgen.errors import DataError, UsageError


@pytest.mark.parametrize("options", [{}, {"cells": ("sex", "income")}])
def test_weights_restore_the_natural_prevalence(people, options):
    X, y = people()
    ours = sg.SyntheticOverSampler("gaussian_copula", random_state=0, **options)
    X_out, y_out = ours.fit_resample(X, y)
    weight = pd.Series(ours.sample_weight_, index=X_out.index)
    assert weight.mean() == pytest.approx(1.0)
    keys = ["sex", "income"] if options else ["income"]
    natural = X.assign(income=y).groupby(keys).size() / len(X)
    found = weight.groupby([X_out.assign(income=y_out)[key] for key in keys]).sum() / weight.sum()
    pd.testing.assert_series_equal(found, natural, check_names=False)


def test_natural_weights_by_hand():
    # Three of four are "a" in nature, one of two here: 3/4 by 1/2, and 1/4 by 1/2.
    assert sg.natural_weights(["a", "b"], ["a", "a", "a", "b"]).tolist() == [1.5, 0.5]
    assert sg.natural_weights(pd.Series([1, 1, 0]), {0: 3, 1: 1}).tolist() == pytest.approx([0.375, 0.375, 2.25])
    frame = pd.DataFrame({"s": ["f", "f", "m"], "y": [0, 1, 0]})
    assert sg.natural_weights(frame, frame).tolist() == [1, 1, 1]


def test_natural_weights_need_every_class():
    with pytest.raises(DataError, match="'b'"):
        sg.natural_weights(["a", "b"], {"a": 1})
    with pytest.raises(DataError, match="'c'"):
        sg.natural_weights(["a", "b"], {"a": 1, "b": 1, "c": 1})
    with pytest.raises(UsageError, match="natural"):
        sg.natural_weights(["a"], {"a": -1})
