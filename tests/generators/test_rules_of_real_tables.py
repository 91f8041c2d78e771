"""Rules that were found in real rows, and that hold in rows held out, are kept by every synthetic row."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from synthgen.generators import GENERATORS
from synthgen.table import Kind, encode, read_file
from synthgen.table.constraints.found import Follows, Gapped, found_rules
from synthgen.table.constraints.ruleset import rows_of

SHARED = Path(__file__).parents[3] / "shared" / "data"
SUPPORT = 50
MOST_ROWS = 5_000
DRAWN = 1_500
SHIPPED = {
    "adult": (sg.datasets.load_adult, "income"),
    "thyroid": (sg.datasets.load_thyroid, "diagnosis"),
    "fraud": (sg.datasets.load_fraud, "Class"),
}
TARGETS = {
    "beijing_pm25": None, "bike_sharing_hour": None, "german_credit": "credit_risk", "hypothyroid": "class",
    "law_school": "pass_bar", "mammography": "class", "shoppers": "Revenue", "telco_churn": "Churn",
    "thyroid_garavan": None, "titanic_names": "survived", "airbnb_london": None, "flights_3m": None,
    "berka/account": None, "berka/card": None, "berka/client": None, "berka/disp": None, "berka/district": None,
    "berka/loan": None, "berka/order": None,
}  # fmt: skip


def table(name: str) -> tuple[pd.DataFrame, str | None]:
    """Up to ``MOST_ROWS`` rows of a table, without columns of free text."""
    if name in SHIPPED:
        load, target = SHIPPED[name]
        frame = load()
    else:
        paths = [path for path in (SHARED / f"{name}.csv.gz", SHARED / f"{name}.parquet") if path.is_file()]
        if not paths:
            pytest.skip(f"{name} isn't in {SHARED.name}/: real tables are kept outside the project")
        frame, target = read_file(paths[0]), TARGETS[name]
    if len(frame) > MOST_ROWS:
        frame = frame.sample(MOST_ROWS, random_state=0).sort_index().reset_index(drop=True)
    texts = [column.name for column in sg.Schema.infer(frame).of(Kind.TEXT)]
    return frame.drop(columns=texts), target


def parts(frame: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    held = np.random.default_rng(0).permutation(len(frame)) < len(frame) // 5
    return frame[~held].reset_index(drop=True), frame[held].reset_index(drop=True)


def rules_beyond_doubt(train, holdout, schema) -> list:
    """Found in train, about at least fifty of its rows, and held in all rows that were held out."""
    coded = encode(train, schema)
    rows, others = rows_of(coded), rows_of(encode(holdout, schema, unseen="extend"))
    found = []
    for rule in found_rules(coded, schema, np.random.default_rng(1)):
        support = int(np.logical_and.reduce([~np.isnan(rows[name]) for name in rule.columns]).sum())
        support = len(coded) if isinstance(rule, Gapped) else support
        if support >= SUPPORT and rule.holds(others, schema).all():
            found.append(rule)
    return found


def broken(name: str, generator: str, target: str | None, frame: pd.DataFrame) -> dict[str, int]:
    train, holdout = parts(frame)
    schema = sg.Schema.infer(frame, target=target)
    options = {"preset": "turbo"} if generator == "tree" else {}
    model = GENERATORS[generator](**options, random_state=0).fit(train, schema=schema)
    made = rows_of(encode(model.sample(DRAWN, random_state=1), model.schema_))
    checked = {
        rule.words: int((~rule.holds(made, schema)).sum()) for rule in rules_beyond_doubt(train, holdout, schema)
    }
    return {words: number for words, number in checked.items() if number}


def test_a_broken_rule_is_counted():
    """A control: what keeps no rule is found to break them."""
    frame, _ = table("adult")
    train, holdout = parts(frame)
    schema = sg.Schema.infer(frame)
    rules = rules_beyond_doubt(train, holdout, schema)
    assert {type(rule) for rule in rules} >= {Follows, Gapped}
    mixed = train.apply(lambda column: column.sample(frac=1, random_state=len(column.name)).to_numpy())
    rows = rows_of(encode(mixed, schema))
    assert all(not rule.holds(rows, schema).all() for rule in rules)


@pytest.mark.parametrize("generator", ["gaussian_copula", "tree"])
@pytest.mark.parametrize("name", ["adult", "thyroid"])
def test_shipped_tables(name, generator):
    frame, target = table(name)
    frame = frame[frame.groupby(target)[target].transform("size") >= 100].head(2_000).reset_index(drop=True)
    assert broken(name, generator, target, frame) == {}


@pytest.mark.slow
@pytest.mark.parametrize("generator", ["gaussian_copula", "jitter", "smote", "tree"])
@pytest.mark.parametrize("name", [*SHIPPED, *TARGETS])
def test_every_table(name, generator):
    frame, target = table(name)
    if generator == "smote" and target is not None:
        # Of a class of one row it can make nothing.
        frame = frame[frame.groupby(target)[target].transform("size") >= 20].reset_index(drop=True)
    assert broken(name, generator, target, frame) == {}
