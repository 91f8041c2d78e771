"""A search of the cells around a row finds what a search everywhere finds, and says how often."""

from __future__ import annotations

import re

import numpy as np
import pytest

from synthgen.validation import Purpose, validate_coded
from synthgen.validation.privacy import cells, pool, threads
from synthgen.validation.privacy.cells import Cells, nearest_nearly
from synthgen.validation.privacy.encodings import Laid
from synthgen.validation.privacy.search import nearest_laid


def laid(ordered, labels):
    labels = labels.astype(np.float32)
    return Laid(ordered.astype(np.float32), labels, np.full(labels.shape, 0.5, np.float32))


@pytest.fixture
def rows(rng):
    real = laid(rng.normal(size=(3_000, 3)), rng.integers(0, 4, (3_000, 2)))
    return real, laid(rng.normal(size=(400, 3)), rng.integers(0, 4, (400, 2)))


def test_every_row_is_in_the_cell_of_its_nearest_pivot(rows, rng):
    real, _ = rows
    made = Cells.of(real, rng)
    assert sorted(made.order) == list(range(len(real)))
    assert made.starts[0] == 0 and made.starts[-1] == len(real)
    home = nearest_laid(made.real, made.pivots, 1).rows[:, 0]
    for cell in range(len(made.pivots)):
        assert (home[made.starts[cell] : made.starts[cell + 1]] == cell).all()


def test_all_cells_give_what_a_search_everywhere_gives(rows, rng):
    real, queries = rows
    made = Cells.of(real, rng)
    found, true = made.nearest(queries, 5, len(made.pivots)), nearest_laid(queries, real, 5)
    np.testing.assert_array_equal(found.distances, true.distances)
    same = true.distances[:, :1] != true.distances[:, 1:2]
    np.testing.assert_array_equal(found.rows[same[:, 0], 0], true.rows[same[:, 0], 0])


def test_more_cells_find_more_and_one_is_not_enough(rows, rng):
    real, queries = rows
    made, true = Cells.of(real, rng), nearest_laid(queries, real, 1).distances[:, 0]
    recall = [float((made.nearest(queries, 1, n).distances[:, 0] <= true).mean()) for n in (1, 8, 32)]
    assert recall[0] < 0.9 < recall[2]
    assert recall == sorted(recall)


def test_as_many_cells_are_searched_as_the_recall_takes(rows, rng, monkeypatch):
    real, queries = rows
    monkeypatch.setattr(cells, "FIRST_PROBES", 1)
    found, recall = nearest_nearly(queries, real, 5, rng, 0)
    true = nearest_laid(queries, real, 5).distances[:, 0]
    assert recall >= cells.RECALL
    # All 400 queries were asked, so that the recall is theirs.
    assert recall == float((found.distances[:, 0] <= true).mean())
    monkeypatch.setattr(cells, "RECALL", 0.0)
    assert nearest_nearly(queries, real, 5, rng, 0)[1] < 0.9


def test_the_rows_furthest_away_are_searched_everywhere(rows, rng, monkeypatch):
    real, _ = rows
    queries = laid(8 * rng.normal(size=(400, 3)), rng.integers(0, 4, (400, 2)))
    monkeypatch.setattr(cells, "FIRST_PROBES", 2)
    monkeypatch.setattr(cells, "RECALL", 0.0)
    true = nearest_laid(queries, real, 5).distances
    furthest = np.argsort(-true[:, 0])[:20]
    without, _ = nearest_nearly(queries, real, 5, rng, 0)
    found, _ = nearest_nearly(queries, real, 5, rng, 100)
    assert (without.distances[furthest] > true[furthest]).any()
    np.testing.assert_array_equal(found.distances[furthest], true[furthest])


def test_rows_that_repeat_each_other_still_have_all_their_neighbours(rng):
    real = laid(np.repeat(rng.normal(size=(4, 2)), 100, axis=0), np.zeros((400, 1)))
    found, _ = nearest_nearly(real.take(np.arange(0, 400, 7)), real, 5, rng, 0)
    assert (found.rows >= 0).all() and (found.distances == 0).all()


def test_parts_of_a_search_come_back_in_order(monkeypatch):
    monkeypatch.setattr(threads, "cores", lambda: 3)
    for pairs in (0, threads.WORTH_THREADS):
        squares, signs = threads.in_parts(10, pairs, lambda rows: (rows**2, -rows))
        assert squares.tolist() == [n**2 for n in range(10)] and signs.tolist() == [-n for n in range(10)]


def test_a_full_validation_of_very_many_rows_says_how_often_the_nearest_is_found(compare, rng, monkeypatch):
    train, holdout, fresh = ({name: list(rng.normal(size=n)) for name in "xyz"} for n in (900, 900, 600))
    many = compare(train, holdout, fresh, effort="full")
    everywhere, _ = pool.Pool.of(many, np.random.default_rng(0))
    assert not everywhere.nearly
    true = everywhere.neighbours("quantile").distances[:, 0]
    assert everywhere.recall is None and not _said(many)
    monkeypatch.setitem(pool.MOST_WORK, "full", 1.0)
    monkeypatch.setattr(pool, "FEWEST_SEARCHED", 100)
    made, _ = pool.Pool.of(many, np.random.default_rng(0))
    assert made.nearly and len(made.searched) == 600
    found = made.neighbours("quantile").distances[:, 0]
    assert made.recall is not None and made.recall >= cells.RECALL
    assert ((found <= true).mean() >= cells.RECALL) and (found >= true).all()
    (words,) = _said(many)
    assert re.search(r"finds the nearest one for (9[89]|100)\.\d% \(measured", words)


def _said(comparison):
    report = validate_coded(comparison, purpose=Purpose.AUGMENT, random_state=0)
    return [words for words in report.verdict.not_tested if "every real row" in words]
