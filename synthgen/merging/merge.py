"""Real rows and accepted synthetic rows in one table, told apart by a column."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from synthgen.errors import GateFailed, UsageError
from synthgen.reviewing import read_decisions
from synthgen.table.frames import to_pandas
from synthgen.validation.report import ValidationReport
from synthgen.validation.verdict import Outcome, Purpose

FLAG = "is_synthetic"
REVIEW = "synthgen_review"
"""Where the log of a review stands in the ``attrs`` of a pandas frame."""


def merge(
    real: Any,
    synthetic: Any,
    report: ValidationReport,
    *,
    flag: str = FLAG,
    test_fold: Any = None,
    review: Any = None,
    reviewer: str | None = None,
) -> Any:
    """Append synthetic rows that passed to real rows, marked by a boolean column.

    Parameters
    ----------
    real : table
        Training rows; all of them are kept, with their index and dtypes.
    synthetic : table
        The rows that ``report`` is about, all of them and in the same order; those refused are left out.
    report : ValidationReport
    flag : str
        Name of the column that marks synthetic rows.
    test_fold : table, optional
        The rows that a model will be tested on: refused if any of them is synthetic, by its flag or by
        being equal to a synthetic row.
    review : path, DataFrame or Review, optional
        A review sheet of these rows, filled in: rows that it refuses are left out; see
        :meth:`synthgen.Review.of`.
    reviewer : str, optional
        Who decided; else the sheet's column ``reviewer`` must say.

    Returns
    -------
    The type of ``real``. With a review, ``attrs["synthgen_review"]`` of a pandas frame holds its log: who, when (UTC),
    how many rows. Tables of other libraries have no place for it; :meth:`synthgen.SynthesisResult.reviewed` keeps it
    in the record of the run.

    Raises
    ------
    GateFailed
        If the report's verdict is FAIL (for a release: anything but PASS).
    UsageError
        If the report is about other rows, or synthetic rows are in the test fold.
    DataError
        If the review sheet is of other rows, was changed, or isn't filled in.

    Examples
    --------
    >>> import synthgen as sg
    >>> df = sg.datasets.load_fraud()
    >>> train, holdout = df[:1000], df[1000:2000]
    >>> rows = df[2000:2300]  # stands for synthetic rows that nothing is wrong with
    >>> report = sg.validate(rows, train=train, holdout=holdout, random_state=0)
    >>> if report.verdict.outcome.name != "FAIL":
    ...     both = sg.merge(train, rows, report)
    ...     assert len(sg.real_rows_only(both)) == len(train)
    """
    verdict = report.verdict
    if verdict.outcome is Outcome.FAIL or (verdict.purpose is Purpose.RELEASE and verdict.outcome is not Outcome.PASS):
        raise GateFailed(f"These rows {verdict.words}.\n{verdict}")
    frame, form = to_pandas(real, name="real")
    made, _ = to_pandas(synthetic, name="synthetic")
    if len(made) != report.counts.get("synthetic"):
        raise UsageError(
            f"The report is about {report.counts.get('synthetic')} synthetic rows; got {len(made)}. "
            "Give merge the same rows that were validated."
        )
    if test_fold is not None:
        _check_fold(to_pandas(test_fold, name="test_fold")[0], made, flag)
    made = made[accepted_rows(report)]
    log = None if review is None else read_decisions(review, made, reviewer)
    if log is not None:
        made = made[log.kept(len(made))]
    merged = form.give_back(merge_frames(frame, made, flag))
    if log is not None and isinstance(merged, pd.DataFrame):
        merged.attrs[REVIEW] = log.to_dict()
    return merged


def accepted_rows(report: ValidationReport) -> np.ndarray:
    """Mask of the synthetic rows that aren't refused, shape (n_synthetic,); a flag may also be a mere warning."""
    return report.accepted


def refused_rows(made: pd.DataFrame, report: ValidationReport) -> pd.DataFrame:
    """Synthetic rows that are refused, one line for each reason, value and threshold."""
    flags = report.refused_rows.drop(columns=["refused", "p_value", "q_value"], errors="ignore")
    rows = made.iloc[flags["row"]].reset_index(drop=True)
    words = {
        "reason": "refused_reason",
        "columns": "refused_columns",
        "value": "refused_value",
        "threshold": "refused_threshold",
    }
    return pd.concat([rows, flags.drop(columns="row").rename(columns=words).reset_index(drop=True)], axis=1)


def merge_frames(real: pd.DataFrame, made: pd.DataFrame, flag: str = FLAG) -> pd.DataFrame:
    """Append ``made`` to ``real`` with ``real``'s columns, dtypes and index labels."""
    if flag in real.columns:
        if real[flag].astype(bool).any():
            raise UsageError(
                f"The real table already has synthetic rows (column {flag!r}). Merge into real rows only: "
                "sg.real_rows_only(df)."
            )
        real = real.drop(columns=flag)
    missing = [name for name in real.columns if name not in made.columns]
    if missing:
        raise UsageError(f"The synthetic rows lack column {missing[0]!r} of the real ones.")
    made = made[list(real.columns)].set_axis(_new_labels(real.index, len(made)))
    columns = {name: _joined(real[name], made[name]) for name in real.columns}
    out = pd.DataFrame(columns, columns=real.columns)
    out[flag] = np.repeat([False, True], [len(real), len(made)])
    return out


def real_rows_only(data: Any, *, flag: str = FLAG) -> Any:
    """Return the rows that aren't marked as synthetic: split these, and test on nothing else.

    Parameters
    ----------
    data : table
    flag : str

    Returns
    -------
    The type of ``data``, without the flag column.

    Examples
    --------
    >>> import pandas as pd, synthgen as sg
    >>> sg.real_rows_only(pd.DataFrame({"x": [1, 2], "is_synthetic": [False, True]}))["x"].tolist()
    [1]
    """
    frame, form = to_pandas(data)
    if flag not in frame.columns:
        raise UsageError(f"The table has no column {flag!r} that marks synthetic rows; merge adds it.")
    return form.give_back(frame.loc[~frame[flag].astype(bool)].drop(columns=flag))


def _joined(real: pd.Series, made: pd.Series) -> pd.Series:
    """Concatenate, keeping the real column's dtype where it can hold the new values."""
    both: pd.Series = pd.concat([real, made])
    if both.dtype == real.dtype:
        return both
    try:
        joined = both.astype(real.dtype)
    except (TypeError, ValueError):  # a gap in a dtype without one: the wider dtype stays
        return both
    # numpy turns whole numbers that a dtype has no room for into others.
    whole = pd.api.types.is_integer_dtype(both.dtype) and pd.api.types.is_integer_dtype(real.dtype)
    return both if whole and bool((joined != both).any()) else joined


def _new_labels(index: pd.Index, n: int) -> pd.Index:
    if isinstance(index, pd.RangeIndex):
        return pd.RangeIndex(index.stop, index.stop + n * index.step, index.step)
    if pd.api.types.is_integer_dtype(index.dtype):
        start = int(index.max()) + 1
        return pd.Index(np.arange(start, start + n), name=index.name)
    if isinstance(index, pd.DatetimeIndex):
        return pd.DatetimeIndex([pd.NaT] * n, dtype=index.dtype, name=index.name)
    if isinstance(index, pd.MultiIndex):
        first = [f"synthetic-{i}" for i in range(n)]
        return pd.MultiIndex.from_arrays([first, *([None] * n for _ in index.names[1:])], names=index.names)
    if not pd.api.types.is_string_dtype(index.dtype):
        return pd.RangeIndex(n)
    prefix = "synthetic-"
    while index.str.startswith(prefix).any():
        prefix = f"new-{prefix}"
    return pd.Index([f"{prefix}{i}" for i in range(n)], name=index.name)


def _check_fold(fold: pd.DataFrame, made: pd.DataFrame, flag: str) -> None:
    marked = int(fold[flag].astype(bool).sum()) if flag in fold.columns else 0
    names = [name for name in made.columns if name in fold.columns]
    keys = [pd.util.hash_pandas_object(part[names].astype(str), index=False) for part in (made, fold)]
    same = int(keys[1].isin(keys[0]).sum())
    if marked or same:
        raise UsageError(
            f"The test fold has {max(marked, same)} synthetic rows. Test on real rows only: split "
            "sg.real_rows_only(df) before making any."
        )
