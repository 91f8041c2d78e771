"""No synthetic row has an identifier of a real row, be it one that no sample held."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from synthgen.scale.names import RealNames
from synthgen.scale.source import open_source


@pytest.fixture
def names(tmp_path):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({
        "card": [f"C{number:05d}" for number in range(2_000)], "x": rng.normal(size=2_000),
        "who": rng.choice(["Ann", "Bob", "Cy"], 2_000), "mail": [f"m{number}@example.org" for number in range(2_000)],
    })  # fmt: skip
    schema = sg.Schema.infer(frame).with_column("who", kind="identifier", faker="first_name")
    schema = schema.with_column("mail", kind="identifier", faker="email")
    model = sg.generators.GENERATORS["jitter"](random_state=0).fit(frame[:100], schema=schema)
    return RealNames.read(open_source(frame), model, len(frame), tmp_path)


def test_real_identifiers_are_found_and_others_are_not(names):
    coded = pd.DataFrame({
        "card": ["C00000", "C01999", "C02000", None, "C02000"], "who": ["Ann"] * 5,
        "mail": [*["new@example.org"] * 4, "m1999@example.org"],
    })  # fmt: skip
    assert names.new(coded).tolist() == [False, False, True, True, False]


def test_first_names_that_many_share_are_nobodys(names):
    assert list(names.columns) == ["card", "mail"]
