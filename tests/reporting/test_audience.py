from __future__ import annotations

import re
from dataclasses import replace

import pytest

from synthgen.errors import UsageError
from synthgen.reporting import bias_html, fidelity_html, run_json
from synthgen.reporting.audience import shareable_provenance, shareable_report

from .conftest import measurement, profile_over, report_over

RUN = {
    "version": "1", "generator": "tree", "random_state": "271828", "parameters": {"depth": 31337},
    "counts": {"real": 15_492, "train": 12_392, "holdout": 3_100, "refused": 4_711}, "seconds": {"fit": 1.0},
    "refused_by_reason": {"NEAR_COPY": 4_711}, "warnings": ["class 3 has 7 rows"], "gate": "default",
    "disclosure": {"merged_labels": {"town": 3}},
}  # fmt: skip
INSIDE = (
    "271828",
    "31337",
    "4,711",
    "4711",
    "15,492",
    "15492",
    "has 7 rows",
    "town",
    "Nearly identical",
    "≤ end",
    "= rare",
)


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    report = report_over(("age", "sex", "pay"))
    reduced = shareable_report(report)
    return {
        "fidelity": fidelity_html(report, RUN, audience="shareable"),
        "twin": run_json(reduced, None, shareable_provenance(RUN)),
        "internal": fidelity_html(report, RUN),
    }


def test_the_internal_page_has_what_is_looked_for(pages):
    assert [text for text in INSIDE if text not in pages["internal"]] == ["15492"]


@pytest.mark.parametrize("which", ["fidelity", "twin"])
@pytest.mark.parametrize("inside", INSIDE)
def test_what_only_insiders_should_see_is_left_out(pages, which, inside):
    assert inside not in pages[which]


def test_no_distribution_of_real_rows_is_left(pages):
    assert 'id="values"' not in pages["fidelity"]
    assert 'id="associations"' not in pages["fidelity"]
    assert "Precision" not in pages["fidelity"]
    assert "Squares" not in pages["fidelity"]


def test_the_verdict_and_the_whole_table_stay(pages):
    html = pages["fidelity"]
    for text in ("may be used for training", "What was not tested", "Shape agreement", "15,000", "Sign-off"):
        assert text in html
    assert "No synthetic row was flagged" not in html
    targets = set(re.findall(r'href="#([^"]+)"', html))
    assert targets <= set(re.findall(r' id="([^"]+)"', html))


def test_a_shareable_bias_page_describes_no_column():
    profile = profile_over(("age",))
    assert "Best described as normal" in bias_html(profile)
    assert "Best described as normal" not in bias_html(profile, audience="shareable")


def test_another_audience_is_refused():
    with pytest.raises(UsageError, match="internal or shareable"):
        fidelity_html(report_over(("age",)), audience="public")


def test_what_a_figure_rests_on_is_rounded_unless_it_is_the_synthetic_rows():
    report = report_over(("age",))
    made = report.counts["synthetic"]
    results = (measurement("Real", n=2_337), measurement("Synthetic", n=made), measurement("Few", n=8))
    assert [m.n for m in shareable_report(replace(report, results=results)).results] == [2_300, made, 8]
