"""SDV behind the contract. What needs SDV runs where the extra is installed: see .ci/sdv."""

from __future__ import annotations

import sys
from functools import cache

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

import synthgen as sg
from synthgen.errors import DataError, MissingExtraError, NotFittedError, UsageError
from synthgen.generators import sampling
from synthgen.generators import sdv as adapter
from synthgen.generators.sdv import SdvSynthesizer

OPTIONS = {"gaussian_copula": None, "ctgan": {"epochs": 1}, "tvae": {"epochs": 1}}
models = pytest.mark.parametrize("model", list(OPTIONS))


def table(n: int = 300) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    ill = np.arange(n) % 3 == 0
    frame = pd.DataFrame(
        {
            "dose": np.round(rng.gamma(2, 10, n) + 30 * ill, 2),
            "visits": pd.array(rng.integers(0, 400, n), dtype="Int64"),
            "ward": rng.choice(["north", "south", "west"], n).astype(object),
            "smoker": pd.array(rng.random(n) < 0.4, dtype="boolean"),
            "seen": pd.Timestamp("2024-03-01", tz="Europe/Berlin") + pd.to_timedelta(rng.integers(0, 500, n), unit="h"),
            "Class": np.where(ill, "ill", "well"),
        },
        index=np.arange(n) * 10,
    )
    for i, name in enumerate(["dose", "visits", "ward", "smoker", "seen"]):
        frame.loc[frame.index[i::6], name] = None
    return frame


def fitted(model: str, seed: int = 3) -> SdvSynthesizer:
    return SdvSynthesizer(model, OPTIONS[model], random_state=seed).fit(table(), target="Class")


@pytest.fixture(scope="module")
def made():
    """Fitted models, one a name; tests that use them give a seed to ``sample``."""
    pytest.importorskip("sdv")
    return cache(fitted)


def same(a, b):
    pd.testing.assert_frame_equal(a, b, check_exact=True)


# Without SDV


@pytest.mark.parametrize("package", ["torch", "ctgan", "sdv"])
def test_the_error_without_sdv_names_the_extra(monkeypatch, package):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtraError) as caught:
        SdvSynthesizer(random_state=0).fit(table(), target="Class")
    assert 'pip install "synthgen-tabular[sdv]"' in str(caught.value)
    assert "sdv and torch" in str(caught.value)


def test_parameters_and_clones_need_no_sdv(monkeypatch):
    monkeypatch.setitem(sys.modules, "sdv", None)
    model = SdvSynthesizer("ctgan", options={"epochs": 5}, random_state=1)
    assert model.get_params() == {"model": "ctgan", "options": {"epochs": 5}, "text": "refuse", "random_state": 1}
    assert clone(model).get_params() == model.get_params()
    with pytest.raises(NotFittedError):
        model.sample(1)


def test_an_unknown_model_is_refused_before_anything_is_imported(monkeypatch):
    monkeypatch.setitem(sys.modules, "sdv", None)
    with pytest.raises(UsageError, match=r"gaussian_copula, ctgan, tvae; got 'gan'"):
        SdvSynthesizer("gan").fit(table(), target="Class")


# With SDV


@models
def test_the_same_seed_gives_the_same_rows_and_another_gives_others(made, model):
    second = fitted(model)
    for _ in range(2):
        same(made(model).sample(50, random_state=9), second.sample(50, random_state=9))
    assert not second.sample(50).equals(fitted(model, seed=4).sample(50))


@models
def test_two_samples_differ_and_their_sequence_repeats(made, model):
    first, second = fitted(model), fitted(model)
    drawn = [first.sample(30) for _ in range(2)]
    assert not drawn[0].equals(drawn[1])
    second.sample(5, random_state=1)
    for rows in drawn:
        same(rows, second.sample(30))


@models
@pytest.mark.parametrize("n", [1, 7, 33])
def test_n_is_exact_over_blocks_too(made, model, n, monkeypatch):
    monkeypatch.setattr(sampling, "BLOCK", 16)
    rows = made(model).sample(n, random_state=1)
    assert len(rows) == n
    if n > sampling.BLOCK:
        same(rows[:16], made(model).sample(20, random_state=1)[:16])
        assert not rows[:16].equals(rows[16:32].reset_index(drop=True))


@models
def test_conditions_hold_in_every_row(made, model):
    rows = made(model).sample(40, conditions={"Class": "ill"}, random_state=2)
    assert rows["Class"].tolist() == ["ill"] * 40
    same(rows, made(model).sample(40, conditions={"Class": "ill"}, random_state=2))
    both = made(model).sample(60, conditions={"Class": ["ill", "well"]}, random_state=2)
    assert len(both) == 60
    assert set(both["Class"]) == {"ill", "well"}


@models
def test_gaps_dtypes_and_ranges_come_back(made, model):
    frame, rows = table(), made(model).sample(400, random_state=5)
    assert rows.dtypes.to_dict() == frame.dtypes.to_dict()
    assert rows["Class"].notna().all()
    for name in ("dose", "visits", "seen"):
        # One sixth of the real values; ten standard errors on either side.
        assert 0 < rows[name].isna().mean() < 0.36, name
        assert rows[name].min() >= frame[name].min()
        assert rows[name].max() <= frame[name].max()
    assert set(rows["ward"].dropna()) <= {"north", "south", "west"}
    if model == "gaussian_copula":  # one epoch of a network may not have learnt of them yet
        assert rows[["ward", "smoker"]].isna().any().all()


@models
def test_nothing_else_is_touched(made, model, capfd, tmp_path, monkeypatch):
    torch = pytest.importorskip("torch")
    monkeypatch.chdir(tmp_path)
    frame = table()
    before = frame.copy(deep=True)
    np.random.seed(11)
    torch.manual_seed(11)
    numpy_state, torch_state = np.random.get_state(), torch.get_rng_state()
    generator = SdvSynthesizer(model, OPTIONS[model], random_state=3).fit(frame, target="Class")
    rows = generator.sample(20, conditions={"Class": "ill"}, random_state=1)
    assert (np.random.get_state()[1] == numpy_state[1]).all()
    assert np.random.get_state()[2:] == numpy_state[2:]
    assert torch.equal(torch.get_rng_state(), torch_state)
    np.random.seed(12)
    torch.manual_seed(12)
    same(rows, made(model).sample(20, conditions={"Class": "ill"}, random_state=1))
    pd.testing.assert_frame_equal(frame, before, check_exact=True)
    assert tuple(capfd.readouterr()) == ("", "")
    assert not list(tmp_path.iterdir())


@models
def test_saving_is_refused_with_the_reason(made, model, tmp_path):
    with pytest.raises(UsageError, match="pickle"):
        made(model).save(tmp_path / "model")
    assert not (tmp_path / "model").exists()


def test_a_rare_class_has_the_others_features_as_the_docstring_says(made):
    rng = np.random.default_rng(0)
    rare = np.arange(4_000) % 100 == 0
    frame = pd.DataFrame({"x": rng.normal(5.0 * rare, 1.0), "Class": rare.astype(int)})
    rows = SdvSynthesizer(random_state=0).fit(frame, target="Class").sample(500, conditions={"Class": 1})
    ours = sg.generators.GaussianCopulaSynthesizer(random_state=0).fit(frame, target="Class")
    assert rows["Class"].eq(1).all()
    assert rows["x"].mean() < 2.5
    assert ours.sample(500, conditions={"Class": 1})["x"].mean() == pytest.approx(5.0, abs=0.5)


def test_options_reach_sdv_and_wrong_ones_are_refused(made):
    model = SdvSynthesizer(options={"default_distribution": "norm"}, random_state=0).fit(table(), target="Class")
    assert model.synthesizer_.get_parameters()["default_distribution"] == "norm"
    with pytest.raises(UsageError, match=r"no option 'epoch'; it has: .*epochs"):
        SdvSynthesizer("ctgan", options={"epoch": 1}).fit(table(), target="Class")
    with pytest.raises(UsageError, match="refused the options"):
        SdvSynthesizer(options={"default_distribution": "cauchy"}).fit(table(), target="Class")


def test_columns_without_values_and_constant_ones_come_back(made):
    frame = pd.DataFrame({"x": np.arange(40) / 7, "empty": np.nan, "same": 2.5, "label": "a", "Class": [0, 1] * 20})
    rows = SdvSynthesizer(random_state=0).fit(frame, target="Class").sample(30)
    assert rows["empty"].isna().all()
    assert rows["same"].eq(2.5).all()
    assert rows["label"].eq("a").all()
    nothing = SdvSynthesizer(random_state=0).fit(pd.DataFrame({"empty": [np.nan] * 5})).sample(3)
    assert nothing["empty"].isna().tolist() == [True] * 3


def test_a_class_that_never_comes_ends_in_words(made, monkeypatch):
    class Never:
        def sample(self, n):
            return {adapter.TABLE: pd.DataFrame({"Class": ["1"] * n})}

    model = fitted("gaussian_copula")
    model.synthesizer_ = Never()
    monkeypatch.setattr(adapter, "MOST_DRAWN", 10)
    with pytest.raises(UsageError, match="drew 0 of the 3 rows with 'ill' in 'Class'"):
        model._rejected("0", 3)


def test_a_failure_inside_sdv_is_said_in_our_words(made, monkeypatch):
    def stop(*_):
        raise KeyError("secret value")

    model = fitted("gaussian_copula")
    monkeypatch.setattr(model.synthesizer_, "sample", stop)
    with pytest.raises(DataError, match="stopped with KeyError") as caught:
        model.sample(3)
    assert "secret" not in str(caught.value)
