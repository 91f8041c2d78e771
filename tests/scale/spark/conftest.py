"""One Spark on this machine for all tests of a process; without Java or PySpark they are skipped."""

from __future__ import annotations

import os
import shutil
import sys

import pyarrow as pa
import pytest

ZONE = "Europe/Berlin"


def need_java():
    pytest.importorskip("pyspark", reason="the extra spark isn't installed")
    if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        pytest.skip("Java isn't installed")


@pytest.fixture(scope="session")
def spark(tmp_path_factory):
    need_java()
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable
    folder = tmp_path_factory.mktemp("spark")
    settings = {
        "spark.ui.enabled": "false", "spark.driver.memory": "1g", "spark.sql.shuffle.partitions": "3",
        "spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1", "spark.local.dir": str(folder),
        "spark.sql.warehouse.dir": str(folder / "warehouse"), "spark.sql.session.timeZone": ZONE,
        "spark.ui.showConsoleProgress": "false",
    }  # fmt: skip
    builder = SparkSession.builder.master("local[2]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


@pytest.fixture
def in_spark(spark):
    """Hand a pandas frame to Spark, in so many partitions."""

    def hand(frame, partitions=2):
        table = pa.Table.from_pandas(frame, preserve_index=False)
        return spark.createDataFrame(table).repartition(partitions)

    return hand
