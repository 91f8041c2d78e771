"""Tables in Spark (extra ``spark``): :func:`synthesize` on a Spark DataFrame; see docs/spark.md."""

from synthgen.scale.spark import SparkResult, synthesize

__all__ = ["SparkResult", "synthesize"]
