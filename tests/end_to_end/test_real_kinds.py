"""Real tables come through ``synthesize`` as they are, and no identifier, name or sentence of theirs in any output."""

from __future__ import annotations

import re
import warnings
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from synthgen.generators import GENERATORS
from synthgen.table import read_file
from synthgen.table.check_digits import is_card, is_iban
from synthgen.table.kinds.identifier import draw

SHARED = Path(__file__).parents[3] / "shared" / "data"
ROWS, MADE = 500, 120

LONG = 6
"""Shorter texts and numbers stand in any file by chance."""

FREE_TEXT, SENTENCE = {"title"}, 6
"""Columns of free text, and how many words of it are a sentence."""


@dataclass(frozen=True)
class Real:
    """A real table, and whose columns nobody may find again.

    Attributes
    ----------
    secret : list of str
        Identifiers, names and sentences.
    declared : dict of str to dict
        What a person has to say of a column.
    """

    secret: list[str]
    target: str | None = None
    declared: dict[str, dict[str, object]] = field(default_factory=dict)


TABLES = {
    "telco_churn.csv.gz": Real(["customerID"], "Churn"),
    "titanic_names.csv.gz": Real(
        ["name", "ticket", "cabin"], "survived", declared={"name": {"kind": "identifier", "faker": "name"}}
    ),
    "airbnb_london.csv.gz": Real(["host_name", "title"]),
    "beijing_pm25.csv.gz": Real(["No"]),
    "berka/account.csv.gz": Real(["account_id"]),
    "berka/card.csv.gz": Real(["card_id", "disp_id"]),
    # A birth date with the sex in it: a number by its looks.
    "berka/client.csv.gz": Real(["client_id", "birth_number"], declared={"birth_number": {"kind": "identifier"}}),
    "berka/disp.csv.gz": Real(["disp_id", "client_id", "account_id"]),
    "berka/district.csv.gz": Real([]),
    "berka/loan.csv.gz": Real(["loan_id", "account_id"]),
    "berka/order.csv.gz": Real(["order_id", "account_id", "account_to"]),
}


def table(name: str) -> tuple[pd.DataFrame, sg.Schema]:
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"{path} isn't there: real tables are kept outside the project")
    about, frame = TABLES[name], read_file(path)
    frame = frame.sample(min(ROWS, len(frame)), random_state=0).sort_index().reset_index(drop=True)
    schema = sg.Schema.infer(frame, target=about.target)
    for column, declared in about.declared.items():
        schema = schema.with_column(column, **declared)
    return frame, schema


def made_of(frame, schema, generator, **options):
    preset = {"preset": "turbo"} if generator == "tree" else {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return sg.synthesize(
            frame, schema=schema, generator=generator, generator_options={"text": "template"} | preset, n_samples=MADE,
            gate=None, random_state=0, progress=False,
            **options,
        )  # fmt: skip


def written(result, frame, schema, generator, folder):
    """Everything that leaves the library: tables, reports, the record, and a saved model."""
    folder.mkdir()
    if result.provenance.purpose == "release":
        result.data.to_csv(folder / "data.csv", index=False)
    result.synthetic.to_csv(folder / "synthetic.csv", index=False)
    result.rejected.to_csv(folder / "rejected.csv", index=False)
    result.write_reports(folder / "reports")
    model = GENERATORS[generator](text="template", random_state=0).fit(frame, schema=schema)
    model.save(folder / "model", include_real_rows=model.holds_real_rows)
    return folder


def texts(folder):
    """Text of every file, those inside archives too."""
    for path in sorted(item for item in folder.rglob("*") if item.is_file()):
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                for member in archive.namelist():
                    yield f"{path.name}/{member}", archive.read(member).decode("utf-8", "ignore")
        else:
            yield path.name, path.read_text("utf-8", "ignore")


def secrets(column):
    """Values that nobody may find; of free text, sentences: two words of it are anybody's."""
    values = column.dropna().astype(str)
    return set(values[values.str.split().str.len() >= SENTENCE] if column.name in FREE_TEXT else values)


def found(folder, frame, columns):
    """Real values of the columns that stand in a file, as a word or as words one after the other."""
    needles = {value for column in columns for value in secrets(frame[column])}
    needles = {value for value in needles if len(value) >= LONG}
    one_word = {value for value in needles if re.fullmatch(r"[\w.-]+", value)}
    out = []
    for name, text in texts(folder):
        words = set(re.findall(r"[\w.-]+", text))
        out += [f"{name}: {value}" for value in one_word & words]
        out += [f"{name}: {value}" for value in needles - one_word if value in text]
    return out


def kinds(schema, left_out):
    return {column.name: str(column.kind) for column in schema if column.name not in left_out}


CASES = [
    *((name, "gaussian_copula") for name in TABLES),
    *((name, generator) for name in list(TABLES)[:2] for generator in ("jitter", "smote", "tree")),
]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "generator"), CASES)
def test_a_real_table_comes_through(name, generator, tmp_path):
    frame, schema = table(name)
    about = TABLES[name]
    target = about.target
    result = made_of(frame, schema, generator, target=target)
    made = result.synthetic
    assert list(made.columns) == list(frame.columns)
    assert (made.dtypes == frame.dtypes).all()
    assert result.data[frame.columns].dtypes.equals(frame.dtypes)
    # What a label or a number was, it still is; a number of few values may look like labels in few rows.
    left_out = {*about.declared, *about.secret}
    before, after = (kinds(sg.Schema.infer(rows, target=target), left_out) for rows in (frame, made))
    assert sum(before[column] != after[column] for column in before) <= 0.15 * len(before)
    for column in about.secret:
        assert not set(made[column].dropna().astype(str)) & secrets(frame[column]), column
    assert not found(written(result, frame, schema, generator, tmp_path / "out"), frame, about.secret)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["telco_churn.csv.gz", "titanic_names.csv.gz", "airbnb_london.csv.gz"])
def test_a_released_table_comes_through(name, tmp_path):
    frame, schema = table(name)
    about = TABLES[name]
    result = made_of(frame, schema, "gaussian_copula", target=about.target, purpose="release")
    assert (result.data[frame.columns].dtypes == frame.dtypes).all()
    assert not found(written(result, frame, schema, "gaussian_copula", tmp_path / "out"), frame, about.secret)


def test_numbers_stored_as_text_stay_numbers_stored_as_text():
    frame, schema = table("telco_churn.csv.gz")
    made = GENERATORS["gaussian_copula"](random_state=0).fit(frame, schema=schema).sample(MADE, random_state=1)
    assert frame["TotalCharges"].dtype == made["TotalCharges"].dtype
    assert made["TotalCharges"].str.fullmatch(r"\d+(\.\d{1,2})?| ").all()
    charges = (pd.to_numeric(rows["TotalCharges"], errors="coerce") for rows in (frame, made))
    assert next(charges).max() >= next(charges).max()


def people(n=150):
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "card": draw("9999 9999 9999 9999", n, rng, check="card"),
            "iban": draw("DE99999999999999999999", n, rng, check="iban"),
            "called": [f"Customer Number {number}" for number in rng.permutation(n)],
            "spent": rng.gamma(2, 30, n).round(2),
            "Class": np.arange(n) % 2,
        }
    )


def test_what_real_values_look_like_is_found(tmp_path):
    """The control: a label that is declared is repeated, and a value in a report is seen."""
    frame = people()
    schema = sg.Schema.infer(frame, target="Class").with_column("called", kind="identifier")
    result = made_of(frame, schema, "jitter", target="Class")
    assert result.synthetic["card"].map(is_card).all()
    assert result.synthetic["iban"].map(is_iban).all()
    folder = written(result, frame, schema, "jitter", tmp_path / "out")
    assert not found(folder, frame, ["card", "iban", "called"])
    page = folder / "reports" / "fidelity.html"
    page.write_text(page.read_text("utf-8").replace("</main>", f"<p>of {frame['iban'][7]}</p></main>"), "utf-8")
    assert found(folder, frame, ["card", "iban", "called"]) == [f"fidelity.html: {frame['iban'][7]}"]
    model = GENERATORS["jitter"](random_state=0).fit(frame, schema=schema.with_column("called", kind="categorical"))
    model.save(tmp_path / "labels", include_real_rows=True)
    model.sample(MADE).to_csv(tmp_path / "labels" / "rows.csv")
    assert {line.split(":")[0] for line in found(tmp_path / "labels", frame, ["called"])} >= {"rows.csv", "model.json"}
