"""Machines without synthgen, or with another one: what a user is told."""

from __future__ import annotations

import sys
import venv

import pytest

from synthgen.errors import ConditionError, UsageError
from synthgen.scale.spark.executors import check_executors, in_words, judged

HERE = {"synthgen": "1.0", "numpy": "2.1"}


def test_the_same_versions_need_no_words():
    assert judged([{"synthgen-tabular": "1.0", "numpy": "2.1"}], HERE) == []


def test_other_libraries_are_a_warning_and_another_synthgen_is_refused():
    assert "executors have numpy 1.26" in judged([{"synthgen-tabular": "1.0", "numpy": "1.26"}], HERE)[0]
    with pytest.raises(UsageError, match="there is no synthgen there"):
        judged([{"synthgen-tabular": "absent", "numpy": "2.1"}], HERE)
    with pytest.raises(UsageError, match=r"Executors have synthgen 0\.9 and the driver has 1\.0"):
        judged([{"synthgen-tabular": "0.9", "numpy": "2.1"}, {"synthgen-tabular": "1.0", "numpy": "2.1"}], HERE)


def test_executors_of_this_machine_have_what_the_driver_has(spark):
    assert check_executors(spark) == []


def test_an_executor_whose_python_has_nothing_is_said_to(spark, tmp_path, monkeypatch):
    venv.create(tmp_path, symlinks=True)
    monkeypatch.setattr(spark.sparkContext, "pythonExec", str(tmp_path / "bin" / "python"))
    with pytest.raises(UsageError, match=r"the Python of one of them has no pyarrow.*PYSPARK_PYTHON"):
        check_executors(spark)


@pytest.mark.parametrize(
    ("text", "kind", "match"),
    [
        ("Traceback ...\nModuleNotFoundError: No module named 'synthgen.scale'", UsageError, "has no synthgen.scale"),
        ("x\nsynthgen.errors.ConditionError: No row has it.\n at org.apache", ConditionError, "^No row has it.$"),
        ("something else", RuntimeError, "^something else$"),
    ],
)
def test_errors_of_a_job_are_told_apart(text, kind, match):
    with pytest.raises(kind, match=match), in_words():
        raise RuntimeError(text)


def test_the_interpreter_of_the_tests_is_the_executors(spark):
    assert spark.sparkContext.pythonExec == sys.executable
