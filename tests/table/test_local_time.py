"""Clocks that are put forward and back: facts worked out by hand from the rules of each time zone."""

import numpy as np
import pandas as pd
import pytest

from synthgen.table.column import Column, Kind, Storage
from synthgen.table.local_time import DAY, days_and_times, is_clock, moments_at, to_local, to_utc, zone_of


def at(text):
    return float(np.datetime64(text, "us").astype(np.int64))


def shown(value):
    return str(np.array([value]).astype("M8[us]")[0])[:16]


@pytest.mark.parametrize(
    ("zone", "moment", "clock"),
    [
        ("Europe/Berlin", "2024-03-31T00:59", "2024-03-31T01:59"),
        ("Europe/Berlin", "2024-03-31T01:00", "2024-03-31T03:00"),
        ("Europe/Berlin", "2024-10-27T00:30", "2024-10-27T02:30"),
        ("Europe/Berlin", "2024-10-27T01:30", "2024-10-27T02:30"),
        ("America/New_York", "2024-03-10T07:00", "2024-03-10T03:00"),
        ("Australia/Lord_Howe", "2024-04-06T14:59", "2024-04-07T01:59"),
        ("Australia/Lord_Howe", "2024-04-06T15:00", "2024-04-07T01:30"),
        ("America/Sao_Paulo", "2018-11-04T03:00", "2018-11-04T01:00"),
        ("UTC+02:00", "2024-01-01T00:00", "2024-01-01T02:00"),
        (None, "2024-01-01T00:00", "2024-01-01T00:00"),
    ],
)
def test_the_clock_at_a_moment(zone, moment, clock):
    assert shown(to_local(np.array([at(moment)]), zone)[0]) == clock


@pytest.mark.parametrize(
    ("zone", "never", "instead"),
    [
        ("Europe/Berlin", "2024-03-31T02:30", "2024-03-31T03:30"),
        ("America/New_York", "2024-03-10T02:00", "2024-03-10T03:00"),
        ("Australia/Lord_Howe", "2024-10-06T02:15", "2024-10-06T02:45"),
        ("America/Sao_Paulo", "2018-11-04T00:00", "2018-11-04T01:00"),
    ],
)
def test_a_time_that_the_clock_never_shows_becomes_the_one_it_shows_instead(zone, never, instead):
    made = to_utc(np.array([at(never)]), zone)
    assert shown(to_local(made, zone)[0]) == instead


def test_both_moments_of_a_time_shown_twice_are_meant():
    made = to_utc(np.repeat(at("2024-10-27T02:30"), 4), "Europe/Berlin")
    assert {shown(value) for value in made} == {"2024-10-27T00:30", "2024-10-27T01:30"}


@pytest.mark.parametrize(
    "zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", None]
)
def test_there_and_back_on_every_half_hour_of_three_years(zone):
    moments = np.arange(at("2017-01-01"), at("2020-01-01"), 1_800_000_000.0)
    back = moments_at(*days_and_times(moments, zone), zone)
    # Only a time that is shown twice may come back as its double: an hour (half an hour on Lord Howe) a year.
    off = np.abs(back - moments)
    assert off.max() <= DAY / 24 and (off > 0).sum() <= 3 * 2
    np.testing.assert_array_equal(to_local(back, zone), to_local(moments, zone))


def test_a_day_without_midnight_begins_at_its_first_moment():
    days = pd.date_range("2018-11-02", "2018-11-06", freq="D").tz_localize(
        "America/Sao_Paulo", nonexistent="shift_forward"
    )
    assert days[2].hour == 1
    moments = days.tz_convert("UTC").tz_localize(None).to_numpy().astype("M8[us]").astype(np.int64).astype(float)
    whole, times = days_and_times(moments, "America/Sao_Paulo")
    assert not times.any() and np.diff(whole).tolist() == [1, 1, 1, 1]
    np.testing.assert_array_equal(moments_at(whole, times, "America/Sao_Paulo"), moments)


def test_years_beyond_nanoseconds_and_gaps():
    moments = np.array([at("9999-12-31T12:00"), at("0001-06-01"), np.nan])
    back = to_utc(to_local(moments, "Asia/Tokyo"), "Asia/Tokyo")
    assert np.abs(back - moments)[:2].max() < DAY and np.isnan(back[2])


@pytest.mark.parametrize(
    ("storage", "zone", "clock"),
    [
        (Storage("datetime64[us, Europe/Berlin]"), "Europe/Berlin", False),
        (Storage("timestamp[ms, tz=America/New_York][pyarrow]"), "America/New_York", False),
        (Storage("datetime64[ns]"), "None", False),
        (Storage("object", as_text=True, text_format="%Y-%m-%dT%H:%MZ"), "UTC", False),
        (Storage("object", as_text=True, text_format="%Y-%m-%dT%H:%M%z[Europe/London]"), "Europe/London", False),
        (Storage("object", python_type="time"), "None", True),
        (Storage("time64[us][pyarrow]"), "None", True),
        (Storage("object", as_text=True, text_format="%H:%M"), "None", True),
    ],
)
def test_zones_and_clocks_of_columns(storage, zone, clock):
    column = Column("at", Kind.DATETIME, storage=storage)
    assert str(zone_of(column)) == zone and is_clock(column) is clock
