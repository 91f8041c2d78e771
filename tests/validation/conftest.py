"""Comparisons of frames that are written out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from synthgen.table import Column, Kind, Role, Schema
from synthgen.validation import Comparison


@pytest.fixture
def compare():
    """Comparison of coded frames given as dicts of lists; a list of labels makes a categorical column."""

    def make(train, holdout, synthetic, *, labels=None, target=None, **options) -> Comparison:
        labels = labels or {}
        columns = []
        for name in train:
            role = Role.TARGET if name == target else Role.FEATURE
            if name in labels:
                columns.append(Column(name, Kind.CATEGORICAL, role, categories=tuple(labels[name])))
            else:
                columns.append(Column(name, Kind.CONTINUOUS, role))
        frames = []
        for part in (train, holdout, synthetic):
            coded = {}
            for name, values in part.items():
                if name in labels:
                    values = [np.nan if v is None else labels[name].index(v) for v in values]
                coded[name] = np.asarray(values, dtype=float)
            frames.append(pd.DataFrame(coded))
        return Comparison(*frames, Schema(tuple(columns)), **options)

    return make


@pytest.fixture
def rng():
    """A seeded generator."""
    return np.random.default_rng(0)
