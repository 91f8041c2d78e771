"""A result that a person has looked at: what is left out, what is written down, and what is refused."""

from __future__ import annotations

import json
import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from synthgen.errors import DataError, FileError, GateFailed, SynthgenWarning
from synthgen.profiling import profile
from synthgen.provenance import Provenance
from synthgen.result import SynthesisResult
from synthgen.table.frames import to_pandas
from synthgen.validation import Outcome, Purpose, ValidationReport, Verdict
from synthgen.validation.privacy.flags import COLUMNS


def rows(n, seed):
    rng = np.random.default_rng(seed)
    return pd.DataFrame({"x": rng.normal(size=n).round(3), "shop": rng.choice(["web", "till"], n)})


REAL, MADE = rows(120, 0), rows(30, 1)


def result(purpose="augment", outcome="PASS", gate="default", delivered=None):
    """Thirty of forty rows that were drawn; the fifth of these is flagged, and was not refused."""
    flags = pd.DataFrame(
        [[5, "INTERPOLATED", "all", 0.1, 0.2, 0.01, 0.01, False], [0, "EXACT_COPY", "all", 0, 0, 0, 0, True]],
        columns=COLUMNS,
    )
    counts = {"real": 120, "accepted": 30, "delivered": 150 if purpose == "augment" else 30, "drawn": 40, "refused": 1}
    known = Provenance("0", "now", "smote", "words", "named", {}, "0", purpose, None, counts, {}, {}, "none", gate)
    verdict = Verdict(Outcome(outcome), Purpose(purpose), ())
    return SynthesisResult(
        profile(REAL), ValidationReport(verdict, (), flags, counts={"synthetic": 40}), known, REAL, MADE, MADE[:0],
        np.arange(100), np.arange(100, 120), to_pandas(REAL)[1], _delivered=np.arange(1, 31),
        _weights=np.arange(150.0) if purpose == "augment" else None,
    )  # fmt: skip


@pytest.fixture(scope="module")
def sheet():
    return result().review_sheet(rows=12).frame


def decided(sheet, *refused):
    return sheet.assign(decision=["no" if row in refused else "yes" for row in sheet["row"].astype(int)])


def shown(sheet):
    return sheet["row"].astype(int).tolist()


def test_refused_rows_are_left_out_everywhere(sheet):
    gone = sorted(shown(sheet)[:2])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SynthgenWarning)
        found = result().reviewed(decided(sheet, *gone), reviewer="Ada")
        left = MADE.drop(gone).reset_index(drop=True)
        assert found.synthetic.equals(left)
        assert len(found.data) == 148
        assert found.data["is_synthetic"].sum() == 28
        assert len(found.for_evaluation()[0]) == 128
        weights = [*range(120), *(120 + row for row in range(30) if row not in gone)]
        assert found.sample_weight.tolist() == weights
    assert found.rejected["refused_reason"].tolist() == ["reviewer", "reviewer"]
    assert found.rejected[["x", "shop"]].equals(MADE.loc[gone].reset_index(drop=True))


def test_who_and_how_many_is_written_down(sheet, tmp_path):
    gone = shown(sheet)[-1]
    found = result().reviewed(decided(sheet, gone), reviewer="Ada")
    known = found.provenance
    assert known.counts == {
        "real": 120, "accepted": 29, "delivered": 149, "drawn": 40, "refused": 1, "refused_by_reviewer": 1
    }  # fmt: skip
    (log,) = known.reviews
    assert (log["reviewer"], log["rows"], log["refused"], log["refused_rows"]) == ("Ada", 12, 1, [gone])
    record = found.record()["provenance"]
    assert record["reviews"] == [json.loads(json.dumps(log))]
    paths = {path.name: path for path in found.write_reports(tmp_path)}
    html = paths["fidelity.html"].read_text()
    assert "Ada looked at 12 rows at" in html
    assert "refused 1 of them" in html
    assert json.loads(paths["fidelity.json"].read_text())["provenance"]["reviews"][0]["reviewer"] == "Ada"
    shared = {path.name: path.read_text() for path in found.write_reports(tmp_path, audience="shareable")}
    assert not [name for name, text in shared.items() if "Ada" in text]


def test_a_release_is_reviewed_too():
    found = result("release")
    sheet = found.review_sheet(rows=12).frame
    gone = shown(sheet)[-1]
    left = found.reviewed(decided(sheet, gone), reviewer="Ada")
    assert left.data.equals(MADE.drop(gone).reset_index(drop=True))
    assert left.provenance.counts["delivered"] == 29


def test_flags_of_rows_that_were_drawn_are_found_on_the_sheet(sheet):
    # Rows 1 to 30 of those drawn were delivered, so the sixth of them is the fifth here.
    line = sheet[sheet["row"] == "4"].iloc[0]
    assert line["why"].endswith("it lies between two or three that the generator saw")
    assert not sheet["why"].str.contains("equal to one real row").any()


def test_a_sheet_of_another_result_is_refused(sheet):
    other = replace(result(), _made=rows(30, 2))
    with pytest.raises(DataError, match="another run"):
        other.reviewed(decided(sheet), reviewer="Ada")
    once = result().reviewed(decided(sheet, shown(sheet)[0]), reviewer="Ada")
    with pytest.raises(DataError, match="another run"):
        once.reviewed(decided(sheet), reviewer="Ada")


def test_two_people_one_after_the_other(sheet):
    first = result().reviewed(decided(sheet, shown(sheet)[-1]), reviewer="Ada")
    again = first.review_sheet(rows=12).frame
    second = first.reviewed(decided(again, shown(again)[-1]), reviewer="Bob")
    assert [log["reviewer"] for log in second.provenance.reviews] == ["Ada", "Bob"]
    assert second.provenance.counts["accepted"] == 28
    assert second.provenance.counts["refused_by_reviewer"] == 2


def test_refused_rows_that_were_drawn_at_random_are_warned_of(sheet):
    typical = int(sheet["row"][sheet["group"] == "typical"].iloc[0])
    found = result().reviewed(decided(sheet, typical), reviewer="Ada")
    with pytest.warns(SynthgenWarning, match="rows that nobody looked at"):
        _ = found.data


def test_what_the_gate_withholds_is_not_shown():
    for call in (lambda r: r.review_sheet(), lambda r: r.review(), lambda r: r.reviewed("x.csv")):
        with pytest.raises(GateFailed):
            call(result(outcome="FAIL"))
    assert len(result(outcome="FAIL", gate=None).review_sheet(rows=5)) == 5


def test_sheets_are_written_by_their_ending(tmp_path):
    found = result()
    for ending in ("csv", "html"):
        found.review_sheet(tmp_path / f"review.{ending}", rows=5)
        assert (tmp_path / f"review.{ending}").stat().st_size > 1000
    with pytest.raises(FileError, match="must end in"):
        found.review_sheet(tmp_path / "review.txt")


def test_a_review_is_public():
    assert "Review" in sg.__all__
    assert isinstance(result().review_sheet(rows=5), sg.Review)
