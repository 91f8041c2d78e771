"""SMOTE: rows on the line between two real rows of the class, with each class on its own stream."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from synthgen.errors import DataError, UsageError
from synthgen.generators import SmoteSynthesizer
from synthgen.guarantee import RowSource


def cloud(*sizes, columns=3, seed=0):
    rng = np.random.default_rng(seed)
    y = np.repeat(np.arange(len(sizes)), sizes)
    frame = pd.DataFrame({f"v{j}": rng.normal(1.5 * y, 1.0 + j) for j in range(columns)})
    return frame.assign(Class=y)


def off_the_line(row, real):
    """Smallest distance of a row from a segment a + u(b - a), u in [0, 1], over all pairs of real rows."""
    best = np.inf
    for i, a in enumerate(real):
        d = np.delete(real, i, axis=0) - a
        u = np.clip(d @ (row - a) / (d**2).sum(axis=1), 0, 1)
        best = min(best, np.linalg.norm(a + u[:, None] * d - row, axis=1).min())
    return best


def test_its_rows_are_labelled_as_made_from_real_rows():
    assert SmoteSynthesizer.row_source is RowSource.ROW_PAIR
    assert SmoteSynthesizer.holds_real_rows


@pytest.mark.parametrize("variant", ["smote", "borderline", "adasyn", "kmeans"])
def test_each_row_lies_between_two_real_rows_of_its_class(variant):
    frame = cloud(40, 25, columns=4)
    rows = SmoteSynthesizer(variant, random_state=0).fit(frame, target="Class").sample(30, conditions={"Class": 1})
    names = ["v0", "v1", "v2", "v3"]
    real, others = (frame.loc[frame["Class"] == label, names].to_numpy() for label in (1, 0))
    assert (rows["Class"] == 1).all()
    for row in rows[names].to_numpy():
        assert off_the_line(row, real) < 1e-9
    # The control: in four dimensions a real row of the other class lies on no such line.
    assert min(off_the_line(row, real) for row in others[:10]) > 1e-3


def test_the_partner_is_one_of_the_k_nearest():
    frame = pd.DataFrame(
        {"x": [0.0, 1.0, 10.0, 11.0, 0.5, 0.6], "y": [0.0, 0, 10, 10, 5, 5], "Class": [1, 1, 1, 1, 0, 0]}
    )
    rows = (
        SmoteSynthesizer(k_neighbors=1, random_state=0).fit(frame, target="Class").sample(60, conditions={"Class": 1})
    )
    # With one neighbour, nothing is drawn between the two pairs.
    assert (rows["x"].between(0, 1) | rows["x"].between(10, 11)).all()
    both = (
        SmoteSynthesizer(k_neighbors=3, random_state=0).fit(frame, target="Class").sample(60, conditions={"Class": 1})
    )
    assert both["x"].between(1.5, 9.5).any()


@pytest.mark.parametrize("k", [5, 50])
@pytest.mark.parametrize("size", [2, 3, 5])
def test_neighbours_are_cut_down_for_a_small_class(k, size):
    frame = cloud(30, size)
    rows = (
        SmoteSynthesizer(k_neighbors=k, random_state=0).fit(frame, target="Class").sample(20, conditions={"Class": 1})
    )
    real = frame.loc[frame["Class"] == 1, ["v0", "v1", "v2"]].to_numpy()
    assert max(off_the_line(row, real) for row in rows[["v0", "v1", "v2"]].to_numpy()) < 1e-9


def test_a_class_of_one_row_is_refused_with_words():
    model = SmoteSynthesizer(random_state=0).fit(cloud(30, 1), target="Class")
    with pytest.raises(DataError, match=r"'Class' has 1 row.*jitter"):
        model.sample(3, conditions={"Class": 1})
    assert (model.sample(5, conditions={"Class": 0})["Class"] == 0).all()


def test_classes_have_streams_of_their_own():
    # imbalanced-learn gives equal classes the same partners and the same steps; here they differ.
    half = cloud(30, columns=2).drop(columns="Class")
    frame = pd.concat([half.assign(Class=0), half.assign(Class=1)], ignore_index=True)
    model = SmoteSynthesizer(random_state=0).fit(frame, target="Class")
    first, second = (
        model.sample(30, conditions={"Class": label}, random_state=3)[["v0", "v1"]].round(9) for label in (0, 1)
    )
    assert len(first.merge(second)) == 0


def test_the_rows_of_a_class_do_not_depend_on_the_classes_that_others_are_asked_for(monkeypatch):
    model = SmoteSynthesizer(random_state=0).fit(cloud(30, 30, 30), target="Class")
    kept = {}
    draw = model._sample_class

    def ask(labels):
        kept.clear()
        monkeypatch.setattr(model, "_sample_class", lambda code, n, rng: kept.setdefault(code, draw(code, 8, rng)))
        model.sample(30, conditions={"Class": labels}, random_state=4)
        return dict(kept)

    alone, some, all_three = ask([2]), ask([1, 2]), ask([0, 1, 2])
    assert list(alone) == [2.0]
    for other in (some, all_three):
        pd.testing.assert_frame_equal(alone[2.0], other[2.0])
    pd.testing.assert_frame_equal(some[1.0], all_three[1.0])


def test_gaps_stay_where_a_rows_neighbours_have_them():
    rng = np.random.default_rng(0)
    n = 60
    far = np.repeat([0.0, 100.0], n)
    frame = pd.DataFrame(
        {"x": far + rng.normal(size=2 * n), "z": far + rng.normal(size=2 * n), "y": rng.normal(size=2 * n)}
    )
    frame.loc[far == 100, "y"] = None
    frame["hue"] = np.where(far == 0, "red", None)
    rows = SmoteSynthesizer(random_state=0).fit(frame).sample(300)
    near, away = rows["x"] < 20, rows["x"] > 80
    assert near.sum() > 50
    assert away.sum() > 50
    assert rows.loc[near, ["y", "hue"]].notna().all(axis=None)
    assert rows.loc[away, ["y", "hue"]].isna().all(axis=None)


def test_labels_only():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({name: rng.choice(["a", "b", "c"], 80) for name in ("p", "q", "r")}).assign(Class=[0, 1] * 40)
    rows = SmoteSynthesizer(random_state=0).fit(frame, target="Class").sample(50, conditions={"Class": 1})
    assert rows[["p", "q", "r"]].isin(["a", "b", "c"]).all(axis=None)
    assert (rows["Class"] == 1).all()


@pytest.mark.parametrize("variant", ["smote", "borderline", "adasyn", "kmeans"])
def test_every_variant_takes_labels_and_gaps(variant, mixed):
    frame = mixed(150)
    frame["Class"] = np.random.default_rng(1).permutation(150) % 2  # so that each class has a border
    rows = SmoteSynthesizer(variant, random_state=0).fit(frame, target="Class").sample(40, conditions={"Class": 1})
    assert len(rows) == 40
    assert set(rows["ward"].dropna()) <= {"north", "south", "west"}
    assert rows.dtypes.to_dict() == frame.dtypes.to_dict()


def test_borderline_says_so_when_there_is_no_border():
    apart = pd.concat([cloud(30), (cloud(30) + 1e6).assign(Class=1)], ignore_index=True)
    model = SmoteSynthesizer("borderline", random_state=0).fit(apart, target="Class")
    with pytest.raises(DataError, match=r"borderline.*'Class'.*smote"):
        model.sample(5, conditions={"Class": 1})


def test_kmeans_says_so_when_no_cluster_is_large_enough():
    model = SmoteSynthesizer("kmeans", random_state=0).fit(cloud(40, 2), target="Class")
    with pytest.raises(DataError, match=r"kmeans.*'Class'.*smote"):
        model.sample(5, conditions={"Class": 1})


@pytest.mark.parametrize("variant", ["borderline", "adasyn", "kmeans"])
def test_variants_that_look_at_other_classes_need_some(variant):
    model = SmoteSynthesizer(variant, random_state=0).fit(cloud(30).drop(columns="Class"))
    with pytest.raises(UsageError, match="at least two classes"):
        model.sample(5)


@pytest.mark.parametrize("options", [{"variant": "svm"}, {"variant": None}, {"k_neighbors": 0}, {"k_neighbors": 2.5}])
def test_bad_parameters_are_refused_in_fit(options):
    with pytest.raises(UsageError, match=next(iter(options))):
        SmoteSynthesizer(**options).fit(cloud(10, 10), target="Class")
