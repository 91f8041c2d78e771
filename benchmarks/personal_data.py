"""Measure the search for personal data: ``python -m benchmarks.personal_data``."""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import synthgen as sg
from benchmarks import personal_data_r, record
from benchmarks.personal_data_cases import SHARED, Case, kind_of, made_cases, real_cases
from synthgen.profiling.personal_data import personal_data
from synthgen.table import Kind, encode, infer_schema, read_file

FILE = Path(__file__).with_name("personal_data.json")
PAGE = Path(__file__).with_name("personal_data.md")
KINDS = ("e-mail", "phone", "IBAN", "card", "national", "IP", "MAC", "URL", "postcode", "address", "name", "birth date",
         "key", "user name", "free text")  # fmt: skip
FIRST_SEED = 5
"""Forms were written looking at tables made with the seeds before it."""
GENERATORS = ("jitter", "smote", "gaussian_copula", "tree")
VERBATIM_ROWS = 8_000
TIMED = {
    "Adult": "adult.csv.gz",
    "ULB card payments": "creditcard_ulb.parquet",
    "flights": "flights_3m.parquet",
    "Airbnb London": "airbnb_london.csv.gz",
}


def found_in(case: Case) -> dict[str, Any]:
    schema = infer_schema(case.frame)
    looked = personal_data(encode(case.frame, schema), schema)
    sure = {item.column: kind_of(item.what) for item in looked.columns if item.confidence != "low"}
    return {
        "columns": case.frame.shape[1],
        "truth": case.truth,
        "found": sure,
        "confidence": {item.column: item.confidence for item in looked.columns if item.confidence != "low"},
        "low": [item.column for item in looked.columns if item.confidence == "low" and item.column not in case.truth],
    }


def finds(seeds: int) -> dict[str, Any]:
    """What was found in each table, and what is there."""
    out = {case.title: found_in(case) for case in real_cases()}
    for seed in range(FIRST_SEED, FIRST_SEED + seeds):
        out |= {f"{case.title} #{seed}": found_in(case) for case in made_cases(seed)}
    return out


def digits(tables: int) -> dict[str, Any]:
    """Columns of random digits, as texts and as numbers: how many are taken for somebody's numbers."""
    wrong: Counter[str] = Counter()
    columns = 0
    for seed in range(tables):
        rng = np.random.default_rng(seed)
        frame = pd.DataFrame(
            {f"n{size}": rng.integers(10 ** (size - 1), 10**size, 500) for size in range(8, 18)}
            | {
                f"t{size}": ["".join(row) for row in rng.choice(list("0123456789"), (500, size))]
                for size in range(8, 20)
            }
        )
        columns += frame.shape[1]
        schema = infer_schema(frame)
        for item in personal_data(encode(frame, schema), schema).columns:
            if item.confidence != "low":
                wrong[item.what] += 1
    return {"tables": tables, "columns": columns, "wrong": dict(wrong)}


def verbatim() -> dict[str, Any]:
    """Share of synthetic values that are real ones, in columns of names and numbers of people."""
    out: dict[str, Any] = {}
    tables = {
        "titanic_names.csv.gz": ("survived", {"name": True, "ticket": False}),
        "telco_churn.csv.gz": ("Churn", {"customerID": False}),
        "airbnb_london.csv.gz": ("room_type", {"host_name": False, "title": True}),
        "airbnb_london.csv.gz ": ("room_type", {"host_name": True, "title": True}),
    }
    for name, (target, columns) in tables.items():
        path = SHARED / name.strip()
        if not path.is_file():
            continue
        frame = read_file(path).dropna(subset=[target]).head(VERBATIM_ROWS)
        schema = infer_schema(frame, target=target)
        for column, declared in columns.items():
            if declared:
                schema = schema.with_column(column, kind=Kind.IDENTIFIER)
        for generator in GENERATORS:
            made = sg.generators.GENERATORS[generator](random_state=0).fit(frame, schema=schema).sample(500)
            for column, declared in columns.items():
                real = set(frame[column].dropna().astype(str))
                share = float(made[column].dropna().astype(str).isin(real).mean())
                where = f"{name.split('.')[0]}: {column}, {'declared identifier' if declared else schema[column].kind}"
                out.setdefault(where, {})[generator] = share
    return out


def speed() -> dict[str, Any]:
    out: dict[str, Any] = {}
    frames = {title: read_file(SHARED / name) for title, name in TIMED.items() if (SHARED / name).is_file()}
    frames["fraud (shipped)"] = sg.datasets.load_fraud()
    for title, frame in frames.items():
        schema = infer_schema(frame)
        coded = encode(frame, schema)
        start = time.process_time()
        personal_data(coded, schema)
        out[title] = {
            "rows": len(frame),
            "columns": frame.shape[1],
            "cpu_seconds": round(time.process_time() - start, 2),
        }
    return out


def _counts(results: Iterable[dict[str, Any]], kind: str) -> tuple[int, int, int, dict[str, int]]:
    hit = wrong = missed = 0
    unsure = Counter[str]()
    for item in results:
        for column in {*item["truth"], *item["found"]}:
            is_it, said = item["truth"].get(column) == kind, item["found"].get(column) == kind
            hit += is_it and said
            wrong += said and not is_it
            missed += is_it and not said
            if said:
                unsure[item["confidence"][column]] += 1
    return hit, wrong, missed, dict(unsure)


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.2f}" if whole else ""


def _kinds(title: str, results: list[dict[str, Any]]) -> list[str]:
    lines = [f"### {title}", ""]
    lines += record.header(["kind", "columns with it", "found", "precision", "recall", "high", "medium"])
    total = [0, 0, 0]
    for kind in KINDS:
        hit, wrong, missed, sure = _counts(results, kind)
        total = [a + b for a, b in zip(total, (hit, wrong, missed), strict=True)]
        if hit + wrong + missed:
            cells = [kind, str(hit + missed), str(hit), _share(hit, hit + wrong), _share(hit, hit + missed)]
            lines.append(record.row([*cells, str(sure.get("high", 0)), str(sure.get("medium", 0))]))
    hit, wrong, missed = total
    lines.append(
        record.row(["all", str(hit + missed), str(hit), _share(hit, hit + wrong), _share(hit, hit + missed), "", ""])
    )
    none = sum(item["columns"] - len(item["truth"]) for item in results)
    said = sum(len(set(item["found"]) - set(item["truth"])) for item in results)
    return [*lines, "", f"Columns of nobody's data: {none:,}, of which taken for somebody's: {said}.", ""]


def page(kept: dict[str, Any]) -> str:
    lines = [
        "# Personal data: what is found, and what isn't", "",
        "Made by `python -m benchmarks.personal_data`. A column counts as found with confidence high or medium and the "
        "right kind; what is only of low confidence (unique values of no telling name) counts as not found.", "",
    ]  # fmt: skip
    if "finds" in kept:
        results: dict[str, Any] = kept["finds"]["result"]
        made = {name: item for name, item in results.items() if " #" in name}
        real = {name: item for name, item in results.items() if name not in made}
        lines += ["## Real tables, labelled by hand", ""]
        lines += record.header(["table", "columns", "holds", "found", "wrong", "low confidence only"])
        for name, item in real.items():
            truth, got = item["truth"], item["found"]
            right = [f"{column} ({kind})" for column, kind in truth.items() if got.get(column) == kind]
            wrong = [f"{column} ({kind})" for column, kind in got.items() if truth.get(column) != kind]
            holds = ", ".join(f"{column} ({kind})" for column, kind in truth.items()) or "nothing"
            cells = [", ".join(right) or "nothing", ", ".join(wrong) or "nothing", ", ".join(item["low"])]
            lines.append(record.row([name, str(item["columns"]), holds, *cells]))
        lines += [
            "", "## Made tables", "",
            "Faker's and python-stdnum's values, 400 rows a column. The forms were written by the same hand as these "
            "tables, looking at others of the same makers, so real tables will show more mistakes. Faker's lists of "
            "names are also what names are looked up in, so the recall of names by value says nothing of other names: "
            "invented ones are in no "
            "list, and Airbnb's hosts above are nobody's list.", "",
        ]  # fmt: skip
        unnamed = {name: item for name, item in made.items() if "unnamed" in name}
        lines += _kinds("Columns with names", [item for name, item in made.items() if name not in unnamed])
        lines += _kinds("The same, columns called c0, c1 …", list(unnamed.values()))
        lines += _missed(made)
    lines += _others(kept)
    return "\n".join([*lines, *record.made_with(part["made"] for part in kept.values())])


def _missed(made: dict[str, Any]) -> list[str]:
    seen: Counter[str] = Counter()
    for name, item in made.items():
        for column in sorted({*item["truth"], *item["found"]}):
            want, got = item["truth"].get(column), item["found"].get(column)
            if want != got:
                seen[f"{name.split(' #')[0]}: {column} is {want or 'nothing'}, taken for {got or 'nothing'}"] += 1
    return ["Mistakes, with the number of tables:", "", *(f"- {words} ({n})" for words, n in seen.items()), ""]


def _others(kept: dict[str, Any]) -> list[str]:
    lines: list[str] = []
    if "r" in kept:
        lines += personal_data_r.lines(kept["r"]["result"])
    if "digits" in kept:
        item = kept["digits"]["result"]
        wrong = ", ".join(f"{what} {n}" for what, n in item["wrong"].items()) or "none"
        lines += [
            "## Random digits", "",
            f"{item['columns']:,} columns of random digits (8 to 19 of them, as texts and as numbers) in "
            f"{item['tables']} tables; taken for cards, phones, national numbers or others: {wrong}.", "",
        ]  # fmt: skip
    if "verbatim" in kept:
        lines += [
            "## Real values among synthetic ones",
            "",
            "Share of 500 synthetic values that occur in the table.",
            "",
        ]
        lines += record.header(["column", *GENERATORS])
        for where, by in kept["verbatim"]["result"].items():
            lines.append(record.row([where, *(f"{by[name]:.0%}" for name in GENERATORS)]))
        lines += ["", "Categorical columns repeat their labels, names among them: the profile says so of each.", ""]
    if "speed" in kept:
        lines += ["## Speed", "", *record.header(["table", "rows", "columns", "CPU seconds"])]
        for title, item in kept["speed"]["result"].items():
            lines.append(record.row([title, f"{item['rows']:,}", str(item["columns"]), f"{item['cpu_seconds']:.2f}"]))
        lines.append("")
    return lines


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.personal_data", description=__doc__)
    parts = ("finds", "r", "digits", "verbatim", "speed")
    parser.add_argument("--part", action="append", choices=parts, help="only this one; may be repeated")
    parser.add_argument("--seeds", type=int, default=3, help="made tables of each sort")
    parser.add_argument("--tables", type=int, default=100, help="tables of random digits")
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    runs = {
        "finds": lambda: finds(given.seeds),
        "r": personal_data_r.found,
        "digits": lambda: digits(given.tables),
        "verbatim": verbatim,
        "speed": speed,
    }
    for name in given.part or parts:
        result = runs[name]()
        if result is None:
            print(f"{name}: left as it was, for what it reads isn't installed")
            continue
        kept = record.read(FILE)
        kept[name] = {"result": result, "made": record.when("faker", "python-stdnum", "phonenumbers")}
        record.write(FILE, kept)
        PAGE.write_text(page({part: kept[part] for part in parts if part in kept}) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
