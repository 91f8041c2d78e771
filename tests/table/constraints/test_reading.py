"""Rules in words: what each sentence means, and that every rule is read from its own words."""

from __future__ import annotations

import pytest

from synthgen.errors import ConstraintError
from synthgen.table.constraints import (
    FixedCombinations,
    Formula,
    FunctionalDependency,
    Inequality,
    Linear,
    Monotone,
    OneHot,
    Pattern,
    Positive,
    Range,
    Unique,
    When,
)
from synthgen.table.constraints.reading import constraints_of, read_rule, read_rules


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        ("start <= end", Inequality("start", "end")),
        (" start<end ", Inequality("start", "end", strict=True)),
        ("end >= start", Inequality("start", "end")),
        ("end > start", Inequality("start", "end", strict=True)),
        ("`half day` <= quantity", Inequality("half day", "quantity")),
        ("quantity >= 18", Range("quantity", "18")),
        ("quantity > 18", Range("quantity", "18", closed="neither")),
        ("quantity < -1.5", Range("quantity", high="-1.5", closed="neither")),
        ("quantity >= 18 and < 65", Range("quantity", "18", "65", closed="low")),
        ("quantity <= 65 and > 18", Range("quantity", "18", "65", closed="high")),
        ("ordered >= 2024-01-31", Range("ordered", "2024-01-31")),
        ("total = price + rate", Linear("total", {"price": 1, "rate": 1})),
        ("total = price - `half day` + rate", Linear("total", {"price": 1, "half day": -1, "rate": 1})),
        ("total = -price + rate", Linear("total", {"price": -1, "rate": 1})),
        ("total = price", Linear("total", {"price": 1})),
        ("total = price + 1", Formula("total", "price + 1")),
        ("total = price * quantity", Formula("total", "price * quantity")),
        ("total = 2 * `half day`", Formula("total", "2 * `half day`")),
        ("unique(start, end)", Unique(["start", "end"])),
        ("Unique( id )", Unique("id")),
        ("one_hot(cash, card)", OneHot(["cash", "card"])),
        ("onehot(cash,card)", OneHot(["cash", "card"])),
        ("fixed_combinations(city, country)", FixedCombinations(["city", "country"])),
        ("country follows from city", FunctionalDependency("city", "country")),
        ("price never rises along ordered", Monotone("price", order="ordered", decreasing=True)),
        ("end is null where status != closed", When({"status": "!= closed"}, {"end": None})),
        ("end is not null where status = closed", When({"status": "closed"}, {"end": "not null"})),
        ("end is null where status in open, waiting", When({"status": ["open", "waiting"]}, {"end": None})),
        (
            "end >= 3 and < 9 where status = closed and city is null",
            When({"status": "closed", "city": None}, {"end": ">= 3 and < 9"}),
        ),
        ("`half day` = 0 where quantity == 1", When({"quantity": "1"}, {"half day": "0"})),
    ],
)
def test_words(schema, words, rule):
    read = read_rule(words, schema)
    assert read == rule
    read.check(schema)


@pytest.mark.parametrize(
    "rule",
    [
        Inequality("start", "end"), Inequality("start", "end", strict=True), Range("quantity", 1, 5),
        Range("quantity", 1, 5, closed="neither"), Range("ordered", high="2024-01-31"), Positive("price"),
        Positive("price", strict=False), Linear("total", ["price", "rate"]), Linear("total", {"price": 1, "rate": -1}),
        Linear("total", {"price": 2.5}, constant=-1), Formula("total", "price * `half day`"),
        FixedCombinations(["city", "country"]), FunctionalDependency("city", "country"),
        FunctionalDependency(["city", "status"], "country"), OneHot(["cash", "card", "voucher"]),
        Unique(["start", "end"]), When({"status": "closed"}, {"end": None}),
        When({"status": ["open", "closed"], "price": ">= 2"}, {"end": "> 1"}),
        Pattern("city", "[A-Z][a-z]+|= .* where"), Monotone("price"), Monotone("price", "city", "ordered"),
        Monotone("price", by="city", decreasing=True),
    ],
    ids=lambda rule: rule.words,
)  # fmt: skip
def test_every_rule_is_read_from_its_own_words(schema, rule):
    again = read_rule(rule.words, schema)
    assert again.words == rule.words
    again.check(schema)


@pytest.mark.parametrize(
    "words",
    ["", "start", "gone <= 5", "5 <= start", "start ! end", "total = os.system('x')", "where", "start is null",
     "total =", "end = 1 where nothing", "quantity >= 1 and 5", "quantity >= 1 and > 5", "unique()",
     "total = price +", "= price"],
)  # fmt: skip
def test_what_can_not_be_read_says_so(schema, words):
    with pytest.raises(ConstraintError):
        read_rule(words, schema).check(schema)


def test_rules_are_given_one_or_many_in_any_form(schema):
    rule = Inequality("start", "end")
    for given in (rule, "start <= end", rule.to_dict(), [rule], ["start <= end"], [rule.to_dict()]):
        assert read_rules(given, schema) == (rule,)
    assert read_rules([], schema) == ()


@pytest.mark.parametrize(
    ("items", "words"),
    [
        ("start <= end", "list of objects"),
        ([{}], "needs 'rule'"),
        ([{"rule": "Magic"}], "one of: Inequality"),
        ([["Inequality"]], "needs 'rule'"),
        ([{"rule": "Inequality", "low": "a"}], "Inequality needs low, high, strict; got low"),
        ([{"rule": "Inequality", "low": "a", "high": "b", "path": "/"}], "no field 'path'"),
        ([{"rule": "Linear", "column": "a", "terms": 5}], "Linear"),
        ([{"rule": "Formula", "column": "a", "expression": 5}], "can't be read"),
        ([{"rule": "Formula", "column": "a", "expression": "__import__('os')"}], "can't be read"),
    ],
)
def test_files_with_other_things_in_them_are_refused(items, words):
    with pytest.raises(ConstraintError, match=words):
        constraints_of(items)
