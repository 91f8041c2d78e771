"""Dates that every generator makes: on their calendar, at their times of day, with their shares."""

import datetime as dt

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import synthgen as sg

N = 1_500
GENERATORS = {
    "jitter": lambda: sg.generators.JitterSynthesizer(random_state=0),
    "smote": lambda: sg.generators.SmoteSynthesizer(random_state=0),
    "gaussian_copula": lambda: sg.generators.GaussianCopulaSynthesizer(random_state=0),
    "tree": lambda: sg.generators.TreeSynthesizer(preset="turbo", random_state=0),
}
WEEK = np.array([3, 3, 3, 3, 5, 8, 0.5]) / 25.5
BERLIN = "Europe/Berlin"


def some_days(rng, length=1_400):
    return pd.Series(pd.Timestamp("2017-01-02") + pd.to_timedelta(rng.integers(0, length, N), unit="D"))


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(0)
    shop = pd.Timestamp("2017-01-02") + pd.to_timedelta(
        rng.integers(0, 200, N) * 7 + rng.choice(7, N, p=WEEK), unit="D"
    )
    local = pd.Series(shop) + pd.to_timedelta(rng.integers(32, 80, N) * 15, unit="m")
    frame = pd.DataFrame({"spent": np.exp(rng.normal(3, 0.3, N)) * np.where(local.dt.hour >= 17, 3, 1)})
    frame["till"] = local.dt.tz_localize(BERLIN)
    frame["salary"] = some_days(rng) + pd.offsets.MonthEnd(0)
    frame["rent"] = some_days(rng).dt.to_period("M").dt.to_timestamp()
    frame["trade"] = pd.Series(np.busday_offset("2017-01-02", rng.integers(0, 900, N))).astype("M8[s]")
    midnight = {"nonexistent": "shift_forward", "ambiguous": np.ones(N, bool)}
    frame["born"] = some_days(rng).dt.tz_localize("America/Sao_Paulo", **midnight)
    until = some_days(rng).astype("M8[s]")
    frame["until"] = until.where(rng.random(N) > 0.2, pd.Timestamp("9999-12-31").as_unit("s")).where(
        rng.random(N) > 0.1
    )
    frame["since"] = [
        dt.date(1900, 1, 1) if far < 0.05 else day.date() for far, day in zip(rng.random(N), until, strict=True)
    ]
    frame["opens"] = [
        dt.time(int(hour), int(part)) for hour, part in zip(rng.integers(6, 10, N), rng.choice([0, 30], N), strict=True)
    ]
    frame["seen"] = some_days(rng).dt.strftime("%d-%b-%y").str.upper()
    frame["logged"] = pd.Series(
        pd.array(pa.array([day.date() for day in some_days(rng)]), dtype=pd.ArrowDtype(pa.date32()))
    )
    frame["kind"] = rng.choice(["a", "b"], N)
    return frame


@pytest.fixture(scope="module", params=GENERATORS)
def made(request, table):
    return GENERATORS[request.param]().fit(table, target="kind").sample(N, random_state=1)


def apart(real, made):
    """Total variation between the shares of two columns' values."""
    return 0.5 * (real.value_counts(normalize=True).sub(made.value_counts(normalize=True), fill_value=0)).abs().sum()


def test_types_come_back(table, made):
    assert (table.dtypes == made.dtypes).all()
    assert {type(value) for value in made["since"]} == {dt.date} and {type(v) for v in made["opens"]} == {dt.time}
    assert made["seen"].str.fullmatch(r"\d\d-[A-Z]{3}-\d\d").all()


def test_days_stay_on_their_calendar(made):
    assert made["salary"].dt.is_month_end.all() and made["rent"].dt.is_month_start.all()
    assert (made["trade"].dt.day_of_week < 5).all()
    days = made["born"].dt.tz_localize(None).dt.floor("D")
    assert (made["born"] == days.dt.tz_localize("America/Sao_Paulo", nonexistent="shift_forward")).all()


def _is_summer(stamps):
    return stamps.map(lambda stamp: bool(stamp.dst()))


def test_times_are_those_of_the_local_clock_on_both_sides_of_a_change(table, made):
    till = made["till"].dt
    assert till.minute.isin([0, 15, 30, 45]).all() and till.second.sum() == 0
    assert till.hour.between(8, 19).all()
    for summer in (True, False):
        mine, theirs = (frame["till"][_is_summer(frame["till"]) == summer] for frame in (made, table))
        assert len(mine) > 300 and apart(theirs.dt.hour, mine.dt.hour) < 0.15
    assert {(value.hour, value.minute) for value in made["opens"]} <= {(h, m) for h in range(6, 10) for m in (0, 30)}


def test_days_of_the_week_and_what_goes_with_the_hour(table, made, request):
    smote = request.node.callspec.params["made"] == "smote"
    # SMOTE puts the day of the week to the vote of neighbours.
    assert apart(table["till"].dt.day_of_week, made["till"].dt.day_of_week) < (0.3 if smote else 0.06)
    late = made["till"].dt.hour >= 17
    assert made["spent"][late].mean() > 1.4 * made["spent"][~late].mean()


def test_dates_that_stand_for_none_keep_their_share_and_leave_the_others_alone(table, made):
    far, real = (frame["until"].dt.year == 9999 for frame in (made, table))
    assert abs(far.mean() - real.mean()) < 0.06
    rest = made["until"][~far & made["until"].notna()]
    assert rest.dt.year.between(2016, 2021).all()
    old = made["since"].map(lambda day: day.year == 1900)
    assert abs(old.mean() - 0.05) < 0.03 and set(made["since"][old]) == {dt.date(1900, 1, 1)}
    assert made["since"][~old].map(lambda day: 2016 < day.year < 2022).all()


def test_a_date_that_few_rows_share_stands_for_nothing_and_comes_back_in_no_row():
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"until": some_days(rng).astype("M8[s]"), "value": rng.normal(size=N)})
    frame.loc[:8, "until"] = pd.Timestamp("2999-12-31").as_unit("s")
    for make in GENERATORS.values():
        assert make().fit(frame).sample(2_000, random_state=0)["until"].dt.year.max() <= 2021


def test_dates_without_a_pattern_are_given_none():
    rng = np.random.default_rng(2)
    frame = pd.DataFrame({"day": some_days(rng), "value": rng.normal(size=N)})
    made = GENERATORS["tree"]().fit(frame).sample(3_000, random_state=0)["day"].dt
    assert made.day.nunique() == 31 and made.day_of_week.value_counts(normalize=True).between(0.11, 0.18).all()


def test_hours_that_the_clock_shows_twice_or_never():
    """Every quarter of an hour around both changes, so that both occur among what is drawn."""
    spring = pd.date_range("2024-03-30 22:00", "2024-03-31 06:00", freq="15min", tz=BERLIN)
    autumn = pd.date_range("2024-10-26 22:00", "2024-10-27 06:00", freq="15min", tz=BERLIN)
    frame = pd.DataFrame({"at": pd.Series(np.tile(spring.append(autumn), 20)), "value": 1.0})
    frame["value"] = np.random.default_rng(0).normal(size=len(frame))
    for make in GENERATORS.values():
        at = make().fit(frame).sample(3_000, random_state=0)["at"]
        assert str(at.dt.tz) == BERLIN and at.dt.minute.isin([0, 15, 30, 45]).all()
        clock = at.dt.tz_localize(None)
        assert not clock.between("2024-03-31 02:00", "2024-03-31 02:59").any()
        twice = at[clock.between("2024-10-27 02:00", "2024-10-27 02:59")]
        assert {stamp.utcoffset() for stamp in twice} == {dt.timedelta(hours=1), dt.timedelta(hours=2)}


@pytest.mark.parametrize("name", ["gaussian_copula", "tree"])
def test_conditions_completion_and_a_saved_model(table, name, tmp_path):
    model = GENERATORS[name]().fit(table, target="kind")
    rows = model.sample(60, conditions={"till": ">= 2018-03-25 and < 2018-04-08", "kind": "a"}, random_state=0)
    assert rows["till"].between("2018-03-25", "2018-04-08").all() and set(rows["kind"]) == {"a"}
    assert model.effort_["completed"] == 0
    assert (model.sample(20, conditions={"until": "9999-12-31"}, random_state=0)["until"].dt.year == 9999).all()
    known = table[["till", "until", "kind"]].head(60).copy()
    known.loc[:20, "till"] = pd.NaT
    done = model.sample(conditions=known, random_state=0)
    pd.testing.assert_series_equal(done["till"][21:], known["till"][21:])
    assert done["till"][:20].dt.minute.isin([0, 15, 30, 45]).all()
    assert (done["until"][known["until"].notna()] == known["until"].dropna()).all()
    model.save(tmp_path / "model")
    again = sg.load_synthesizer(tmp_path / "model")
    pd.testing.assert_frame_equal(again.sample(50, random_state=3), model.sample(50, random_state=3))


def test_how_likely_rows_are_and_named_orders(table):
    model = sg.generators.TreeSynthesizer(preset="turbo", order=list(table.columns), random_state=0).fit(table)
    assert model.order_[1:3] == ["till", "till: day of the week"]
    assert np.isfinite(model.log_prob(table)).mean() > 0.99
    assert model.impute(table)["until"].notna().all()


@pytest.mark.parametrize("make", GENERATORS.values(), ids=GENERATORS)
def test_three_dates_in_a_row_keep_their_gaps_where_rows_lie_years_apart(make):
    rng = np.random.default_rng(3)
    ordered = pd.Series(np.busday_offset("2003-01-01", rng.integers(0, 5_000, N), roll="forward"))
    sent = pd.Series(np.busday_offset(ordered.to_numpy().astype("M8[D]"), rng.integers(0, 3, N)))
    arrived = sent + pd.to_timedelta(rng.integers(1, 6, N), unit="D")
    frame = pd.DataFrame({"ordered": ordered, "sent": sent, "arrived": arrived}).astype("M8[s]")
    made = make().fit(frame).sample(1_000, random_state=0)
    days = made.apply(lambda column: column.to_numpy().astype("M8[D]"))
    assert set(
        np.busday_count(days["ordered"].to_numpy().astype("M8[D]"), days["sent"].to_numpy().astype("M8[D]"))
    ) == {0, 1, 2}
    assert (made["sent"].dt.day_of_week < 5).all() and (made["arrived"].dt.day_of_week == 6).any()
    assert set((made["arrived"] - made["sent"]).dt.days) == {1, 2, 3, 4, 5}
    assert made["ordered"].dt.year.nunique() > 15
