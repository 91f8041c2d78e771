"""What can't be taken from Spark is refused in words, before any row is read."""

from __future__ import annotations

import re
import sys

import pandas as pd
import pytest

import synthgen as sg
from synthgen.errors import DataError, MissingExtraError, UsageError
from synthgen.scale.spark.frames import column, read_frame


def test_without_pyspark_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyspark", None)
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    with pytest.raises(MissingExtraError, match=r"synthgen-tabular\[spark\]"):
        read_frame(object())


def test_an_old_pyspark_is_refused(monkeypatch):
    pyspark = pytest.importorskip("pyspark", reason="the extra spark isn't installed")
    monkeypatch.setattr(pyspark, "__version__", "3.5.1")
    with pytest.raises(MissingExtraError, match=r"PySpark 3\.5\.1 .* PySpark 4 or later"):
        read_frame(object())


def test_the_module_is_there_without_pyspark(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyspark", None)
    assert callable(sg.spark.synthesize)
    assert "spark" in dir(sg)


def test_a_frame_in_memory_is_sent_where_it_belongs(monkeypatch):
    pytest.importorskip("pyspark", reason="the extra spark isn't installed")
    with pytest.raises(UsageError, match=r"takes a Spark DataFrame; got DataFrame. Tables in memory"):
        read_frame(pd.DataFrame({"a": [1]}))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UsageError, match="install Java 17"):
        read_frame(pd.DataFrame({"a": [1]}))


def test_a_stream_is_refused(spark):
    with pytest.raises(UsageError, match="stream, which never ends"):
        read_frame(spark.readStream.format("rate").load())


@pytest.mark.parametrize("names", [("a", "a", "b"), ("Age", "b", "age")])
def test_names_that_spark_cant_tell_apart_are_refused(spark, names):
    with pytest.raises(DataError, match=f"'{names[0]}'.*can't be told apart"):
        read_frame(spark.createDataFrame([(1, 2, 3)], "x long, y long, z long").toDF(*names))


@pytest.mark.parametrize(
    "kind",
    [
        "binary",
        "array<int>",
        "map<string, int>",
        "struct<a: int>",
        "interval year to month",
        "string collate UTF8_LCASE",
    ],
)
def test_columns_with_parts_are_refused_by_name(spark, kind):
    frame = spark.createDataFrame([], f"whole long, odd {kind}")
    with pytest.raises(DataError, match="Column 'odd' has the Spark type"):
        read_frame(frame)


def test_marked_rows_are_refused_and_a_flag_that_marks_none_is_dropped(spark):
    frame = spark.createDataFrame([(1, False), (2, True)], "a long, is_synthetic boolean")
    with pytest.raises(UsageError, match="has synthetic rows already"):
        read_frame(frame)
    assert read_frame(frame.filter("a = 1")).names == ["a"]


@pytest.mark.parametrize("zone", ["Z", "GMT+2"])
def test_a_zone_that_python_doesnt_know_is_said(spark, zone):
    frame = spark.sql("select timestamp '2024-01-01 00:00:00' as `at`, date '2024-01-01' as `day`")
    before = spark.conf.get("spark.sql.session.timeZone")
    spark.conf.set("spark.sql.session.timeZone", zone)
    try:
        with pytest.raises(UsageError, match=re.escape(f"'at' has moments in the session's time zone {zone!r}")):
            read_frame(frame)
        assert read_frame(frame.drop("at")).names == ["day"]
        spark.conf.set("spark.sql.session.timeZone", "+02:00")
        assert read_frame(frame).names == ["at", "day"]
    finally:
        spark.conf.set("spark.sql.session.timeZone", before)


@pytest.mark.parametrize(
    ("value", "marks"),
    [("'unknown'", True), ("current_date()", True), ("2", True), ("' no '", False), ("0D", False), ("null", False)],
)
def test_a_flag_of_any_type_is_read(spark, value, marks):
    frame = spark.range(2).selectExpr("id", f"{value} as Is_Synthetic")
    if marks:
        with pytest.raises(UsageError, match="has synthetic rows already"):
            read_frame(frame)
    else:
        assert read_frame(frame).names == ["id"]


def test_names_with_dots_and_ticks_are_columns_of_that_name(spark):
    frame = spark.createDataFrame([(1, 2)], "a long, b long").toDF("a.b", "c`d")
    assert [frame.select(column(name)).collect()[0][0] for name in frame.columns] == [1, 2]
