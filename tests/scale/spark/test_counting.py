"""Exact facts of columns: those that a pass over the same rows in pieces finds."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from synthgen.scale.scan import scan
from synthgen.scale.source import open_source
from synthgen.scale.spark.counting import facts_of
from synthgen.scale.spark.frames import read_frame


def test_moments_and_odd_names_have_the_facts_of_the_same_rows_in_pieces(spark):
    # A clock without a zone has an hour that Berlin's left out, and one that it had twice.
    clock = [dt.datetime(2024, 3, 31, 0, 30) + dt.timedelta(hours=hours * 13) for hours in range(400)]
    rows = [(at, at.replace(tzinfo=dt.UTC), at.date(), at.hour / 2) for at in clock]
    names = ["wall.clock", "at", "day `d`", "a, b"]
    table = spark.createDataFrame(rows, "w timestamp_ntz, a timestamp, d date, x double").toDF(*names)
    found = facts_of(read_frame(table))
    frame = pd.DataFrame(rows, columns=names).astype({"wall.clock": "datetime64[us]", "at": "datetime64[us, UTC]"})
    known = scan(open_source(frame), random_state=0).facts
    assert list(found) == names
    for name, facts in found.items():
        assert (facts.name, facts.n, facts.missing, facts.distinct) == (name, 400, 0, known[name].distinct)
        assert (facts.minimum, facts.maximum) == (known[name].minimum, known[name].maximum)
        assert np.isclose(facts.mean, known[name].mean, rtol=1e-12)
