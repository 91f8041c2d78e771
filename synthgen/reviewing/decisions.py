"""A sheet that came back: whether it belongs to the run, is as it was, is filled in, and what was decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from synthgen.errors import DataError, UsageError
from synthgen.reviewing.binding import Binding, Line, decisions_digest
from synthgen.reviewing.cells import is_number, one_line, text_of, unchanged
from synthgen.reviewing.log import ReviewLog
from synthgen.reviewing.reasons import Group
from synthgen.reviewing.sheet import as_frame, own_names, shown_names

ACCEPT = frozenset({"accept", "accepted", "yes", "y", "1", "keep", "kept", "ok", "okay", "true", "a"})
REFUSE = frozenset({"refuse", "refused", "no", "n", "0", "reject", "rejected", "drop", "remove", "false", "r"})
MOST_NAMED = 10
LONGEST_NAME = 200


@dataclass(frozen=True)
class _Line:
    number: int
    row: int
    group: str
    place: int
    """Where it stands in the frame that came back; people sort sheets."""


def read_decisions(review: Any, synthetic: pd.DataFrame, reviewer: str | None = None) -> ReviewLog:
    """Take in what was decided about rows of a table.

    Parameters
    ----------
    review : path, DataFrame, Review or the widget of a notebook
        The sheet, filled in.
    synthetic : pandas.DataFrame
        The accepted synthetic rows that the sheet was made of.
    reviewer : str, optional
        Who decided; else the sheet's column ``reviewer`` must say.

    Returns
    -------
    ReviewLog

    Raises
    ------
    DataError
        The sheet is of another run, was changed, or isn't filled in; lines and columns are named, never a value.
    UsageError
        Nobody is named as the reviewer, or ``review`` is no sheet.
    FileError
        The file can't be read.
    """
    frame = _frame(review)
    own = own_names(list(synthetic.columns))
    frame = _renamed(frame, own, synthetic)
    binding = _binding(frame[own["sheet"]])
    if not binding.is_of(synthetic):
        raise DataError(
            "The review sheet belongs to another run: it wasn't made of these synthetic rows. Make a sheet of this run."
        )
    lines = _lines(frame, own, binding, len(synthetic))
    _check_cells(frame, lines, synthetic)
    decided = _decided(frame[own["decision"]], lines)
    who = _reviewer(reviewer, [text_of(value) for value in frame[own["reviewer"]]])
    groups = {str(group): {"rows": 0, "refused": 0} for group in Group}
    for line in lines:
        groups[line.group]["rows"] += 1
        groups[line.group]["refused"] += not decided[line.number]
    refused = tuple(sorted(line.row for line in lines if not decided[line.number]))
    comments = frame[own["comment"]].tolist()
    whole = [
        (line.row, "accept" if decided[line.number] else "refuse", text_of(comments[line.place]), who) for line in lines
    ]
    return ReviewLog(
        reviewer=who,
        reviewed=datetime.now(UTC).isoformat(timespec="seconds"),
        sheet=f"{binding.nonce}:{decisions_digest(binding.nonce, whole)}",
        rows=len(lines),
        accepted=len(lines) - len(refused),
        refused=len(refused),
        groups={name: counts for name, counts in groups.items() if counts["rows"]},
        refused_rows=refused,
    )


def _frame(review: Any) -> pd.DataFrame:
    if isinstance(review, (str, Path)):
        from synthgen.reviewing.storing import read_sheet

        return read_sheet(Path(review))
    frame = as_frame(review)
    if frame is None:
        raise UsageError(
            f"review must be a path, a frame, a Review or the widget of result.review(); got {type(review).__name__}."
        )
    return frame.reset_index(drop=True)


def _renamed(frame: pd.DataFrame, own: dict[str, str], synthetic: pd.DataFrame) -> pd.DataFrame:
    """Call the sheet's columns as they were written; columns that someone added are left aside."""
    wanted = [*own.values(), *shown_names(list(synthetic.columns))]
    found = [text_of(name) for name in frame.columns]
    if not any(unchanged(title, own["sheet"]) for title in found):
        raise DataError(
            "This is no review sheet of these rows, or its column 'sheet' was taken out. Use a sheet as synthgen wrote "
            "it."
        )
    places = []
    for name in wanted:
        exact = [at for at, title in enumerate(found) if title == name]
        place = exact or [at for at, title in enumerate(found) if unchanged(title, name)]
        if not place:
            raise DataError(
                f"The review sheet lacks column {name!r}: it belongs to another table, or the column was taken out or "
                "renamed. Use the sheet as synthgen wrote it."
            )
        places.append(place[0])
    return frame.iloc[:, places].set_axis(wanted, axis=1)


def _binding(column: pd.Series) -> Binding:
    tokens = {text_of(value) for value in column}
    bindings = [Binding.read(token) for token in tokens]
    known = [item for item in bindings if item is not None]
    if len(known) != len(bindings) or not known:
        raise DataError(
            "The column 'sheet' of the review sheet was changed: it says which run the sheet belongs to. Use the sheet "
            "as synthgen wrote it."
        )
    if len(known) > 1:
        raise DataError("The review sheet has lines of several sheets. Hand in one sheet at a time.")
    return known[0]


def _lines(frame: pd.DataFrame, own: dict[str, str], binding: Binding, n: int) -> list[_Line]:
    lines = []
    for place, (number, row, group) in enumerate(
        zip(frame[own["line"]], frame[own["row"]], frame[own["group"]], strict=True)
    ):
        known = _whole(number), _whole(row)
        if known[0] is None or known[1] is None or not 0 <= known[1] < n or text_of(group) not in set(Group):
            raise DataError(
                f"Line {place + 1} below the head of the review sheet was changed in 'line', 'row' or 'group'. Use the "
                "sheet as synthgen wrote it."
            )
        lines.append(_Line(known[0], known[1], text_of(group), place))
    numbers = [line.number for line in lines]
    twice = sorted({number for number in numbers if numbers.count(number) > 1})
    if twice:
        raise DataError(f"The review sheet has line {twice[0]} more than once. Keep one of each.")
    lacking = sorted(set(range(1, binding.n + 1)) - set(numbers))
    if lacking:
        raise DataError(
            f"The review sheet lacks {len(lacking)} of its {binding.n} lines: {_listed(lacking)}. Every row on it "
            "needs a decision."
        )
    known_lines: list[Line] = [(line.number, line.row, line.group) for line in lines]
    if not binding.has(known_lines):
        raise DataError(
            "The review sheet was changed in 'line', 'row' or 'group': its rows aren't those that were picked. Use the "
            "sheet as synthgen wrote it."
        )
    return sorted(lines, key=lambda line: line.number)


def _check_cells(frame: pd.DataFrame, lines: Sequence[_Line], synthetic: pd.DataFrame) -> None:
    """Compare every cell with the synthetic row that it shows."""
    shown = synthetic.iloc[[line.row for line in lines]]
    changed: list[tuple[_Line, str]] = []
    for place, (name, title) in enumerate(zip(synthetic.columns, shown_names(list(synthetic.columns)), strict=True)):
        returned = frame[title].tolist()
        for line, value in zip(lines, shown.iloc[:, place].tolist(), strict=True):
            if not unchanged(returned[line.place], text_of(value)):
                changed.append((line, one_line(str(name))))
    if changed:
        changed.sort(key=lambda item: item[0].number)
        line, name = changed[0]
        more = f", and {len(changed) - 1} more cells" if changed[1:] else ""
        raise DataError(
            f"The review sheet was changed: line {line.number} (row {line.row}) differs from its synthetic row in "
            f"column {name!r}{more}. Decisions are about rows as they are: put the values back, or make the sheet "
            "anew. A program that rewrote cells of a .csv sheet leaves those of an .xlsx sheet alone."
        )


def _decided(column: pd.Series, lines: Sequence[_Line]) -> dict[int, bool]:
    """Whether each line is accepted, by its number."""
    written = column.tolist()
    decided: dict[int, bool] = {}
    lacking = []
    for line in lines:
        word = text_of(written[line.place]).casefold().strip(" .!'\"")
        if not word:
            lacking.append(line.number)
        elif word in ACCEPT or word in REFUSE:
            decided[line.number] = word in ACCEPT
        else:
            raise DataError(
                f"The decision {word[:40]!r} in line {line.number} of the review sheet isn't one. Write accept or "
                "refuse."
            )
    if lacking:
        raise DataError(
            f"The review sheet isn't filled in: {len(lacking)} of {len(lines)} decisions lack, in lines "
            f"{_listed(lacking)}. Write accept or refuse for each."
        )
    return decided


def _reviewer(given: str | None, written: Sequence[str]) -> str:
    if given is not None and not isinstance(given, str):
        raise UsageError(f"reviewer must be a name; got {type(given).__name__}.")
    names = [one_line(given)] if given is not None else list(dict.fromkeys(filter(None, written)))
    who = ", ".join(filter(None, names))[:LONGEST_NAME]
    if not who:
        raise UsageError(
            "Nobody is named as the reviewer. Give the name (reviewer=NAME, or --reviewer NAME), or write it in the "
            "sheet's column 'reviewer'; it goes into the record of the run."
        )
    return who


def _whole(value: Any) -> int | None:
    text = text_of(value)
    return int(float(text)) if is_number(text) and len(text) < 12 and float(text).is_integer() else None


def _listed(numbers: Sequence[int]) -> str:
    """Numbers in words, runs of them as from-to."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    shown = [str(low) if low == high else f"{low} to {high}" for low, high in runs[:MOST_NAMED]]
    return ", ".join(shown) + (" and others" if len(runs) > MOST_NAMED else "")
