"""A table with two labels to balance together."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest


@pytest.fixture
def people():
    """Features, and whether somebody earns much: women less often, and there are fewer of them."""

    def make(n=600):
        rng = np.random.default_rng(1)
        sex = rng.choice(["F", "M"], n, p=[0.3, 0.7])
        pay = np.where(rng.random(n) < np.where(sex == "F", 0.15, 0.4), ">50K", "<=50K")
        frame = pd.DataFrame(
            {"age": rng.integers(18, 80, n) + 5 * (pay == ">50K"), "sex": sex, "job": rng.choice(list("abc"), n)}
        )
        return frame, pd.Series(pay, name="income")

    return make
