"""Tables whose columns' personal data is known: labels written by hand, and tables made with Faker and python-stdnum."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from faker import Faker

import synthgen as sg
from synthgen.table import read_file

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
ROWS = 400

Truth = dict[str, str]
"""Kind of personal data by column; columns that aren't named hold none."""

REAL: dict[str, Truth] = {
    "titanic_names.csv.gz": {"name": "name", "ticket": "key"},
    "airbnb_london.csv.gz": {"host_name": "name"},
    "telco_churn.csv.gz": {"customerID": "key"},
}
"""Titles of airbnb's rooms hold a first name now and then; that no list or title tells, and it isn't counted."""

SHIPPED: dict[str, Callable[[], pd.DataFrame]] = {
    "thyroid (shipped)": sg.datasets.load_thyroid,
    "adult (shipped)": sg.datasets.load_adult,
    "fraud (shipped)": sg.datasets.load_fraud,
}

KINDS = {
    "e-mail address": "e-mail",
    "phone number": "phone",
    "card number": "card",
    "person name": "name",
    "address": "address",
    "postcode": "postcode",
    "date of birth": "birth date",
    "IP address": "IP",
    "device address (MAC)": "MAC",
    "number of a person or account": "key",
    "user name": "user name",
}


@dataclass(frozen=True)
class Case:
    title: str
    frame: pd.DataFrame
    truth: Truth


def kind_of(what: str) -> str:
    """The short name of what was found."""
    if what.startswith("text with"):
        return "free text"
    return "national" if what.startswith("national") else KINDS.get(what, what)


def real_cases() -> list[Case]:
    cases = [Case(name.split(".")[0], read_file(SHARED / name), truth)
             for name, truth in REAL.items() if (SHARED / name).is_file()]  # fmt: skip
    return cases + [Case(title, load(), {}) for title, load in SHIPPED.items()]


def made_cases(seed: int) -> list[Case]:
    cases = [people(seed), foreign(seed, "de_DE"), foreign(seed, "fr_FR"), foreign(seed, "es_ES"), numbers(seed)]
    cases.append(texts(seed))
    return [*cases, *(without_names(case) for case in cases), nobody(seed)]


def without_names(case: Case) -> Case:
    """The same columns, called c0, c1 …: values alone have to tell. A date or digits alone can't, and aren't asked."""
    asked = {name: kind for name, kind in case.truth.items() if name not in NOT_BY_VALUE}
    names = {name: f"c{place}" for place, name in enumerate(case.frame)}
    left_out = [name for name in case.truth if name in NOT_BY_VALUE]
    frame = case.frame.drop(columns=left_out).rename(columns=names)
    return Case(f"{case.title}, columns unnamed", frame, {names[name]: kind for name, kind in asked.items()})


NOT_BY_VALUE = frozenset(
    ["date_of_birth", "geburtsdatum", "date_naissance", "fecha_nacimiento", "plz", "code_postal", "codigo_postal", "zip",
     "last_name", "nachname", "nom", "apellido", "user_name", "phone_digits", "customer_id", "passport_no", "kundennr",
     "numero_client", "cliente_id"]
)  # fmt: skip


def _columns(columns: dict[str, Callable[[], object]], rows: int = ROWS) -> pd.DataFrame:
    return pd.DataFrame({name: [make() for _ in range(rows)] for name, make in columns.items()})


def people(seed: int) -> Case:
    fake = Faker("en_GB")
    fake.seed_instance(seed)
    us = Faker("en_US")
    us.seed_instance(seed)
    frame = _columns(
        {
            "customer_id": lambda: fake.unique.bothify("??-######").upper(),
            "full_name": fake.name,
            "first_name": fake.first_name,
            "last_name": fake.last_name,
            "email": fake.email,
            "phone": us.phone_number,
            "mobile": lambda: fake.numerify("+44 7### ######"),
            "phone_digits": lambda: us.numerify("20255#####"),
            "street": fake.street_address,
            "postcode": fake.postcode,
            "zip": us.zipcode,
            "date_of_birth": lambda: fake.date_of_birth().isoformat(),
            "website": fake.url,
            "ip": fake.ipv4_public,
            "ipv6": fake.ipv6,
            "mac_address": fake.mac_address,
            "user_name": fake.user_name,
            "passport_no": fake.passport_number,
            "job": fake.job,
            "amount": lambda: round(fake.random.gammavariate(2, 40), 2),
            "visits": lambda: fake.random.randrange(60),
        }
    )
    truth = {
        "customer_id": "key", "full_name": "name", "first_name": "name", "last_name": "name", "email": "e-mail",
        "phone": "phone", "mobile": "phone", "phone_digits": "phone", "street": "address", "postcode": "postcode",
        "zip": "postcode", "date_of_birth": "birth date", "website": "URL", "ip": "IP", "ipv6": "IP",
        "mac_address": "MAC", "user_name": "user name", "passport_no": "national",
    }  # fmt: skip
    return Case("people, English", frame, truth)


WORDS_ABROAD = {
    "de_DE": ("kundennr", "vorname", "nachname", "e_mail_adresse", "telefonnummer", "straße", "plz", "geburtsdatum"),
    "fr_FR": ("numero_client", "prénom", "nom", "courriel", "téléphone", "adresse", "code_postal", "date_naissance"),
    "es_ES": ("cliente_id", "nombre", "apellido", "correo", "teléfono", "dirección", "codigo_postal",
              "fecha_nacimiento"),
}  # fmt: skip


def foreign(seed: int, locale: str) -> Case:
    fake = Faker(locale)
    fake.seed_instance(seed)
    key, first, last, mail, phone, street, code, born = WORDS_ABROAD[locale]
    frame = _columns(
        {
            key: lambda: fake.unique.numerify("K-#######"), first: fake.first_name, last: fake.last_name,
            mail: fake.email, phone: fake.phone_number, street: fake.street_address, code: fake.postcode,
            born: lambda: fake.date_of_birth().strftime("%d.%m.%Y"), "iban": fake.iban,
            "betrag": lambda: fake.random.randrange(100_000),
        }
    )  # fmt: skip
    truth = {key: "key", first: "name", last: "name", mail: "e-mail", phone: "phone", street: "address",
             code: "postcode", born: "birth date", "iban": "IBAN"}  # fmt: skip
    return Case(f"people, {locale}", frame, truth)


def numbers(seed: int) -> Case:
    """Numbers with check digits, as texts and as numbers."""
    makers: dict[str, tuple[str, Callable[[Faker], object]]] = {
        "card_number": ("en_US", lambda fake: fake.credit_card_number()),
        "ssn": ("en_US", lambda fake: fake.ssn()),
        "cpf": ("pt_BR", lambda fake: fake.cpf()),
        "bsn": ("nl_NL", lambda fake: fake.ssn()),
        "nif": ("pt_PT", lambda fake: fake.vat_id()),
        "pesel": ("pl_PL", lambda fake: fake.pesel()),
        "personnummer": ("sv_SE", lambda fake: fake.ssn()),
        "codice_fiscale": ("it_IT", lambda fake: fake.ssn()),
        "dni": ("es_ES", lambda fake: fake.nif()),
        "sin": ("en_CA", lambda fake: fake.ssn()),
        "securite_sociale": ("fr_FR", lambda fake: fake.ssn()),
        "iban": ("en_GB", lambda fake: fake.iban()),
    }
    columns: dict[str, list[object]] = {}
    for name, (locale, make) in makers.items():
        fake = Faker(locale)
        fake.seed_instance(seed)
        columns[name] = [make(fake) for _ in range(ROWS)]
    from stdnum.gb import nhs

    rng = np.random.default_rng(seed)
    nine = [f"{number}" for number in rng.integers(400_000_000, 799_999_999, 3 * ROWS)]
    with_digit = [text + str(nhs.calc_check_digit(text)) for text in nine]
    columns["nhs_number"] = [text for text in with_digit if len(text) == 10 and text[-1].isdigit()][:ROWS]
    frame = pd.DataFrame(columns)
    frame["amount"] = rng.integers(10**15, 9 * 10**15, ROWS)
    truth = dict.fromkeys(columns, "national") | {"card_number": "card", "iban": "IBAN"}
    return Case("numbers with check digits", frame, truth)


def texts(seed: int) -> Case:
    """Remarks of which a tenth hold somebody's data, and remarks of which none do."""
    fake = Faker("en_GB")
    fake.seed_instance(seed)

    def remark(chance: float) -> str:
        words = fake.sentence(nb_words=8)
        if fake.random.random() >= chance:
            return words
        inside = (fake.email(), f"call {fake.numerify('+44 20 #### ####')}", f"seen by Dr {fake.last_name()}")
        return f"{words} {fake.random.choice(inside)}"

    frame = _columns({"remarks": lambda: remark(0.1), "terms": lambda: remark(0.0), "grade": lambda: fake.random_digit()})
    return Case("remarks", frame, {"remarks": "free text"})


def nobody(seed: int) -> Case:
    """Columns of nobody's data that look or are called like somebody's."""
    fake = Faker("en_US")
    fake.seed_instance(seed)
    rng = fake.random
    frame = _columns(
        {
            "digits_16": lambda: fake.numerify("4###############"),
            "digits_11": lambda: fake.numerify("%##########"),
            "digits_10": lambda: fake.numerify("%#########"),
            "digits_9": lambda: fake.numerify("%########"),
            "icd": lambda: fake.bothify("?##.#").upper(),
            "sku": lambda: fake.bothify("??##-###").upper(),
            "version": lambda: ".".join(str(rng.randrange(20)) for _ in range(3)),
            "isbn": fake.isbn13,
            "city": fake.city,
            "company": fake.company,
            "job_title": fake.job,
            "colour": fake.color_name,
            "month": fake.month_name,
            "country": fake.country,
            "product_name": lambda: f"{fake.safe_color_name()} {fake.word()}",
            "file_name": fake.file_name,
            "licence_plate": fake.license_plate,
            "ordered_at": lambda: fake.date_time_between("-5y").isoformat(sep=" ", timespec="seconds"),
            "delivery_date": lambda: fake.date_between("-5y").isoformat(),
            "phone_calls": lambda: rng.randrange(40),
            "email_opened": lambda: rng.random() < 0.4,
            "has_phone": lambda: rng.choice(["yes", "no"]),
            "address_changes": lambda: rng.randrange(6),
            "birth_weight": lambda: rng.randrange(1800, 4800),
            "card_type": fake.credit_card_provider,
            "name_length": lambda: rng.randrange(3, 20),
            "ip_hits": lambda: rng.randrange(100_000),
            "zip_size": lambda: rng.randrange(100, 9_999_999),
            "latitude": lambda: round(rng.uniform(-60, 60), 5),
            "year": lambda: rng.randrange(1950, 2025),
            "amount": lambda: rng.randrange(10_000, 99_999_999),
            "sentence": fake.sentence,
        }
    )  # fmt: skip
    return Case("nobody's data", frame, {})
