"""A sheet for a person: rows with reasons, and room for a decision on each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from synthgen.errors import FileError, UsageError
from synthgen.randomness import RandomState, child, seed_sequence
from synthgen.reviewing.binding import Binding
from synthgen.reviewing.cells import harmless, one_line, text_of
from synthgen.reviewing.picking import pick_rows
from synthgen.reviewing.reasons import Pick
from synthgen.table.column import Schema
from synthgen.table.encoding import encode, extend_categories
from synthgen.validation.comparison import Comparison

OWN = ("line", "group", "why", "decision", "comment", "row")
"""Columns before those of the table."""

ENDING = ("reviewer", "sheet")
"""Columns after them."""

FEWEST_ROWS, MOST_ROWS = 5, 1_000
SHEETS = (".csv", ".xlsx")


def own_names(names: Sequence[str]) -> dict[str, str]:
    """Name the sheet's own columns so that none is called like one of the table's.

    Examples
    --------
    >>> own_names(["age", "row"])["row"], own_names(["age"])["row"]
    ('review row', 'row')
    """
    taken = {harmless(one_line(name)) for name in names}
    found: dict[str, str] = {}
    for name in (*OWN, *ENDING):
        title = name
        while title in taken:
            title = f"review {title}"
        found[name] = title
        taken.add(title)
    return found


def shown_names(names: Sequence[str]) -> list[str]:
    """Names of the table's columns as a sheet has them: one line, harmless, distinct."""
    shown: list[str] = []
    for name in names:
        title = harmless(one_line(name)) or "column"
        while title in shown:
            title += "_"
        shown.append(title)
    return shown


@dataclass(frozen=True)
class Review:
    """Rows that a person should look at before a table is merged.

    Parameters
    ----------
    picks : tuple of Pick
        Which rows, and why.
    rows : pandas.DataFrame
        These rows, in that order.
    binding : Binding
        What says which run the sheet belongs to.
    """

    picks: tuple[Pick, ...]
    rows: pd.DataFrame
    binding: Binding

    @property
    def frame(self) -> pd.DataFrame:
        """The sheet as a frame of texts, to fill in: the columns ``decision``, ``comment`` and ``reviewer``."""
        own = own_names(list(self.rows.columns))
        columns: dict[str, list[str]] = {
            own["line"]: [str(number) for number in range(1, len(self.picks) + 1)],
            own["group"]: [str(pick.group) for pick in self.picks],
            own["why"]: [harmless(one_line("; ".join(pick.reasons))) for pick in self.picks],
            own["decision"]: [""] * len(self.picks),
            own["comment"]: [""] * len(self.picks),
            own["row"]: [str(pick.row) for pick in self.picks],
        }
        for place, name in enumerate(shown_names(list(self.rows.columns))):
            columns[name] = [harmless(text_of(value)) for value in self.rows.iloc[:, place].tolist()]
        columns[own["reviewer"]] = [""] * len(self.picks)
        columns[own["sheet"]] = [str(self.binding)] * len(self.picks)
        return pd.DataFrame(columns, dtype=object)

    def write(self, path: str | Path) -> Path:
        """Write the sheet to a .csv or an .xlsx file; the latter needs the extra ``xlsx``."""
        from synthgen.reviewing.storing import write_sheet

        write_sheet(self, Path(path))
        return Path(path)

    def __len__(self) -> int:
        return len(self.picks)

    def __repr__(self) -> str:
        groups = pd.Series([str(pick.group) for pick in self.picks], dtype=object).value_counts(sort=False)
        return f"Review({len(self.picks)} rows: {', '.join(f'{n} {name}' for name, n in groups.items())})"


def make_review(
    synthetic: pd.DataFrame,
    train: pd.DataFrame,
    holdout: pd.DataFrame,
    schema: Schema,
    flags: pd.DataFrame,
    *,
    rows: int,
    random_state: RandomState,
) -> Review:
    """Pick rows of an accepted table, and bind the sheet to it.

    Parameters
    ----------
    synthetic, train, holdout : pandas.DataFrame
        Accepted synthetic rows, and real rows that the generator saw and didn't see.
    schema : Schema
    flags : pandas.DataFrame
        See :func:`synthgen.reviewing.picking.pick_rows`.
    rows : int
    random_state : int, Generator or None

    Returns
    -------
    Review
    """
    if isinstance(rows, bool) or not isinstance(rows, int) or not FEWEST_ROWS <= rows <= MOST_ROWS:
        raise UsageError(f"rows must be a whole number from {FEWEST_ROWS} to {MOST_ROWS}; got {rows!r}.")
    if not len(synthetic):
        raise UsageError("There are no accepted synthetic rows to look at.")
    schema = extend_categories(schema, train, holdout, synthetic)
    comparison = Comparison.of(encode(train, schema), encode(holdout, schema), encode(synthetic, schema), schema)
    picks = pick_rows(comparison, flags, rows, child(seed_sequence(random_state), "review"))
    lines = [(number, pick.row, str(pick.group)) for number, pick in enumerate(picks, 1)]
    shown = synthetic.iloc[[pick.row for pick in picks]].reset_index(drop=True)
    return Review(picks, shown, Binding.of(synthetic, lines))


def check_sheet_path(path: str | Path, endings: Sequence[str] = SHEETS) -> Path:
    """Refuse a path that names no kind of sheet."""
    path = Path(path)
    if path.suffix.lower() not in endings:
        raise FileError(f"{str(path)!r} must end in {', '.join(endings)}: a sheet is one of these.")
    return path


def as_frame(review: Any) -> pd.DataFrame | None:
    """The frame of a sheet that is one, or holds one as the widget does; None for anything else."""
    if isinstance(review, pd.DataFrame):
        return review
    frame = getattr(review, "frame", None)
    return frame if isinstance(frame, pd.DataFrame) else None
