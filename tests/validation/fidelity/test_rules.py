"""Rules of the train rows that synthetic rows break are named, with the share of rows that keep them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from synthgen.table import Column, Kind, Schema
from synthgen.validation import Comparison
from synthgen.validation.fidelity.rules import rules_kept


def by_subject(estimates):
    return {estimate.subject: estimate for estimate in estimates}


def sold(rng, n):
    net, tax = rng.integers(1, 900, n).astype(float), rng.integers(0, 90, n).astype(float)
    place = rng.integers(0, 6, n)
    return {
        "net": list(net), "tax": list(tax), "gross": list(net + tax), "place": [f"p{k}" for k in place],
        "land": ["north" if k < 3 else "south" for k in place],
    }  # fmt: skip


LABELS = {"place": [f"p{k}" for k in range(6)], "land": ["north", "south"]}


def test_rows_that_keep_all_rules_score_one(compare, rng):
    both = compare(sold(rng, 300), sold(rng, 200), sold(rng, 250), labels=LABELS)
    found = by_subject(rules_kept(both, rng))
    assert found["gross = net + tax"].value == 1.0
    assert found["land follows from place"].value == 1.0
    assert found[None].value == 1.0 and found[None].baseline == 1.0


def test_broken_rules_are_counted_and_the_worst_comes_first(compare, rng):
    made = sold(rng, 200)
    made["gross"] = [value + 1 if k < 50 else value for k, value in enumerate(made["gross"])]
    made["land"] = ["south" if k < 20 else value for k, value in enumerate(made["land"])]
    wrong = sum(
        land != ("north" if place < "p3" else "south") for land, place in zip(made["land"], made["place"], strict=True)
    )
    found = list(rules_kept(compare(sold(rng, 300), sold(rng, 200), made, labels=LABELS), rng))
    assert [e.subject for e in found[:2]] == [None, "gross = net + tax"]
    assert found[1].value == pytest.approx(0.75)
    assert found[1].interval[0] < 0.75 < found[1].interval[1]
    assert by_subject(found)["land follows from place"].value == pytest.approx(1 - wrong / 200)
    assert found[1].baseline == 1.0


def test_an_end_before_its_start_is_found(compare, rng):
    def stay(n):
        start = rng.integers(0, 300, n)
        return {"start": list(start.astype(float)), "end": list((start + rng.integers(0, 9, n)).astype(float))}

    made = stay(100)
    made["end"][:10] = [value - 20 for value in made["start"][:10]]
    found = by_subject(rules_kept(compare(stay(400), stay(200), made), rng))
    assert found["start ≤ end"].value == pytest.approx(0.9)


def test_gaps_that_follow_from_a_label(compare, rng):
    def paid(n):
        card = rng.random(n) < 0.5
        number = np.where(card, rng.integers(0, 10_000, n), np.nan)
        return {"how": ["card" if c else "cash" for c in card], "number": list(number)}

    made = paid(100)
    made["number"] = list(rng.permutation(made["number"]))
    labels = {"how": ["card", "cash"]}
    found = by_subject(rules_kept(compare(paid(300), paid(200), made, labels=labels), rng))
    assert found["gaps of number follow from how"].value < 0.7


def test_a_table_without_rules_says_so(compare, rng):
    part = [{"x": list(rng.normal(size=200)), "y": list(rng.normal(size=200))} for _ in range(3)]
    (found,) = rules_kept(compare(*part), rng)
    assert found.value is None and found.vacuous


def test_products_and_groups_are_judged(rng):
    def bought(n):
        price, quantity, way = rng.integers(1, 900, n), rng.integers(1, 9, n), rng.integers(0, 3, n)
        made = {"price": price, "quantity": quantity, "total": price * quantity}
        made |= {name: way == number for number, name in enumerate(("cash", "card", "voucher"))}
        return pd.DataFrame(made).astype(float)

    made = bought(100)
    made.loc[:29, "total"] += 1
    made.loc[:19, "cash"] = 1 - made.loc[:19, "cash"]
    whole, flags = ("price", "quantity", "total"), ("cash", "card", "voucher")
    columns = [*(Column(name, Kind.INTEGER) for name in whole), *(Column(name, Kind.BOOLEAN) for name in flags)]
    found = by_subject(rules_kept(Comparison(bought(300), bought(200), made, Schema(tuple(columns))), rng))
    assert found["total = price * quantity"].value == pytest.approx(0.7)
    assert found["exactly one of cash, card, voucher"].value == pytest.approx(0.8)
    assert found["total = price * quantity"].baseline == 1.0
