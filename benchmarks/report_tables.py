"""The tables that reports are measured on: Adult, and two wide ones put together from real ones, row beside row."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
from sklearn.datasets import load_breast_cancer, load_digits

import synthgen as sg
from benchmarks.peers.tables import SHARED

ROWS = 5_000
TARGET = "income"
WIDEST = 300
FILES = {
    "shoppers": (), "beijing_pm25": ("No",), "mammography": (), "hypothyroid": (), "german_credit": (),
    "law_school": (), "telco_churn": ("customerID",), "bike_sharing_hour": ("instant",),
}  # fmt: skip
"""Shared tables, and their columns that only number the rows."""


def adult() -> pd.DataFrame:
    """Twice the rows of Adult that a report is about: half to learn from, half held out."""
    return _rows(sg.datasets.load_adult(), 0)


def fifty() -> pd.DataFrame:
    """Adult, Thyroid and some of the card payments beside each other, to 50 columns."""
    thyroid, fraud = _rows(sg.datasets.load_thyroid(), 1), _rows(sg.datasets.load_fraud(), 2)
    wide = pd.concat([adult(), thyroid, fraud[["V1", "V2", "V3", "V4", "Amount"]]], axis=1)
    wide = wide.loc[:, ~wide.columns.duplicated()]
    return wide.join(fraud[[f"V{k}" for k in range(5, 5 + 50 - wide.shape[1])]])


def three_hundred() -> pd.DataFrame | None:
    """300 different columns of thirteen real tables beside each other; None where the shared ones aren't there."""
    if not all(_path(name).is_file() for name in FILES):
        return None
    parts = {"thyroid": sg.datasets.load_thyroid(), "fraud": sg.datasets.load_fraud()}
    parts |= {
        name: pd.read_csv(_path(name), keep_default_na=False, na_values=[""]).drop(columns=list(unwanted))
        for name, unwanted in FILES.items()
    }
    for name, load in (("digits", load_digits), ("breast", load_breast_cancer)):
        parts[name] = load(as_frame=True).frame
    beside = [_rows(frame, seed).add_prefix(f"{name}.") for seed, (name, frame) in enumerate(parts.items(), start=1)]
    return pd.concat([adult(), *beside], axis=1).iloc[:, :WIDEST]


ABOUT = {
    "Adult": "The US census of 1994.",
    "50 columns": "Adult, Thyroid and card payments beside each other, row beside row.",
    f"{WIDEST} columns": "Different columns of thirteen real tables beside each other, row beside row. No single real "
    "table of that width was at hand. Tables of fewer rows repeat theirs.",
}
TABLES: dict[str, Callable[[], pd.DataFrame | None]] = {
    "Adult": adult, "50 columns": fifty, f"{WIDEST} columns": three_hundred,
}  # fmt: skip


def _path(name: str) -> Path:
    return SHARED / f"{name}.csv.gz"


def _rows(frame: pd.DataFrame, seed: int) -> pd.DataFrame:
    """As many rows as are wanted, some of them more than once where a table has fewer."""
    drawn = frame.sample(2 * ROWS, random_state=seed, replace=len(frame) < 2 * ROWS)
    return drawn.reset_index(drop=True)
