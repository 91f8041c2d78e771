"""What came back is this run's sheet, as it was, and filled in; or it is refused, and no value is shown."""

from __future__ import annotations

import pandas as pd
import pytest

from synthgen.errors import DataError, UsageError
from synthgen.reviewing import read_decisions
from synthgen.reviewing.decisions import ACCEPT, REFUSE
from synthgen.reviewing.sheet import own_names

from .sheets import filled, review_of, table

MADE = table()


@pytest.fixture
def review():
    return review_of(MADE)


def test_refused_rows_are_told_by_their_positions(review):
    log = read_decisions(filled(review, "accept", "refuse", "accept", "refuse"), MADE, "Ada")
    assert (log.rows, log.accepted, log.refused, log.refused_rows) == (4, 2, 2, (1, 3))
    assert log.kept(len(MADE)).tolist() == [True, False, True, False, True, True, True, True]
    assert log.groups == {
        "typical": {"rows": 2, "refused": 1},
        "nearest to a real row": {"rows": 1, "refused": 0},
        "edge of a rule": {"rows": 1, "refused": 1},
    }
    assert log.reviewer == "Ada"
    assert log.reviewed.endswith("+00:00")


def test_a_sheet_of_another_run_is_refused(review):
    other = review_of(MADE.assign(amount=MADE["amount"] + 1))
    with pytest.raises(DataError, match="belongs to another run"):
        read_decisions(filled(other, "accept"), MADE, "Ada")
    read_decisions(filled(review, "accept"), MADE, "Ada")


def test_a_half_filled_sheet_is_refused_with_what_lacks(review):
    with pytest.raises(DataError, match=r"2 of 4 decisions lack, in lines 2 to 3\."):
        read_decisions(filled(review, "accept", "", None, "refuse"), MADE, "Ada")


@pytest.mark.parametrize("name", list(MADE.columns))
def test_a_changed_row_is_refused_by_number_and_column_and_without_its_value(review, name):
    frame = filled(review, "accept")
    frame.loc[2, name] = "changed"
    with pytest.raises(DataError) as caught:
        read_decisions(frame, MADE, "Ada")
    said = str(caught.value)
    assert f"line 3 (row 2) differs from its synthetic row in column {name!r}" in said
    assert "changed" not in said.replace("was changed", "")
    assert str(MADE[name].iloc[2]) not in said


def test_more_changes_are_counted(review):
    frame = filled(review, "accept")
    frame[["amount", "shop"]] = "x"
    with pytest.raises(DataError, match="'amount', and 7 more cells"):
        read_decisions(frame, MADE, "Ada")


@pytest.mark.parametrize("name", ["line", "row", "group"])
def test_a_line_can_not_be_made_to_stand_for_another_row(review, name):
    frame = filled(review, "accept")
    frame.loc[[0, 2], name] = frame.loc[[2, 0], name].to_numpy()
    with pytest.raises(DataError, match="changed in 'line', 'row' or 'group'"):
        read_decisions(frame, MADE, "Ada")
    frame.loc[0, name] = "99"
    with pytest.raises(DataError):
        read_decisions(frame, MADE, "Ada")


def test_a_line_that_was_taken_out_or_doubled_is_noticed(review):
    frame = filled(review, "accept")
    with pytest.raises(DataError, match="lacks 2 of its 4 lines: 2, 4"):
        read_decisions(frame.iloc[[0, 2]], MADE, "Ada")
    with pytest.raises(DataError, match="line 2 more than once"):
        read_decisions(frame.iloc[[0, 1, 1, 2, 3]], MADE, "Ada")


def test_lines_and_columns_may_be_sorted_and_others_added(review):
    frame = filled(review, "accept", "refuse", "accept", "accept").assign(mine="x")
    turned = frame.iloc[::-1, ::-1]
    assert read_decisions(turned, MADE, "Ada").refused_rows == (1,)


def test_a_column_that_lacks_is_named(review):
    with pytest.raises(DataError, match="lacks column 'shop'"):
        read_decisions(filled(review, "accept").drop(columns="shop"), MADE, "Ada")
    with pytest.raises(DataError, match="no review sheet"):
        read_decisions(filled(review, "accept").drop(columns="sheet"), MADE, "Ada")


def test_lines_of_two_sheets_are_refused(review):
    frame = pd.concat([filled(review, "accept")[:2], filled(review_of(MADE), "accept")[2:]])
    with pytest.raises(DataError, match="several sheets"):
        read_decisions(frame, MADE, "Ada")
    with pytest.raises(DataError, match="'sheet' of the review sheet was changed"):
        read_decisions(filled(review, "accept").assign(sheet="mine"), MADE, "Ada")


@pytest.mark.parametrize("word", [*sorted(ACCEPT | REFUSE), " Accepted. ", "REFUSE", "No!", True, False, 1, 0, 1.0])
def test_words_are_read_kindly(review, word):
    accepted = str(word).strip(" .!").casefold() in ACCEPT or word == 1
    assert read_decisions(filled(review, word), MADE, "Ada").refused == (0 if accepted else 4)


def test_other_words_are_refused_by_name(review):
    with pytest.raises(DataError, match="'maybe' in line 2"):
        read_decisions(filled(review, "accept", "Maybe", "accept"), MADE, "Ada")


def test_nobody_decides_without_a_name(review):
    frame = filled(review, "accept")
    for given in (None, "", " \t"):
        with pytest.raises(UsageError, match="Nobody is named"):
            read_decisions(frame, MADE, given)
    frame.loc[1, "reviewer"] = "Bob"
    assert read_decisions(frame, MADE).reviewer == "Bob"
    assert read_decisions(frame, MADE, "Ada").reviewer == "Ada"
    frame.loc[3, "reviewer"] = "Eve\nDrop"
    assert read_decisions(frame, MADE).reviewer == "Bob, Eve Drop"


def test_the_digest_is_that_of_what_came_back(review):
    digests = {
        read_decisions(frame, MADE, who).sheet
        for frame, who in [
            (filled(review, "accept"), "Ada"),
            (filled(review, "yes"), "Ada"),
            (filled(review, "refuse"), "Ada"),
            (filled(review, "accept"), "Bob"),
            (filled(review, "accept").assign(comment="odd"), "Ada"),
        ]
    }
    assert len(digests) == 4


def test_names_that_the_table_has_too(review):
    made = MADE.rename(columns={"amount": "decision", "shop": "row", "when": "=sheet"})
    own = own_names(list(made.columns))
    assert own["decision"] == "review decision"
    assert own["row"] == "review row"
    frame = review_of(made).frame
    assert "'=sheet" in frame.columns
    frame[own["decision"]] = ["no", "yes", "yes", "yes"]
    assert read_decisions(frame, made, "Ada").refused_rows == (0,)


def test_names_that_look_like_one_number():
    made = pd.DataFrame({"1": ["a"] * 4, "1.0": ["b"] * 4, "01": ["c"] * 4})
    frame = filled(review_of(made), "accept")
    assert read_decisions(frame.iloc[:, ::-1], made, "Ada").accepted == 4


@pytest.mark.parametrize("wrong", [None, 7, ["accept"], {"decision": "accept"}])
def test_what_is_no_sheet_is_refused(wrong):
    with pytest.raises(UsageError, match="review must be"):
        read_decisions(wrong, MADE, "Ada")
