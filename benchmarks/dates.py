"""Ways to learn columns of dates, side by side: ``python -m benchmarks.dates``. What each keeps, and what it costs."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pandas as pd
from lightgbm import LGBMClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict

import synthgen as sg
from benchmarks import record
from benchmarks.peers.tables import SHARED
from synthgen.generators.dates import DateColumns

FILE = Path(__file__).with_name("dates.json")
PAGE = Path(__file__).with_name("dates.md")
ROWS = 8_000
SEEDS = (0, 1)
GENERATORS = ("tree", "gaussian_copula", "smote", "jitter")
WEEK = pd.Timedelta("7D") / pd.Timedelta("1us")
MONDAY = pd.Timestamp("1969-12-29")


def _bike() -> pd.DataFrame:
    frame = pd.read_csv(SHARED / "bike_sharing_hour.csv.gz")
    frame["at"] = pd.to_datetime(frame["dteday"]) + pd.to_timedelta(frame["hr"], unit="h")
    return frame[["at", "weathersit", "temp", "hum", "windspeed", "casual", "registered"]]


def _beijing() -> pd.DataFrame:
    frame = pd.read_csv(SHARED / "beijing_pm25.csv.gz")
    frame["at"] = pd.to_datetime(frame[["year", "month", "day", "hour"]])
    return frame[["at", *(name for name in frame.columns[5:] if name != "at")]]


def _flights() -> pd.DataFrame:
    frame = pd.read_parquet(SHARED / "flights_3m.parquet")
    return frame.rename(columns={"date": "at"})[["at", "delay", "distance"]]


def _loans() -> pd.DataFrame:
    frame = pd.read_csv(SHARED / "berka" / "loan.csv.gz", parse_dates=["date"]).rename(columns={"date": "at"})
    return frame[["at", "amount", "duration", "payments", "status"]]


TABLES: dict[str, tuple[str, str, Callable[[], pd.DataFrame]]] = {
    "bike": ("Bike sharing, by the hour", "registered", _bike),
    "beijing": ("Beijing, by the hour", "TEMP", _beijing),
    "flights": ("Flights, to the minute", "delay", _flights),
    "loans": ("Berka, loans, by the day", "amount", _loans),
}
"""Title, the column whose means by hour and day of the week are compared, and the table, its dates called ``at``."""


class Plain:
    """One number, as dates were learnt before."""

    parts = False

    def fit(self, at: pd.Series) -> None:
        pass

    def before(self, at: pd.Series) -> pd.Series:
        return at

    def after(self, at: pd.Series, rng: np.random.Generator) -> pd.Series:
        return at


class Snapped(Plain):
    """One number; weekday and time of day are drawn anew within its week, as often as real rows have them."""

    def fit(self, at: pd.Series) -> None:
        self.places = ((at - MONDAY) % pd.Timedelta("7D")).to_numpy()
        self.ends = at.min(), at.max()

    def after(self, at: pd.Series, rng: np.random.Generator) -> pd.Series:
        week = (at - MONDAY) // pd.Timedelta("7D")
        made = MONDAY + week * pd.Timedelta("7D") + pd.Series(rng.choice(self.places, len(at)), index=at.index)
        return made.clip(*self.ends)


class Stretched(Plain):
    """One number, on a clock that runs through the week as fast as rows come."""

    def fit(self, at: pd.Series) -> None:
        place = ((at - MONDAY) % pd.Timedelta("7D")) / pd.Timedelta("1us")
        self.values, counts = np.unique(place, return_counts=True)
        self.upto = np.cumsum(counts) / len(place)
        self.middle = self.upto - counts / len(place) / 2

    def before(self, at: pd.Series) -> pd.Series:
        week = (at - MONDAY) // pd.Timedelta("7D")
        place = ((at - MONDAY) % pd.Timedelta("7D")) / pd.Timedelta("1us")
        level = self.middle[np.searchsorted(self.values, place)]
        return (MONDAY + week * pd.Timedelta("7D") + pd.to_timedelta(level * WEEK, unit="us")).dt.floor("s")

    def after(self, at: pd.Series, rng: np.random.Generator) -> pd.Series:
        week = (at - MONDAY) // pd.Timedelta("7D")
        level = ((at - MONDAY) % pd.Timedelta("7D")) / pd.Timedelta("7D")
        place = self.values[np.minimum(np.searchsorted(self.upto, level), len(self.values) - 1)]
        return MONDAY + week * pd.Timedelta("7D") + pd.to_timedelta(place, unit="us")


class Parts(Plain):
    """Weeks, days of the week and times of day as columns of the model."""

    parts = True


WAYS: dict[str, type[Plain]] = {
    "one number": Plain, "snapped afterwards": Snapped, "stretched clock": Stretched, "in parts": Parts,
}  # fmt: skip


def main() -> None:
    warnings.filterwarnings("ignore")
    found: dict[str, Any] = {**record.when("lightgbm"), "tables": {}}
    for name, (title, about, load) in TABLES.items():
        if not SHARED.is_dir():
            found["tables"][name] = {"title": title, "skipped": f"no {SHARED.name}/ beside this repository"}
            continue
        table = load().dropna(subset=["at", about]).sample(frac=1.0, random_state=0)
        half = min(ROWS, len(table) // 2)
        real, fresh = (table.iloc[part].reset_index(drop=True) for part in (slice(half), slice(half, 2 * half)))
        results: dict[str, Any] = {"fresh": scores(real, fresh, fresh, about)}
        for generator in GENERATORS:
            for way in WAYS:
                results[f"{generator}, {way}"] = measured(generator, way, real, fresh, about)
                print(name, generator, way, results[f"{generator}, {way}"], flush=True)
        found["tables"][name] = {"title": title, "about": about, "rows": half, "results": results}
    record.write(FILE, found)
    PAGE.write_text("\n".join(page(found)) + "\n", encoding="utf-8")


def measured(generator: str, way: str, real: pd.DataFrame, fresh: pd.DataFrame, about: str) -> dict[str, float]:
    each = []
    for seed in SEEDS:
        used, own = time.process_time(), WAYS[way]()
        own.fit(real["at"])
        model = sg.generators.GENERATORS[generator](random_state=seed)
        learnt = real.assign(at=own.before(real["at"]))
        if own.parts:
            model.fit(learnt)
        else:
            with patch("synthgen.generators.model_rows.learn_dates", lambda coded, schema: DateColumns()):
                model.fit(learnt)
        made = model.sample(len(real), random_state=seed)
        made["at"] = own.after(made["at"], np.random.default_rng(seed)).astype(real["at"].dtype)
        cost = time.process_time() - used
        each.append({**scores(real, made, fresh, about), "cpu": cost})
    return {key: round(float(np.mean([one[key] for one in each])), 3) for key in each[0]}


def scores(real: pd.DataFrame, made: pd.DataFrame, fresh: pd.DataFrame, about: str) -> dict[str, float]:
    against = real if made is fresh else fresh
    return {
        "weekday": round(apart(real["at"].dt.dayofweek, made["at"].dt.dayofweek), 3),
        "hour": round(apart(real["at"].dt.hour, made["at"].dt.hour), 3),
        "by hour": round(curve(real, made, about, "hour"), 3),
        "by weekday": round(curve(real, made, about, "dayofweek"), 3),
        "detection": round(detection(against, made), 3),
    }


def apart(real: pd.Series, made: pd.Series) -> float:
    """Total variation of two columns of labels."""
    shares = [one.value_counts(normalize=True) for one in (real, made)]
    return float(shares[0].sub(shares[1], fill_value=0).abs().sum() / 2)


def curve(real: pd.DataFrame, made: pd.DataFrame, about: str, part: str) -> float:
    """How far the means of a column by hour or day of the week are off, in its standard deviations, on average."""
    means = [one[about].groupby(getattr(one["at"].dt, part)).mean() for one in (real, made)]
    weights = real.groupby(getattr(real["at"].dt, part)).size() / len(real)
    off = means[0].sub(means[1].reindex(means[0].index)).fillna(real[about].std())
    return float(np.sqrt((weights * off**2).sum()) / real[about].std())


def detection(real: pd.DataFrame, made: pd.DataFrame) -> float:
    """AUC of trees that tell made rows from real ones, by all columns and what a calendar says of the dates."""
    both = pd.concat([real, made], ignore_index=True)
    at = both["at"].dt
    features = both.drop(columns="at").assign(
        at=at.dayofyear + 366 * at.year,
        hour=at.hour,
        minute=at.minute,
        weekday=at.dayofweek,
        month=at.month,
        day=at.day,
    )
    for name in features.select_dtypes(exclude="number"):
        features[name] = features[name].astype("category").cat.codes
    label = np.repeat([0, 1], [len(real), len(made)])
    model = LGBMClassifier(n_estimators=100, num_leaves=15, verbose=-1, n_jobs=1, random_state=0)
    folds = StratifiedKFold(3, shuffle=True, random_state=0)
    return float(
        roc_auc_score(label, cross_val_predict(model, features, label, cv=folds, method="predict_proba")[:, 1])
    )


COLUMNS = {
    "weekday": "days of the week, total variation", "hour": "hours, total variation",
    "by hour": "means by hour, off by", "by weekday": "means by day of the week, off by",
    "detection": "detection AUC", "cpu": "CPU s",
}  # fmt: skip


def page(found: dict[str, Any]) -> list[str]:
    out = [
        "# Dates: ways to learn them", "",
        "Made by `python -m benchmarks.dates`: half of the rows (at most 8,000) are learnt from, and as many are made, "
        f"with {len(SEEDS)} seeds. Total variation: 0 is the same shares, 1 none in common. Means of a column by hour "
        "and by day of the week are off by so many of its standard deviations. Detection: the AUC of boosted trees "
        "that tell made rows from fresh real ones, by all columns and hour, weekday, day and month; 0.5 is the best. "
        "Fresh real rows stand in the first line of each table.", "",
        *record.made_with([found]),
    ]  # fmt: skip
    for part in found["tables"].values():
        out += [f"## {part['title']}", ""]
        if "skipped" in part:
            out += [f"Not measured: {part['skipped']}.", ""]
            continue
        out += [f"{part['rows']:,} rows; means of `{part['about']}`.", ""]
        out += record.header(["rows", *COLUMNS.values()])
        for name, one in part["results"].items():
            out.append(record.row([name, *(f"{one[key]:.3f}" if key in one else "" for key in COLUMNS)]))
        out.append("")
    return out[:-1]


if __name__ == "__main__":
    main()
