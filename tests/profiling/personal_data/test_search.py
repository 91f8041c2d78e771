"""What is found in whole tables, what isn't, and that nothing found is shown."""

from __future__ import annotations

import dataclasses
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from faker import Faker

import synthgen as sg
from synthgen.profiling.personal_data import personal_data
from synthgen.table import encode, infer_schema, read_file

SHARED = Path(__file__).parents[4] / "shared" / "data"
N = 120


def look(frame, schema=None, **options):
    schema = infer_schema(frame) if schema is None else schema
    return personal_data(encode(frame, schema), schema, **options)


def kinds(frame, *confidence):
    wanted = confidence or ("high", "medium")
    return {item.column: item.what for item in look(frame).columns if item.confidence in wanted}


def real(name):
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"{path} isn't there: real tables are kept outside the project")
    return read_file(path)


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def people():
    fake = Faker("en_US")
    fake.seed_instance(1)
    makers = {
        "name": fake.name, "mail": fake.email, "card_number": fake.credit_card_number, "iban": fake.iban,
        "home address": fake.address, "dob": lambda: fake.date_of_birth().isoformat(), "zip": fake.zipcode,
        "ssn": fake.ssn, "phone": fake.phone_number, "client": lambda: fake.unique.bothify("??-######"),
    }  # fmt: skip
    return pd.DataFrame({column: [make() for _ in range(N)] for column, make in makers.items()})


def test_a_table_of_people(people):
    assert kinds(people) == {
        "name": "person name", "mail": "e-mail address", "card_number": "card number", "iban": "IBAN",
        "home address": "address", "dob": "date of birth", "zip": "postcode",
        "ssn": "national number (United States, SSN)", "phone": "phone number",
        "client": "number of a person or account",
    }  # fmt: skip


def test_values_tell_without_names(people):
    plain = people[["name", "mail", "card_number", "iban", "home address", "ssn"]]
    assert list(kinds(plain.set_axis([f"c{i}" for i in range(6)], axis=1)).values()) == [
        "person name", "e-mail address", "card number", "IBAN", "address", "national number (United States, SSN)",
    ]  # fmt: skip


def test_random_digits_of_the_same_length_are_no_cards_phones_or_national_numbers(rng):
    digits = {f"t{size}": ["".join(row) for row in rng.choice(list("0123456789"), (N, size))] for size in range(8, 19)}
    numbers = {f"n{size}": rng.integers(10 ** (size - 1), 10**size, N) for size in range(8, 17)}
    named = {"card_number": rng.integers(4 * 10**15, 5 * 10**15, N)}
    assert kinds(pd.DataFrame(digits | numbers)) == {}
    # A name without valid check digits is a hint, no more.
    assert kinds(pd.DataFrame(named), "low") == {"card_number": "card number"}
    assert kinds(pd.DataFrame(named)) == {}


def test_names_alone_of_columns_that_hold_something_else_say_nothing(rng):
    frame = pd.DataFrame(
        {
            "phone_service": rng.choice(["Yes", "No"], N), "phone_calls": rng.integers(0, 40, N),
            "email_opened": rng.random(N) < 0.5, "birth_weight": rng.integers(1800, 4800, N),
            "address_changes": rng.integers(0, 5, N), "card_type": rng.choice(["gold", "silver", "none"], N),
            "icd": [f"{letter}{number}.{n}" for letter, number, n in zip(
                rng.choice(list("ABCDE"), N), rng.integers(10, 99, N), rng.integers(0, 9, N), strict=True)],
            "amount": rng.gamma(2, 5e7, N).round(), "V14": rng.normal(size=N), "day": ["2024-01-31"] * N,
        }
    )  # fmt: skip
    assert kinds(frame) == {}


def test_shipped_tables_hold_nothing():
    for load in (sg.datasets.load_thyroid, sg.datasets.load_adult, sg.datasets.load_fraud):
        assert look(load()).columns == ()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("titanic_names.csv.gz", {"name": "person name", "ticket": "number of a person or account"}),
        ("airbnb_london.csv.gz", {"host_name": "person name"}),
        ("telco_churn.csv.gz", {"customerID": "number of a person or account"}),
    ],
)
def test_real_tables(name, expected):
    assert kinds(real(name)) == expected


def test_a_repeated_name_is_said_to_be_made_up_and_one_that_is_declared_a_label_to_be_repeated():
    frame = pd.DataFrame(
        {"host_name": ["Anna", "Peter", "Laura", "Thomas", "Julia"] * 40, "price": np.arange(200) % 37}
    )
    schema = infer_schema(frame)
    assert schema["host_name"].kind == "categorical"
    found = look(frame)
    assert "makes up new values" in found.columns[0].advice
    assert found.repeated == ()
    declared = schema.with_column("host_name", kind="categorical")
    found = personal_data(encode(frame, declared), declared)
    assert "kind='identifier'" in found.columns[0].advice
    assert any("'host_name' holds person name" in note and "repeat its real values" in note for note in found.repeated)


def test_remarks_with_a_few_addresses_in_them():
    words = ["patient feels well and sleeps long", "no change since the last visit here"]
    texts = [f"{words[i % 2]} {i}" for i in range(200)]
    texts[::20] = [f"{text} write to p{i}@example.org" for i, text in enumerate(texts[::20])]
    found = look(pd.DataFrame({"remark": texts})).columns[0]
    assert (found.what, found.share) == ("text with e-mail address", 0.05)
    assert kinds(pd.DataFrame({"remark": [text for text in texts if "@" not in text]})) == {}


def test_fewer_than_ten_rows_count_as_ten():
    texts = [f"all is well with the patient {i}" for i in range(200)]
    texts[:3] = [f"{text} a{i}@example.org" for i, text in enumerate(texts[:3])]
    found = look(pd.DataFrame({"remark": texts})).columns[0]
    assert (found.share, found.confidence) == (10 / 200, "medium")


def test_shares_are_of_rows():
    frame = pd.DataFrame({"contact": [f"p{i}@example.org" for i in range(50)] + [None] * 150, "x": range(200)})
    assert look(frame).columns[0].share == 0.25


# Nothing is shown


def shown(profile):
    found = profile.personal_data
    parts = (found, profile, found.frame.to_string(), found.quasi_identifiers.frame.to_string(), found._repr_html_(),
             profile._repr_html_(), dataclasses.asdict(found))  # fmt: skip
    return " ".join(map(str, parts))


def test_nothing_found_is_shown_in_clear(rng):
    def token(n=8):
        return "".join(rng.choice(list("bcdfghjklmnpqrstvwxz"), n))

    tokens = [token() for _ in range(4 * N)]
    parts = [tokens[i::4] for i in range(4)]
    frame = pd.DataFrame(
        {
            "mail": [f"{a}.{b}@{c}.com" for a, b, c, _ in zip(*parts, strict=True)],
            "name": [f"{a.title()}, Mr. {b.title()}" for a, b, *_ in zip(*parts, strict=True)],
            "customer_id": [f"{a}-{b}" for *_, a, b in zip(*parts, strict=True)],
            "remark": [f"the old {c} writes from {d}@{a}.org" for a, _, c, d in zip(*parts, strict=True)],
            "ip": [".".join(map(str, row)) for row in rng.integers(101, 255, (N, 4))],
            "first_name": [tokens[i % 30].title() for i in range(N)],
            "age": rng.integers(20, 90, N),
        }
    )
    said = shown(sg.profile(frame)).lower()
    assert "***@***.***" in said
    for name in ("mail", "name", "customer_id", "remark", "ip", "first_name"):
        assert name in {item.column for item in sg.profile(frame).personal_data.columns}, name
    pieces = {word[i : i + 4] for word in tokens for i in range(5)}
    assert not [piece for piece in pieces if piece in said]
    assert not [ip for ip in frame["ip"] if ip in said]


# Extras


def test_without_the_extra_forms_and_names_are_left_and_it_is_said(people, monkeypatch):
    for name in ("stdnum", "phonenumbers"):
        monkeypatch.setitem(sys.modules, name, None)
    people["cpf"] = ["111.444.777-35", "529.982.247-25"] * (N // 2)
    people["mobile"] = [f"+1 202 555 01{i % 100:02d}" for i in range(N)]
    found = look(people)
    by_column = {item.column: (item.what, item.confidence) for item in found.columns}
    assert by_column["cpf"] == ("national number (Brazil, CPF)", "low")
    assert by_column["mobile"] == ("phone number", "high")
    assert by_column["card_number"] == ("card number", "high")
    assert any("Without python-stdnum and phonenumbers" in note and "[pii]" in note for note in found.notes)


def test_with_the_extra_nothing_is_said_to_be_missing(people):
    pytest.importorskip("stdnum")
    pytest.importorskip("phonenumbers")
    assert not any("Without" in note for note in look(people).notes)


def test_an_impossible_phone_is_told_where_phonenumbers_is_there():
    pytest.importorskip("phonenumbers")
    assert kinds(pd.DataFrame({"x": [f"+999 123 {i:05d}" for i in range(N)]})) == {}
    assert kinds(pd.DataFrame({"x": [f"+44 20 7946 {i:04d}" for i in range(N)]})) == {"x": "phone number"}


# Sampling and speed


def test_the_same_table_gives_the_same_findings(people):
    assert look(people) == look(people)


def test_of_many_rows_some_are_looked_at_and_it_is_said():
    n = 60_000
    frame = pd.DataFrame({"mail": [f"p{i}@example.org" if i % 2 else None for i in range(n)]})
    found = look(frame)
    assert found.n_rows == 50_000
    assert found.notes[0].startswith("Looked at 50,000 of 60,000 rows")
    assert found.columns[0].share == pytest.approx(0.5, abs=0.02)


def test_an_empty_column():
    assert look(pd.DataFrame({"email": pd.Series([None] * 30, dtype=object), "x": range(30)})).columns == ()


def test_it_is_quick():
    frame = sg.datasets.load_fraud()
    schema = infer_schema(frame)
    coded = encode(frame, schema)
    personal_data(coded, schema)
    start = time.process_time()
    personal_data(coded, schema)
    assert time.process_time() - start < 0.3
