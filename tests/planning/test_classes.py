"""No class is lost without a word."""

from __future__ import annotations

import numpy as np
import pytest

from synthgen.errors import DataError
from synthgen.planning import Plan, check_learnable, shortfall
from synthgen.table import encode, infer_schema


@pytest.fixture
def three(plain):
    frame = plain(6, 3, 2)
    schema = infer_schema(frame, target="Class")
    return schema, encode(frame, schema)


def test_a_class_that_is_only_in_holdout_is_named(three):
    schema, coded = three
    with pytest.raises(DataError, match=r"class '2'.*holdout"):
        check_learnable(coded, np.arange(9), Plan(9, {1.0: 4, 2.0: 5}), schema)
    check_learnable(coded, np.arange(9), Plan(4, {1.0: 4}), schema)  # it isn't asked for
    check_learnable(coded, np.arange(10), Plan(9, {1.0: 4, 2.0: 5}), schema)
    check_learnable(coded, np.arange(3), Plan(9), schema)


def test_classes_without_a_row_in_the_result_are_named(three):
    schema, _ = three
    assert shortfall(Plan(4, {0.0: 3, 1.0: 1}), 4, [], schema) == []
    (words,) = shortfall(Plan(2, {0.0: 1, 1.0: 1}, left_out=(2.0,)), 2, [], schema)
    assert "class '2'" in words
    assert "n_samples" in words
    rows, words = shortfall(Plan(4000, {1.0: 2000, 2.0: 2000}), 0, [1.0, 2.0], schema)
    assert rows.startswith("4,000 rows fewer than asked for")
    assert "classes '1', '2'" in words
    assert "refused" in words
