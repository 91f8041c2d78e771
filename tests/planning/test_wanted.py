"""Conditions in two parts: classes of the target, and the rest."""

from __future__ import annotations

import numpy as np
import pytest

from synthgen.errors import ConditionError
from synthgen.generators import JitterSynthesizer, TreeSynthesizer
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
    wanted = read_wanted({"Class": 1, "a": ">= 3 and < 8"}, schema, "auto")
    assert wanted.classes.tolist() == [1.0]
    assert dict(wanted.others) == {"a": ">= 3 and < 8"}
    assert np.flatnonzero(wanted.met_by(coded)).tolist() == [3, 4, 5, 6, 7]
    assert len(rows_that_meet(wanted, coded)) == 5


@pytest.mark.parametrize("conditions", [None, {}])
def test_no_condition(rows, conditions):
    schema, coded = rows
    wanted = read_wanted(conditions, schema, "smote")
    assert wanted.classes is None
    assert wanted.met_by(coded).all()
    assert len(rows_that_meet(Wanted(), coded)) == 10


def test_a_target_of_quantities_is_a_column_like_others(rows):
    schema, _ = rows
    schema = schema.with_column("Class", role="feature").with_column("a", role="target")
    wanted = read_wanted({"a": "> 2", "Class": 1}, schema, "tree")
    assert wanted.classes is None
    assert set(wanted.others) == {"a", "Class"}


@pytest.mark.parametrize("generator", ["auto", "tree", TreeSynthesizer()])
def test_those_that_take_any_condition(rows, generator):
    assert read_wanted({"b": "< 0"}, rows[0], generator).names == "'b'"


@pytest.mark.parametrize("generator", ["smote", "gaussian_copula", "jitter", JitterSynthesizer()])
def test_those_that_take_classes_only(rows, generator):
    assert read_wanted({"Class": 1}, rows[0], generator).classes.tolist() == [1.0]
    with pytest.raises(ConditionError, match=r"'b'.*classes only.*\"tree\""):
        read_wanted({"Class": 1, "b": "< 0"}, rows[0], generator)


def test_what_no_row_meets_is_refused(rows):
    schema, coded = rows
    with pytest.raises(ConditionError, match="No real row meets the conditions on 'a'"):
        rows_that_meet(read_wanted({"a": ">= 2.6 and < 3.4"}, schema, "auto"), coded)


@pytest.mark.parametrize("conditions", [{"Klass": 1}, {"a": "about 3"}, {"Class": 7}, [("a", 1)]])
def test_what_cannot_be_read_is_said(rows, conditions):
    with pytest.raises(ConditionError):
        read_wanted(conditions, rows[0], "auto")
