"""What is learnt of a column of dates, and what isn't where nothing tells it."""

import numpy as np
import pandas as pd
import pytest

from synthgen.generators.dates.learning import learn_dates, step_of_times
from synthgen.table import Schema, encode
from synthgen.table.local_time import DAY

HOUR = 3_600_000_000
N = 2_000


def learnt(**columns):
    frame = pd.DataFrame(columns)
    schema = Schema.infer(frame)
    return {one.column: one for one in learn_dates(encode(frame, schema), schema).parts}


def some_days(rng, n=N, start="2018-01-01", length=1_000):
    return pd.Series(pd.Timestamp(start) + pd.to_timedelta(rng.integers(0, length, n), unit="D"))


def test_plain_days_are_left_as_they_are():
    rng = np.random.default_rng(0)
    assert learnt(day=some_days(rng), value=rng.normal(size=N)) == {}


def test_weeks_count_where_rows_or_values_differ_by_day():
    rng = np.random.default_rng(1)
    day = some_days(rng)
    busy = pd.concat([day, day[day.dt.day_of_week == 5]], ignore_index=True)
    assert learnt(day=busy)["day"].weeks
    assert learnt(day=day, sold=np.where(day.dt.day_of_week == 6, 0.0, rng.normal(9, 1, N)))["day"].weeks
    assert learnt(day=day, sold=rng.normal(9, 1, N)) == {}


def test_random_days_have_no_weeks():
    rng = np.random.default_rng(2)
    found = [learnt(day=some_days(rng, 300), value=rng.normal(size=300)) for _ in range(100)]
    assert sum(map(bool, found)) <= 1


@pytest.mark.parametrize(
    ("freq", "step"), [("15min", HOUR // 4), ("h", HOUR), ("min", HOUR // 60), ("s", HOUR // 3600), ("6h", 6 * HOUR)]
)
def test_the_grid_of_times_of_day(freq, step):
    stamps = pd.Series(pd.date_range("2020-01-01", periods=N, freq=freq))
    times = (stamps - stamps.dt.floor("D")) / pd.Timedelta("1us")
    assert step_of_times(times.to_numpy(), stamps.to_numpy().astype("M8[us]").astype(float)) == step


def test_three_quarter_hours_are_too_few_to_tell():
    times = np.array([900e6, 1800e6, 2700e6])
    assert step_of_times(times, times) == 60_000_000


def test_days_of_a_time_zone_are_days():
    rng = np.random.default_rng(3)
    day = some_days(rng).dt.tz_localize("America/Sao_Paulo", nonexistent="shift_forward", ambiguous=np.ones(N, bool))
    one = learnt(day=day)["day"]
    assert one.step == 0 and one.offset == 0 and one.grid.is_every_day


def test_noon_on_all_days_is_kept_without_a_part_of_its_own():
    rng = np.random.default_rng(4)
    one = learnt(at=some_days(rng) + pd.Timedelta("12h"))["at"]
    assert (one.step, one.offset) == (0, DAY // 2)


def test_a_saved_part_comes_back():
    rng = np.random.default_rng(5)
    values = some_days(rng).astype("M8[s]")
    values[:50] = pd.Timestamp("9999-12-31").as_unit("s")
    one = learnt(until=values)["until"]
    assert len(one.special) == 1 and type(one).from_dict(one.to_dict()) == one


def test_dates_of_few_rows_that_none_of_those_looked_at_has():
    frame = pd.DataFrame({"x": np.arange(25_000) % 50 / 4})
    # Every second row is looked at; dates stand in others only.
    frame["seen"] = pd.Series(pd.NaT, index=frame.index, dtype="datetime64[us]")
    frame.loc[frame.index[1:800:2], "seen"] = pd.Timestamp("2020-01-01") + pd.to_timedelta(np.arange(400), unit="D")
    schema = Schema.infer(frame)
    assert not any(one.weeks for one in learn_dates(encode(frame, schema), schema).parts)
