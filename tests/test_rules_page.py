"""The examples of the page on rules run, one after the other, and say what is true."""

from __future__ import annotations

import re
import warnings
from pathlib import Path

import pytest

from synthgen.constraints import CONSTRAINTS
from synthgen.table import Column, Kind, Schema
from synthgen.table.constraints.reading import read_rule

PAGE = Path(__file__).resolve().parents[1] / "docs" / "rules.md"

NAMES = [
    "age", "card", "cash", "casual", "city", "cnt", "code", "country", "day", "meter", "placed", "price", "quantity",
    "reading", "registered", "room", "shipped", "status", "total", "zone",
]  # fmt: skip


@pytest.mark.slow
def test_examples_run():
    text = PAGE.read_text(encoding="utf-8")
    names: dict[str, object] = {}
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert len(blocks) >= 5
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a small table is told to be one
        for number, block in enumerate(blocks):
            exec(compile(block, f"{PAGE.name}, example {number + 1}", "exec"), names)
    words = set(names["proposals"].frame["rule"])
    assert {"total = price * quantity", "placed <= shipped", "shipped is null where status = open"} <= words
    assert names["model"].broken_rules_ == {}
    assert len(names["result"].data) > 0


def table_of_rules():
    rows = re.findall(r"^\| `(\w+)\(.*?\| (.+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    return [(sort, words) for sort, said in rows for words in re.findall(r"`([^`]+)`", said)]


def test_every_rule_is_in_the_table():
    text = PAGE.read_text(encoding="utf-8")
    for name in CONSTRAINTS:
        assert f"`{name}(" in text


@pytest.mark.parametrize(("sort", "words"), table_of_rules(), ids=lambda item: item)
def test_words_are_read_as_the_rule_beside_them(sort, words):
    schema = Schema(tuple(Column(name, Kind.INTEGER) for name in NAMES))
    read = type(read_rule(words, schema)).__name__
    assert read == sort or (sort, words, read) == ("Range", "price > 0", "Range")
