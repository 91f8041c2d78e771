"""The shipped tables are what data/README.md says, and a full fetch is checked before use."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from http.client import IncompleteRead
from pathlib import Path
from types import SimpleNamespace
from urllib.error import URLError

import numpy as np
import pandas as pd
import pytest
import sklearn.datasets

from synthgen import datasets
from synthgen.datasets import load_adult, load_fraud, load_thyroid
from synthgen.errors import DatasetError, SynthgenError

DATA = Path(__file__).resolve().parents[1] / "data"
FILES = ("thyroid.csv.gz", "adult.csv.gz", "fraud.parquet")
MEASUREMENTS = ["TSH", "T3", "TT4", "T4U", "FTI", "TBG"]
FRAUD_COLUMNS = ["Time", *(f"V{i}" for i in range(1, 29)), "Amount", "Class"]


@pytest.fixture(scope="module")
def thyroid() -> pd.DataFrame:
    return load_thyroid()


@pytest.fixture(scope="module")
def adult() -> pd.DataFrame:
    return load_adult()


@pytest.fixture(scope="module")
def fraud() -> pd.DataFrame:
    return load_fraud()


def columns_of_dtype(table: pd.DataFrame, dtype: str) -> list[str]:
    return [name for name in table.columns if table[name].dtype == np.dtype(dtype)]


def only_strings(table: pd.DataFrame) -> bool:
    return all(isinstance(value, str) for name in table for value in table[name].dropna().unique())


# --- thyroid


def test_thyroid_shape_and_dtypes(thyroid: pd.DataFrame) -> None:
    assert thyroid.shape == (9_172, 30)
    assert thyroid.columns[0] == "age"
    assert thyroid.columns[-1] == "diagnosis"
    assert "patient_id" not in thyroid
    assert columns_of_dtype(thyroid, "int64") == ["age"]
    assert columns_of_dtype(thyroid, "float64") == MEASUREMENTS
    assert only_strings(thyroid.drop(columns=["age", *MEASUREMENTS]))


def test_thyroid_missing_values_are_nulls(thyroid: pd.DataFrame) -> None:
    nulls = thyroid.isna().sum()
    assert nulls[nulls > 0].to_dict() == {
        "sex": 307,
        "TSH": 842,
        "T3": 2_604,
        "TT4": 442,
        "T4U": 809,
        "FTI": 802,
        "TBG": 8_823,
    }
    assert not thyroid.isin(["?", ""]).to_numpy().any()


@pytest.mark.parametrize("name", MEASUREMENTS)
def test_thyroid_is_measured_exactly_where_flagged(thyroid: pd.DataFrame, name: str) -> None:
    assert ((thyroid[f"{name}_measured"] == "t") == thyroid[name].notna()).all()


def test_thyroid_diagnoses(thyroid: pd.DataFrame) -> None:
    counts = thyroid["diagnosis"].value_counts()
    assert len(counts) == 32
    assert (counts < 20).sum() == 17
    assert counts["-"] == 6_771
    assert counts["K"] == 436


def test_thyroid_keeps_the_sources_typing_errors(thyroid: pd.DataFrame) -> None:
    assert sorted(thyroid.loc[thyroid["age"] > 120, "age"]) == [455, 65_511, 65_512, 65_526]


# --- adult


def test_adult_shape_and_dtypes(adult: pd.DataFrame) -> None:
    numbers = [
        "age",
        "fnlwgt",
        "education-num",
        "capital-gain",
        "capital-loss",
        "hours-per-week",
    ]
    assert adult.shape == (48_790, 15)
    assert list(adult.columns) == [
        "age",
        "workclass",
        "fnlwgt",
        "education",
        "education-num",
        "marital-status",
        "occupation",
        "relationship",
        "race",
        "sex",
        "capital-gain",
        "capital-loss",
        "hours-per-week",
        "native-country",
        "income",
    ]
    assert columns_of_dtype(adult, "int64") == numbers
    assert only_strings(adult.drop(columns=numbers))


def test_adult_rows_are_distinct(adult: pd.DataFrame) -> None:
    assert not adult.duplicated().any()


def test_adult_missing_values_are_nulls(adult: pd.DataFrame) -> None:
    nulls = adult.isna().sum()
    assert nulls[nulls > 0].to_dict() == {
        "workclass": 2_795,
        "occupation": 2_805,
        "native-country": 856,
    }
    assert not adult.isin(["?", ""]).to_numpy().any()


def test_adult_values_carry_no_blanks_or_full_stops(adult: pd.DataFrame) -> None:
    assert adult["income"].value_counts().to_dict() == {"<=50K": 37_109, ">50K": 11_681}
    assert sorted(adult["sex"].unique()) == ["Female", "Male"]


# --- fraud, the sample


def test_fraud_shape_and_dtypes(fraud: pd.DataFrame) -> None:
    assert fraud.shape == (15_492, 31)
    assert list(fraud.columns) == FRAUD_COLUMNS
    assert columns_of_dtype(fraud, "float64") == FRAUD_COLUMNS[:-1]
    assert columns_of_dtype(fraud, "int64") == ["Class"]


def test_fraud_holds_every_fraud_in_order_of_time(fraud: pd.DataFrame) -> None:
    assert fraud["Class"].value_counts().to_dict() == {0: 15_000, 1: 492}
    assert not fraud.isna().to_numpy().any()
    assert fraud["Time"].is_monotonic_increasing
    assert fraud.index.equals(pd.RangeIndex(15_492))


def test_fraud_sample_looks_like_the_whole_of_the_other_payments(fraud: pd.DataFrame) -> None:
    # Of all 284,315 others the mean Time is 94,838 s and its deviation 47,484 s, so the mean of
    # 15,000 drawn at random has a standard error of 388 s.
    assert abs(fraud.loc[fraud["Class"] == 0, "Time"].mean() - 94_838) < 4 * 388


def test_fraud_file_is_under_5_mb() -> None:
    assert (DATA / "fraud.parquet").stat().st_size < 5_000_000


# --- the files


@pytest.mark.parametrize("name", FILES)
def test_readme_states_each_files_size_and_sha256(name: str) -> None:
    content = (DATA / name).read_bytes()
    readme = (DATA / "README.md").read_text(encoding="utf-8")
    sha256 = hashlib.sha256(content).hexdigest()
    assert f"| `{name}` | `{sha256}` |" in readme
    assert re.search(rf"^\| `{re.escape(name)}` .*\| {len(content):,} \|", readme, re.MULTILINE)


@pytest.mark.parametrize(("name", "load"), list(zip(FILES, (load_thyroid, load_adult, load_fraud), strict=True)))
def test_a_changed_file_is_refused(
    name: str,
    load: Callable[[], pd.DataFrame],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    content = bytearray((DATA / name).read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / name).write_bytes(content)
    monkeypatch.setattr(datasets, "_FOLDERS", (tmp_path,))
    with pytest.raises(DatasetError, match=rf"{re.escape(name)}.*sha256"):
        load()


def test_a_missing_file_says_where_it_was_looked_for(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(datasets, "_FOLDERS", (tmp_path / "_data", tmp_path / "data"))
    with pytest.raises(DatasetError, match="Reinstall synthgen") as caught:
        load_adult()
    assert "'adult.csv.gz'" in str(caught.value)
    assert str(tmp_path / "_data") in str(caught.value)
    assert isinstance(caught.value, SynthgenError)


def test_the_packages_own_folder_comes_before_the_checkouts(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "thyroid.csv.gz").write_bytes(b"not the table")
    monkeypatch.setattr(datasets, "_FOLDERS", (DATA, tmp_path))
    assert len(load_thyroid()) == 9_172
    monkeypatch.setattr(datasets, "_FOLDERS", (tmp_path, DATA))
    with pytest.raises(DatasetError, match="sha256"):
        load_thyroid()


# --- fraud, the full table


@pytest.fixture(scope="module")
def openml_table() -> pd.DataFrame:
    """Zeros in the full table's shape, as OpenML might type it: whole Time, quoted Class."""
    rows = 284_807
    table = pd.DataFrame(np.zeros((rows, 30)), columns=FRAUD_COLUMNS[:-1])
    table["Time"] = np.arange(rows)
    label = np.where(np.arange(rows) < 492, "'1'", "'0'")
    return table.assign(Class=pd.Categorical(label))


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Callable[[pd.DataFrame | Exception], list[int]]:
    """Put a table or a failure in OpenML's place; the returned list collects the ids asked for."""

    def put(answer: pd.DataFrame | Exception) -> list[int]:
        asked: list[int] = []

        def fetch_openml(*, data_id: int, **_: object) -> SimpleNamespace:
            asked.append(data_id)
            if isinstance(answer, Exception):
                raise answer
            return SimpleNamespace(frame=answer)

        monkeypatch.setattr(sklearn.datasets, "fetch_openml", fetch_openml)
        return asked

    return put


Serve = Callable[[pd.DataFrame | Exception], list[int]]


def test_full_fraud_has_the_samples_columns_and_dtypes(
    openml_table: pd.DataFrame,
    fraud: pd.DataFrame,
    serve: Serve,
) -> None:
    asked = serve(openml_table[FRAUD_COLUMNS[::-1]])
    full = load_fraud(full=True)
    assert asked == [42175]
    assert full.shape == (284_807, 31)
    assert full.dtypes.equals(fraud.dtypes)
    assert full["Class"].value_counts().to_dict() == {0: 284_315, 1: 492}
    assert full["Time"].iloc[-1] == 284_806.0


@pytest.mark.parametrize("dtype", ["int64", "float64", "str"])
def test_full_fraud_takes_class_in_any_dtype(
    openml_table: pd.DataFrame,
    serve: Serve,
    dtype: str,
) -> None:
    label = openml_table["Class"].astype(str).str.strip("'")
    serve(openml_table.assign(Class=label.astype(pd.api.types.pandas_dtype(dtype))))
    full = load_fraud(full=True)
    assert full["Class"].dtype == np.dtype("int64")
    assert full["Class"].sum() == 492


def test_the_sample_never_asks_openml(serve: Serve) -> None:
    asked = serve(URLError("no network"))
    assert len(load_fraud()) == 15_492
    assert asked == []


def test_full_fraud_refuses_another_number_of_rows(
    openml_table: pd.DataFrame,
    serve: Serve,
) -> None:
    serve(openml_table.iloc[1:])
    with pytest.raises(DatasetError, match=r"it has 284,806 rows and 31 columns"):
        load_fraud(full=True)


def test_full_fraud_refuses_a_table_without_time(openml_table: pd.DataFrame, serve: Serve) -> None:
    serve(openml_table.drop(columns="Time"))
    with pytest.raises(DatasetError, match=r"284,807 rows and 30 columns \(V1, V2"):
        load_fraud(full=True)


@pytest.mark.parametrize(
    ("label", "got"),
    [("'0'", "491 frauds and 284,316 other"), (None, "491 frauds and 284,315 other")],
)
def test_full_fraud_refuses_another_number_of_frauds(
    openml_table: pd.DataFrame,
    serve: Serve,
    label: str | None,
    got: str,
) -> None:
    changed = openml_table["Class"].copy()
    changed.iloc[0] = label
    serve(openml_table.assign(Class=changed))
    with pytest.raises(DatasetError, match=got):
        load_fraud(full=True)


@pytest.mark.parametrize(
    "failure",
    [
        URLError("Name or service not known"),
        TimeoutError("timed out"),
        IncompleteRead(b""),
        ValueError("md5 checksum of local file does not match"),
    ],
)
def test_full_fraud_offline_says_what_to_do(serve: Serve, failure: Exception) -> None:
    serve(failure)
    with pytest.raises(DatasetError) as caught:
        load_fraud(full=True)
    message = str(caught.value)
    assert "could not be fetched from OpenML" in message
    assert type(failure).__name__ in message
    assert "use load_fraud()" in message
    # Printing the error must not print the network library's traceback.
    assert caught.value.__suppress_context__
    assert caught.value.__cause__ is None
