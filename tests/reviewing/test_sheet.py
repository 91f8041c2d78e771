"""What a sheet shows, what it calls its columns, and for which tables it is made."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from synthgen.errors import DataError, GateFailed, UsageError
from synthgen.reviewing.sheet import own_names, shown_names
from synthgen.validation import Outcome, Purpose, ValidationReport, Verdict
from synthgen.validation.privacy.flags import COLUMNS

from .sheets import review_of, table

MADE = table()


def rows(n, seed):
    rng = np.random.default_rng(seed)
    return pd.DataFrame({"x": rng.normal(size=n), "shop": rng.choice(["web", "till"], n)})


def report(n, *refused, outcome="PASS"):
    flags = pd.DataFrame(
        [{name: 0 for name in COLUMNS} | {"row": row, "refused": True} for row in refused], columns=COLUMNS
    )
    flags["reason"] = "EXACT_COPY"
    verdict = Verdict(Outcome(outcome), Purpose.AUGMENT, ())
    return ValidationReport(verdict, (), flags, counts={"synthetic": n})


def test_the_columns_are_ours_then_the_tables_then_ours():
    frame = review_of(MADE).frame
    assert list(frame.columns) == [
        "line", "group", "why", "decision", "comment", "row", *MADE.columns, "reviewer", "sheet"
    ]  # fmt: skip
    assert frame["line"].tolist() == ["1", "2", "3", "4"]
    assert (frame[["decision", "comment", "reviewer"]] == "").all(axis=None)
    assert frame["shop"].tolist() == ["web", "'=1+1", "'+49 30", "'@till"]


def test_no_two_columns_have_one_name():
    names = ["row", "review row", "=a", "'=a", "", " ", "b\nc", "b c", "sheet"]
    shown = shown_names(names)
    own = list(own_names(names).values())
    assert len({*shown, *own}) == len(shown) + len(own)


def test_rows_of_any_tool_are_reviewed_and_merged():
    train, holdout, made = rows(200, 0), rows(100, 1), rows(40, 2)
    judged = report(40, 0, 5)
    frame = sg.Review.of(made, judged, train=train, holdout=holdout, rows=10).frame
    assert len(frame) == 10
    frame["decision"] = ["refuse", *["accept"] * 9]
    both = sg.merge(train, made, judged, review=frame, reviewer="Ada")
    assert len(both) == 200 + 40 - 2 - 1
    accepted = made.drop([0, 5]).reset_index(drop=True)
    gone = accepted.iloc[int(frame["row"][0])]
    assert not ((both["x"] == gone["x"]) & both["is_synthetic"]).any()
    log = both.attrs["synthgen_review"]
    assert (log["reviewer"], log["rows"], log["refused"]) == ("Ada", 10, 1)
    assert "synthgen_review" not in sg.merge(train, made, judged).attrs


def test_a_merge_takes_no_sheet_of_other_rows():
    train, made = rows(200, 0), rows(40, 2)
    frame = sg.Review.of(made, report(40), train=train, rows=10).frame.assign(decision="accept")
    with pytest.raises(DataError, match="another run"):
        sg.merge(train, rows(40, 3), report(40), review=frame, reviewer="Ada")
    with pytest.raises(DataError, match="another run"):
        sg.merge(train, made, report(40, 7), review=frame, reviewer="Ada")
    with pytest.raises(GateFailed):
        sg.merge(train, made, report(40, outcome="FAIL"), review=frame, reviewer="Ada")


def test_tables_of_other_libraries():
    pl = pytest.importorskip("polars")
    train, made = rows(200, 0), rows(40, 2)
    frame = sg.Review.of(pl.DataFrame(made), report(40), train=pl.DataFrame(train), rows=10).frame
    both = sg.merge(
        pl.DataFrame(train),
        pl.DataFrame(made),
        report(40),
        review=pl.DataFrame(frame.assign(decision="no")),
        reviewer="Ada",
    )
    assert both.shape[0] == 230


@pytest.mark.parametrize("n", [0, 4, 1001, True, 2.5, "10"])
def test_a_number_of_rows_that_is_none(n):
    with pytest.raises(UsageError, match="rows must be"):
        sg.Review.of(rows(40, 2), report(40), train=rows(200, 0), rows=n)


def test_rows_that_the_report_is_not_about():
    with pytest.raises(UsageError, match="The report is about 41"):
        sg.Review.of(rows(40, 2), report(41), train=rows(200, 0))


def test_columns_of_every_kind():
    train = pd.DataFrame(
        {
            "id": [f"a{place}" for place in range(60)],
            "x": np.arange(60) % 7 / 2,
            "when": pd.date_range("2024-01-01", periods=60, tz="Europe/Zurich"),
            "note": [f"free text of many words number {place} and more" for place in range(60)],
            "ok": pd.array([True, None, False] * 20, dtype="boolean"),
            "dec": pd.array([1, 2, None] * 20, dtype="Int64"),
        }
    )
    made = train[::-1].reset_index(drop=True)[:30]
    review = sg.Review.of(made, report(30), train=train, rows=12)
    done = review.frame.assign(decision="yes")
    assert len(sg.merge(train, made, report(30), review=done, reviewer="Ada")) == 90
    assert repr(review).startswith("Review(12 rows: ")
