"""Which columns of personal data are made up anew, and of what."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from faker import Faker

from synthgen.profiling.personal_data import personal_data
from synthgen.profiling.personal_data.replacing import guess_locale, made_up_schema
from synthgen.table import Kind, Role, encode, infer_schema
from synthgen.table.constraints.free import Pattern

N = 200


def replaced(frame, schema=None, keep=()):
    schema = infer_schema(frame) if schema is None else schema
    coded = encode(frame, schema)
    return made_up_schema(coded, schema, personal_data(coded, schema).columns, keep)


def made(word, locale="en_US", n=N):
    fake = Faker(locale)
    fake.seed_instance(0)
    return [str(getattr(fake, word)()).replace("\n", ", ") for _ in range(n)]


@pytest.mark.parametrize(
    ("name", "values", "faker"),
    [
        ("patient_name", made("name_female"), "name"),
        ("passenger", [f"{a}, Mr. {b}" for a, b in zip(made("last_name"), made("first_name"), strict=True)],
         "{last_name}, {prefix} {first_name}"),
        ("patient_name", [f"{a}, {b}" for a, b in zip(made("last_name"), made("first_name"), strict=True)],
         "{last_name}, {first_name}"),
        ("first_name", made("first_name"), "first_name"),
        ("surname", made("last_name"), "last_name"),
        ("email", made("email"), "email"),
        ("ip", made("ipv4"), "ipv4"),
        ("home_address", made("address"), "address"),
        ("phone", [f"+44 20 7946 {number:04d}" for number in range(N)], "phone_number"),
    ],
)  # fmt: skip
def test_what_is_made_of_what(name, values, faker):
    column = replaced(pd.DataFrame({name: values, "x": np.arange(N)}))[name]
    assert (column.kind, column.role, column.faker) == (Kind.IDENTIFIER, Role.IDENTIFIER, faker)
    assert column.categories is None and not column.declared


def test_numbers_get_their_shape_and_not_fakers():
    column = replaced(pd.DataFrame({"card_number": made("credit_card_number"), "x": np.arange(N)}))["card_number"]
    assert (column.kind, column.faker) == (Kind.IDENTIFIER, None)


def test_what_is_declared_asked_for_or_under_a_rule_stays():
    frame = pd.DataFrame({"first_name": made("first_name")[:20] * 10, "x": np.arange(N)})
    schema = infer_schema(frame)
    assert replaced(frame)["first_name"].faker == "first_name"
    assert replaced(frame, keep=["first_name"]) == schema
    labels = schema.with_column("first_name", kind="categorical")
    assert replaced(frame, labels) == labels
    ruled = schema.with_constraints(Pattern("first_name", "[A-Z][a-z]+"))
    assert replaced(frame, ruled) == ruled
    target = infer_schema(frame, target="first_name")
    assert replaced(frame, target) == target


def test_a_table_without_personal_data_stays_as_it_is():
    frame = pd.DataFrame({"ward": ["north", "south"] * 100, "month": ["April", "May", "June", "August"] * 50,
                          "zip": [f"{10000 + number % 40}" for number in range(N)], "x": np.arange(N)})  # fmt: skip
    assert replaced(frame) == infer_schema(frame)


@pytest.mark.parametrize("locale", ["de_DE", "fr_FR", "it_IT", "ja_JP", "en_US"])
def test_locales_are_guessed(locale):
    fake = Faker(locale)
    fake.seed_instance(1)
    assert guess_locale([f"{fake.first_name()} {fake.last_name()}" for _ in range(300)]) == locale


def test_a_few_foreign_names_change_nothing():
    assert guess_locale([*made("name", n=80), *made("name", "de_DE", n=20)]) == "en_US"
    assert guess_locale(["Qwx Zzk", "Vvb Kkl"]) == "en_US"
    assert guess_locale([]) == "en_US"
