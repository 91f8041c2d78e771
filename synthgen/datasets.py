"""Three small real tables, shipped with the library for examples, tests and benchmarks."""

from __future__ import annotations

import hashlib
import io
from http.client import HTTPException
from pathlib import Path

import pandas as pd

from synthgen.errors import DatasetError

__all__ = ["load_adult", "load_fraud", "load_thyroid"]

_PACKAGE = Path(__file__).resolve().parent
# An installed wheel carries the tables inside the package; a source checkout keeps them beside it.
_FOLDERS = (_PACKAGE / "_data", _PACKAGE.parent / "data")

_SHA256 = {
    "thyroid.csv.gz": "7982c9f3035e7d8bdb995272dc8fdcf0141e9150b05d7fbffaf56809cfcf997f",
    "adult.csv.gz": "273f5c80a8ce8163f98e4a4a9abfd077b9a3bbc04429d6a6dd24c32f6a6bce96",
    "fraud.parquet": "52a93b1a747f9d80dc52a8e13cc386adbac640e389618a454ca38b474d0484b9",
}

# OpenML's other copy, 1597, leaves out Time.
_FRAUD_OPENML_ID = 42175
_FRAUD_ROWS = 284_807
_FRAUD_FRAUDS = 492
_FRAUD_COLUMNS = ["Time", *(f"V{i}" for i in range(1, 29)), "Amount", "Class"]


def load_thyroid() -> pd.DataFrame:
    """Load 9,172 patients of the Garavan Institute, Sydney, with their thyroid diagnoses.

    Numbers and labels are as in the source. Four ages are typing errors that the source has too
    (455, 65511, 65512 and 65526), and 10 rows repeat an earlier row.

    Returns
    -------
    pandas.DataFrame
        9,172 rows and 30 columns: ``age`` in years (int64), six blood measurements (float64) and
        strings, with 14,629 missing values. ``diagnosis`` is one or more of the source's letters,
        or ``"-"`` for none; 17 of its 32 values have fewer than 20 patients.

    Raises
    ------
    synthgen.errors.DatasetError
        If the file is not there or is not the one that was shipped.

    References
    ----------
    Quinlan, R. (1986). Thyroid Disease. UCI Machine Learning Repository, CC BY 4.0.
    https://doi.org/10.24432/C5D010

    Examples
    --------
    >>> from synthgen.datasets import load_thyroid
    >>> patients = load_thyroid()
    >>> patients.shape
    (9172, 30)
    >>> int((patients["diagnosis"].value_counts() < 20).sum())
    17
    """
    return _read_csv("thyroid.csv.gz")


def load_adult() -> pd.DataFrame:
    """Load the distinct rows of Adult: people of the 1994 US census and whether they earn over 50K.

    The training and the test part are joined and the 52 rows that repeat an earlier row are left
    out, so that no row can be in both parts of a split.

    Returns
    -------
    pandas.DataFrame
        48,790 rows and 15 columns: six int64, nine strings, with 6,456 missing values in
        ``workclass``, ``occupation`` and ``native-country`` (``?`` in the source). ``income`` is
        ``"<=50K"`` or ``">50K"``. ``fnlwgt`` is a census weight, not a feature of the person.

    Raises
    ------
    synthgen.errors.DatasetError
        If the file is not there or is not the one that was shipped.

    References
    ----------
    Becker, B. and Kohavi, R. (1996). Adult. UCI Machine Learning Repository, CC BY 4.0.
    https://doi.org/10.24432/C5XW20

    Examples
    --------
    >>> from synthgen.datasets import load_adult
    >>> people = load_adult()
    >>> people.shape
    (48790, 15)
    >>> bool(people.duplicated().any())
    False
    """
    return _read_csv("adult.csv.gz")


def load_fraud(full: bool = False) -> pd.DataFrame:
    """Load card payments of two days in September 2013, some of them frauds.

    Parameters
    ----------
    full : bool, default=False
        False loads the shipped sample: all 492 frauds and 15,000 of the other 284,315 payments,
        drawn at random, so 3.2 % of its rows are frauds. True fetches all 284,807 payments
        (0.17 % frauds) from OpenML, about 150 MB the first time; scikit-learn keeps them in its
        data home, see :func:`sklearn.datasets.get_data_home`.

    Returns
    -------
    pandas.DataFrame
        15,492 or 284,807 rows, in order of time, and 31 columns: ``Time`` in seconds since the
        first payment, the principal components ``V1`` to ``V28`` and ``Amount``, the sum paid (all
        float64), and ``Class`` (int64), 1 for a fraud. No value is missing. Some rows repeat an
        earlier row, among them 19 frauds.

    Raises
    ------
    synthgen.errors.DatasetError
        If the file is not there or is not the one that was shipped; with ``full=True``, if OpenML
        cannot be reached or its table is not the expected one.

    References
    ----------
    Dal Pozzolo, A., Caelen, O., Johnson, R. A. and Bontempi, G. (2015). Calibrating Probability
    with Undersampling for Unbalanced Classification. IEEE SSCI.
    https://doi.org/10.1109/SSCI.2015.33

    Examples
    --------
    >>> from synthgen.datasets import load_fraud
    >>> payments = load_fraud()
    >>> payments.shape
    (15492, 31)
    >>> int(payments["Class"].sum())
    492
    """
    if full:
        return _fetch_full_fraud()
    return pd.read_parquet(_open_verified("fraud.parquet"))


def _read_csv(name: str) -> pd.DataFrame:
    # Only an empty field is missing: pandas' own list would also take words such as "None".
    content = _open_verified(name)
    return pd.read_csv(content, compression="gzip", keep_default_na=False, na_values=[""])


def _open_verified(name: str) -> io.BytesIO:
    """Return the bytes of a shipped file; what was verified is what will be parsed."""
    path = next((folder / name for folder in _FOLDERS if (folder / name).is_file()), None)
    if path is None:
        looked_in = " and ".join(str(folder) for folder in _FOLDERS)
        raise DatasetError(
            f"The shipped table {name!r} was not found; looked in {looked_in}. "
            "Reinstall synthgen, or in a source checkout restore the folder data/."
        )
    content = path.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != _SHA256[name]:
        raise DatasetError(
            f"The shipped table {path} has been changed or is incomplete: its sha256 is {found}, "
            f"expected {_SHA256[name]}. Reinstall synthgen, or in a source checkout restore "
            "the file."
        )
    return io.BytesIO(content)


def _fetch_full_fraud() -> pd.DataFrame:
    # Imported here so that the shipped tables load without scikit-learn's start-up time.
    from sklearn.datasets import fetch_openml

    try:
        fetched = fetch_openml(data_id=_FRAUD_OPENML_ID, as_frame=True, parser="auto")
    except (OSError, HTTPException, ValueError) as error:
        # ValueError is how scikit-learn reports OpenML's refusals and a wrong checksum.
        # The network library's own traceback would bury the one line that helps.
        raise DatasetError(
            f"The full card fraud table could not be fetched from OpenML (dataset "
            f"{_FRAUD_OPENML_ID}): {type(error).__name__}: {error}. Connect to the internet and "
            "call again, or use load_fraud() for the shipped sample."
        ) from None
    table: pd.DataFrame = fetched.frame
    if sorted(table.columns) != sorted(_FRAUD_COLUMNS) or len(table) != _FRAUD_ROWS:
        names = ", ".join(map(str, table.columns))
        raise _unexpected_table(f"{len(table):,} rows and {table.shape[1]} columns ({names})")
    # OpenML declares Class as nominal, so its values can arrive as quoted text.
    label = pd.to_numeric(table["Class"].astype(str).str.strip("'\""), errors="coerce")
    frauds, others = int((label == 1).sum()), int((label == 0).sum())
    if frauds != _FRAUD_FRAUDS or frauds + others != _FRAUD_ROWS:
        raise _unexpected_table(f"{frauds:,} frauds and {others:,} other payments")
    features = table[_FRAUD_COLUMNS[:-1]].astype("float64")
    return features.assign(Class=label.astype("int64")).reset_index(drop=True)


def _unexpected_table(got: str) -> DatasetError:
    return DatasetError(
        f"OpenML's dataset {_FRAUD_OPENML_ID} is not the expected card fraud table: it has {got}, "
        f"expected {_FRAUD_ROWS:,} rows, the 31 columns Time, V1 to V28, Amount and Class, and "
        f"{_FRAUD_FRAUDS} frauds. Delete it from scikit-learn's data home "
        "(sklearn.datasets.get_data_home()) and call again, or use load_fraud() for the shipped "
        "sample."
    )
