"""Dates taken apart and put together again are the same, whatever is known of them."""

import numpy as np
import pandas as pd
import pytest

from synthgen.generators.dates import DateColumns
from synthgen.generators.model_rows import filled_rows, learn_columns, learnt_rows, model_rows, table_rows
from synthgen.table import Schema, encode
from synthgen.table.conditions import allowed_values
from synthgen.table.constraints import Inequality

N = 1_500


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(0)
    ordered = pd.Series(pd.Timestamp("2010-01-01") + pd.to_timedelta(rng.integers(0, 4_000 * 24, N), unit="h"))
    sent = ordered.dt.normalize() + pd.to_timedelta(rng.integers(1, 5, N) * 24 + rng.integers(8, 18, N), unit="h")
    bought = pd.Series(np.busday_offset("2005-01-03", rng.integers(0, 3_000, N), roll="forward"))
    ride = pd.Series(pd.Timestamp("2015-01-01") + pd.to_timedelta(rng.integers(0, 2_000_000, N), unit="m"))
    start = pd.Series(pd.Timestamp("2005-01-01") + pd.to_timedelta(rng.integers(0, 5_000, N), unit="D"))
    end = start + pd.to_timedelta(rng.integers(30, 90, N), unit="D")
    frame = pd.DataFrame({"ordered": ordered, "sent": sent, "arrived": sent.dt.normalize() + pd.Timedelta("2D")})
    frame["arrived"] += pd.to_timedelta(rng.integers(0, 5, N), unit="D")
    frame["bought"] = bought.astype("M8[s]")
    frame["settled"] = pd.Series(np.busday_offset(bought.to_numpy().astype("M8[D]"), rng.integers(0, 4, N))).astype(
        "M8[s]"
    )
    frame["off"] = ride.dt.tz_localize("UTC").dt.tz_convert("Europe/Berlin")
    frame["on"] = frame["off"] + pd.to_timedelta(rng.integers(1, 90, N), unit="m")
    frame["start"] = start.astype("M8[s]")
    frame["end"] = end.astype("M8[s]").where(rng.random(N) > 0.2, pd.Timestamp("9999-12-31").as_unit("s"))
    frame["end"] = frame["end"].where(rng.random(N) > 0.1)
    return frame


@pytest.fixture(scope="module")
def learnt(table):
    schema = Schema.infer(table)
    coded = encode(table, schema)
    pairs = ("ordered", "sent"), ("sent", "arrived"), ("bought", "settled"), ("off", "on"), ("start", "end")
    dates, distances = learn_columns(coded, schema, [Inequality(low, high, strict=False) for low, high in pairs])
    return coded, schema, distances, dates


def test_what_is_learnt_of_each(learnt):
    dates = {one.column: one for one in learnt[3].parts}
    assert {name: one.base for name, one in dates.items() if one.base} == {
        "sent": "ordered", "arrived": "sent", "settled": "bought", "on": "off", "end": "start",
    }  # fmt: skip
    assert dates["settled"].grid.weekdays == (0, 1, 2, 3, 4) and dates["on"].unit == 60_000_000
    assert dates["sent"].unit == 0 and dates["sent"].step == 3_600_000_000 and len(dates["end"].special) == 1


def test_there_and_back(learnt):
    coded, schema, distances, dates = learnt
    rows, model = learnt_rows(coded, schema, distances, dates, np.random.default_rng(1))
    assert list(rows.columns) == model.names and not rows.drop(columns="end").isna().any(axis=None)
    back = table_rows(rows, schema, distances, dates)
    twice = np.abs(back[["off", "on"]] - coded[["off", "on"]]).to_numpy()
    # In the hour that the clock shows twice, either moment is meant.
    assert (twice > 0).mean() < 0.002 and twice.max() <= 3_600_000_000
    names = [name for name in coded if name not in ("off", "on")]
    pd.testing.assert_frame_equal(back[names], coded[names])


def test_gaps_are_in_days_of_the_calendar(learnt):
    coded, schema, distances, dates = learnt
    rows, _ = learnt_rows(coded, schema, distances, dates, np.random.default_rng(1))
    assert set(np.unique(rows["settled"])) == {0.0, 1.0, 2.0, 3.0}
    moved = rows.assign(bought=rows["bought"] + 1.0)
    made = table_rows(moved, schema, distances, dates)
    weekday = (made["settled"].to_numpy() // 86_400_000_000 + 3) % 7
    assert weekday.max() <= 4


def test_what_is_known_stays_and_starts_are_counted_back(learnt):
    coded, schema, distances, dates = learnt
    rows, _ = learnt_rows(coded, schema, distances, dates, np.random.default_rng(1))
    known = coded.copy()
    known.loc[:400, ["ordered", "bought", "off", "start"]] = np.nan
    known.loc[401:800, ["sent", "arrived", "on"]] = np.nan
    split = model_rows(known, schema, distances, dates)
    drawn = split.where(split.notna(), rows.sample(frac=1.0, random_state=0).reset_index(drop=True))
    out = filled_rows(drawn, known, schema, distances, dates)[list(coded)]
    told = known.notna()
    pd.testing.assert_frame_equal(out.where(told), known.where(told))
    assert not out.drop(columns="end").isna().any(axis=None)
    for low, high in (("ordered", "sent"), ("sent", "arrived"), ("bought", "settled"), ("off", "on")):
        assert (out[low] <= out[high]).all(), (low, high)


def test_conditions_are_aimed_at_days_that_may_meet_them(learnt):
    coded, schema, distances, dates = learnt
    rows, _ = learnt_rows(coded, schema, distances, dates, np.random.default_rng(1))
    wanted = allowed_values(
        {"ordered": ">= 2012-03-01 and < 2012-03-20", "bought": ">= 2006-05-05 and <= 2006-05-12"}, schema
    )
    aimed = dates.aimed(wanted, schema)
    for name in wanted:
        met, near = wanted[name].accepts(coded[name].to_numpy()), aimed[name].accepts(rows[name].to_numpy())
        assert met.any() and near[met].all() and near.mean() < 0.01
    assert "end" not in dates.aimed(allowed_values({"end": "9999-12-31"}, schema), schema)


def test_nothing_is_changed_without_parts(learnt):
    coded, schema = learnt[:2]
    none = DateColumns()
    assert not none and learnt_rows(coded, schema, (), none, np.random.default_rng(0))[1] is schema
