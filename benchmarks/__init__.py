"""Measurements of synthgen on the tables it ships with: ``python -m benchmarks``."""
