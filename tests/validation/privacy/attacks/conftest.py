"""Pools of real rows whose labels the test knows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from synthgen.table import Column, Kind, Role, Schema
from synthgen.validation import Comparison
from synthgen.validation.privacy.pool import Pool


@pytest.fixture
def people():
    """Rows of three numbers, a label and a class, 5 % of them rare: call it with a number and a seed."""

    def make(n, seed):
        rng = np.random.default_rng(seed)
        sick = (np.arange(n) % 20 == 0).astype(float)
        x = rng.normal(size=(n, 3)) + 2 * sick[:, None]
        hue = rng.integers(0, 4, n).astype(float)
        return pd.DataFrame({"a": x[:, 0], "b": x[:, 0] + x[:, 1], "c": x[:, 2], "hue": hue, "sick": sick})

    return make


@pytest.fixture
def pooled():
    """Pool and shuffles of train, holdout and synthetic rows."""

    def make(train, holdout, made, roles=None, **options):
        roles = roles or {}
        kinds = {"hue": ("p", "q", "r", "s"), "sick": ("no", "yes")}
        columns = []
        for name in train:
            role = roles.get(name, Role.TARGET if name == "sick" else Role.FEATURE)
            kind = Kind.CATEGORICAL if name in kinds else Kind.CONTINUOUS
            columns.append(Column(name, kind, role, categories=kinds.get(name)))
        comparison = Comparison.of(train, holdout, made, Schema(tuple(columns)), **options)
        return Pool.of(comparison, np.random.default_rng(0))

    return make
