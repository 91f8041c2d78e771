"""Label permutations: what stays, what is exchanged, and sums worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from synthgen.validation.privacy.permutation import Permutations


def test_every_shuffle_has_as_many_train_rows_in_each_class(rng):
    labels = rng.random(300) < 0.8
    strata = np.repeat([5.0, 7.0, 9.0], [200, 90, 10])
    shuffled = Permutations.of(labels, strata, rng=rng).shuffled()
    assert shuffled.shape == (1999, 300)
    for code in (5.0, 7.0, 9.0):
        inside = strata == code
        assert set(shuffled[:, inside].sum(axis=1)) == {labels[inside].sum()}


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_every_row_is_train_equally_often(rng, share):
    labels = np.arange(100) < 100 * share
    often = Permutations.of(labels, rng=rng).shuffled().mean(axis=0)
    # Standard error of a share over 1,999 shuffles: at most .0112.
    assert np.abs(often - share).max() < 5 * 0.0112
    pair = Permutations.of(labels, rng=rng).shuffled(np.array([3, 70])).all(axis=1).mean()
    assert pair == pytest.approx(share * (100 * share - 1) / 99, abs=0.05)


def test_rows_of_a_subject_keep_a_common_label(rng):
    units = np.repeat(np.arange(40), 3)
    labels = units < 30
    shuffled = Permutations.of(labels, units=units, rng=rng).shuffled().reshape(1999, 40, 3)
    assert (shuffled.min(axis=2) == shuffled.max(axis=2)).all()
    assert (shuffled[:, :, 0].sum(axis=1) == 30).all()


def test_a_subject_on_both_sides_is_an_error(rng):
    with pytest.raises(ValueError, match="both labels"):
        Permutations.of([True, False, True], units=[1, 1, 2], rng=rng)


def test_a_subject_belongs_to_the_rarest_class_of_its_rows(rng):
    # Subject 0 has a row of the rare class 1, and so has subject 3: they alone exchange labels.
    found = Permutations.of(
        [True, True, True, True, False, False], [1, 0, 0, 0, 0, 1], [0, 0, 1, 2, 3, 3], rng=rng, n=200
    )
    assert found.strata.tolist() == [1, 1, 0, 0, 1, 1]
    shuffled = found.shuffled()
    assert (shuffled[:, [2, 3]] == 1).all()
    assert (shuffled[:, 0] + shuffled[:, 5] == 1).all()


def test_the_same_seed_gives_the_same_shuffles():
    labels = np.arange(50) < 20
    first, second = (Permutations.of(labels, rng=np.random.default_rng(3)).packed for _ in range(2))
    assert (first == second).all()


def test_totals_by_hand(rng):
    found = Permutations.of([True, False, True, False], rng=rng, n=500)
    observed, null = found.totals([1.0, 2.0, 4.0, 8.0])
    assert observed == 5
    assert set(null.tolist()) == {3, 5, 9, 6, 10, 12}
    several, nulls = found.totals([[1.0, 0.0], [2.0, 0.0]], rows=np.array([2, 1]))
    assert several.tolist() == [1.0, 0.0]
    assert set(nulls[:, 0].tolist()) == {0, 1, 2, 3}
    assert (nulls[:, 1] == 0).all()


def test_all_of_by_hand(rng):
    found = Permutations.of([True, True, False, False], rng=rng, n=3000)
    observed, null = found.all_of(np.array([[0, 1], [0, 2], [2, 3]]), [1.0, 10.0, 100.0])
    assert observed == 1
    # One pair of six is drawn each time: one of the three listed, or none of them.
    assert sorted(set(null.tolist())) == [0, 1, 10, 100]
    assert (null == 0).mean() == pytest.approx(0.5, abs=0.05)


def test_moments_are_those_of_all_shuffles(rng):
    labels = rng.random(200) < 0.7
    strata = np.repeat([0, 1], [150, 50])
    scores = rng.gamma(1, 1, (200, 2))
    found = Permutations.of(labels, strata, rng=rng)
    mean, spread = found.moments(scores)
    null = found.totals(scores)[1]
    assert mean == pytest.approx(null.mean(axis=0), rel=0.02)
    assert spread == pytest.approx(null.std(axis=0), rel=0.06)


def test_some_rows_keep_their_shuffles(rng):
    found = Permutations.of(rng.random(30) < 0.5, rng=rng)
    rows = np.array([4, 20, 7])
    assert (found.only(rows).shuffled() == found.shuffled(rows)).all()
