"""Measure the bias audit: ``python -m benchmarks.bias``. Known answers, what is planted, null tables, time."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import binomtest

import synthgen as sg
from benchmarks import record
from benchmarks.peers.tables import SHARED, load_fraud
from synthgen.profiling import BiasAudit, audit_bias
from synthgen.table.encoding import encode

FILE = Path(__file__).with_name("bias.json")
PAGE = Path(__file__).with_name("bias.md")
NULL_TABLES = 100
PLANTED_TABLES = 30
PLANTED_ROWS = (300, 1000, 4000)

# Bickel et al. (1975): men who applied and were admitted, women who applied and were admitted, by department.
BERKELEY = {
    "A": (825, 512, 108, 89), "B": (560, 353, 25, 17), "C": (325, 120, 593, 202),
    "D": (417, 138, 375, 131), "E": (191, 53, 393, 94), "F": (373, 22, 341, 24),
}  # fmt: skip


def audited(frame: pd.DataFrame, target: str | None, sensitive: list[str], **options: Any) -> BiasAudit:
    schema = sg.Schema.infer(frame, target=target, sensitive_features=tuple(sensitive))
    return audit_bias(encode(frame, schema), schema, **options)


def _shared(name: str) -> pd.DataFrame | None:
    path = SHARED / f"{name}.csv.gz"
    return pd.read_csv(path, keep_default_na=False, na_values=[""]) if path.is_file() else None


def _german() -> pd.DataFrame | None:
    frame = _shared("german_credit")
    if frame is None:
        return None
    sex = np.where(frame.pop("personal_status_sex") == "A92", "female", "male")
    return frame.assign(sex=sex, credit_risk=frame["credit_risk"].map({1: "good", 2: "bad"}))


def _berkeley() -> pd.DataFrame:
    rows = []
    for department, (men, men_in, women, women_in) in BERKELEY.items():
        for sex, applied, admitted in (("M", men, men_in), ("F", women, women_in)):
            rows += [(department, sex, "yes")] * admitted + [(department, sex, "no")] * (applied - admitted)
    return pd.DataFrame(rows, columns=["department", "sex", "admitted"])


KNOWN: tuple[tuple[str, str, str, Callable[[], pd.DataFrame | None], float, float, bool, str], ...] = (
    ("Adult", "income", "sex", sg.datasets.load_adult, 0.1945, 0.3597, False, "transparentai's documentation"),
    ("German credit", "credit_risk", "sex", _german, 0.0748, 0.8966, True, "AIF360's demo_json_explainers"),
    ("Law school", "pass_bar", "race", lambda: _shared("law_school"), 0.1983, 0.7848, True,
     "counted by hand in the table of [Le Quy et al. 2022](https://doi.org/10.1002/widm.1452)"),
    ("Berkeley 1973", "admitted", "sex", _berkeley, 0.1416, 0.6818, False,
     "[Bickel et al. 1975](https://doi.org/10.1126/science.187.4175.398)"),
)  # fmt: skip
"""Table, target, sensitive column, the frame; published difference and ratio, whether of the other outcome; source."""


def known() -> list[dict[str, Any]]:
    out = []
    for title, target, column, load, difference, ratio, other, source in KNOWN:
        frame = load()
        if frame is None:
            out.append({"title": title, "skipped": f"the table is not in {SHARED.name}/ beside this repository"})
            continue
        found = audited(frame, target, [column])
        item = found.disparities[0]
        out.append({
            "title": title, "rows": len(frame), "outcome": item.outcome, "lowest": item.lowest, "highest": item.highest,
            "published": [difference, ratio], "source": source, "difference": item.difference,
            "difference_interval": item.difference_interval, "ratio": item.other_ratio if other else item.ratio,
            "ratio_interval": item.other_ratio_interval if other else item.ratio_interval, "other": other,
            "four_fifths": item.four_fifths, "p_value": item.p_value, "findings": list(found.findings),
        })  # fmt: skip
    return out


def planted(kind: str, n: int, seed: int) -> bool:
    """Whether what is planted in one table is found."""
    rng = np.random.default_rng(seed)
    sex = rng.choice(["F", "M"], n, p=[0.4, 0.6])
    frame = pd.DataFrame({"sex": sex, "skill": rng.normal(size=n).round(3), "job": rng.choice(list("uvwxyz"), n)})
    woman, likely = sex == "F", 1 / (1 + np.exp(0.5 - frame["skill"]))
    hired = rng.random(n) < likely
    question = {"proxy": "proxy", "reversal": "reversal", "noise": "label noise", "gaps": "missingness"}.get(kind, kind)
    if kind == "selection":
        hired = rng.random(n) < np.where(woman, 0.28, 0.4)
    elif kind == "proxy":
        frame["club"] = np.where(rng.random(n) < 0.6, np.where(woman, "a", "b"), "c")
    elif kind == "reversal":
        hard = rng.random(n) < np.where(woman, 0.85, 0.15)
        frame["department"] = np.where(hard, "hard", "easy")
        hired = rng.random(n) < np.where(hard, 0.1, 0.6) + 0.15 * woman
    elif kind == "noise":
        hired = (frame["skill"] > 0).to_numpy() ^ (woman & (rng.random(n) < 0.1))
    elif kind == "gaps":
        frame.loc[rng.random(n) < np.where(woman, 0.2, 0.1), "job"] = None
    frame["hired"] = np.where(hired, "yes", "no")
    found = audited(frame, "hired", ["sex"])
    named = {"proxy": "club", "reversal": "department"}.get(kind, "")
    return any(item.found and item.question == question and named in item.words for item in found.evidence)


PLANTED = {
    "selection": "28 % of women and 40 % of men are selected, a ratio of .7",
    "proxy": "a column that tells 60 % of the rows' sex",
    "reversal": "Simpson's paradox: women fare better by 15 points in each of two departments",
    "noise": "a tenth of women's labels are flipped",
    "gaps": "a column lacks values for 20 % of women and 10 % of men",
}


def null(seed: int) -> bool:
    """Whether anything is found in a table in which nothing depends on sex or race."""
    rng = np.random.default_rng(seed)
    n = int(rng.choice([300, 1000, 3000]))
    score, debt = rng.normal(size=n), rng.gamma(1, 1, n)
    chance = 1 / (1 + np.exp(1 - 1.2 * score - 0.3 * debt))
    frame = pd.DataFrame({
        "sex": rng.choice(["F", "M"], n, p=[0.3, 0.7]), "race": rng.choice(list("abcd"), n, p=[0.6, 0.25, 0.1, 0.05]),
        "score": score.round(3), "debt": np.where(rng.random(n) < 0.1, np.nan, debt),
        "job": rng.choice(list("uvwxyz"), n), "zip": rng.choice([f"z{k}" for k in range(30)], n),
        "y": np.where(rng.random(n) < chance, "yes", "no"),
    })  # fmt: skip
    found = audited(
        frame, "y", ["sex", "race"], reference_population={"sex": {"F": 0.3, "M": 0.7}},
        predictions=np.clip(chance + rng.normal(0, 0.02, n), 0, 1),
    )  # fmt: skip
    return any(item.p_adjusted < 0.05 for item in found.evidence)


def timed() -> list[dict[str, Any]]:
    """Processor seconds, libraries loaded before."""
    tables: list[tuple[str, pd.DataFrame | None, str, list[str]]] = [
        ("Adult; sex, race and both", sg.datasets.load_adult(), "income", ["sex", "race"]),
        ("Adult; columns picked by name", sg.datasets.load_adult(), "income", []),
        ("Card payments, the shipped sample", sg.datasets.load_fraud(), "Class", []),
        ("Card payments, all", load_fraud(), "Class", []),
        ("Flights; origin", None, "delay", ["origin"]),
    ]
    flights = SHARED / "flights_3m.parquet"
    audited(tables[0][1][:500], "income", ["sex"])  # type: ignore[index]
    out = []
    for title, given, target, sensitive in tables:
        frame = given if given is not None else pd.read_parquet(flights) if flights.is_file() else None
        if frame is None:
            continue
        schema = sg.Schema.infer(frame, target=target, sensitive_features=tuple(sensitive))
        coded = encode(frame, schema)
        start = time.process_time()
        found = audit_bias(coded, schema)
        out.append({
            "title": title, "shape": list(frame.shape), "cpu_seconds": round(time.process_time() - start, 2),
            "columns": list(found.features), "comparisons": len(found.evidence),
        })  # fmt: skip
    return out


def page(found: dict[str, Any]) -> str:
    lines = [
        "# The bias audit",
        "",
        "Made by `python -m benchmarks.bias`. What the audit does: [docs/bias.md](../docs/bias.md).",
        "",
    ]
    lines += record.made_with([found])
    lines += ["## Known answers", "", "Published figures beside those found, with 95 % intervals.", ""]
    lines += record.header(
        [
            "table",
            "rows",
            "outcome",
            "groups",
            "published difference",
            "found",
            "published ratio",
            "found",
            "source",
        ]
    )
    for item in found["known"]:
        if "skipped" in item:
            lines.append(record.row([item["title"], item["skipped"], *[""] * 7]))
            continue
        lines.append(record.row([
            item["title"], f"{item['rows']:,}", f"not {item['outcome']}" if item["other"] else item["outcome"],
            f"{item['lowest']}, {item['highest']}", f"{item['published'][0]:.4f}", _with(item, "difference"),
            f"{item['published'][1]:.4f}", _with(item, "ratio"), item["source"],
        ]))  # fmt: skip
    lines += ["", "In words:", ""]
    for item in found["known"]:
        lines += [f"- {item['title']}: {words}" for words in item.get("findings", ()) if " a ratio of " in words]
    lines += [f"- Berkeley 1973: {words}" for words in found["known"][-1]["findings"] if "Simpson" in words]
    lines += ["", "## What is planted is found", "", f"Share of {PLANTED_TABLES} tables in which it was found, "
              "corrected for all comparisons of the audit; two fifths of the rows are women.", ""]  # fmt: skip
    lines += record.header(["planted", *(f"{n:,} rows" for n in PLANTED_ROWS)])
    for kind, words in PLANTED.items():
        lines.append(record.row([words, *(f"{share:.0%}" for share in found["planted"][kind])]))
    of_null = found["null"]
    low, high = of_null["interval"]
    lines += ["", "## Nothing is found where nothing is", "",
              f"In {of_null['found']} of {of_null['tables']} tables of 300 to 3,000 rows, in which nothing depends "
              f"on sex or race, something was found: {of_null['found'] / of_null['tables']:.1%}, 95 % interval "
              f"{low:.1%} to {high:.1%}; the stated level is 5 %.", "", "## Time", "",
              "Processor seconds of the audit alone, libraries loaded.", ""]  # fmt: skip
    lines += record.header(["table", "rows × columns", "sensitive columns", "comparisons", "seconds"])
    for item in found["timed"]:
        lines.append(record.row([
            item["title"], f"{item['shape'][0]:,} × {item['shape'][1]}", ", ".join(item["columns"]) or "none",
            f"{item['comparisons']}", f"{item['cpu_seconds']:.2f}",
        ]))  # fmt: skip
    return "\n".join([*lines, ""])


def _with(item: dict[str, Any], name: str) -> str:
    low, high = item[f"{name}_interval"]
    return f"{item[name]:.4f} ({low:.3f} to {high:.3f})"


def main() -> None:
    nulls = [null(seed) for seed in range(NULL_TABLES)]
    interval = binomtest(sum(nulls), len(nulls)).proportion_ci(method="wilson")
    found = {
        **record.when("fairlearn"), "known": known(),
        "planted": {
            kind: [float(np.mean([planted(kind, n, seed) for seed in range(PLANTED_TABLES)])) for n in PLANTED_ROWS]
            for kind in PLANTED
        },
        "null": {"tables": len(nulls), "found": int(sum(nulls)), "interval": [interval.low, interval.high]},
        "timed": timed(),
    }  # fmt: skip
    record.write(FILE, found)
    PAGE.write_text(page(found), encoding="utf-8")


if __name__ == "__main__":
    main()
