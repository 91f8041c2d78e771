"""No real name or number of a person in synthetic rows, where the column is an identifier or text."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from faker import Faker

import synthgen as sg
from synthgen.errors import DataError
from synthgen.table import Kind, Schema, read_file
from synthgen.table.check_digits import is_iban, passes_luhn

SHARED = Path(__file__).parents[3] / "shared" / "data"
ROWS = 300


def real(name):
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"{path} isn't there: real tables are kept outside the project")
    return read_file(path)


def synthetic(frame, schema, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return sg.synthesize(
            frame, schema=schema, n_samples=100, gate=None, random_state=0, progress=False, **options
        ).synthetic


def repeated(made, frame, column):
    """Synthetic values that are real ones, or hold one of twelve characters or more."""
    values = set(frame[column].dropna().astype(str))
    long = [value for value in values if len(value) >= 12]
    texts = made[column].dropna().astype(str)
    return [text for text in texts if text in values or any(value in text for value in long)]


def declared(frame, *columns, target):
    schema = Schema.infer(frame, target=target)
    for name in columns:
        schema = schema.with_column(name, kind=Kind.IDENTIFIER)
    return schema


TABLES = {
    "titanic_names.csv.gz": ("survived", ["name"], ["name", "ticket", "cabin"]),
    "telco_churn.csv.gz": ("Churn", [], ["customerID"]),
    "airbnb_london.csv.gz": ("room_type", ["title", "host_name"], ["title", "host_name"]),
}


def some(name):
    """Rows of a real table's two commonest classes, its schema, and its columns of names and numbers of people."""
    target, text, columns = TABLES[name]
    frame = real(name)
    common = frame[target].value_counts().index[:2]
    frame = frame[frame[target].isin(common)].sample(ROWS, random_state=0).reset_index(drop=True)
    schema = declared(frame, *text, target=target)
    assert all(schema[column].kind is Kind.IDENTIFIER for column in columns)
    return frame, schema, columns


@pytest.mark.parametrize("name", TABLES)
def test_synthesized_rows_of_real_tables(name):
    frame, schema, columns = some(name)
    made = synthetic(frame, schema, target=TABLES[name][0], generator="gaussian_copula")
    assert len(made) > 50
    assert {column: repeated(made, frame, column) for column in columns} == {column: [] for column in columns}


@pytest.mark.parametrize("generator", ["jitter", "smote", "tree"])
@pytest.mark.parametrize("name", TABLES)
def test_every_generators_rows_of_real_tables(name, generator):
    frame, schema, columns = some(name)
    made = sg.generators.GENERATORS[generator](random_state=0).fit(frame, schema=schema).sample(2 * ROWS)
    assert {column: repeated(made, frame, column) for column in columns} == {column: [] for column in columns}


AS_THEY_COME = {
    "titanic_names.csv.gz": ([], {"id": r"\d+", "name": r"[^,]+, \S+ .+", "ticket": r"\d+", "cabin": r"[A-Z]\d+"}),
    "telco_churn.csv.gz": ([], {"customerID": r"\d{4,}-[A-Z]{5}"}),
    "airbnb_london.csv.gz": (["title"], {"host_name": r"[^\d,]+"}),
    "berka/disp.csv.gz": ([], {"disp_id": r"\d+", "client_id": r"\d+", "account_id": r"\d+"}),
    "berka/order.csv.gz": ([], {"order_id": r"\d+", "account_id": r"\d+", "account_to": r"\d+"}),
}


@pytest.mark.parametrize("name", AS_THEY_COME)
def test_real_tables_as_they_come(name):
    drop, forms = AS_THEY_COME[name]
    frame = real(name).drop(columns=drop).head(1500)
    subject = {"subject": "account_id"} if "account_id" in frame else {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = sg.synthesize(
            frame, generator="gaussian_copula", gate=None, random_state=0, progress=False, **subject
        ).synthetic
    assert (made.dtypes == frame.dtypes).all()
    for column, form in forms.items():
        values = made[column].dropna().astype(str)
        assert repeated(made, frame, column) == []
        assert values.str.fullmatch(form).all(), column
        per_value = frame[column].count() / frame[column].nunique()
        assert frame[column].is_unique == made[column].is_unique
        assert len(values) / values.nunique() == pytest.approx(per_value, rel=0.15), column


@pytest.fixture
def people():
    fake = Faker("en_GB")
    fake.seed_instance(3)
    rng = np.random.default_rng(0)
    makers = {"full_name": fake.name, "email": fake.email, "iban": fake.iban, "card": fake.credit_card_number,
              "phone": lambda: fake.numerify("+44 20 #### ####"), "customer": lambda: fake.unique.numerify("C####"),
              "account_id": lambda: fake.unique.random_int(10**7, 10**8)}  # fmt: skip
    frame = pd.DataFrame({name: [make() for _ in range(ROWS)] for name, make in makers.items()})
    return frame.assign(dose=rng.gamma(2, 3, ROWS).round(2), Class=np.arange(ROWS) % 2)


@pytest.mark.parametrize("purpose", ["augment", "release"])
def test_made_people(people, purpose):
    schema = declared(people, "iban", "phone", target="Class")
    made = synthetic(people, schema, target="Class", generator="gaussian_copula", purpose=purpose)
    for column in ("full_name", "email", "iban", "card", "phone", "customer", "account_id"):
        assert schema[column].kind is Kind.IDENTIFIER, column
        assert repeated(made, people, column) == [], column
    assert made["iban"].map(is_iban).all() and made["iban"].str.startswith("GB").all()
    assert made["card"].map(passes_luhn).all()
    assert made["email"].is_unique and made["email"].str.contains("@example.").all()


def test_free_text_is_refused_and_not_repeated(people):
    people["remark"] = [f"{name} was seen again today" for name in people["full_name"]]
    schema = declared(people, "phone", target="Class")
    assert schema["remark"].kind is Kind.TEXT
    with pytest.raises(DataError, match="'remark' holds free text"):
        synthetic(people, schema, target="Class", generator="gaussian_copula")


def test_names_that_repeat_are_made_up_unless_they_are_declared_labels():
    rng = np.random.default_rng(0)
    names = ["Anna", "Peter", "Laura", "Thomas", "Julia", "Martin", "Sophie", "Paul", "Emma", "David"]
    frame = pd.DataFrame({"host_name": rng.choice(names, ROWS), "price": rng.gamma(2, 40, ROWS).round(),
                          "Class": rng.integers(0, 2, ROWS)})  # fmt: skip
    schema = Schema.infer(frame, target="Class")
    made = synthetic(frame, schema, target="Class", generator="gaussian_copula")
    assert repeated(made, frame, "host_name") == []
    assert made["host_name"].nunique() < len(made) / 3
    advice = sg.profile(frame, target="Class").personal_data.columns[0].advice
    assert "schema.with_column('host_name', kind='categorical')" in advice
    # Labels that a person declares are repeated: the control.
    schema = schema.with_column("host_name", kind="categorical")
    assert repeated(synthetic(frame, schema, target="Class", generator="gaussian_copula"), frame, "host_name")


def test_synthesis_warns_of_names_that_it_repeats():
    rng = np.random.default_rng(0)
    names = ["Anna", "Peter", "Laura", "Thomas", "Julia", "Martin", "Sophie", "Paul", "Emma", "David"]
    hosts = pd.DataFrame({"host_name": rng.choice(names, 240), "nights": rng.poisson(4, 240)})
    words = {}
    for kind in ("categorical", "identifier"):
        schema = Schema.infer(hosts).with_column("host_name", kind=kind)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result = sg.synthesize(
                hosts, generator="jitter", schema=schema, n_samples=20, gate=None, random_state=0, progress=False
            )
        words[kind] = " ".join(result.provenance.warnings)
    assert "Column 'host_name' holds person name" in words["categorical"]
    assert "'host_name'" not in words["identifier"] and "Anna" not in words["categorical"]


def test_a_saved_model_holds_no_value_of_a_declared_identifier(tmp_path):
    names = ["Annabella", "Petronella", "Laurentia", "Thomasina", "Juliusz"]
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"host_name": rng.choice(names, ROWS), "price": rng.gamma(2, 40, ROWS).round(),
                          "Class": rng.integers(0, 2, ROWS)})  # fmt: skip
    for columns, held in (((), True), (("host_name",), False)):
        schema = declared(frame, *columns, target="Class")
        folder = tmp_path / str(held)
        sg.generators.GENERATORS["tree"](random_state=0).fit(frame, schema=schema).save(folder)
        stored = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
        assert any(name.encode() in stored for name in names) == held


@pytest.mark.parametrize("library", ["pandas", "arrow", "polars"])
def test_numbers_that_name_rows_stay_as_long_as_they_are_or_get_a_type_with_room(library):
    rng = np.random.default_rng(0)
    order, event = rng.permutation(np.arange(1000, 9999))[:300], rng.integers(10**17, 10**18, 300)
    table = pa.table({
        "order_id": pa.array(order, pa.int32()), "event_id": event, "paid": rng.normal(size=300).round(2),
        "late": rng.integers(0, 2, 300),
    })  # fmt: skip
    given = table if library == "arrow" else table.to_pandas() if library == "pandas" else pl.from_arrow(table)
    result = sg.synthesize(
        given, target="late", generator="jitter", n_samples=40, gate=None, random_state=0, progress=False
    )
    made = {name: [int(value) for value in result.synthetic[name].to_numpy()] for name in ("order_id", "event_id")}
    for name, real in (("order_id", order), ("event_id", event)):
        assert len(set(made[name])) == 40
        assert not set(made[name]) & set(real.tolist())
    assert {len(str(value)) for value in made["event_id"]} == {18}
    assert str(result.data["order_id"].type if library == "arrow" else result.data["order_id"].dtype).lower() == "int64"
    assert [int(value) for value in result.data["event_id"].to_numpy()[:300]] == event.tolist()
