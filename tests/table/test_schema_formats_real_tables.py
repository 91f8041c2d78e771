"""Telco, adult and thyroid described in each format: the table completes it to what is read off the table alone."""

from pathlib import Path

import pandas as pd
import pytest

import synthgen as sg
from synthgen.table import Kind, Schema, decode, encode, read_file

TELCO = Path(__file__).parents[3] / "shared" / "data" / "telco_churn.csv.gz"
LOADED = {"adult": sg.datasets.load_adult, "thyroid": sg.datasets.load_thyroid, "telco": lambda: read_file(TELCO)}

SDTYPES = {
    Kind.CONTINUOUS: {"sdtype": "numerical", "computer_representation": "Float"},
    Kind.INTEGER: {"sdtype": "numerical", "computer_representation": "Int64"},
    Kind.CATEGORICAL: {"sdtype": "categorical"},
    Kind.BOOLEAN: {"sdtype": "boolean"},
    Kind.IDENTIFIER: {"sdtype": "id"},
}


def table_of(name):
    if name == "telco" and not TELCO.exists():
        pytest.skip("needs the shared table telco_churn.csv.gz")
    return LOADED[name]()


def sdv(read, table):
    columns = {column.name: SDTYPES[column.kind] for column in read}
    return Schema.from_sdv({"columns": columns, "METADATA_SPEC_VERSION": "SINGLE_TABLE_V1"})


def frictionless(read, table):
    fields = []
    for column in read:
        listed = {} if column.kind is not Kind.CATEGORICAL else {"constraints": {"enum": list(column.categories)}}
        numeric = {"i": "integer", "f": "number"}.get(table[column.name].dtype.kind, "string")
        kind = "boolean" if column.kind is Kind.BOOLEAN else numeric
        fields.append({"name": column.name, "type": kind, **listed})
    return Schema.from_frictionless({"fields": fields})


def pandera(read, table):
    return Schema.from_pandera(pytest.importorskip("pandera.pandas").infer_schema(table), public=False)


@pytest.mark.parametrize("name", LOADED)
@pytest.mark.parametrize("describe", [sdv, frictionless, pandera])
def test_the_table_completes_what_the_file_says(name, describe):
    table = table_of(name)
    read = Schema.infer(table)
    made = describe(read, table).completed(table)
    # A range in the file makes a quantity of a number; the years of schooling that adult codes are one.
    told = {"education-num"} if describe is pandera else set()
    for column in made:
        if column.name not in told:
            assert column.kind is read[column.name].kind
            assert set(column.categories or ()) == set(read[column.name].categories or ())
        assert column.storage == read[column.name].storage
    pd.testing.assert_frame_equal(decode(encode(table, made), made), decode(encode(table, read), read))


@pytest.mark.parametrize("name", LOADED)
def test_pandera_accepts_the_table_and_finds_a_planted_row(name):
    errors = pytest.importorskip("pandera.errors")
    table = table_of(name)
    read = Schema.infer(table)
    checks = read.to_pandera()
    checks.validate(table)
    labels = next(column.name for column in read if column.kind is Kind.CATEGORICAL and column.storage.dtype != "int64")
    number = next(column for column in read if column.kind is Kind.INTEGER)
    for column, wrong in ((labels, "no such label"), (number.name, int(number.bounds[1]) + 1)):
        planted = table.copy()
        planted.loc[7, column] = wrong
        with pytest.raises(errors.SchemaErrors) as told:
            checks.validate(planted, lazy=True)
        assert told.value.failure_cases["index"].tolist() == [7]
