"""Many small distributions at once are drawn from as each one alone would be."""

import numpy as np
import pytest

from synthgen.table.text.choices import Choices, pick


def ints(*values):
    return np.array(values, dtype=np.int64)


def test_pairs_are_counted_by_people():
    made = Choices.counted(ints(5, 5, 5, 5, 9), ints(1, 1, 2, 2, 1), ints(0, 1, 3, 3, 0), 1)
    assert made.keys.tolist() == [5, 9]
    assert [made.values[a:b].tolist() for a, b in zip(made.starts, made.starts[1:], strict=False)] == [[1, 2], [1]]
    assert made.weights.tolist() == [2.0, 1.0, 1.0]
    assert not len(Choices.counted(ints(), ints(), ints(), 2).keys)


def test_values_are_drawn_by_weight_and_unknown_keys_give_none():
    made = Choices.of(ints(3, 3, 8), ints(10, 11, 12), np.array([1.0, 3.0, 5.0]))
    drawn = made.draw(ints(*[3] * 20_000, 8, 4, 100, -1), np.random.default_rng(0))
    assert drawn[-4:].tolist() == [12, -1, -1, -1]
    assert (drawn[:20_000] == 11).mean() == pytest.approx(0.75, abs=0.01)
    assert set(drawn[:20_000]) == {10, 11}


def test_one_of_each_group_is_picked_in_proportion():
    logits = np.log(np.tile([1.0, 2.0, 1.0], 10_000))
    found = pick(np.arange(0, 30_000, 3), logits, np.random.default_rng(0))
    assert (found // 3 == np.arange(10_000)).all()
    assert np.bincount(found % 3) / 10_000 == pytest.approx([0.25, 0.5, 0.25], abs=0.02)


def test_arrays_give_the_same_choices_back():
    made = Choices.of(ints(3, 1), ints(0, 4), np.array([1.0, 2.0]))
    again = Choices.from_arrays("a", made.to_arrays("a"))
    assert all((getattr(again, part) == getattr(made, part)).all() for part in ("keys", "starts", "values", "weights"))
