"""SDV metadata as users have it: files of SDV 1.x and 2.x, one table and several, and wrong ones."""

import copy
import json
import warnings

import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from synthgen.errors import DataError, FileError, SynthgenError, UsageError
from synthgen.table import Kind, Role
from synthgen.table.constraints import FixedCombinations, OneHot, Unique

# As SDV 1.x writes one table.
PATIENTS = {
    "columns": {
        "patient": {"sdtype": "id", "regex_format": "P-[0-9]{15}"},
        "age": {"sdtype": "numerical", "computer_representation": "Int64"},
        "weight": {"sdtype": "numerical", "computer_representation": "Float"},
        "grade": {"sdtype": "categorical", "order": ["low", "high", "top"]},
        "smoker": {"sdtype": "boolean"},
        "seen": {"sdtype": "datetime", "datetime_format": "%d.%m.%Y"},
        "mail": {"sdtype": "email", "pii": True},
        "city": {"sdtype": "city", "pii": False},
    },
    "primary_key": "patient",
    "METADATA_SPEC_VERSION": "SINGLE_TABLE_V1",
}


def patients(n=40):
    rng = np.random.default_rng(0)
    days = pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 900, n), unit="D")
    return pd.DataFrame(
        {
            "patient": [f"P-{i:015d}" for i in rng.permutation(n) + 7_000_000],
            "age": rng.integers(20, 90, n),
            "weight": rng.normal(70, 10, n).round(1),
            "grade": rng.choice(["high", "low"], n),
            "smoker": rng.integers(0, 2, n),
            "seen": days.strftime("%d.%m.%Y"),
            "mail": [f"someone{i}@example.org" for i in range(n)],
            "city": rng.choice(["Ulm", "Bonn"], n),
        }
    )


def quietly(source, **options):
    """Read metadata of which everything must be taken over."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return sg.Schema.from_sdv(source, **options)


def with_column(facts, name="x"):
    return {"columns": {name: facts}, "METADATA_SPEC_VERSION": "V1"}


def test_what_the_file_says_is_declared():
    schema = quietly(PATIENTS)
    assert not schema.complete
    assert [str(column.kind) for column in schema] == [
        "identifier", "integer", "continuous", "categorical", "boolean", "datetime", "identifier", "categorical",
    ]  # fmt: skip
    assert schema["patient"].pattern == "P-999999999999999"
    assert schema["patient"].role is Role.IDENTIFIER
    assert schema["grade"].categories == ("low", "high", "top")
    assert schema["grade"].declared == {"kind", "categories"}
    assert schema["city"].declared == set()


def test_the_table_says_the_rest():
    table = patients()
    schema = quietly(PATIENTS).completed(table)
    assert schema.complete
    assert schema["age"].bounds == (table["age"].min(), table["age"].max())
    assert schema["age"].declared == {"kind"}
    assert schema["weight"].decimals == 1
    assert schema["smoker"].kind is Kind.BOOLEAN and schema["smoker"].categories == (0, 1)
    assert schema["seen"].kind is Kind.DATETIME and schema["seen"].storage.text_format == "%d.%m.%Y"
    assert schema["grade"].categories == ("low", "high", "top")
    assert schema["city"].kind is Kind.CATEGORICAL
    assert schema.completed(table) is schema


def test_an_object_that_gives_the_dict():
    class Metadata:
        def to_dict(self):
            return PATIENTS

    assert quietly(Metadata()) == quietly(PATIENTS)


def test_several_tables_of_which_one_is_named():
    one = {"tables": {"patients": {k: v for k, v in PATIENTS.items() if k != "METADATA_SPEC_VERSION"}}}
    one |= {"relationships": [], "METADATA_SPEC_VERSION": "V1"}
    assert quietly(one) == quietly(PATIENTS)
    two = copy.deepcopy(one)
    two["tables"]["visits"] = {"columns": {"patient": {"sdtype": "id"}, "cost": {"sdtype": "numerical"}}}
    with pytest.raises(UsageError, match="2 tables: patients, visits"):
        sg.Schema.from_sdv(two)
    with pytest.raises(UsageError, match="no table 'drugs'"):
        sg.Schema.from_sdv(two, table="drugs")
    assert quietly(two, table="visits").names == ["patient", "cost"]
    two["relationships"] = [
        {"parent_table_name": "patients", "parent_primary_key": "patient",
         "child_table_name": "visits", "child_foreign_key": "patient"}
    ]  # fmt: skip
    with pytest.warns(sg.SynthgenWarning, match="relationship of table 'visits'"):
        sg.Schema.from_sdv(two, table="visits")


# As SDV 2.x detects it: ranges are those of the data.
DETECTED = {
    "tables": {
        "pay": {
            "columns": {
                "income": {"sdtype": "numerical", "range_min": 12.5, "range_max": 98.25, "decimal_places": 2,
                           "range_is_nullable": False},
                "staff": {"sdtype": "numerical", "range_min": 1, "range_max": 7, "decimal_places": 0},
                "level": {"sdtype": "ordinal", "range_values": ["low", "mid", "high"], "high_cardinality": False},
                "name": {"sdtype": "categorical", "high_cardinality": True},
                "due": {"sdtype": "datetime", "datetime_format": "%Y-%m-%d", "range_min": "2020-01-01",
                        "range_max": "2020-12-31"},
            }
        }
    },
    "relationships": [],
    "METADATA_SPEC_VERSION": "V2",
}  # fmt: skip


def test_detected_ranges_are_public_only_if_a_person_says_so():
    table = pd.DataFrame(
        {
            "income": [12.5, 98.25, 31.0], "staff": [1, 7, 2], "level": ["high", "low", "mid"], "name": ["a", "b", "c"],
            "due": ["2020-03-01", "2020-05-01", "2020-12-31"],
        }
    )  # fmt: skip
    with pytest.warns(sg.SynthgenWarning, match="public=True"):
        schema = sg.Schema.from_sdv(DETECTED).completed(table)
    assert not any({"bounds", "categories"} & column.declared for column in schema)
    assert schema["level"].categories == ("low", "mid", "high")
    assert schema["staff"].kind is Kind.INTEGER
    assert schema["income"].bounds == (12.5, 98.25) and schema["income"].decimals == 2
    schema = quietly(DETECTED, public=True).completed(table)
    assert all("bounds" in schema[name].declared for name in ("income", "staff", "due"))
    assert "categories" in schema["level"].declared
    day = 86_400_000_000
    assert schema["due"].bounds == (18262 * day, 18627 * day)
    assert schema["name"].kind is Kind.CATEGORICAL and schema["name"].declared == set()


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"sdtype": "unknown", "pii": True}, "column 'x': the sdtype 'unknown'"),
        ({"sdtype": "shoe_size"}, "column 'x': the sdtype 'shoe_size'"),
        ({"sdtype": "id", "regex_format": "(x|y)[0-9]+"}, r"column 'x': no shape .* '\(x\|y\)\[0-9\]\+'"),
        ({"sdtype": "id", "regex_format": "K[0-9]{3}"}, "column 'x': .* too few"),
        ({"sdtype": "boolean", "units": "kg"}, "column 'x': units"),
    ],
)
def test_what_cant_be_taken_over_is_told_with_its_column(facts, words):
    with pytest.warns(sg.SynthgenWarning, match=words):
        schema = sg.Schema.from_sdv(with_column(facts))
    assert schema["x"].kind is (Kind.BOOLEAN if facts["sdtype"] == "boolean" else Kind.IDENTIFIER)


def test_an_unknown_column_that_isnt_personal_is_read_off_the_table():
    assert quietly(with_column({"sdtype": "unknown", "pii": False})).completed(pd.DataFrame({"x": [1.5, 2.5]}))[
        "x"
    ].kind is (Kind.CONTINUOUS)


def test_keys_and_sequences():
    given = copy.deepcopy(PATIENTS)
    given |= {"alternate_keys": ["mail"], "sequence_key": "patient", "sequence_index": "seen"}
    given |= {
        "column_relationships": [{"type": "address", "column_names": ["city"]}],
        "constraints": [{"constraint_class": "FixedIncrements"}],
    }
    with pytest.warns(sg.SynthgenWarning) as told:
        schema = sg.Schema.from_sdv(given)
    words = str(told[0].message)
    assert told[0].filename == __file__
    for part in ("column 'seen': the order", "column_relationships", "constraint of class 'FixedIncrements'"):
        assert part in words
    assert schema["patient"].role is Role.SUBJECT and schema["patient"].kind is Kind.IDENTIFIER
    both = copy.deepcopy(PATIENTS) | {"primary_key": ["age", "city"]}
    schema = quietly(both)
    assert schema["age"].kind is Kind.INTEGER and schema.constraints == (Unique(("age", "city")),)


def test_constraints_of_sdv_become_rules():
    def said(sort, **parameters):
        return {"constraint_class": sort, "constraint_parameters": parameters}

    columns = {name: {"sdtype": "numerical"} for name in "abc"}
    given = {"columns": columns, "METADATA_SPEC_VERSION": "SINGLE_TABLE_V1", "constraints": [
        said("Inequality", low_column_name="a", high_column_name="b"),
        said("Range", low_column_name="a", middle_column_name="b", high_column_name="c"),
        said("ScalarInequality", column_name="a", relation=">", value=3),
        said("ScalarRange", column_name="b", low_value=0, high_value=9, strict_boundaries=False),
        said("Positive", column_name="c"), said("Negative", column_name="a", strict_boundaries=True),
        said("FixedCombinations", column_names=["a", "b"]), said("OneHotEncoding", column_names=["a", "b"]),
        said("Unique", column_names=["a", "c"]),
    ]}  # fmt: skip
    schema = quietly(given)
    assert [rule.words for rule in schema.constraints] == [
        "a <= b", "a < b", "b < c", "a > 3", "b >= 0 and <= 9", "c >= 0", "a < 0",
        FixedCombinations(("a", "b")).words, OneHot(("a", "b")).words, "unique: a, c",
    ]  # fmt: skip
    assert sg.Schema.from_json(schema.to_json()) == schema
    assert schema.completed(pd.DataFrame({name: [1.5, 2.5] for name in "abc"})).constraints == schema.constraints
    for wrong in (said("Inequality", low_column_name="a"), {"constraint_class": "Positive"}, "Positive",
                  said("ScalarInequality", column_name="a", relation="=", value=3)):  # fmt: skip
        with pytest.warns(sg.SynthgenWarning, match="a constraint of class"):
            assert sg.Schema.from_sdv(given | {"constraints": [wrong]}).constraints == ()
    with pytest.raises(DataError, match=r"'a <= z'.*'z'"):
        quietly(given | {"constraints": [said("Inequality", low_column_name="a", high_column_name="z")]})


def test_synthetic_rows_keep_the_rules():
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"placed": rng.integers(0, 50, 200)})
    table["shipped"] = table["placed"] + rng.integers(0, 9, 200)
    order = {"low_column_name": "placed", "high_column_name": "shipped"}
    schema = quietly({
        "columns": {name: {"sdtype": "numerical"} for name in table}, "METADATA_SPEC_VERSION": "SINGLE_TABLE_V1",
        "constraints": [{"constraint_class": "Inequality", "constraint_parameters": order}],
    })  # fmt: skip
    made = sg.generators.GENERATORS["gaussian_copula"](random_state=0).fit(table, schema=schema).sample(300)
    assert (made["placed"] <= made["shipped"]).all()


@pytest.mark.parametrize(
    ("source", "error", "words"),
    [
        ("{", DataError, "isn't JSON"),
        ("none/such.json", FileError, "can't be read"),
        ("no\0path", FileError, "no path"),
        (3, UsageError, "got int"),
        ({}, DataError, "METADATA_SPEC_VERSION"),
        ({"METADATA_SPEC_VERSION": "SINGLE_TABLE_V0", "columns": {}}, DataError, "'SINGLE_TABLE_V0'"),
        ({"METADATA_SPEC_VERSION": "V1", "tables": {}}, DataError, "at least one table"),
        ({"METADATA_SPEC_VERSION": "V1", "tables": {"a": 3}}, DataError, "Table 'a'"),
        ({"METADATA_SPEC_VERSION": "V1", "columns": []}, DataError, 'no "columns"'),
        (with_column({"pii": True}), DataError, "Column 'x'"),
        (with_column({"sdtype": 3}), DataError, "Column 'x'"),
        (with_column("id"), DataError, "Column 'x'"),
        (with_column({"sdtype": "numerical", "range_min": "low"}), DataError, "range_min of column 'x'"),
        (with_column({"sdtype": "numerical", "range_min": 2, "range_max": 1}), DataError, "above"),
        (with_column({"sdtype": "categorical", "order": [["a"]]}), DataError, "column 'x'"),
        (with_column({"sdtype": "categorical", "order": {"a": 1}}), DataError, "column 'x'"),
        (PATIENTS | {"primary_key": "nobody"}, DataError, "'nobody'"),
        (PATIENTS | {"primary_key": {"a": 1}}, DataError, "primary_key"),
        (PATIENTS | {"sequence_key": "nobody"}, DataError, "sequence_key .*'nobody'"),
    ],
)
def test_wrong_metadata(source, error, words):
    with pytest.raises(error, match=words):
        sg.Schema.from_sdv(source)


def test_a_file_that_isnt_text(tmp_path):
    (tmp_path / "a.json").write_bytes(b"\xff\xfe\x00{")
    with pytest.raises(SynthgenError, match=r"a\.json"):
        sg.Schema.from_sdv(tmp_path / "a.json")
    (tmp_path / "b.json").write_text("[1]")
    with pytest.raises(DataError, match=r"b\.json.*list"):
        sg.Schema.from_sdv(tmp_path / "b.json")


def test_from_json_knows_it_by_what_it_holds(tmp_path):
    path = tmp_path / "metadata.json"
    path.write_text(json.dumps(PATIENTS))
    assert sg.Schema.from_json(path) == quietly(PATIENTS)
    assert sg.Schema.from_json(path.read_text()) == quietly(PATIENTS)
    # And the declaration itself can be kept as our own.
    assert sg.Schema.from_json(quietly(PATIENTS).to_json()) == quietly(PATIENTS)
    with pytest.raises(DataError, match="METADATA_SPEC_VERSION"):
        sg.Schema.from_json('{"fields": {"a": {"type": "id"}}}')
    with pytest.raises(DataError, match=r"METADATA_SPEC_VERSION.*Frictionless"):
        sg.Schema.from_json('{"columns": []}')


@pytest.mark.parametrize(
    "generator", ["gaussian_copula", "jitter", "smote", pytest.param("tree", marks=pytest.mark.slow)]
)
def test_every_generator_takes_it(generator):
    table = patients(120)
    model = sg.generators.GENERATORS[generator](random_state=0).fit(table, target="smoker", schema=quietly(PATIENTS))
    made = model.sample(30)
    assert made.dtypes.equals(table.dtypes)
    assert made["age"].between(table["age"].min(), table["age"].max()).all()
    assert pd.to_datetime(made["seen"], format="%d.%m.%Y").notna().all()
    assert not set(made["mail"]) & set(table["mail"])
    assert made["patient"].str.fullmatch(r"P-[0-9]{15}").all() and not set(made["patient"]) & set(table["patient"])


def test_profile_validate_and_synthesize_take_it():
    table, schema = patients(200), quietly(PATIENTS)
    assert sg.profile(table, target="smoker", schema=schema).schema == schema.with_column(
        "smoker", role="target"
    ).completed(table)
    report = sg.validate(table[:40], train=table[40:120], holdout=table[120:], schema=schema, random_state=0)
    assert report.measurements is not None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = sg.synthesize(
            table, schema=schema, n_samples=50, generator="jitter", gate=None, random_state=0, progress=False
        )
    assert len(result.synthetic) > 0 and set(result.synthetic["grade"]) <= {"low", "high", "top"}
    with pytest.raises(UsageError, match="'city'"):
        sg.synthesize(table, schema=schema.without("city"), progress=False)
    with pytest.raises(UsageError, match="lacks column 'city'"):
        sg.synthesize(table.drop(columns="city"), schema=schema, progress=False)
