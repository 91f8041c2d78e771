"""No synthetic row has an identifier of a real row, be it one that no sample held."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from synthgen.scale.names import RealNames
from synthgen.scale.source import open_source


def names_frame():
    rng = np.random.default_rng(0)
    return pd.DataFrame({
        "card": [f"C{number:05d}" for number in range(2_000)], "x": rng.normal(size=2_000),
        "who": rng.choice(["Ann", "Bob", "Cy"], 2_000), "mail": [f"m{number}@example.org" for number in range(2_000)],
    })  # fmt: skip


def names_model(frame):
    schema = sg.Schema.infer(frame).with_column("who", kind="identifier", faker="first_name")
    schema = schema.with_column("mail", kind="identifier", faker="email")
    return sg.generators.GENERATORS["jitter"](random_state=0).fit(frame[:100], schema=schema)


@pytest.fixture
def names(tmp_path):
    frame = names_frame()
    return RealNames.read(open_source(frame), names_model(frame), len(frame), tmp_path)


def test_real_identifiers_are_found_and_others_are_not(names):
    coded = pd.DataFrame({
        "card": ["C00000", "C01999", "C02000", None, "C02000"], "who": ["Ann"] * 5,
        "mail": [*["new@example.org"] * 4, "m1999@example.org"],
    })  # fmt: skip
    assert names.new(coded).tolist() == [False, False, True, True, False]


def test_which_share_of_rows_has_one_is_known_beforehand(names, tmp_path):
    model = names_model(names_frame())
    made = names_frame()[["card", "mail"]].iloc[:10].reset_index(drop=True)
    made.loc[:6, ["card", "mail"]] = [["D00000", "new@example.org"]] * 7
    made.loc[5, "card"] = "C01999"
    assert names.share(made, model) == 0.4
    assert names.share(made[:0], model) == RealNames({}).share(made, model) == 0.0


def test_as_many_more_rows_are_made_as_have_identifiers_of_real_rows(tmp_path, monkeypatch):
    monkeypatch.setattr(RealNames, "new", lambda _, coded: np.arange(len(coded)) % 10 == 0)
    result = sg.synthesize(
        names_frame()[["card", "x"]], out=tmp_path / "o.parquet", n_samples=400, generator="gaussian_copula", gate=None,
        engine="stream", random_state=0, progress=False,
    )  # fmt: skip
    assert result.provenance.counts["accepted"] == 400
    assert result.provenance.counts["refused"] > 3_600


def test_first_names_that_many_share_are_nobodys(names):
    assert list(names.columns) == ["card", "mail"]
