"""Sheets in files: nothing in them runs, and they are read however a program saved them."""

from __future__ import annotations

import builtins
import csv
import io

import pandas as pd
import pytest

from synthgen.errors import FileError, MissingExtraError
from synthgen.reviewing import read_decisions
from synthgen.reviewing.storing import read_sheet

from .sheets import filled, review_of, table

MADE = table()
openpyxl = pytest.importorskip("openpyxl")


def decided(path, word="refuse"):
    """Fill in the sheet in a file as a person would."""
    if path.suffix == ".csv":
        pd.read_csv(path, dtype=str, keep_default_na=False).assign(decision=word).to_csv(path, index=False)
        return path
    book = openpyxl.load_workbook(path)
    page = book.active
    place = [cell.value for cell in page[1]].index("decision") + 1
    for line in range(2, page.max_row + 1):
        page.cell(line, place, word)
    book.save(path)
    return path


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_sheet_is_filled_in_and_read(tmp_path, ending):
    path = review_of(MADE).write(tmp_path / f"review.{ending}")
    assert read_decisions(decided(path), MADE, "Ada").refused_rows == (0, 1, 2, 3)
    assert [item.name for item in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_changed_cell_in_a_file_is_refused(tmp_path, ending):
    review = review_of(MADE)
    path = decided(review.write(tmp_path / f"review.{ending}"))
    frame = read_sheet(path)
    assert len(frame) == 4
    if ending == "csv":
        path.write_text(path.read_text().replace("10.5", "10.6"))
    else:
        book = openpyxl.load_workbook(path)
        page = book.active
        page.cell(2, [cell.value for cell in page[1]].index("amount") + 1, 10.6)
        book.save(path)
    with pytest.raises(ValueError, match=r"line 1 \(row 0\) differs .* in column 'amount'\."):
        read_decisions(path, MADE, "Ada")


def test_no_cell_of_a_csv_sheet_is_a_formula_wherever_a_program_splits_it(tmp_path):
    made = MADE.assign(shop=["=1+1", 'x";=cmd', "@a", "+a", "-a", "a\n=b", "a,=b", "\t=c"]).rename(
        columns={"ok": "=ok"}
    )
    path = review_of(made).write(tmp_path / "review.csv")
    text = path.read_text(encoding="utf-8-sig")
    for separator in ",;\t|":
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            assert not [cell for cell in row if cell.lstrip()[:1] in tuple("=+-@") and len(cell) > 1]


def test_no_cell_of_a_spreadsheet_is_a_formula(tmp_path):
    path = review_of(MADE.rename(columns={"ok": "=ok"})).write(tmp_path / "review.xlsx")
    page = openpyxl.load_workbook(path).active
    kinds = {cell.data_type for row in page.iter_rows() for cell in row}
    assert kinds <= {"s", "n"}
    head = [cell.value for cell in page[1]]
    assert page.cell(2, head.index("amount") + 1).value == 10.5
    assert page.cell(2, head.index("code") + 1).value == "007"
    assert page.data_validations.dataValidation[0].formula1 == '"accept,refuse"'


@pytest.mark.parametrize("separator", [";", "\t", ","])
def test_other_separators_and_encodings_are_read(tmp_path, separator):
    made = MADE.assign(shop=["Zürich", "é", "a", "b", "c", "d", "e", "f"])
    path = review_of(made).write(tmp_path / "review.csv")
    frame = pd.read_csv(path, dtype=str, keep_default_na=False).assign(decision="yes", reviewer="José")
    if separator == ";":
        frame["amount"] = frame["amount"].str.replace(".", ",")
    frame.to_csv(path, index=False, sep=separator, encoding="cp1252")
    assert read_decisions(path, made).reviewer == "José"


def test_a_program_that_adds_blank_lines_and_cuts_trailing_cells(tmp_path):
    path = review_of(MADE).write(tmp_path / "review.csv")
    decided(path)
    path.write_text(path.read_text() + ",,,\n\n")
    assert read_decisions(path, MADE, "Ada").rows == 4


def test_files_that_are_no_sheets(tmp_path):
    cases = {
        "a.csv": (b"", "no lines"), "b.csv": (b"x,y\n1,2\n", "no review sheet"),
        "c.xlsx": (b"x,y\n", "isn't a spreadsheet"), "d.txt": (b"", "must end in"),
    }  # fmt: skip
    for name, (held, words) in cases.items():
        (tmp_path / name).write_bytes(held)
        with pytest.raises((FileError, ValueError), match=words):
            read_decisions(tmp_path / name, MADE, "Ada")
    with pytest.raises(FileError, match="can't be read"):
        read_decisions(tmp_path / "none.csv", MADE, "Ada")
    with pytest.raises(FileError, match="must end in"):
        review_of(MADE).write(tmp_path / "review.html")


def test_without_the_extra_the_error_names_it(tmp_path, monkeypatch):
    whole = builtins.__import__

    def lacking(name, *args, **kwargs):
        if name.split(".")[0] == "openpyxl":
            raise ImportError(name)
        return whole(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", lacking)
    with pytest.raises(MissingExtraError, match=r"synthgen-tabular\[xlsx\]"):
        review_of(MADE).write(tmp_path / "review.xlsx")
    assert not list(tmp_path.iterdir())


def test_a_frame_that_pandas_read_its_own_way(tmp_path):
    path = review_of(MADE, groups=["typical"] * 8).write(tmp_path / "review.csv")
    assert read_decisions(pd.read_csv(path).assign(decision=1), MADE, "Ada").accepted == 8
    assert read_decisions(pd.read_csv(path, dtype_backend="pyarrow").assign(decision=0), MADE, "Ada").refused == 8


def test_the_frame_and_the_file_say_the_same(tmp_path):
    review = review_of(MADE)
    path = review.write(tmp_path / "review.csv")
    assert read_sheet(path).equals(review.frame)
    assert filled(review, "yes")["decision"].tolist() == ["yes"] * 4
