"""The shipped tables: rules, copies, distances, and frauds."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom
from sklearn.neighbors import NearestNeighbors

import synthgen as sg
from synthgen.generators import TreeSynthesizer

N = 3000


@pytest.fixture(scope="module")
def adult():
    """Train rows, as many that the model never saw, and as many that it drew; the columns people know each other by."""
    rows = sg.datasets.load_adult().drop(columns="fnlwgt").drop_duplicates().sample(2 * N, random_state=0)
    train, other = rows.iloc[:N], rows.iloc[N:]
    model = TreeSynthesizer(random_state=0).fit(train, target="income")
    return train, other, model.sample(N), model


def nearer_to_train(made, train, other) -> float:
    """Share of rows nearer to a train row than to any other real one, ties halved."""
    both = pd.concat([train, other, made])
    numbers = both.select_dtypes("number")
    numbers = (numbers - numbers.mean()) / numbers.std() / 2
    labels = pd.get_dummies(both.select_dtypes(exclude="number"), dummy_na=True).astype(float) / 2
    points = np.hstack([numbers.to_numpy(), labels.to_numpy()])
    to_train, to_other = (
        NearestNeighbors(n_neighbors=1, algorithm="brute", metric="manhattan").fit(part).kneighbors(points[2 * N :])[0]
        for part in (points[:N], points[N : 2 * N])
    )
    return float((to_train < to_other - 1e-9).mean() + (np.abs(to_train - to_other) <= 1e-9).mean() / 2)


def copies(made, real) -> int:
    return int(made.merge(real.drop_duplicates(), how="inner").drop_duplicates().shape[0])


def test_degrees_and_their_years_always_agree(adult):
    train, _, made, model = adult
    known = set(zip(train["education"], train["education-num"], strict=True))
    assert len(known) == 16
    for rows in (made, model.sample(300, conditions={"education-num": [14, 15, 16], "sex": "Female"})):
        assert set(zip(rows["education"], rows["education-num"], strict=True)) <= known


def test_train_rows_are_copied_no_more_than_rows_it_never_saw(adult):
    train, other, made, _ = adult
    of_train, of_other = copies(made, train), copies(made, other)
    # Each copy is of one part or the other by even chances; 1 in 1,000.
    bound = binom.isf(1e-3, of_train + of_other, 0.5)
    assert of_train + of_other > 0
    assert of_train <= bound
    half = train.sample(N // 2, random_state=0)
    assert copies(half, train) > binom.isf(1e-3, copies(half, train) + copies(half, other), 0.5)


def test_new_rows_are_as_near_to_rows_it_never_saw(adult):
    train, other, made, _ = adult
    # The engine learns a little of its rows by heart: .515 is what it aims at on whole tables. Four standard errors.
    bound = 0.515 + 4 * 0.5 / np.sqrt(N)
    assert nearer_to_train(made, train, other) < bound
    assert nearer_to_train(train, train, other) > 0.99


@pytest.mark.slow
def test_frauds_keep_their_means():
    payments = sg.datasets.load_fraud()
    real = payments[payments["Class"] == 1]
    made = TreeSynthesizer(random_state=0).fit(payments, target="Class").sample(3000, conditions={"Class": 1})
    assert made["Class"].tolist() == [1] * 3000
    apart = ((made.mean() - real.mean()) / real.std()).drop("Class").abs()
    assert apart["V14"] < 0.15
    assert apart.mean() < 0.15
    # The control: everybody's V14.
    assert abs(payments["V14"].mean() - real["V14"].mean()) / real["V14"].std() > 0.5
