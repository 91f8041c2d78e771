"""The copula: margins, correlations, the rare class, and what users have in their tables."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.special import ndtri

import synthgen as sg
from synthgen.errors import DataError, UsageError
from synthgen.generators import GaussianCopulaSynthesizer
from synthgen.generators.gaussian_copula.correlation import (
    latent_correlation,
    positive_definite,
    shrinkage_intensity,
)
from synthgen.generators.margins import empirical_margin, mixed, scores
from synthgen.guarantee import RowSource

ULB = Path(__file__).parents[3] / "shared" / "data" / "creditcard_ulb.parquet"


def levels(n: int = 20_001) -> np.ndarray:
    return (np.arange(n) + 0.5) / n


def test_a_spike_keeps_its_share_and_its_value():
    rng = np.random.default_rng(0)
    values = np.concatenate([np.zeros(700), rng.gamma(2, 50, 300)])
    margin = empirical_margin(values, values.std(), discrete=False)
    drawn = margin.quantile(levels())
    assert np.mean(drawn == 0) == pytest.approx(0.7, abs=1e-3)
    assert drawn.mean() == pytest.approx(values.mean(), rel=0.01)
    assert np.all(np.diff(margin.values) >= 0)


def test_no_point_of_a_margin_is_one_rows_value():
    values = np.random.default_rng(1).normal(size=5000)
    margin = empirical_margin(values, 1.0, discrete=False)
    assert not np.isin(margin.values, values).any()
    assert len(margin.values) < 5000 / 5


def test_a_mixture_of_margins_has_the_mixed_distribution():
    low = empirical_margin(np.random.default_rng(0).uniform(0, 1, 4000), 1.0, discrete=False)
    high = empirical_margin(np.random.default_rng(1).uniform(10, 11, 4000), 1.0, discrete=False)
    drawn = mixed(low, high, 0.25).quantile(levels())
    assert np.mean(drawn < 5) == pytest.approx(0.25, abs=1e-3)


def test_scores_of_values_without_ties_are_normal_quantiles():
    values = np.random.default_rng(0).permutation(1001).astype(float)
    found, coefficients = scores(values)
    assert found[values == 500][0] == pytest.approx(0, abs=1e-6)
    assert np.corrcoef(found, ndtri((values + 0.5) / 1001))[0, 1] > 0.9999
    assert coefficients[0] == 1
    assert not coefficients[1:].any()


@pytest.mark.parametrize("rho", [-0.9, -0.3, 0.0, 0.5, 0.8])
def test_the_correlation_behind_cut_variables_is_found(rho):
    rng = np.random.default_rng(0)
    z = rng.multivariate_normal([0, 0], [[1, rho], [rho, 1]], 40_000)
    cut = np.stack([(z[:, 0] > 0.8).astype(float), np.digitize(z[:, 1], [-0.5, 0.5, 1.5]).astype(float)], axis=1)
    made = [scores(column) for column in cut.T]
    found = latent_correlation(
        np.stack([s for s, _ in made], axis=1), np.ones(cut.shape, dtype=bool), np.stack([c for _, c in made])
    )
    # The tetrachoric correlation; that of the codes themselves would be a third smaller.
    assert found[0, 1] == pytest.approx(rho, abs=0.03)


def test_shrinkage_falls_with_rows_and_is_whole_at_the_target():
    target, own = np.eye(3), np.array([[1, 0.5, 0.2], [0.5, 1, 0.1], [0.2, 0.1, 1]])
    assert shrinkage_intensity(target, target, 100) == 1.0
    assert shrinkage_intensity(own, target, 20) > shrinkage_intensity(own, target, 200) > 0
    # By hand: Σ (1 − r²)² / 99 over Σ r², for r = .5, .2, .1.
    by_hand = (0.75**2 + 0.96**2 + 0.99**2) / 99 / (0.25 + 0.04 + 0.01)
    assert shrinkage_intensity(own, target, 100) == pytest.approx(by_hand)


def test_an_impossible_correlation_is_made_positive_definite():
    fixed = positive_definite(np.array([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]]))
    assert np.linalg.eigvalsh(fixed).min() > 0
    assert np.diag(fixed) == pytest.approx(np.ones(3))


def test_the_rare_class_keeps_its_features():
    payments = sg.datasets.load_fraud()
    model = GaussianCopulaSynthesizer(random_state=0).fit(payments, target="Class")
    made, real = model.sample(4000, conditions={"Class": 1}), payments[payments["Class"] == 1]
    assert (made["Class"] == 1).all()
    apart = ((made.mean() - real.mean()) / real.std()).drop("Class").abs()
    assert apart.mean() < 0.05
    assert model.row_source is RowSource.MODEL
    # The control: one copula for everybody gives frauds everyone else's features.
    pooled = GaussianCopulaSynthesizer(random_state=0).fit(payments.assign(Class=payments["Class"].astype(float) + 0.5))
    assert abs(pooled.sample(4000)["V14"].mean() - real["V14"].mean()) > 5


@pytest.mark.slow
@pytest.mark.skipif(not ULB.is_file(), reason="the full table of card payments is not here")
def test_the_full_table_keeps_v14_given_fraud_within_15_percent():
    payments = pd.read_parquet(ULB)
    made = GaussianCopulaSynthesizer(random_state=0).fit(payments, target="Class").sample(5000, conditions={"Class": 1})
    real = payments.loc[payments["Class"] == 1, "V14"].mean()
    assert len(made) == 5000
    assert made["V14"].mean() == pytest.approx(real, rel=0.15)


def test_gaps_come_with_their_cause():
    rng = np.random.default_rng(0)
    paid = rng.choice(["card", "cash"], 2000)
    frame = pd.DataFrame({"paid": paid, "amount": np.where(paid == "cash", np.nan, rng.gamma(2, 30, 2000))})
    made = GaussianCopulaSynthesizer(random_state=0).fit(frame).sample(2000)
    rates = made["amount"].isna().groupby(made["paid"]).mean()
    assert rates["cash"] > 0.9
    assert rates["card"] < 0.1


def test_a_named_family_gives_its_shape_and_an_unfit_one_is_refused():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {"x": rng.lognormal(0, 1, 2000), "c": rng.choice(["a", "b"], 2000), "n": rng.normal(size=2000)}
    )
    made = GaussianCopulaSynthesizer(marginals={"x": "lognormal"}, random_state=0).fit(frame).sample(4000)
    assert np.log(made["x"]).std() == pytest.approx(1, abs=0.08)
    for marginals, words in [
        ({"x": "triangular"}, "triangular"),
        ({"c": "normal"}, "'c'"),
        ({"z": "normal"}, "'z'"),
        ("normal", "marginals"),
    ]:
        with pytest.raises(UsageError, match=words):
            GaussianCopulaSynthesizer(marginals=marginals).fit(frame)
    with pytest.raises(DataError, match="'n'"):
        GaussianCopulaSynthesizer(marginals={"n": "gamma"}).fit(frame)
    with pytest.raises(UsageError, match="shrinkage"):
        GaussianCopulaSynthesizer(shrinkage=2).fit(frame)


def _perfectly_correlated(rng: np.random.Generator) -> pd.DataFrame:
    x = rng.normal(size=200)
    return pd.DataFrame({"a": x, "b": 2 * x, "c": -x})


AWKWARD = {
    "perfectly correlated": _perfectly_correlated,
    "more columns than rows": lambda rng: pd.DataFrame(rng.normal(size=(20, 60))),
    "constant and empty": lambda rng: pd.DataFrame({"k": [1] * 50, "e": [np.nan] * 50, "x": rng.normal(size=50)}),
    "ten thousand labels": lambda rng: pd.DataFrame({"z": rng.integers(0, 10_000, 30_000).astype(str)}),
    "heavy tails": lambda rng: pd.DataFrame({"x": rng.standard_cauchy(3000)}),
}


@pytest.mark.parametrize("make", AWKWARD.values(), ids=AWKWARD)
def test_awkward_tables_work(make):
    frame = make(np.random.default_rng(0))
    frame["y"] = np.resize([0, 0, 0, 1], len(frame))
    made = GaussianCopulaSynthesizer(random_state=0).fit(frame, target="y").sample(300)
    assert list(made.columns) == list(frame.columns)
    assert (made.dtypes == frame.dtypes).all()
    for name in frame.select_dtypes("number"):
        assert made[name].dropna().between(frame[name].min(), frame[name].max()).all()


def test_a_class_of_two_rows_borrows_from_the_pool():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"x": rng.normal(size=302), "y": ["common"] * 300 + ["rare"] * 2})
    frame.loc[300:, "x"] += 20
    made = GaussianCopulaSynthesizer(random_state=0).fit(frame, target="y").sample(500, conditions={"y": "rare"})
    assert made["x"].mean() > 3
    assert made["x"].nunique() > 100


def test_infinite_values_are_named():
    with pytest.raises(DataError, match="'x'"):
        GaussianCopulaSynthesizer().fit(pd.DataFrame({"x": [1.0, np.inf, 2.0]}))
