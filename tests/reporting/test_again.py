"""Pages written anew from their twins, when a person has looked at the run since."""

from __future__ import annotations

import json

import pytest

from synthgen.errors import FileError
from synthgen.reporting import bias_json, fidelity_json, page_html, read_twin
from synthgen.reporting.again import pages_again

from .conftest import profile_over, report_over

KNOWN = {"version": "1", "generator": "tree", "purpose": "augment", "counts": {"real": 900, "accepted": 300}}
LOG = {
    "reviewer": "Ada <b>",
    "reviewed": "now",
    "rows": 50,
    "refused": 2,
    "groups": {"typical": {"rows": 10, "refused": 0}},
}
CHANGES = {"counts": {"real": 900, "accepted": 298, "refused_by_reviewer": 2}, "reviews": [LOG], "awaits_review": False}


@pytest.fixture
def folder(tmp_path):
    report, profile = report_over(("age", "sex")), profile_over(("age", "sex"))
    (tmp_path / "fidelity.json").write_text(fidelity_json(report, KNOWN))
    (tmp_path / "bias.json").write_text(bias_json(profile, KNOWN))
    return tmp_path


def test_every_page_says_what_changed_and_else_what_it_said(folder):
    pages = pages_again(folder, CHANGES)
    assert sorted(pages) == ["bias.html", "bias.json", "card.md", "croissant.json", "fidelity.html", "fidelity.json"]
    assert "Ada &lt;b&gt; looked at 50 rows at now and refused 2 of them (0 of 10 typical)" in pages["fidelity.html"]
    assert "298 synthetic rows" in pages["card.md"]
    twin = json.loads(pages["fidelity.json"])
    before = json.loads((folder / "fidelity.json").read_text())
    assert twin["provenance"]["counts"]["accepted"] == 298
    assert twin["report"] == before["report"]


def test_without_a_change_the_pages_are_what_they_were(folder):
    pages = pages_again(folder, {})
    for name in ("fidelity", "bias"):
        assert pages[f"{name}.html"] == page_html(read_twin(folder / f"{name}.json"))
    assert pages["fidelity.json"] == (folder / "fidelity.json").read_text()


def test_pages_without_their_twin_are_left_alone(folder):
    (folder / "bias.json").unlink()
    assert sorted(pages_again(folder, CHANGES)) == ["fidelity.html", "fidelity.json"]
    (folder / "fidelity.json").write_text("{}")
    with pytest.raises(FileError):
        pages_again(folder, CHANGES)
