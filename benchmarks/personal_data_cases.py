"""Tables whose columns' personal data is known: real ones labelled by hand, and ones made with Faker."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from faker import Faker
from stdnum.au import tfn
from stdnum.gb import nhs
from stdnum.pt import nif

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
    "thyroid_garavan.csv.gz": {"patient_id": "key"},
    "berka/client.csv.gz": {"client_id": "key", "birth_number": "birth date"},
    "berka/account.csv.gz": {"account_id": "key"},
    "berka/disp.csv.gz": {"client_id": "key", "account_id": "key"},
    "berka/card.csv.gz": {},
    "berka/district.csv.gz": {},
    "berka/loan.csv.gz": {"account_id": "key"},
    "berka/order.csv.gz": {"account_id": "key", "account_to": "key"},
    "german_credit.csv.gz": {},
    "bike_sharing_hour.csv.gz": {},
    "beijing_pm25.csv.gz": {},
    "shoppers.csv.gz": {},
    "hypothyroid.csv.gz": {},
    "law_school.csv.gz": {},
    "mammography.csv.gz": {},
    "flights_3m.parquet": {},
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
    cases += [texts(seed), invented(seed), scripts(seed), untidy(seed)]
    return [*cases, *(without_names(case) for case in cases), nobody(seed)]


def without_names(case: Case) -> Case:
    """The same columns, called c0, c1 …: values alone have to tell. A date or digits alone can't, and aren't asked."""
    asked = {name: kind for name, kind in case.truth.items() if name not in NOT_BY_VALUE}
    names = {name: f"c{place}" for place, name in enumerate(case.frame)}
    left_out = [name for name in case.truth if name in NOT_BY_VALUE]
    frame = case.frame.drop(columns=left_out).rename(columns=names)
    return Case(f"{case.title}, columns unnamed", frame, {names[name]: kind for name, kind in asked.items()})


NOT_BY_VALUE = frozenset(
    ["date_of_birth", "geburtsdatum", "date_naissance", "fecha_nacimiento", "plz", "code_postal", "codigo_postal",
     "zip", "last_name", "nachname", "nom", "apellido", "born", "user_name", "phone_digits", "licence_plate",
     "customer_id", "passport_no", "kundennr", "numero_client", "cliente_id"]
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
            "licence_plate": fake.license_plate,
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
        "licence_plate": "key",
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
    rng = np.random.default_rng(seed)
    for name, module, digits in (("nhs_number", nhs, 10), ("nif", nif, 9), ("tfn", tfn, 9)):
        drawn = (f"{number}" for number in rng.integers(10 ** (digits - 1), 10**digits, 40 * ROWS))
        columns[name] = [text for text in drawn if module.is_valid(text)][:ROWS]
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

    frame = _columns(
        {"remarks": lambda: remark(0.1), "terms": lambda: remark(0.0), "grade": lambda: fake.random_digit()}
    )
    return Case("remarks", frame, {"remarks": "free text"})


def untidy(seed: int) -> Case:
    """What people type: capitals, gaps, words for none, mistyped digits, several forms in one column."""
    fake = Faker("en_US")
    fake.seed_instance(seed)
    rng = fake.random

    def maybe(value: str, share: float, otherwise: str | None) -> str | None:
        return value if rng.random() < share else otherwise

    def mistyped(digits: str) -> str:
        place = rng.randrange(len(digits))
        return digits[:place] + str(rng.randrange(10)) + digits[place + 1 :] if rng.random() < 0.1 else digits

    def spaced(text: str) -> str:
        return " ".join(text[place : place + 4] for place in range(0, len(text), 4))

    frame = _columns(
        {
            "contact": lambda: maybe(fake.email().upper(), 0.3, "none"),
            "contact_2": lambda: maybe(fake.email(), 0.03, None),
            "cell": lambda: maybe(fake.phone_number(), 0.5, "unknown"),
            "applicant": lambda: f"{fake.last_name()}, {fake.first_name()}".upper(),
            "owner": lambda: rng.choice([fake.name, fake.company])(),
            "paid_with": lambda: mistyped(fake.credit_card_number()),
            "to_account": lambda: spaced(fake.iban().lower()),
            "born": lambda: fake.date_of_birth().strftime("%b %d, %Y"),
            "lives_at": lambda: maybe(fake.address(), 0.5, None),
            "last_seen_from": lambda: maybe(fake.ipv4(), 0.95, "-"),
            "note": lambda: maybe(f"{fake.sentence()} {fake.numerify('(2##) 555-01##')}", 0.05, fake.sentence()),
        }
    )
    truth = {
        "contact": "e-mail", "contact_2": "e-mail", "cell": "phone", "applicant": "name", "owner": "name",
        "paid_with": "card", "to_account": "IBAN", "born": "birth date", "lives_at": "address",
        "last_seen_from": "IP", "note": "free text",
    }  # fmt: skip
    return Case("untidy", frame, truth)


def invented(seed: int) -> Case:
    """Names that are in no list, for they were made up."""
    rng = np.random.default_rng(seed)

    def word() -> str:
        return "".join(rng.choice(list("bdfglmnrstvz")) + rng.choice(list("aeiou")) for _ in range(3)).capitalize()

    frame = _columns({"patient_name": lambda: f"{word()} {word()}", "dose": lambda: int(rng.integers(90))})
    return Case("people of invented names", frame, {"patient_name": "name"})


def scripts(seed: int) -> Case:
    """Names in other scripts and from other places."""
    locales = ("ru_RU", "el_GR", "zh_CN", "ja_JP", "ko_KR", "ar_SA", "hi_IN", "id_ID", "en_KE", "tr_TR")
    columns = {}
    for locale in locales:
        fake = Faker(locale)
        fake.seed_instance(seed)
        columns[f"name {locale}"] = [fake.name() for _ in range(ROWS)]
    return Case("names from ten places", pd.DataFrame(columns), dict.fromkeys(columns, "name"))


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
            "name": lambda: rng.choice(["Hotel", "Cafe", "Garden", "Villa"]) + " " + fake.word().title(),
            "drug_name": lambda: fake.lexify("????????in").capitalize(),
            "place_of_birth": fake.city,
            "birth_country": fake.country,
            "email_domain": fake.domain_name,
            "street_type": fake.street_suffix,
            "customer_type": lambda: rng.choice(["new", "known", "lost"]),
            "account_type": lambda: rng.choice(["basic", "plus"]),
            "card_limit": lambda: rng.randrange(500, 20_000),
            "user_agent": fake.user_agent,
            "preferred_contact": lambda: rng.choice(["phone", "email", "post"]),
            "hash": fake.sha1,
            "tax": lambda: rng.randrange(10**8, 10**9),
            "order": lambda: fake.numerify("2024########"),
            "room": lambda: fake.bothify("# bedroom flat near ??? park"),
        }
    )  # fmt: skip
    return Case("nobody's data", frame, {})
