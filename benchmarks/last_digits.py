"""Last digits of numbers, kept or lost: ``python -m benchmarks.last_digits``.

Each generator learns from half of a table; what it makes is compared with the other half. Three ways: endings not
learnt, numbers moved to the nearest ending, and endings given their shares, which is what generators do.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import ks_2samp

import synthgen as sg
from benchmarks.record import header, made_with, read, row, when, write
from synthgen.table.column import Column
from synthgen.table.endings import Endings

HERE = Path(__file__).resolve().parent
RECORD, PAGE = HERE / "last_digits.json", HERE / "last_digits.md"
SHARED = HERE.parents[1] / "shared" / "data"
MOST_ROWS = 12_000
WAYS = ("not learnt", "nearest", "shares")
WORDS = {"not learnt": "not learnt", "nearest": "nearest ending", "shares": "**endings in their shares**"}

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Case:
    """A table, the column that is looked at, and how many hundredths its endings repeat after."""

    load: Callable[[], pd.DataFrame | None]
    column: str
    period: int
    words: str
    target: str | None = None


def _shared(file: str, columns: list[str]) -> Callable[[], pd.DataFrame | None]:
    place = SHARED / file
    return lambda: pd.read_csv(place)[columns] if place.is_file() else None


def _airbnb() -> pd.DataFrame | None:
    table = _shared("airbnb_london.csv.gz", ["property_type", "room_type", "price"])()
    if table is None:
        return None
    common = table["property_type"].value_counts().index[:15]
    return table[table["property_type"].isin(common) & (table["price"] < 5_000)]


def _shop() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    size = rng.lognormal(3, 1, MOST_ROWS)
    ending = rng.choice([0.99, 0.95, 0.5, 0.0], MOST_ROWS, p=[0.55, 0.2, 0.15, 0.1])
    weight = (rng.lognormal(0, 1, MOST_ROWS) * size).round(2)
    return pd.DataFrame({"weight": weight, "price": np.floor(size) + ending, "group": np.where(size > 30, "a", "b")})


def _adult() -> pd.DataFrame:
    return sg.datasets.load_adult()[["age", "hours-per-week", "education", "sex", "income"]]


_TELCO = ["tenure", "InternetService", "Contract", "MonthlyCharges", "Churn"]
CASES = {
    "shop": Case(_shop, "price", 100, "made prices in .99, .95, .50 and .00"),
    "airbnb": Case(_airbnb, "price", 1_000, "Airbnb prices a night, by last digit"),
    "orders": Case(
        _shared("berka/order.csv.gz", ["bank_to", "amount", "k_symbol"]), "amount", 100, "Berka orders, by their cents"
    ),
    "telco": Case(
        _shared("telco_churn.csv.gz", _TELCO), "MonthlyCharges", 10, "Telco charges, multiples of 0.05", "Churn"
    ),
    "adult": Case(_adult, "hours-per-week", 500, "Adult, hours a week, where a few values have most rows", "income"),
}
GENERATORS: dict[str, Callable[[], Any]] = {
    "jitter": lambda: sg.generators.JitterSynthesizer(random_state=0),
    "smote": lambda: sg.generators.SmoteSynthesizer(random_state=0),
    "gaussian_copula": lambda: sg.generators.GaussianCopulaSynthesizer(random_state=0),
    "tree": lambda: sg.generators.TreeSynthesizer("turbo", random_state=0),
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.last_digits", description=__doc__)
    parser.add_argument("--table", action="append", choices=list(CASES), help="only this one; may be repeated")
    record = read(RECORD)
    for name in parser.parse_args().table or list(CASES):
        case = CASES[name]
        table = case.load()
        if table is None:
            print(f"{name}: skipped, its file under shared/data is not there")
            continue
        record[name] = measured(case, table.sample(min(len(table), MOST_ROWS), random_state=0))
    write(RECORD, record)
    text = page(record)
    PAGE.write_text(text, encoding="utf-8")
    print(text)
    return 0


def measured(case: Case, table: pd.DataFrame) -> dict[str, Any]:
    """Scores of each generator and way, and of the half that was learnt from."""
    half = len(table) // 2
    learnt, judge = table[:half].reset_index(drop=True), table[half:].reset_index(drop=True)
    plain = sg.Schema.infer(learnt, target=case.target)
    found: dict[str, Any] = {"rows": half, "real": scores(learnt, judge, case)}
    for name, make in GENERATORS.items():
        made: dict[str, pd.DataFrame] = {}
        for way, schema in (("not learnt", plain.with_column(case.column, endings=())), ("shares", plain)):
            model = make().fit(learnt, schema=schema)
            made[way] = model.sample(half, random_state=1)
        column = model.model_schema_[case.column]
        moved = to_nearest(made["not learnt"][case.column].to_numpy(float), column)
        made["nearest"] = made["not learnt"].assign(**{case.column: moved})
        found[name] = {way: scores(made[way], judge, case) for way in WAYS}
        found[name]["learnt"] = any(item.step > 1 or item.period > 1 for item in column.endings or ())
    return found | when()


def to_nearest(values: Floats, column: Column) -> Floats:
    """The other way that was tried: each number moved to the nearest ending that ten rows have."""
    scale, out = 10.0 ** (column.decimals or 0), values.copy()
    endings: tuple[Endings, ...] = column.endings or ()
    at = np.searchsorted([item.low for item in endings], np.abs(values), side="right") - 1
    for k, item in enumerate(endings):
        rows = np.flatnonzero(at == k)
        steps = (np.abs(values[rows]) * scale - item.offset) / item.step
        ends = np.array(item.listed if item.period > 1 else (0,))
        cells = np.floor(steps / item.period)[:, None] + np.array([-1, 0, 1])
        near = (cells[:, :, None] * item.period + ends).reshape(len(rows), -1)
        best = near[np.arange(len(rows)), np.abs(near - steps[:, None]).argmin(axis=1)]
        out[rows] = np.sign(values[rows]) * (item.offset + best * item.step) / scale
    return out


def scores(made: pd.DataFrame, judge: pd.DataFrame, case: Case) -> dict[str, float]:
    """Distance of endings and of distributions, and how far what the column has to do with others differs."""
    own, other = (frame[case.column].to_numpy(float) for frame in (made, judge))
    return {
        "endings": float(np.abs(_shares(own, case.period) - _shares(other, case.period)).sum() / 2),
        "ks": float(ks_2samp(own, other).statistic),
        "dependence": float(np.abs(_dependence(made, case.column) - _dependence(judge, case.column)).max()),
    }


def _shares(values: Floats, period: int) -> Floats:
    ends = np.rint(values * 100).astype(np.int64) % period
    return np.bincount(ends, minlength=period) / len(ends)


def _dependence(frame: pd.DataFrame, column: str) -> Floats:
    """Correlation ratio with labels, rank correlation with numbers."""
    found = []
    for name in frame.columns.drop(column):
        if pd.api.types.is_numeric_dtype(frame[name]):
            found.append(frame[column].corr(frame[name], method="spearman"))
        else:
            means = frame[column].groupby(frame[name], dropna=False).transform("mean")
            found.append(np.sqrt(means.var() / frame[column].var()))
    return np.array(found)


def page(record: dict[str, Any]) -> str:
    lines = [
        "# Last digits of numbers", "",
        "Made by `python -m benchmarks.last_digits`. Each generator learns from half of a table and makes as many",
        "rows, which are compared with the other half. Endings: total variation of the last digits, 0 is the same, 1",
        "has none in common. KS: Kolmogorov-Smirnov distance of the values. Dependence: largest difference of a",
        "correlation ratio or a rank correlation with another column. Lower is better; the half that was learnt from",
        "says what chance gives.",
        "",
    ]  # fmt: skip
    for name, case in CASES.items():
        if name not in record:
            continue
        found = record[name]
        lines += [f"## {case.words[0].upper()}{case.words[1:]}", "", f"{found['rows']:,} rows to learn from.", ""]
        lines += header(["generator", "endings are", "endings", "KS", "dependence"])
        lines.append(row(["real rows", "", *_cells(found["real"])]))
        for generator in GENERATORS:
            for way in WAYS if found[generator]["learnt"] else WAYS[:1]:
                words = WORDS[way] if found[generator]["learnt"] else "none found"
                lines.append(row([generator, words, *_cells(found[generator][way])]))
        lines.append("")
    return "\n".join([*lines, *made_with(record.values())])


def _cells(scored: dict[str, float]) -> list[str]:
    return [f"{scored[name]:.3f}" for name in ("endings", "ks", "dependence")]


if __name__ == "__main__":
    sys.exit(main())
