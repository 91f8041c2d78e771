"""What is proposed of real tables: rules that are known to be theirs, and what few rows break."""

from __future__ import annotations

from pathlib import Path

import pytest

import synthgen as sg
from synthgen.datasets import load_adult
from synthgen.table import read_file
from synthgen.table.frames import to_pandas

SHARED = Path(__file__).parents[4] / "shared" / "data"

KNOWN = {
    "bike_sharing_hour.csv.gz": {
        "cnt = casual + registered", "season follows from dteday", "unique: dteday, hr", "casual <= cnt",
    },
    "berka/loan.csv.gz": {"amount = duration * payments", "unique: loan_id"},
    "berka/disp.csv.gz": {"unique: account_id, type"},
    "telco_churn.csv.gz": {"PhoneService follows from MultipleLines", "MonthlyCharges <= TotalCharges"},
    "thyroid_garavan.csv.gz": {"TSH is null where TSH_measured = f", "TSH is not null where TSH_measured = t"},
    "mammography.csv.gz": set(),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", KNOWN)
def test_rules_that_are_known(name):
    if not (SHARED / name).exists():
        pytest.skip(f"the shared table {name} isn't here")
    found = sg.discover_constraints(to_pandas(read_file(SHARED / name))[0])
    words = {item.words for item in found if not item.near}
    assert words >= KNOWN[name] if KNOWN[name] else not words


def test_adult():
    adult = to_pandas(load_adult())[0]
    found = {item.words: item for item in sg.discover_constraints(adult.sample(12_000, random_state=0))}
    assert "education-num follows from education" in found
    assert not any(item.family in ("sum", "product", "one-hot group", "monotone") for item in found.values())
