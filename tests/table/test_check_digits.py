"""Check digits are told from chance, and new identifiers carry them."""

import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from synthgen.errors import UsageError
from synthgen.table import Kind, Schema, infer_schema
from synthgen.table.check_digits import CHECKS, check_named, is_card, is_iban, learn_check, passes_luhn, with_check
from synthgen.table.kinds.identifier import draw
from synthgen.table.national_numbers import NATIONAL

# Published examples, and each with its last digit changed.
VALID = {
    "card": "4111 1111 1111 1111",
    "iban": "DE89 3704 0044 0532 0130 00",
    "isbn10": "0-306-40615-2",
    "ean": "978-0-306-40615-7",
    "luhn": "490154203237518",
    "uuid4": "f81d4fae-7dec-41d0-a765-00a0c91e6bf6",
    "uuid1": "f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
}
WRONG = {
    "card": "4111 1111 1111 1112",
    "iban": "DE89 3704 0044 0532 0130 01",
    "isbn10": "0-306-40615-3",
    "ean": "978-0-306-40615-8",
    "luhn": "490154203237519",
    "uuid4": "f81d4fae-7dec-51d0-a765-00a0c91e6bf6",
    "uuid1": "f81d4fae-7dec-11d0-c765-00a0c91e6bf6",
}
SHAPES = {
    "card": "9999 9999 9999 9999",
    "iban:DE": "AA99 9999 9999 9999 9999 99",
    "mod11": "9999999999",
    "ean": "99999999",
    "luhn": "999999999999999",
    "uuid4": "hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh",
}


def rng(seed=0):
    return np.random.default_rng(seed)


@pytest.mark.parametrize("name", VALID)
def test_published_numbers(name):
    assert CHECKS[name].is_valid(VALID[name])
    assert not CHECKS[name].is_valid(WRONG[name])


def test_an_isbn_of_ten_digits_may_end_in_x():
    # 10·0 + 9·8 + 8·0 + 7·4 + 6·4 + 5·2 + 4·9 + 3·5 + 2·7 + 10 = 209 = 19·11
    assert CHECKS["isbn10"].is_valid("0-8044-2957-X")
    assert not CHECKS["mod11"].is_valid("0-8044-2957-X")


def test_check_digits_are_worked_out_by_hand():
    assert with_check("4111 1111 1111 1110", CHECKS["card"], rng()) == "4111 1111 1111 1111"
    assert with_check("DE00 3704 0044 0532 0130 00", check_named("iban:DE"), rng()) == VALID["iban"]
    assert with_check("978-0-306-40615-0", CHECKS["ean"], rng()) == VALID["ean"]
    assert with_check("490154203237510", CHECKS["luhn"], rng()) == VALID["luhn"]


@pytest.mark.parametrize("name", SHAPES)
def test_drawn_identifiers_carry_them_and_keep_their_shape(name):
    made = draw(SHAPES[name], 200, rng(), check=name).tolist()
    assert len(set(made)) == 200
    assert all(check_named(name).is_valid(text) for text in made)
    assert {len(text) for text in made} == {len(SHAPES[name])}
    assert [char for char in made[0] if char in " -"] == [char for char in SHAPES[name] if char in " -"]
    assert learn_check(made) == name


@pytest.mark.parametrize("name", NATIONAL)
def test_national_numbers(name):
    pytest.importorskip("stdnum")
    shape = {"fi.hetu": "999999-9999", "dk.cpr": "999999-9999", "es.nie": "A9999999A", "es.dni": "99999999A"}
    lengths = {"it.codicefiscale": 16, "mx.curp": 18, "cn.ric": 18, "fr.nir": 15, "ch.ssn": 13, "ro.cnp": 13,
               "za.idnr": 13, "in_.aadhaar": 12, "ie.pps": 8, "nl.bsn": 9, "pt.nif": 9, "au.tfn": 9, "ca.sin": 9,
               **dict.fromkeys(("at.vnr", "bg.egn", "cz.rc", "se.personnummer"), 10)}  # fmt: skip
    made = draw(shape.get(name, "9" * lengths.get(name, 11)), 25, rng(), check=name).tolist()
    assert len(set(made)) == 25
    assert all(CHECKS[name].is_valid(text) for text in made)
    assert learn_check(made) == name


def test_random_digits_carry_none():
    for length in (8, 9, 10, 11, 13, 15, 16):
        numbers = rng(length).integers(10 ** (length - 1), 10**length, 300)
        assert learn_check(map(str, numbers)) is None


def test_numbers_that_pass_by_their_form_alone_carry_none():
    """Czech numbers of nine digits have a date and no check digit; records that start with a date look the same."""
    pytest.importorskip("stdnum", reason="the extra pii isn't installed")
    records = [f"8{year}{month:02d}{day:02d}{number:03d}" for year in range(4) for month in range(1, 13)
               for day in (1, 14, 28) for number in (3, 250)]  # fmt: skip
    assert all(CHECKS["cz.rc"].is_valid(text) for text in records)
    assert learn_check(records) is None
    # Danish ones have none either, but nothing else has their form.
    rng = np.random.default_rng(0)
    danish = draw("9999999999", 60, rng, check="dk.cpr").tolist()
    assert learn_check(danish) == "dk.cpr"


def test_a_check_that_the_shape_has_no_room_for_is_refused_at_once():
    pytest.importorskip("stdnum", reason="the extra pii isn't installed")
    with pytest.raises(UsageError, match="no room"):
        draw("999999999", 100, np.random.default_rng(0), check="cz.rc")


def test_one_in_a_thousand_may_be_wrong_and_no_more():
    numbers = draw("9" * 15, 2000, rng(), check="luhn").tolist()
    wrong = [text[:-1] + str((int(text[-1]) + 1) % 10) for text in numbers]
    assert learn_check([*wrong[:2], *numbers[2:]]) == "luhn"
    assert learn_check([*wrong[:3], *numbers[3:]]) is None
    # Few values prove nothing.
    assert learn_check(numbers[:19]) is None


def test_no_taken_identifier_is_drawn():
    # There are 10⁶ EAN of 7 digits and a check digit that start with 4; all but 500 of those drawn first are taken.
    first = draw("99999999", 20_000, rng(), check="ean").tolist()
    again = draw("99999999", 20_000, rng(), check="ean", taken=set(first[500:])).tolist()
    assert not set(again) & set(first[500:])
    assert set(again) & set(first[:500])


def test_a_shape_that_is_full_is_said_to_be():
    with pytest.raises(UsageError, match=r"'999999'.*'luhn'"):
        draw("999999", 10**5, rng(), check="luhn")
    with pytest.raises(UsageError, match="'AAA'"):
        draw("AAA", 5, rng(), check="luhn")


def test_a_schema_learns_keeps_and_declares_them():
    cards = draw(SHAPES["card"], 60, rng(), check="card")
    schema = infer_schema(pd.DataFrame({"paid_with": cards}))
    assert (schema["paid_with"].check, schema["paid_with"].pattern) == ("card", SHAPES["card"])
    assert Schema.from_json(schema.to_json()) == schema
    assert '"check": "card"' in schema.to_json()
    # A shape of one's own need not have room for them.
    own = schema.with_column("paid_with", pattern="AAAA-9999")
    assert (own["paid_with"].check, "check" in own["paid_with"].declared) == (None, False)
    both = schema.with_column("paid_with", pattern="9" * 16, check="luhn")
    assert both["paid_with"].check == "luhn" and {"check", "pattern"} <= both["paid_with"].declared


def test_whole_numbers_carry_them_too():
    codes = pd.Series(draw("9" * 13, 50, rng(), check="ean")).astype("int64")
    frame = pd.DataFrame({"ean_id": codes, "x": np.arange(50.0) ** 1.5})
    model = sg.generators.GENERATORS["jitter"](random_state=0).fit(frame)
    made = model.sample(30)["ean_id"]
    assert made.dtype == "int64"
    assert all(CHECKS["ean"].is_valid(str(code)) for code in made)


def test_an_unknown_name_is_refused():
    frame = pd.DataFrame({"who": [f"K{number}" for number in range(30)], "x": np.arange(30.0) ** 1.5})
    schema = infer_schema(frame).with_column("who", kind=Kind.IDENTIFIER, check="lun")
    with pytest.raises(UsageError, match=r"'lun'.*luhn"):
        sg.generators.GENERATORS["jitter"](random_state=0).fit(frame, schema=schema).sample(3)


def test_plain_checks():
    assert passes_luhn("79927398713") and not passes_luhn("79927398710")
    assert is_card("378282246310005") and not is_card("79927398713")
    assert is_iban("GB82 WEST 1234 5698 7654 32") and not is_iban("GB83 WEST 1234 5698 7654 32")
