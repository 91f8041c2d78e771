"""A table with a planted difference between groups, and one without."""

import numpy as np
import pandas as pd
import pytest

from synthgen.table import encode
from synthgen.table.inference import infer_schema


def planted(n=2_000, seed=0, gap=1.6):
    """Skill and (with a gap) sex decide about being hired; uniform and height tell the sex."""
    rng = np.random.default_rng(seed)
    sex = rng.choice(["F", "M"], n, p=[0.4, 0.6])
    skill = rng.normal(size=n).round(2)
    chance = 1 / (1 + np.exp(-(1.5 * skill - 1.2 + gap * ((sex == "M") - 0.6))))
    told = rng.random(n) < 0.9
    uniform = np.where(told, np.where(sex == "M", "blue", "red"), rng.choice(["blue", "red"], n))
    return pd.DataFrame({
        "skill": skill, "sex": sex, "region": rng.choice(["north", "south"], n), "uniform": uniform,
        "height": (rng.normal(165, 7, n) + 13 * (sex == "M")).round(0),
        "hired": np.where(rng.random(n) < chance, "yes", "no"),
    })  # fmt: skip


@pytest.fixture(scope="session")
def unequal():
    return planted()


@pytest.fixture(scope="session")
def balanced():
    return planted(gap=0.0)


@pytest.fixture(scope="session")
def read():
    """Schema and coded rows of a frame whose target is ``hired`` and sensitive column ``sex``."""

    def reading(frame, **options):
        schema = infer_schema(frame, **{"target": "hired", "sensitive_features": ("sex",), **options})
        return encode(frame, schema), schema

    return reading
