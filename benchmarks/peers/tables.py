"""Real tables, and three disjoint parts of their distinct rows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

import synthgen as sg

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
MOST_ROWS = 10_000
"""Synthetic rows of a table, at most: what is stored, and what is scored."""


@dataclass(frozen=True)
class Table:
    """Where a table is, and what is done with it."""

    title: str
    file: str
    target: str
    drop: tuple[str, ...] = ()


TABLES = {
    "adult": Table("Adult", "adult.csv.gz", "income", ("split",)),
    "shoppers": Table("Shoppers", "shoppers.csv.gz", "Revenue"),
    "beijing": Table("Beijing", "beijing_pm25.csv.gz", "pm2.5", ("No",)),
}
SHIPPED = {"thyroid": Table("Thyroid", "thyroid.csv.gz", "diagnosis")}
"""Tables of synthgen's own data that peers were fitted to as well, to be looked at for leaks."""

ALL_TABLES = TABLES | SHIPPED

FRAUD = Table("ULB card fraud", "creditcard_ulb.parquet", "Class")


def load(name: str) -> pd.DataFrame | None:
    """Read the distinct rows of a table that have a target; None if it is not on this machine."""
    table = ALL_TABLES[name]
    path = SHARED / table.file
    if name in SHIPPED:
        frame = sg.datasets.load_thyroid()
    elif path.is_file():
        frame = pd.read_csv(path, keep_default_na=False, na_values=[""]).drop(columns=list(table.drop))
    elif name == "adult":
        frame = sg.datasets.load_adult()
    else:
        return None
    return frame.dropna(subset=[table.target]).drop_duplicates(ignore_index=True)


def load_fraud() -> pd.DataFrame:
    """Read all card payments as they are; where they are missing, the shipped sample of 15,492."""
    path = SHARED / FRAUD.file
    return pd.read_parquet(path) if path.is_file() else sg.datasets.load_fraud()


def thirds(frame: pd.DataFrame, seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Rows to train on, rows to judge by, and fresh rows as the yardstick."""
    order = np.random.default_rng(seed).permutation(len(frame))
    train, judge, fresh = (frame.iloc[np.sort(part)].reset_index(drop=True) for part in np.array_split(order, 3))
    return train, judge, fresh
