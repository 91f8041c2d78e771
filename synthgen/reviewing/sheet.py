"""A sheet for a person: rows with reasons, and room for a decision on each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.errors import FileError, UsageError
from synthgen.randomness import RandomState, child, seed_sequence
from synthgen.reviewing.binding import Binding
from synthgen.reviewing.cells import harmless, one_line, text_of
from synthgen.reviewing.picking import pick_rows
from synthgen.reviewing.reasons import Pick
from synthgen.table.encoding import encode, extend_categories
from synthgen.table.frames import is_frame, to_pandas
from synthgen.table.inference import infer_schema
from synthgen.table.schema import Schema
from synthgen.validation.comparison import Comparison

if TYPE_CHECKING:
    from synthgen.validation.report import ValidationReport

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

    @classmethod
    def of(
        cls,
        synthetic: Any,
        report: ValidationReport,
        *,
        train: Any,
        holdout: Any = None,
        target: str | None = None,
        schema: Schema | None = None,
        rows: int = 50,
        random_state: RandomState = 0,
    ) -> Self:
        """Pick rows of a table from any tool, once it is validated; of a result see ``result.review_sheet``.

        Parameters
        ----------
        synthetic : table
            The rows that ``report`` is about, all of them and in the same order; those refused aren't shown.
        report : ValidationReport
        train, holdout : table
            Real rows that the generator saw and, if there are any, didn't see.
        target : str, optional
        schema : Schema, optional
            Inferred from the real rows if not given.
        rows : int
            Lines of the sheet, 5 to 1,000.
        random_state : int, Generator or None

        Returns
        -------
        Review
            Its ``frame``, or the file that ``write`` wrote, goes to :func:`synthgen.merge` once it is filled in.

        Examples
        --------
        >>> import synthgen as sg
        >>> df = sg.datasets.load_fraud()
        >>> train, holdout, made = df[:400], df[400:800], df[800:900]
        >>> report = sg.validate(made, train=train, holdout=holdout, random_state=0)
        >>> sheet = sg.Review.of(made, report, train=train, holdout=holdout, rows=10).frame
        >>> sheet["decision"] = [*["accept"] * 9, "refuse"]
        >>> both = sg.merge(train, made, report, review=sheet, reviewer="Ada")
        >>> both.attrs["synthgen_review"]["refused"]
        1
        """
        made = to_pandas(synthetic, name="synthetic")[0]
        if len(made) != report.counts.get("synthetic"):
            raise UsageError(
                f"The report is about {report.counts.get('synthetic')} synthetic rows; got {len(made)}. Give the rows "
                "that were validated."
            )
        real = to_pandas(train, name="train")[0]
        held = real.iloc[:0] if holdout is None else to_pandas(holdout, name="holdout")[0]
        schema = schema or infer_schema(pd.concat([real, held], ignore_index=True), target=target)
        kept = np.flatnonzero(report.accepted)
        found = make_review(
            made.iloc[kept], real, held, schema, flags_among(report.flagged_rows, kept), rows=rows,
            random_state=random_state,
        )  # fmt: skip
        return cls(found.picks, found.rows, found.binding)

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


def flags_among(flags: pd.DataFrame, kept: NDArray[np.int64]) -> pd.DataFrame:
    """Flags of the rows at some positions, by their places among these.

    Examples
    --------
    >>> flags = pd.DataFrame({"row": [4, 7, 9], "reason": ["a", "b", "c"]})
    >>> flags_among(flags, np.array([9, 4])).values.tolist()
    [[1, 'a'], [0, 'c']]
    """
    place = pd.Series(np.arange(len(kept)), index=kept)
    found = flags[flags["row"].isin(place.index)]
    return found.assign(row=place.reindex(found["row"]).to_numpy(dtype=np.int64))


def check_sheet_path(path: str | Path, endings: Sequence[str] = SHEETS) -> Path:
    """Refuse a path that names no kind of sheet."""
    path = Path(path)
    if path.suffix.lower() not in endings:
        raise FileError(f"{str(path)!r} must end in {', '.join(endings)}: a sheet is one of these.")
    return path


def as_frame(review: Any) -> pd.DataFrame | None:
    """The frame of a sheet that is one, or holds one as the widget does; None for anything else."""
    if is_frame(review):
        return review if isinstance(review, pd.DataFrame) else to_pandas(review, name="review")[0]
    frame = getattr(review, "frame", None)
    return frame if isinstance(frame, pd.DataFrame) else None
