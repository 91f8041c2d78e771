"""Calendars: numbered and found where chance doesn't explain them, and not where it does."""

import numpy as np
import pandas as pd
import pytest

from synthgen.table.day_grid import CHANCE, MONTH, DayGrid, enough, find_grid


def days(stamps):
    return np.asarray(pd.DatetimeIndex(stamps).to_numpy().astype("M8[D]").astype(np.int64), dtype=float)


CALENDARS = {
    "month ends": (pd.date_range("2019-01-31", periods=24, freq="ME"), DayGrid(places=(1,), counting="last")),
    "firsts": (pd.date_range("2019-01-01", periods=24, freq="MS"), DayGrid(places=(1,))),
    "last business days": (
        pd.date_range("2019-01-01", periods=24, freq="BME"), DayGrid(places=(1,), counting="last business"),
    ),
    "first business days": (
        pd.date_range("2019-01-01", periods=24, freq="BMS"), DayGrid(places=(1,), counting="first business"),
    ),
    "1st and 15th": (pd.date_range("2019-01-01", periods=24, freq="SMS"), DayGrid(places=(1, 15))),
    "quarter ends": (
        pd.date_range("2010-01-01", periods=20, freq="QE"), DayGrid(places=(1,), counting="last", every=3, phase=2),
    ),
    "business days": (pd.bdate_range("2019-01-01", periods=90), DayGrid(weekdays=(0, 1, 2, 3, 4))),
    "Mondays": (pd.date_range("2019-01-07", periods=20, freq="7D"), DayGrid(weekdays=(0,))),
}  # fmt: skip


@pytest.mark.parametrize("name", CALENDARS)
def test_a_calendar_is_found_and_numbers_its_days_one_after_the_other(name):
    stamps, expected = CALENDARS[name]
    grid, found = find_grid(days(stamps)), days(stamps)
    assert grid == expected
    index = grid.index(found)
    assert np.diff(index).tolist() == [1.0] * (len(found) - 1)
    np.testing.assert_array_equal(grid.days(index), found)
    # Between two days of the calendar, the one before counts.
    np.testing.assert_array_equal(grid.index(found[1:] - 1) == index[:-1], np.diff(found) > 0)
    assert DayGrid.from_dict(grid.to_dict()) == grid


def test_days_by_hand():
    ends = DayGrid(places=(1,), counting="last")
    assert ends.days(np.array([24 * 12 + 1.0 + 26 * 12, np.nan])).astype("M8[D]").astype(str)[0] == "2020-02-29"
    # The 1st of May 2021 was a Saturday, the 31st of July 2021 too.
    first, last = (DayGrid(places=(1,), counting=f"{end} business") for end in ("first", "last"))
    assert str(first.days(np.array([51 * 12 + 4.0])).astype("M8[D]")[0]) == "2021-05-03"
    assert str(last.days(np.array([51 * 12 + 6.0])).astype("M8[D]")[0]) == "2021-07-30"
    workdays = DayGrid(weekdays=(0, 1, 2, 3, 4))
    friday = days(["2024-03-29"])
    assert workdays.days(workdays.index(friday) + 1).astype("M8[D]").astype(str).tolist() == ["2024-04-01"]
    assert workdays.index(friday + 2) == workdays.index(friday)


def test_random_days_are_of_no_calendar():
    rng = np.random.default_rng(0)
    for n in (5, 12, 40, 200, 2_000):
        for _ in range(100):
            found = find_grid(rng.integers(10_000, 18_000, n).astype(float))
            assert found.is_every_day, (n, found)


def test_it_takes_enough_distinct_days_to_tell_a_calendar():
    # Without weekends by chance: (5/7)^n × 2^7 < 10^-6 from 56 days on, however many rows share them.
    assert (5 / 7) ** 55 * 2**7 > CHANCE > (5 / 7) ** 56 * 2**7
    assert not enough(55, 5 / 7, 2**7) and enough(56, 5 / 7, 2**7)
    # As docs/dates.md says: 31 places of a month, of which one or two are taken, counted in four ways; seven weekdays.
    for needed, share, tried in ((6, 1 / MONTH, 31 * 4), (8, 2 / MONTH, 31 * 30 // 2 * 4), (10, 1 / 7, 2**7)):
        assert enough(needed, share, tried) and not enough(needed - 1, share, tried)
    workdays = days(pd.bdate_range("2019-01-01", periods=56))
    assert find_grid(np.repeat(workdays[:55], 100)).is_every_day
    assert find_grid(workdays).weekdays == (0, 1, 2, 3, 4)
    assert find_grid(days(["2024-01-31", "2024-02-29", "2024-03-31"])).is_every_day
    assert find_grid(np.array([])).is_every_day and find_grid(np.array([np.nan, 3.0])).is_every_day


def test_one_day_off_the_calendar_is_enough_to_drop_it():
    stamps = days(pd.date_range("2015-01-31", periods=48, freq="ME"))
    assert find_grid(np.append(stamps, stamps[-1] + 5)).is_every_day
