"""How the rows that blocks keep are shared out, and which classes have none. No Spark is needed for that."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from synthgen.errors import DataError
from synthgen.generators.sampling import BLOCK
from synthgen.scale.spark.making import Making, Part, _cast


def making_of(*parts):
    seed = np.random.SeedSequence(0)
    return Making(None, tuple(Part(*part, None, seed) for part in parts), "keep", None, None, None)


@pytest.mark.parametrize(
    ("kept", "handed_out", "lost"),
    [
        ([30, BLOCK, 10, 5], [30, BLOCK, 0, 5], []),
        ([BLOCK, BLOCK, BLOCK, 5], [BLOCK, 30, 0, 5], []),
        ([30, 0, 10, 0], [30, 0, 10, 0], [1.0]),
        ([0, 0, 0, 5], [0, 0, 0, 5], [0.0]),
        ([0, 0, 0, 0], [0, 0, 0, 0], [0.0, 1.0]),
    ],
)
def test_rows_are_handed_out_in_order_and_classes_without_one_are_told(kept, handed_out, lost):
    making = making_of((0, BLOCK + 30, 3 * BLOCK), (1, 7, 20))
    limits = making.limits(np.array(kept))
    assert limits.tolist() == handed_out
    assert making.lost(limits) == lost


def test_rows_of_no_class_are_no_lost_class():
    making = making_of((None, 7, 20))
    assert making.lost(making.limits(np.array([0]))) == []


def test_values_that_a_type_has_no_room_for_are_refused_and_not_shown():
    narrow = pa.schema([("id", pa.int16())])
    assert _cast(pa.table({"id": [7]}), narrow).schema == narrow
    with pytest.raises(DataError, match="Column 'id' has the type int16, which has no room") as refused:
        _cast(pa.table({"id": [70_000]}), narrow)
    assert "70" not in str(refused.value)
