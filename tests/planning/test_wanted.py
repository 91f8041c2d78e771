"""Conditions in two parts: classes of the target, and the rest."""

from __future__ import annotations

import numpy as np
import pytest

from synthgen.errors import ConditionError
from synthgen.planning import Wanted, read_wanted, rows_that_meet
from synthgen.table import encode, infer_schema


@pytest.fixture
def rows(plain):
    frame = plain(6, 4)
    frame["a"] = [0.5, 1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5, 8.5, 9.5]
    schema = infer_schema(frame, target="Class")
    return schema, encode(frame, schema)


def test_the_two_parts(rows):
    schema, coded = rows
    wanted = read_wanted({"Class": 1, "a": ">= 3 and < 8"}, schema)
    assert wanted.classes.tolist() == [1.0]
    assert dict(wanted.others) == {"a": ">= 3 and < 8"}
    assert np.flatnonzero(wanted.met_by(coded)).tolist() == [3, 4, 5, 6, 7]
    assert len(rows_that_meet(wanted, coded, schema)) == 5


@pytest.mark.parametrize("conditions", [None, {}])
def test_no_condition(rows, conditions):
    schema, coded = rows
    wanted = read_wanted(conditions, schema)
    assert wanted.classes is None
    assert wanted.met_by(coded).all()
    assert len(rows_that_meet(Wanted(), coded, schema)) == 10


def test_a_target_of_quantities_is_a_column_like_others(rows):
    schema, _ = rows
    schema = schema.with_column("Class", role="feature").with_column("a", role="target")
    wanted = read_wanted({"a": "> 2", "Class": 1}, schema)
    assert wanted.classes is None
    assert set(wanted.others) == {"a", "Class"}


def test_what_no_row_meets_is_refused(rows):
    schema, coded = rows
    with pytest.raises(ConditionError, match=r"No real row has 'a >= 2\.6 and < 3\.4', so nothing can be learnt"):
        rows_that_meet(read_wanted({"a": ">= 2.6 and < 3.4"}, schema), coded, schema)


@pytest.mark.parametrize("conditions", [{"Klass": 1}, {"a": "about 3"}, {"Class": 7}, [("a", 1)]])
def test_what_cannot_be_read_is_said(rows, conditions):
    with pytest.raises(ConditionError):
        read_wanted(conditions, rows[0])
