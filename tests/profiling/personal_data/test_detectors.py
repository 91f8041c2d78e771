"""Each detector on values worked out by hand, valid and not."""

from __future__ import annotations

import re

import numpy as np
import pytest

from synthgen.profiling.personal_data import DETECTORS
from synthgen.profiling.personal_data.chance import beyond_chance, shuffled
from synthgen.profiling.personal_data.detector import folded
from synthgen.profiling.personal_data.free_text import Forms, search
from synthgen.profiling.personal_data.masks import example, mask
from synthgen.profiling.personal_data.person_names import is_name
from synthgen.profiling.personal_data.phones import is_phone
from synthgen.table.check_digits import is_card, is_iban, passes_luhn


def detector(what, **fields):
    """The first whose kind begins so, or names the country or number in brackets."""
    return next(
        found
        for found in DETECTORS
        if (found.what.startswith(what) or re.search(rf"\(.*{what}\b.*\)", found.what))
        and all(getattr(found, key) == value for key, value in fields.items())
    )


def test_luhn_by_hand():
    # 7992739871: doubling every other digit from the right gives 2+7+6+... = 67, so the check digit is 3.
    assert [digit for digit in "0123456789" if passes_luhn("7992739871" + digit)] == ["3"]


@pytest.mark.parametrize(
    "number", ["4111 1111 1111 1111", "5555555555554444", "378282246310005", "6011-1111-1111-1117"]
)
def test_cards_that_issuers_publish_for_tests(number):
    assert is_card(number)
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    assert not is_card(wrong)


def test_a_card_needs_an_issuer_and_a_length():
    assert passes_luhn("9999999999999995")
    assert not is_card("9999999999999995")
    assert not is_card("411111111111")


def test_iban_by_hand():
    # GB82 WEST 1234 5698 7654 32: 3214282912345698765432161182 leaves 1 when divided by 97.
    assert 3214282912345698765432161182 % 97 == 1
    assert is_iban("GB82 WEST 1234 5698 7654 32")
    assert not is_iban("GB83 WEST 1234 5698 7654 32")
    assert not is_iban("GB28 WEST 1234 5698 7654 32")


NATIONAL = {
    "BSN": ("111222333", "111222334"),  # 9·1+8·1+7·1+6·2+5·2+4·2+3·3+2·3-3 = 66 = 6·11
    "CPF": ("111.444.777-35", "111.444.777-36"),  # sums 162 and 204 leave 8 and 6 of 11: digits 3 and 5
    "NIF": ("123456789", "123456788"),  # 9·1+8·2+7·3+6·4+5·5+4·6+3·7+2·8 = 156, 156 mod 11 = 2: digit 9
    "NHS": ("943 476 5919", "943 476 5918"),  # 299 mod 11 = 2: digit 9
    "PESEL": ("44051401359", "44051401358"),
    "Norway": ("15108695088", "15108695077"),
}


@pytest.mark.parametrize("title", NATIONAL)
def test_national_numbers_by_their_check_digits(title):
    pytest.importorskip("stdnum")
    valid, wrong = NATIONAL[title]
    assert detector(title).matches([valid]).tolist() == [True]
    assert detector(title).matches([wrong]).tolist() == [False]


def test_every_national_number_has_a_module_that_refuses_text():
    pytest.importorskip("stdnum")
    rng = np.random.default_rng(0)
    digits = ["".join(row) for size in (9, 10, 11, 13, 18) for row in rng.choice(list("0123456789"), (40, size))]
    for found in DETECTORS:
        if found.checked:
            assert found.matches(digits).mean() < 0.5, found.what


FORMS = {
    ("e-mail", "high"): (["ada@example.org", "a.b+c@mail.example.co.uk"], ["ada@example", "@ada", "a b@example.org"]),
    ("IP address", "high"): (["192.0.2.1", "2001:db8::1"], ["192.0.2.256", "1.2.3", "12:30"]),
    ("device", "high"): (["00:1A:2b:3c:4D:5e"], ["00:1A:2b:3c:4D", "00:1G:2b:3c:4D:5e"]),
    ("URL", "high"): (["https://example.org/a", "www.example.org"], ["example", "https://"]),
    ("postcode", "medium"): (["SW1A 1AA", "M1 1AE", "K1A 0B1", "1012 AB"], ["E11 9", "A191", "C22 C26", "12345"]),
    ("SSN", "medium"): (["078-05-1120"], ["000-12-3456", "666-12-3456", "078051120", "2024-01-31"]),
    ("address", "high"): (
        ["221b Baker Street", "12 rue de la Paix", "Unter den Linden Straße 7", "Calle Mayor 12", "Flat 4\nElm Road"],
        ["3 bedroom flat near park", "Private room", "rue de la Paix", "40 hours"],
    ),
    ("phone", "medium"): (
        ["(202) 555-0143", "020 7946 0018", "01 23 45 67 89", "202-555-0143", "+1 202 555 0143 x12"],
        ["2025550143", "2024-01-31", "078-05-1120", "4111 1111 1111 1111", "12.50", "10/12/2024"],
    ),
}


@pytest.mark.parametrize(("what", "by_value"), FORMS)
def test_forms(what, by_value):
    found = detector(what, by_value=by_value)
    good, bad = FORMS[what, by_value]
    assert found.matches(good).all()
    assert not found.matches(bad).any()


def test_names_by_title():
    titled = detector("person name", least_share=0.1)
    assert titled.matches(["Braund, Mr. Owen Harris", "Rothes, the Countess. of (Lucy)", "Dr Ada Lovelace"]).all()
    assert not titled.matches(["Master Suite", "Sr. Engineer", "Private room", "Major, minor"]).any()


def test_names_by_list():
    assert is_name("Anna Schmidt") and is_name("SMITH, John") and is_name("Anna & Peter")
    assert is_name("前田 舞") and is_name("王秀英") and is_name("Анна Соколова")
    assert not is_name("north ward") and not is_name("Private room") and not is_name("Anna 3")


@pytest.mark.parametrize(
    ("column", "what"),
    [
        ("customerEmail", "e-mail"), ("E-Mail-Adresse", "e-mail"), ("courriel", "e-mail"), ("Telefonnummer", "phone"),
        ("teléfono", "phone"), ("PLZ", "postcode"), ("code_postal", "postcode"), ("Geburtsdatum", "date"),
        ("dateOfBirth", "date"), ("Straße", "address"), ("dirección", "address"), ("Vorname", "person name"),
        ("prénom", "person name"), ("hostName", "person name"), ("ip_address", "IP"), ("Kreditkartennummer", "card"),
    ],
)  # fmt: skip
def test_column_names_of_four_languages(column, what):
    assert detector(what).named.search(folded(column))


@pytest.mark.parametrize(
    "column", ["product_name", "filename", "country", "voicemail_count_", "description", "amount", "diagnosis", "V14"]
)
def test_column_names_that_say_nothing(column):
    assert not [found.what for found in DETECTORS if found.named.search(folded(column))]


# Chance


def luhn_numbers(rng, n):
    made = []
    for row in rng.integers(0, 10, (n, 14)):
        first = "4" + "".join(map(str, row))
        made.append(next(first + digit for digit in "0123456789" if passes_luhn(first + digit)))
    return made


def test_shuffling_keeps_each_places_characters_and_breaks_check_digits():
    rng = np.random.default_rng(0)
    cards = luhn_numbers(rng, 200)
    mixed = shuffled(cards, rng)
    assert all(sorted(a) == sorted(b) for a, b in zip(zip(*cards, strict=True), zip(*mixed, strict=True), strict=True))
    # A tenth passes by chance; 200 draws have a standard deviation of 4.2.
    assert 5 <= sum(map(is_card, mixed)) <= 40


def test_more_than_chance_is_told_from_chance():
    rng = np.random.default_rng(1)
    card = detector("card")
    cards = luhn_numbers(rng, 60)
    random = ["4" + "".join(map(str, row)) for row in rng.integers(0, 10, (60, 15))]
    assert beyond_chance(card, cards, 60, 100, rng)
    assert not beyond_chance(card, random, int(card.matches(random).sum()), 100, rng)


# Masks and texts


def test_a_mask_shows_neither_characters_nor_lengths():
    assert mask("ada@example.org") == mask("b@c.de") == "***@***.***"
    assert mask("Braund, Mr. Owen") == "***, ***. ***"
    assert mask("DE89 3704") == "***### ###"
    assert mask("名前 §1") == "*** ***###"


def test_a_mask_that_few_rows_share_is_not_shown():
    assert example(["a@b.de", "c@d.fr"], [5, 4], "***") == "***"
    assert example(["a@b.de", "c@d.fr"], [5, 5], "***") == "***@***.***"


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("write to ada@example.org please", {"e-mail address"}),
        ("call (202) 555-0143 after six", {"phone number"}),
        ("paid with 4111 1111 1111 1111 today", {"card number"}),
        ("paid with 4111 1111 1111 1112 today", set()),
        ("to GB82 WEST 1234 5698 7654 32", {"IBAN"}),
        ("seen by Dr Lovelace", {"person name"}),
        ("from 192.0.2.1 again", {"IP address"}),
        ("Firefox/3.6.16 rv:1.9.0.20 on 2024-01-31 at 12:30:15, 1,250.00 paid", set()),
    ],
)
def test_inside_texts(text, kinds):
    assert Forms()([text])[0] == kinds


def test_a_kind_counts_from_three_texts_on():
    texts = ["ada@example.org", "b@example.org", "nothing", "see www.example.org"] * 1
    assert search(texts, [Forms()])[1] == ()
    hit, kinds = search([*texts, "c@example.org"], [Forms()])
    assert kinds == ("e-mail address",)
    assert hit.tolist() == [True, True, False, False, True]


def test_phones_have_eight_digits_at_least():
    assert not is_phone("+1 23 45")
