"""What is warned of: by hand, from counts without noise, under the noise that is claimed."""

from __future__ import annotations

import warnings
from dataclasses import replace
from math import ceil, pi, sqrt

import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from synthgen.errors import SynthgenWarning
from synthgen.generators import DPMarginalsSynthesizer
from synthgen.generators.dp_marginals import as_public
from synthgen.generators.dp_marginals.accounting import gaussian_scale
from synthgen.generators.dp_marginals.limits import LEARNT, rows_needed
from synthgen.generators.dp_marginals.measure import measuring
from synthgen.table.column import Column, Kind, Role
from synthgen.table.schema import Schema

WARDS = tuple("abcdefgh")
SCHEMA = as_public(
    Schema(
        (
            Column("ward", Kind.CATEGORICAL, categories=WARDS),
            Column("ill", Kind.CATEGORICAL, role=Role.TARGET, categories=("no", "yes")),
        )
    )
)
N = 8_000


class NoNoise:
    """Exact counts: what is warned of then follows by hand."""

    def gaussian(self, counts, scale):
        return counts.copy()

    laplace = gaussian

    def largest(self, scores, scale):
        return int(np.argmax(scores))


@pytest.fixture(autouse=True)
def exact(monkeypatch):
    monkeypatch.setattr(measuring, "OpenDPNoise", NoNoise)


def table(ill=N // 2, of_h=N // 8):
    wards = np.resize(list(WARDS[:-1]), N)
    wards[:of_h] = "h"
    return pd.DataFrame({"ward": wards, "ill": np.where(np.arange(N) < ill, "yes", "no")})


def warned(frame, schema=SCHEMA):
    """Words of the warnings of a fit."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model = DPMarginalsSynthesizer(rounds=1).fit(frame, schema=schema)
    words = [str(item.message) for item in caught if item.category is SynthgenWarning]
    assert words == model.warnings_
    return words, model.measurements_


def test_a_table_with_rows_enough_is_not_warned_of():
    assert warned(table())[0] == []


def test_a_class_is_warned_of_up_to_the_rows_that_the_preview_says():
    needed = sg.preview_dp(SCHEMA, N, 1.0, class_share=0.01, generator_options={"rounds": 1}).rare["rows_needed"]
    words, found = warned(table(ill=needed - 1))
    sigma = found.marginals[-1].sigma
    assert needed == rows_needed(8, sigma) == ceil(8 * sigma * sqrt(2 / pi) / 2 / LEARNT)
    assert len(words) == 1
    assert words[0].startswith("1 of the 2 classes of the target 'ill' can't be learnt at epsilon 1")
    assert f"about {needed:,} rows" in words[0]
    assert warned(table(ill=needed))[0] == []


def test_declared_labels_that_are_not_above_the_noise_are_counted_and_not_named():
    sigma = gaussian_scale(next(x.rho for x in warned(table())[1].spent if x.what == "counts of ward"), 1)
    few = int(3 * sigma)
    words, found = warned(table(of_h=few))
    assert found.rare == {"ward": 1}
    assert len(words) == 1
    assert "'ward' (1 of 8)" in words[0]
    assert "'h'" not in words[0]
    assert warned(table(of_h=few + 1))[0] == []


def test_labels_that_were_found_with_noise_were_read_off_nothing():
    ward = replace(SCHEMA["ward"], categories=None, declared=SCHEMA["ward"].declared - {"categories"})
    words, found = warned(table(of_h=1), SCHEMA.with_columns([ward]))
    assert found.rare == {}
    assert not [line for line in words if "declares labels" in line]


def test_noisy_counts_decide_and_not_the_rows(monkeypatch):
    class Less(NoNoise):
        def gaussian(self, counts, scale):
            return np.zeros_like(counts)

    monkeypatch.setattr(measuring, "OpenDPNoise", Less)
    words, found = warned(table())
    assert found.rare == {"ward": 8, "ill": 2}
    assert words[0].startswith("2 of the 2 classes")


def test_a_numeric_target_and_a_column_alone_have_no_classes_to_learn():
    age = as_public(Schema((Column("age", Kind.INTEGER, role=Role.TARGET, bounds=(0, 9)), SCHEMA["ward"])))
    frame = table().assign(age=3)[["age", "ward"]]
    assert warned(frame, age)[0] == []
    assert warned(table(ill=N // 3)[["ill"]], Schema((SCHEMA["ill"],)))[0] == []


def test_a_saved_model_warns_as_before(tmp_path):
    frame = table(ill=10, of_h=10)
    with pytest.warns(SynthgenWarning):
        model = DPMarginalsSynthesizer(rounds=1).fit(frame, schema=SCHEMA)
    model.save(tmp_path / "model.synthgen")
    assert sg.load_synthesizer(tmp_path / "model.synthgen").warnings_ == model.warnings_
    assert len(model.warnings_) == 2


def test_a_run_has_them_in_its_record_once():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        result = sg.synthesize(
            table(ill=10, of_h=10), generator="dp_marginals", generator_options={"rounds": 1}, schema=SCHEMA,
            purpose="release", validation="none", progress=False,
        )  # fmt: skip
        assert not [item for item in caught if "can't be learnt" in str(item.message)]
        assert len(result.synthetic)
    said = [str(item.message) for item in caught if item.category is SynthgenWarning]
    for part in ("can't be learnt at epsilon", "The schema declares labels"):
        assert len([line for line in said if part in line]) == 1
        assert len([line for line in result.provenance.warnings if part in line]) == 1
