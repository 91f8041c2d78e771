"""Jitter: far enough from its sources, on the columns' grids, and as strong as it is told."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from synthgen.errors import UsageError
from synthgen.generators import JitterSynthesizer
from synthgen.guarantee import RowSource
from synthgen.table import encode, infer_schema
from synthgen.table.distance import DistanceSpace


def blobs(n=300, seed=0):
    rng = np.random.default_rng(seed)
    ill = np.repeat([0, 1], [n - n // 5, n // 5])
    return pd.DataFrame(
        {
            "a": rng.normal(3.0 * ill, 1.0),
            "b": rng.normal(0.0, 1.0, n) ** 3,
            "c": rng.gamma(2.0, 5.0, n),
            "d": rng.normal(0.0, 1.0, n),
            "Class": ill,
        }
    )


def gaps(frame, rows):
    """All distances from rows to frame, by the plain formula, in the validator's space."""
    schema = infer_schema(frame, target="Class")
    space = DistanceSpace.fit(encode(frame, schema), schema)
    real, made = (space.transform(encode(part, schema), np.float64) for part in (frame, rows))
    return np.sqrt(((made[:, None] - real[None]) ** 2).sum(axis=2))


def test_its_rows_are_labelled_as_made_from_one_real_row():
    assert JitterSynthesizer.row_source is RowSource.SINGLE_ROW
    assert JitterSynthesizer.holds_real_rows


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_default_strength_leaves_no_near_copy_of_a_rows_source(seed, monkeypatch):
    frame = blobs(seed=seed)
    model = JitterSynthesizer(random_state=seed).fit(frame, target="Class")
    seen = []
    moved = model._moved
    monkeypatch.setattr(model, "_moved", lambda sources, *rest: seen.append(sources) or moved(sources, *rest))
    rows = model.sample(600)
    (sources,) = seen
    to_source = gaps(frame, rows)[np.arange(600), sources]
    # The limit, computed here anew: what 95 % of the rows of a class keep from their class.
    for label in (0, 1):
        own = (frame["Class"] == label).to_numpy()
        between = gaps(frame, frame)[np.ix_(own, own)]
        np.fill_diagonal(between, np.inf)
        limit = np.quantile(between.min(axis=1), 0.05)
        assert limit > 0.01
        made = (rows["Class"] == label).to_numpy()
        assert (own[sources] == made).all() if label else True
        assert to_source[made].min() >= limit


def test_almost_no_noise_is_what_the_default_avoids():
    frame = blobs()
    model = JitterSynthesizer(strength=1e-6, random_state=0).fit(frame, target="Class")
    assert model.strength_ == 1e-6
    assert JitterSynthesizer(random_state=0).fit(frame, target="Class").strength_ >= 0.05
    close = gaps(frame, model.sample(300)).min(axis=1)
    assert np.median(close) < 1e-4


def test_more_strength_moves_further():
    frame = blobs()
    moved = [
        np.median(
            gaps(frame, JitterSynthesizer(strength, random_state=0).fit(frame, target="Class").sample(300)).min(axis=1)
        )
        for strength in (0.01, 0.1, 1.0)
    ]
    assert moved[0] < moved[1] / 2
    assert moved[1] < moved[2] / 2


@pytest.mark.parametrize("strength", [0, -1, "strong", None, np.inf, np.nan])
def test_a_bad_strength_is_refused_in_fit(strength):
    with pytest.raises(UsageError, match="strength"):
        JitterSynthesizer(strength=strength).fit(blobs(20), target="Class")


@pytest.mark.parametrize("k", [0, -2, 1.5, "five", None])
def test_bad_neighbours_are_refused_in_fit(k):
    with pytest.raises(UsageError, match="n_neighbors"):
        JitterSynthesizer(n_neighbors=k).fit(blobs(20), target="Class")


def test_values_lie_on_the_columns_grid_and_in_its_bounds():
    rng = np.random.default_rng(0)
    n = 200
    frame = pd.DataFrame(
        {
            "whole": rng.integers(0, 1000, n),
            "price": np.round(rng.gamma(2, 20, n), 2),
            "day": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 900, n), unit="D"),
            "free": rng.normal(size=n),
            "Class": np.arange(n) % 2,
        }
    )
    rows = JitterSynthesizer(strength=2.0, random_state=0).fit(frame, target="Class").sample(500)
    assert rows["whole"].dtype == "int64"
    assert (rows["price"] == rows["price"].round(2)).all()
    assert (rows["day"] == rows["day"].dt.normalize()).all()
    for name in ("whole", "price", "day", "free"):
        assert rows[name].between(frame[name].min(), frame[name].max()).all(), name
    # Noise does not give the real values again, but at the ends, where it stops.
    inside = rows.loc[rows["free"].between(frame["free"].min(), frame["free"].max(), inclusive="neither"), "free"]
    assert len(inside) > 400
    assert not inside.isin(frame["free"]).any()
    assert (~rows["whole"].isin(frame["whole"])).mean() > 0.5


def test_a_lone_row_borrows_its_spread_from_the_table():
    frame = pd.concat([blobs(100).query("Class == 0"), blobs(100).query("Class == 1")[:1]], ignore_index=True)
    rows = JitterSynthesizer(random_state=0).fit(frame, target="Class").sample(50, conditions={"Class": 1})
    lone = frame[frame["Class"] == 1].iloc[0]
    assert (rows["Class"] == 1).all()
    assert rows["a"].nunique() > 10
    assert not (rows[["a", "b"]] == lone[["a", "b"]]).all(axis=1).any()


def test_a_class_of_equal_rows_is_not_given_out_again():
    frame = blobs(100)
    frame.loc[frame["Class"] == 1, ["a", "b", "c", "d"]] = [5.0, 5.0, 5.0, 1.0]
    rows = JitterSynthesizer(random_state=0).fit(frame, target="Class").sample(50, conditions={"Class": 1})
    assert not (rows[["a", "b", "c", "d"]] == [5.0, 5.0, 5.0, 1.0]).all(axis=1).any()


def test_labels_are_redrawn_from_neighbours_only():
    # Two far groups with labels of their own: a row never takes the other group's label.
    n = 100
    far = np.repeat([0.0, 1000.0], n)
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "x": far + rng.normal(size=2 * n),
            "y": far + rng.normal(size=2 * n),
            "z": far + rng.normal(size=2 * n),
            "hue": np.where(far == 0, rng.choice(["red", "pink"], 2 * n), rng.choice(["blue", "navy"], 2 * n)),
        }
    )
    rows = JitterSynthesizer(strength=1.0, random_state=0).fit(frame).sample(400)
    low = rows["x"] < 500
    assert set(rows.loc[low, "hue"]) == {"red", "pink"}
    assert set(rows.loc[~low, "hue"]) == {"blue", "navy"}
