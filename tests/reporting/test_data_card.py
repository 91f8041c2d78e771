"""The data card: sentences from the run, nothing of a row, hostile names as text; Croissant that validates."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from synthgen.profiling.profile import Profile
from synthgen.reporting import card_md, croissant_json
from synthgen.reporting.markdown import escaped
from synthgen.reporting.table_file import TableFile
from synthgen.table.column import Column, Kind, Role
from synthgen.table.schema import Schema
from synthgen.validation.verdict import Outcome, Purpose

from .conftest import HOSTILE, profile_over, report_over
from .test_pages import Page

ABOUT = {
    "version": "1.2", "created": "2026-01-02T03:04:05+00:00", "generator": "tree", "choice": "named by the caller",
    "generator_words": "rows are drawn from a fitted model", "random_state": "271828", "target": "sick",
    "guarantee": "no formal guarantee", "gate": "default", "warnings": ("3 rows fewer than asked for",),
    "counts": {"real": 1000, "train": 800, "holdout": 200, "drawn": 600, "refused": 17, "accepted": 400},
}  # fmt: skip


def rendered(text: str) -> Page:
    return Page(MarkdownIt("commonmark").enable("table").render(text))


def card(names=("age",), outcome=Outcome.PASS, purpose=Purpose.AUGMENT, file=None, **about):
    return card_md(report_over(names, outcome, purpose), profile_over(names), {**ABOUT, **about}, file)


def test_what_it_says_comes_from_the_run():
    text = card()
    for words in (
        "1,000 real rows and 400 synthetic rows", "It holds real rows", "generator tree (named by the caller)",
        "learnt from 800 of 1,000", "600 rows were drawn, 17 of them refused", "may be used for training (PASS)",
        "attacks with outside knowledge", "3 rows fewer than asked for", "0.931", "0.920 to 0.940", "0.981",
    ):  # fmt: skip
        assert words.lower() in text.lower(), words
    headings = [line for line in text.splitlines() if line.startswith("#")]
    assert headings == [
        "# Data card", "## The table", "## How it was made", "## What it is for", "## What it is not for",
        "## Evidence", "## Limits", "## What was not tested",
    ]  # fmt: skip


def test_a_release_a_failure_and_a_lifted_gate():
    text = card(purpose=Purpose.RELEASE)
    assert "It holds real rows" not in text
    assert "400 synthetic rows of 2 columns, made to be shared" in text
    text = card(outcome=Outcome.FAIL)
    assert "for nothing but finding out why" in text
    assert "The gate was lifted" not in text
    assert "The gate was lifted" in card(gate=None)


@pytest.mark.parametrize(
    ("outcome", "purpose", "withheld"),
    [(Outcome.PASS, Purpose.RELEASE, False), (Outcome.INCONCLUSIVE, Purpose.RELEASE, True),
     (Outcome.INCONCLUSIVE, Purpose.AUGMENT, False), (Outcome.FAIL, Purpose.AUGMENT, True)],
)  # fmt: skip
def test_a_withheld_table_is_said_to_be(outcome, purpose, withheld):
    assert ("The gate withheld the table" in card(outcome=outcome, purpose=purpose)) is withheld
    assert "withheld" not in card(outcome=outcome, purpose=purpose, gate=None)


def test_nothing_of_a_row_and_no_seed():
    text = card()
    # Quantiles, labels of columns and small groups are on the pages, or not even there.
    for private in ("0.123456", "unheard of", "a very rare answer", "271828", "123.456"):
        assert private not in text
    assert "0.123456" not in croissant_json(report_over(("age",)), profile_over(("age",)), ABOUT)
    assert "271828" not in croissant_json(report_over(("age",)), profile_over(("age",)), ABOUT)


HOSTILE_MARKDOWN = (
    *HOSTILE, "# heading", "- item", "1. item", "| a | b |", "[x](javascript:alert(1))", "![x](http://evil.example/p)",
    "http://evil.example", "www.evil.example", "a@evil.example", "`code`", "**bold**", "line\nbreak", "&lt;b&gt;", "",
    "***", "===", "<!-- x", "[x]: http://evil.example", "\\", "a\\|b", "$x$", "~~x~~",
)  # fmt: skip


def test_hostile_names_are_text_in_markdown():
    text = card_md(
        report_over(HOSTILE_MARKDOWN), profile_over(HOSTILE_MARKDOWN),
        {**ABOUT, "generator": "<script>x</script>", "target": "![x](http://evil.example/p)"},
        TableFile(HOSTILE_PATH),
    )  # fmt: skip
    text.encode("utf-8")
    page = rendered(text)
    assert {tag for tag, _ in page.tags} <= {
        "h1", "h2", "p", "strong", "code", "ul", "li", "table", "thead", "tbody", "tr", "th", "td",
    }  # fmt: skip
    # Each column is one row of four cells, under a head, whatever its name is.
    rows = [tag for tag, _ in page.tags].index("tbody")
    cells = [tag for tag, _ in page.tags[rows:]]
    first_table = cells[1 : cells.index("h2")]
    assert first_table.count("tr") == len(HOSTILE_MARKDOWN) + 1
    assert first_table.count("td") == 4 * first_table.count("tr")
    assert "\u202e" not in text
    assert "x" * 300 not in text
    for name in ("<script>alert(1)</script>", "[x](javascript:alert(1))", "*" * 3):
        assert name in page.text


HOSTILE_PATH = Path("dir/<b>[x](y).parquet")


@pytest.mark.parametrize("name", HOSTILE_MARKDOWN[len(HOSTILE) :])
def test_escaped_text_reads_as_it_was(name):
    inline = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(escaped(name))
    assert Page(inline).text.strip() == " ".join(name.split())
    assert {tag for tag, _ in Page(inline).tags} <= {"p"}


# Croissant


def validated(text: str, where=None):
    """Load it as mlcroissant does, which raises on any error."""
    mlcroissant = pytest.importorskip("mlcroissant")
    if where is None:
        return mlcroissant.Dataset(jsonld=json.loads(text))
    where.write_text(text)
    return mlcroissant.Dataset(jsonld=str(where))


SCHEMA = Schema((
    Column("age", Kind.CONTINUOUS), Column("visits", Kind.INTEGER),
    Column("ward", Kind.CATEGORICAL, categories=("n", "s")),
    Column("grade", Kind.CATEGORICAL, categories=(1, 2)), Column("smoker", Kind.BOOLEAN, categories=(False, True)),
    Column("seen", Kind.DATETIME), Column("note", Kind.TEXT), Column("column-1", Kind.CONTINUOUS),
    Column("sick", Kind.CATEGORICAL, Role.TARGET, categories=(0, 1)),
))  # fmt: skip


def typed_profile() -> Profile:
    return replace(profile_over(("age",)), schema=SCHEMA)


def test_types_file_and_hash(tmp_path):
    path = tmp_path / "made.csv"
    path.write_bytes(b"synthetic,rows\n")
    file = TableFile.of(path, synthetic_only=True)
    text = croissant_json(
        report_over(("age",), purpose=Purpose.RELEASE), typed_profile(), ABOUT, file, tmp_path / "reports"
    )
    validated(text)
    document = json.loads(text)
    (described,) = document["distribution"]
    assert described["sha256"] == hashlib.sha256(b"synthetic,rows\n").hexdigest()
    assert (described["contentUrl"], described["encodingFormat"]) == ("../made.csv", "text/csv")
    fields = {field["name"]: field for field in document["recordSet"][0]["field"]}
    assert {name: field["dataType"] for name, field in fields.items()} == {
        "age": "sc:Float", "visits": "sc:Integer", "ward": "sc:Text", "grade": "sc:Integer", "smoker": "sc:Boolean",
        "seen": "sc:DateTime", "note": "sc:Text", "column-1": "sc:Float", "sick": "sc:Integer",
    }  # fmt: skip
    # A name that looks like the address of a place gets one itself, so that no two are the same.
    assert (fields["age"]["@id"], fields["column-1"]["@id"]) == ("rows/age", "rows/column-8")
    assert document["rai:dataUseCases"]
    assert any("Not tested" in words for words in document["rai:dataLimitations"])


def test_labels_that_were_merged_are_text(tmp_path):
    path = tmp_path / "made.csv"
    path.write_text("x\n")
    about = {**ABOUT, "disclosure": {"fewest_holders": 10, "merged_labels": {"grade": 2}}}
    text = croissant_json(report_over(("age",)), typed_profile(), about, TableFile.of(path, synthetic_only=True))
    fields = {field["name"]: field for field in json.loads(text)["recordSet"][0]["field"]}
    assert fields["grade"]["dataType"] == "sc:Text"
    assert "fewer than 10 people" in json.loads(text)["rai:dataPreprocessingProtocol"][0]


def test_a_table_with_real_rows_has_no_hash(tmp_path):
    path = tmp_path / "merged.csv"
    path.write_text("real,rows\n")
    file = TableFile.of(path, synthetic_only=False)
    assert file.sha256 is None
    text = croissant_json(report_over(("age",)), typed_profile(), ABOUT, file)
    validated(text)
    digest = hashlib.sha256(b"real,rows\n").hexdigest()
    assert digest not in text
    document = json.loads(text)
    assert "distribution" not in document
    assert [item["name"] for item in document["variableMeasured"]] == [column.name for column in SCHEMA.columns]
    assert "real rows" in document["description"]
    words = card(file=file)
    assert digest not in words
    assert "hash is left out" in words


def test_hostile_names_validate(tmp_path):
    path = tmp_path / "made.parquet"
    path.write_bytes(b"x")
    names = (*HOSTILE, "rows/x", "https://evil.example/", "a\nb", "", "@id", "rows")
    text = croissant_json(
        report_over(names), profile_over(names), {**ABOUT, "generator": "<script>"},
        TableFile.of(path, synthetic_only=True),
    )  # fmt: skip
    validated(text)
    fields = json.loads(text)["recordSet"][0]["field"]
    # The target comes beside them; a column without a name can't be pointed at.
    assert len({field["@id"] for field in fields}) == len(fields) == len(names)
    # Records are read by the names as they are in the file.
    assert [field["source"]["extract"]["column"] for field in fields][:3] == list(HOSTILE[:3])


def test_a_file_elsewhere_is_named_without_its_folders(tmp_path):
    file = TableFile(tmp_path / "a" / "b" / "made.parquet")
    assert file.seen_from(tmp_path / "a" / "b" / "reports") == "../made.parquet"
    assert file.seen_from(tmp_path / "a" / "b") == "made.parquet"
    assert file.seen_from(tmp_path / "other") == "made.parquet"
