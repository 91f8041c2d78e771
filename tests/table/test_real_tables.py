"""The kinds expected in real tables, and their exact way there and back."""

from pathlib import Path

import pandas as pd
import pytest

from synthgen.table import Kind, Role, decode, encode, infer_schema, read_file

FOLDER = Path(__file__).parents[3] / "shared" / "data"

KIND_OF_LETTER = {
    "c": Kind.CONTINUOUS,
    "i": Kind.INTEGER,
    "l": Kind.CATEGORICAL,
    "b": Kind.BOOLEAN,
    "d": Kind.DATETIME,
    "k": Kind.IDENTIFIER,
    "t": Kind.TEXT,
}

# One letter a column, in the table's order: c continuous, i integer, l categorical (labels), b boolean,
# d datetime, k identifier (key), t text.
EXPECTED = {
    "adult.csv.gz": "ilillllllliiilll",
    "airbnb_london.csv.gz": "ltllli",
    "beijing_pm25.csv.gz": "kiiiiiicclcii",
    "berka/account.csv.gz": "klld",
    "berka/card.csv.gz": "kkld",
    "berka/client.csv.gz": "kil",
    "berka/disp.csv.gz": "kkkl",
    "berka/district.csv.gz": "kkliiiiiicicciii",
    "berka/loan.csv.gz": "kkdiiil",
    "berka/order.csv.gz": "kklkcl",
    "bike_sharing_hour.csv.gz": "kdibiibibicccciii",
    "creditcard_ulb.parquet": "i" + "c" * 29 + "b",
    "flights_3m.parquet": "diill",
    "german_credit.csv.gz": "lillilllllllillilllll",
    "hypothyroid.csv.gz": "lil" + "b" * 11 + "bc" * 6,
    "law_school.csv.gz": "iicccclibilb",
    "mammography.csv.gz": "ccccccl",
    "shoppers.csv.gz": "iciciiccccllllllbb",
    "telco_churn.csv.gz": "klbbbiblllllllllblccb",
    "thyroid_garavan.csv.gz": "il" + "b" * 14 + "bc" * 6 + "llk",
    "titanic_names.csv.gz": "ktlciikicklb",
}


def read(name):
    path = FOLDER / name
    if not path.exists():
        pytest.skip(f"{path} isn't there: real tables are kept outside the project")
    return read_file(path)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_kinds_and_round_trip(name):
    frame = read(name)
    schema = infer_schema(frame)
    assert len(EXPECTED[name]) == len(schema)
    expected = {column: KIND_OF_LETTER[letter] for column, letter in zip(schema.names, EXPECTED[name], strict=True)}
    assert {column.name: column.kind for column in schema} == expected
    pd.testing.assert_frame_equal(decode(encode(frame, schema), schema), frame, check_exact=True)
    assert infer_schema(frame) == schema.from_json(schema.to_json())


def test_every_file_is_in_the_table():
    if not FOLDER.exists():
        pytest.skip(f"{FOLDER} isn't there")
    found = {
        path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.is_file() and path.suffix != ".md"
    }
    assert found == set(EXPECTED)


def test_numbers_stored_as_text():
    telco = infer_schema(read("telco_churn.csv.gz"))["TotalCharges"]
    assert (telco.storage.as_text, telco.storage.missing_token, telco.nullable) == (True, " ", True)
    district = infer_schema(read("berka/district.csv.gz"))
    for name in ("A12", "A15"):
        assert (district[name].storage.as_text, district[name].storage.missing_token) == (True, "?")


def test_dates_stored_as_text():
    day = infer_schema(read("bike_sharing_hour.csv.gz"))["dteday"]
    assert (day.storage.text_format, day.resolution) == ("%Y-%m-%d", 86_400_000_000)


def test_identifiers_get_their_role_and_shape():
    column = infer_schema(read("telco_churn.csv.gz"))["customerID"]
    assert (column.role, column.pattern) == (Role.IDENTIFIER, "9999-AAAAA")


def test_rare_diagnoses_are_all_listed():
    target = infer_schema(read("thyroid_garavan.csv.gz"), target="target")["target"]
    assert (target.kind, target.role, len(target.categories)) == (Kind.CATEGORICAL, Role.TARGET, 32)
