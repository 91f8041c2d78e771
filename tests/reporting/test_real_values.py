"""No report may show what near to nobody else has: every page is searched for values of few real rows."""

from __future__ import annotations

import html
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from synthgen.table.disclosure import FEWEST_HOLDERS

REPORTS = Path(__file__).parents[2] / "reports"
DIGITS = 4
"""Shorter numbers are any figure's: .013 is found among some thousand values by chance."""

VALUES = ("values", "associations", "columns")
"""Sections that show values of columns. Elsewhere whole numbers are counts of rows, which meet values by chance."""

_NUMBER = re.compile(r"(?<![\w.,])-?\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?(?![\w])")


def text_of(page: str) -> str:
    """What a reader sees or may select, coordinates of charts aside: their titles and descriptions stay."""
    page = re.sub(r"<style>.*?</style>|<(?:path|rect|circle)[^>]*>", " ", page, flags=re.DOTALL)
    titles = " ".join(re.findall(r'(?:title|aria-label)="([^"]*)"', page))
    words = html.unescape(re.sub(r"<[^>]+>", " ", page) + " " + titles)
    return words.replace("−", "-").replace("\u00a0", " ")


def sections_of(page: str, names: tuple[str, ...]) -> str:
    parts = re.finditer(r'<section id="([\w-]+)".*?(?=<section id="|</main>)', page, flags=re.DOTALL)
    return " ".join(part.group(0) for part in parts if part.group(1) in names)


def numbers_in(text: str, *, whole: bool) -> set[float]:
    """Numbers of four digits or more; whole ones or others."""
    out = set()
    for word in _NUMBER.findall(text):
        plain = word.replace(",", "")
        if len(re.sub(r"\D", "", plain.split("e")[0]).strip("0")) >= DIGITS and ("." not in plain) is whole:
            out.add(float(plain))
    return out


def found_in(page: str, table: pd.DataFrame) -> list[str]:
    """Values that fewer than ten rows of a table have, and that stand in a page."""
    text = text_of(page)
    broken = numbers_in(text, whole=False)
    # How many values a column has is a count too.
    counts = {float(count) for column in table for count in (table[column].nunique(), table[column].notna().sum())}
    whole = numbers_in(text_of(sections_of(page, VALUES)), whole=True) - counts
    found = []
    for column in table:
        held = table[column].value_counts()
        rare = held.index[held < FEWEST_HOLDERS]
        if pd.api.types.is_numeric_dtype(table[column]):
            numbers = rare.to_numpy(float)
            found += [f"{column}: {value}" for value in numbers[np.isin(numbers, list(broken | whole))]]
        else:
            found += [f"{column}: {label}" for label in map(str, rare) if len(label) >= DIGITS and label in text]
    return found


PAGES = {
    "fidelity.html": sg.datasets.load_fraud, "bias.html": sg.datasets.load_fraud,
    "adult_bias.html": sg.datasets.load_adult,
}  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
def test_the_example_reports_show_no_value_of_few_rows(name):
    assert found_in((REPORTS / name).read_text("utf-8"), PAGES[name]()) == []


def test_a_planted_value_is_found():
    page, table = (REPORTS / "bias.html").read_text("utf-8"), sg.datasets.load_fraud()
    held = table["Amount"].value_counts()
    assert sections_of(page, VALUES)
    rare = next(value for value in held.index[held < 3] if value > 1_000 and value != round(value))
    assert found_in(page.replace("</main>", f"<p>{rare:,.2f}</p></main>"), table) == [f"Amount: {rare}"]
    labels = table.assign(town=["Einzelhausen", *["Stadt"] * (len(table) - 1)])
    assert found_in(page.replace("</main>", '<b title="in Einzelhausen">x</b></main>'), labels) == [
        "town: Einzelhausen"
    ]


@pytest.mark.slow
@pytest.mark.parametrize(("load", "target"), [
    (sg.datasets.load_thyroid, "diagnosis"), (sg.datasets.load_adult, "income"), (sg.datasets.load_fraud, "Class"),
])  # fmt: skip
def test_fresh_reports_show_no_value_of_few_rows(tmp_path, load, target):
    table = load()
    table = table[table.groupby(target)[target].transform("size") >= 400].sample(3_000, random_state=0)
    made = sg.synthesize(
        table, target=target, purpose="release", generator="gaussian_copula", gate=None, random_state=0, progress=False
    )
    for audience in ("internal", "shareable"):
        made.write_reports(tmp_path / audience, audience=audience)
        for name in ("fidelity.html", "bias.html"):
            assert found_in((tmp_path / audience / name).read_text("utf-8"), table) == []
