"""Sheets in files: written so that a spreadsheet program runs nothing, read however it saved them."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from synthgen.errors import FileError, MissingExtraError
from synthgen.reviewing.cells import is_number, text_of
from synthgen.reviewing.sheet import check_sheet_path, own_names
from synthgen.table.files import write_bytes, write_text

if TYPE_CHECKING:
    from synthgen.reviewing.sheet import Review

WIDTHS = {"line": 6, "group": 18, "why": 60, "decision": 12, "comment": 28, "row": 8, "reviewer": 18, "sheet": 12}
MOST_BYTES = 50_000_000
MARK = "\ufeff"
"""At the start of a CSV file it tells spreadsheet programs that the rest is UTF-8."""


def write_sheet(review: Review, path: Path) -> None:
    """Write a sheet, whole or not at all."""
    if check_sheet_path(path).suffix.lower() == ".xlsx":
        write_bytes(_xlsx(review), path)
        return
    text = io.StringIO()
    frame = review.frame
    # Every cell in quotes: a separator in a text then ends no cell.
    lines = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    lines.writerow(frame.columns)
    lines.writerows(frame.itertuples(index=False, name=None))
    write_text(MARK + text.getvalue(), path)


def read_sheet(path: Path) -> pd.DataFrame:
    """Read a sheet as texts, or as the values that a spreadsheet's cells hold.

    Raises
    ------
    FileError
        The file can't be read, or isn't what its name says.
    """
    check_sheet_path(path)
    try:
        if path.stat().st_size > MOST_BYTES:
            raise FileError(f"{str(path)!r} is too large to be a review sheet. Name the sheet.")
        held = path.read_bytes()
    except OSError as error:
        if isinstance(error, FileError):
            raise
        raise FileError(f"The review sheet {str(path)!r} can't be read: {error.strerror}. Check the path.") from None
    rows = _cells(held, path) if path.suffix.lower() == ".xlsx" else _lines(held, path)
    rows = [row for row in rows if any(text_of(cell) for cell in row)]
    if len(rows) < 2:
        raise FileError(f"The review sheet {str(path)!r} has no lines. Name a sheet that synthgen wrote.")
    width = len(rows[0])
    body = [[*row[:width], *[""] * (width - len(row))] for row in rows[1:]]
    return pd.DataFrame(body, columns=[text_of(name) for name in rows[0]], dtype=object)


def _lines(held: bytes, path: Path) -> list[list[Any]]:
    try:
        text = held.decode("utf-8-sig")
    except UnicodeDecodeError:
        # What a spreadsheet program saves when it isn't asked for UTF-8.
        text = held.decode("cp1252", errors="replace")
    first = text.split("\n", 1)[0]
    # Where a comma is part of a number, programs part cells by other marks.
    separator = max((",", ";", "\t"), key=first.count)
    try:
        return [list(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator)]
    except csv.Error:
        raise FileError(f"The review sheet {str(path)!r} isn't a well-formed CSV file. Save it anew.") from None


def _cells(held: bytes, path: Path) -> list[list[Any]]:
    openpyxl = _openpyxl()
    try:
        book = openpyxl.load_workbook(io.BytesIO(held), read_only=True, data_only=True)
        return [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]
    except Exception as error:  # openpyxl and zipfile raise whatever they meet
        raise FileError(
            f"The review sheet {str(path)!r} isn't a spreadsheet that can be read ({type(error).__name__}). Save it "
            "anew as .xlsx."
        ) from None


def _xlsx(review: Review) -> bytes:
    openpyxl = _openpyxl()
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.worksheet.datavalidation import DataValidation

    frame = review.frame
    own = own_names(list(review.rows.columns))
    book = openpyxl.Workbook()
    page = book.active
    page.title = "review"
    to_fill = PatternFill("solid", fgColor="FFF4D6")
    for place, name in enumerate(frame.columns, 1):
        _put(page.cell(1, place), name).font = Font(bold=True)
        fill = name in (own["decision"], own["comment"], own["reviewer"])
        for line, value in enumerate(frame[name], 2):
            cell = _put(page.cell(line, place), value)
            cell.alignment = Alignment(vertical="top", wrap_text=name in (own["why"], own["comment"]))
            if fill:
                cell.fill = to_fill
        letter = openpyxl.utils.get_column_letter(place)
        wanted = next((width for key, width in WIDTHS.items() if own[key] == name), 14)
        page.column_dimensions[letter].width = wanted
        if name == own["decision"]:
            choice = DataValidation(type="list", formula1='"accept,refuse"', allow_blank=True)
            page.add_data_validation(choice)
            choice.add(f"{letter}2:{letter}{len(frame) + 1}")
    page.freeze_panes = page.cell(2, list(frame.columns).index(own["row"]) + 2)
    page.auto_filter.ref = page.dimensions
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _put(cell: Any, text: str) -> Any:
    """Fill a cell: a number as one, all else as a text, which no program takes for a formula."""
    if is_number(text) and text_of(float(text)) == text:
        cell.value = int(text) if text.lstrip("-").isdecimal() else float(text)
        return cell
    cell.value = text or None
    if text:
        cell.data_type = "s"
        cell.number_format = "@"
        cell.quotePrefix = text.startswith("'")
    return cell


def _openpyxl() -> Any:
    try:
        import openpyxl
    except ImportError:
        raise MissingExtraError(
            "An .xlsx sheet needs openpyxl. Install the extra, pip install 'synthgen-tabular[xlsx]', or use a .csv "
            "sheet."
        ) from None
    return openpyxl
