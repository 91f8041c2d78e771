"""Dates and times of day as text: one format reads all and writes them back; what may mean two things is no date."""

import numpy as np
import pandas as pd
import pytest

from synthgen.table.date_formats import (
    DATE_FORMATS,
    find_date_format,
    is_time_of_day,
    may_read,
    read_dates,
    write_dates,
)
from synthgen.table.zoned_texts import find_zone, split_zone

DAYS = pd.date_range("2021-01-05", "2023-05-09", periods=60).floor("s")


def written(text_format, stamps=DAYS):
    return list(dict.fromkeys(stamps.strftime(text_format)))


@pytest.mark.parametrize(
    ("texts", "text_format"),
    [
        (written("%d.%m.%y"), "%d.%m.%y"),
        (written("%m/%d/%y"), "%m/%d/%y"),
        (written("%d %B %Y"), "%d %B %Y"),
        ([text.upper() for text in written("%d-%b-%y")], "%d-%^b-%y"),
        ([text.lower() for text in written("%d-%b-%Y")], "%d-%~b-%Y"),
        ([text.upper() for text in written("%d%b%Y")], "%d%^b%Y"),
        (written("%B %d, %Y"), "%B %d, %Y"),
        (written("%m/%d/%Y %I:%M %p"), "%m/%d/%Y %I:%M %p"),
        (written("%Y-%m"), "%Y-%m"),
        (written("%H:%M"), "%H:%M"),
        (written("%H:%M:%S"), "%H:%M:%S"),
        ([f"{hour}:05" for hour in range(6, 20)], "%-H:%M"),
        (written("%Y-%m-%dT%H:%M:%S+02:00"), "%Y-%m-%dT%H:%M:%S+02:00"),
        (written("%Y-%m-%d %H:%M:%S UTC"), "%Y-%m-%d %H:%M:%S UTC"),
    ],
)
def test_a_format_is_found(texts, text_format):
    found = find_date_format(texts, "when")
    assert found is not None and found.text_format == text_format
    assert write_dates(read_dates(texts, text_format), text_format).tolist() == texts


@pytest.mark.parametrize(
    "texts",
    [
        ["01.02.03", "04.05.06x"],
        ["05/06/21", "07/08/21", "01/02/22"],  # days and months can't be told apart
        ["25:10", "12:00"],
        ["1.5", "2.5"],
        ["Jan-Feb", "Mar-Apr"],
        ["12:30+01:00", "12:30+02:00"],
    ],
)
def test_what_is_no_date_or_may_be_two(texts):
    assert find_date_format(texts, "when") is None


def test_every_format_reads_what_it_writes():
    stamps = DAYS.to_numpy().astype("M8[us]")
    for text_format in DATE_FORMATS:
        texts = write_dates(stamps, text_format).tolist()
        assert may_read(texts[0], text_format), text_format
        again = read_dates(texts, text_format)
        assert not np.isnat(again).any() and write_dates(again, text_format).tolist() == texts, text_format


def test_times_of_day_are_those_of_one_day():
    assert read_dates(["14:30"], "%H:%M").astype("M8[us]").astype(int).tolist() == [52_200_000_000]
    assert is_time_of_day("%I:%M %p") and not is_time_of_day("%m/%Y") and not is_time_of_day(None)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])
def test_offsets_that_change_with_the_season_tell_the_zone(zone):
    stamps = pd.date_range("2022-01-01", "2023-12-31", periods=120, tz="UTC").floor("s").tz_convert(zone)
    texts = [stamp.isoformat() for stamp in stamps]
    found = find_date_format(texts, "when")
    assert found is not None and split_zone(found.text_format) == ("%Y-%m-%dT%H:%M:%S%z", zone)
    moments = read_dates(texts, found.text_format)
    assert (moments == stamps.tz_convert("UTC").tz_localize(None).to_numpy().astype("M8[us]")).all()
    assert write_dates(moments, found.text_format).tolist() == texts


def test_offsets_of_no_zone_are_no_format():
    assert find_zone(["2022-01-01T12:00+01:00", "2022-01-02T12:00+07:00"], ["%Y-%m-%dT%H:%M"]) is None
