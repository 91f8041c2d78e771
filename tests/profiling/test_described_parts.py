"""Dates, texts and labels, by hand or by control."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from synthgen.profiling.distributions.dates import DAY, HOUR, dates_of
from synthgen.profiling.distributions.labels import levels_of
from synthgen.profiling.distributions.texts import shape, texts_of

YEARS = 5
SPAN = YEARS * 365 * DAY


def column(values, **options):
    (found,) = sg.profile(pd.DataFrame({"x": values}), **options).columns
    return found


def seasons(moments, resolution=1, level=0.01):
    found = dates_of(np.asarray(moments, dtype=float), resolution, level)
    return {season.part: season for season in found.seasons}


def kept(rng, n, probability):
    """Moments of five years, each kept with a probability of its own."""
    moments = rng.integers(0, SPAN, n)
    return moments[rng.random(n) < probability(moments)]


# Dates


def test_working_hours_are_found_and_named():
    rng = np.random.default_rng(0)
    found = seasons(kept(rng, 6000, lambda at: np.where((at % DAY) // HOUR == 9, 1, 0.5)))
    assert found["hour"].found
    assert found["hour"].busiest == "09 h"
    assert found["hour"].lift == pytest.approx(1 / (12.5 / 24), abs=0.35)
    assert not found["weekday"].found and not found["month"].found


def test_weekends_are_found_and_named():
    rng = np.random.default_rng(0)
    # 1 January 1970 was a Thursday: two days later begins a Saturday.
    found = seasons(kept(rng, 6000, lambda at: np.where((at // DAY) % 7 == 2, 1, 0.5)))
    assert found["weekday"].found
    assert found["weekday"].busiest == "Saturday"
    assert not found["hour"].found


def test_a_season_of_the_year_is_found_and_named():
    rng = np.random.default_rng(0)
    found = seasons(kept(rng, 9000, lambda at: 0.5 + 0.4 * np.cos(2 * np.pi * (at / DAY - 196) / 365.25)))
    assert found["month"].found
    assert found["month"].busiest in ("June", "July", "August")


@pytest.mark.parametrize("name", ["even", "growing", "bursts"])
def test_no_season_is_found_where_there_is_none(name):
    def bursts(rng):
        starts = rng.choice(rng.integers(0, SPAN, 80), 2000)
        return np.minimum(starts + rng.exponential(6 * HOUR, 2000), SPAN)

    draws = {
        "even": lambda rng: rng.integers(0, SPAN, 2000), "bursts": bursts,
        "growing": lambda rng: SPAN * rng.random(2000) ** 0.5,
    }  # fmt: skip
    wrong = 0
    for seed in range(60):
        found = seasons(draws[name](np.random.default_rng(seed)), level=0.05 / 3)
        wrong += any(season.found for season in found.values())
    assert wrong <= 8  # 3 to be expected at most: a chance of .01


def test_a_regular_series_has_a_step_and_no_season():
    found = dates_of(np.arange(0, 5000) * float(HOUR), HOUR, 0.05)
    assert found.regular == "every hour"
    assert not any(season.found for season in found.seasons)
    assert (found.empty_days, found.resolution) == (0.0, "hours")


def test_gaps_by_hand():
    # Ten rows a day for ten days, none for thirty, ten a day for ten days: 30 of 50 days are empty.
    days = np.repeat(np.concatenate([np.arange(10), np.arange(40, 50)]), 10) * float(DAY)
    found = dates_of(days, DAY, 0.05)
    assert found.empty_days == pytest.approx(0.6)
    assert found.longest_gap_days == 31  # from the 10th day to the 41st


def test_a_range_is_told_by_months_that_ten_rows_reach():
    rng = np.random.default_rng(0)
    values = pd.Timestamp("2020-02-03") + pd.to_timedelta(rng.integers(0, 300, 400), unit="D")
    outlier = pd.to_datetime(["1912-03-04"])
    found = column(values.append(outlier))
    assert (found.dates.first, found.dates.last) == ("2020-02", "2020-11")
    assert "1912" not in repr(found.dates)
    assert found.family is None


def test_few_dates_are_not_described():
    assert dates_of(np.arange(99.0) * DAY, DAY, 0.05) is None


# Texts


def test_shapes_of_codes():
    codes = [f"{'KLM'[k % 3]}{k:04d}-x" for k in range(300)]
    found = column(codes)
    assert found.family == "identifier"
    assert found.texts.shapes == (("A9999-a", 1.0),)
    assert found.texts.unique == 1.0
    assert dict(found.texts.lengths) == {0.05: 7, 0.5: 7, 0.95: 7}


def test_a_shape_of_nine_rows_is_not_shown():
    texts = pd.Series(["AB1"] * 100 + ["secret!"] * 9)
    found = texts_of(texts, np.random.default_rng(0))
    assert [words for words, _ in found.shapes] == ["AA9"]


def test_letters_of_any_script_are_letters():
    assert shape("Éa-Жж٣") == "Aa-Aa9"
    assert shape("☃") == "?"


def test_no_text_is_shown():
    rng = np.random.default_rng(0)
    words = ["confidential", "patient", "fever", "headache", "mother", "Tuesday"]
    texts = [" ".join(rng.choice(words, 6)) + f" {k}" for k in range(300)]
    found = column(texts)
    assert found.family == "text"
    assert found.texts.words == 7
    assert not any(word in repr(found) for word in words)


# Labels


def test_entropy_by_hand():
    found = levels_of(np.array([8.0, 8.0, 8.0, 8.0]))
    assert (found.entropy, found.evenness, found.effective) == pytest.approx((2, 1, 4))
    assert (found.rare, found.rare_share) == (4, 1.0)
    assert levels_of(np.array([50.0])).entropy == 0


def test_rare_labels_are_counted_not_named():
    found = column(["common"] * 90 + ["other"] * 50 + ["odd one"] * 3)
    assert found.spread.rare == 1
    assert found.spread.rare_share == pytest.approx(3 / 143)
    assert "odd one" not in repr(found)
