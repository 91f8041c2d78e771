"""Tables in Spark: counted and sampled by Spark, learnt from on the driver, made block by block on the executors."""

from synthgen.scale.spark.result import SparkResult
from synthgen.scale.spark.run import synthesize

__all__ = ["SparkResult", "synthesize"]
