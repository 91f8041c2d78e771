from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from synthgen.reporting import bias_fragment, bias_html, fidelity_fragment, fidelity_html
from synthgen.reporting.sections.refused import REASONS
from synthgen.validation.metric import Family
from synthgen.validation.privacy.reasons import Reason
from synthgen.validation.verdict import Outcome, Purpose

from .conftest import HOSTILE, measurement, profile_over, report_over

CSP = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


class Page(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        if self.tags and self.tags[-1][0] != "style":
            self.text += data


def every_page() -> dict[str, str]:
    report, profile = report_over(HOSTILE), profile_over(HOSTILE)
    return {
        "fidelity": fidelity_html(report, {"generator": HOSTILE[0], "parameters": {HOSTILE[2]: HOSTILE[2]}}),
        "bias": bias_html(profile, {"target": HOSTILE[0]}),
        "fidelity fragment": fidelity_fragment(report),
        "bias fragment": bias_fragment(profile),
    }


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return every_page()


@pytest.mark.parametrize("which", ["fidelity", "bias", "fidelity fragment", "bias fragment"])
class TestHostileNames:
    def test_nothing_runs_and_nothing_is_fetched(self, pages, which):
        html = pages[which]
        assert "<script" not in html.lower()
        for tag, attributes in Page(html).tags:
            assert tag not in {"script", "img", "iframe", "link", "object", "image", "use"}
            assert not [name for name in attributes if name.startswith("on")]
            assert "src" not in attributes
            assert (attributes.get("href") or "#").startswith("#")
        assert "url(" not in html
        assert "@import" not in html

    def test_direction_overrides_and_surrogates_are_gone(self, pages, which):
        pages[which].encode("utf-8")
        assert "\u202e" not in pages[which]

    def test_templates_in_names_are_not_run(self, pages, which):
        assert "49" not in re.sub(r"[\d.]*49[\d.]+|[\d.]+49", "", Page(pages[which]).text).split()

    def test_long_names_are_shortened(self, pages, which):
        assert "x" * 300 not in pages[which]
        assert "x" * 30 in pages[which] or "fragment" in which


def test_the_whole_name_is_in_a_title():
    html = fidelity_html(report_over(("a name of " + "n" * 60,)))
    assert f'title="a name of {"n" * 60}"' in html


@pytest.mark.parametrize("which", ["fidelity", "bias"])
class TestStructure:
    def test_policy_language_and_landmark(self, pages, which):
        tags = Page(pages[which]).tags
        assert ("html", {"lang": "en"}) in tags
        assert any(attributes.get("content") == CSP for _, attributes in tags)
        assert [tag for tag, _ in tags].count("main") == 1

    def test_headings_go_down_one_step_at_a_time(self, pages, which):
        levels = [int(tag[1]) for tag, _ in Page(pages[which]).tags if re.fullmatch(r"h[1-6]", tag)]
        assert levels.count(1) == 1
        assert levels[0] == 1
        assert all(after - before <= 1 for before, after in pairwise(levels))

    def test_every_chart_has_a_title_and_every_table_a_caption(self, pages, which):
        html = pages[which]
        assert html.count("<svg") == html.count("<title>") - 1
        assert html.count("<svg") == html.count('role="img"')
        assert html.count("<table") == html.count("<caption")

    def test_scrolling_boxes_have_their_own_names(self, pages, which):
        names = [a["aria-label"] for _, a in Page(pages[which]).tags if a.get("role") == "region"]
        assert len(names) == len(set(names))

    def test_light_dark_and_print(self, pages, which):
        assert "prefers-color-scheme:dark" in pages[which]
        assert "@page{size:A4" in pages[which]


@pytest.mark.parametrize("outcome", Outcome)
@pytest.mark.parametrize("purpose", Purpose)
def test_the_verdict_comes_first_in_words(outcome, purpose):
    report = report_over(("age", "sex"), outcome, purpose)
    html = fidelity_html(report, {"generator": "tree"})
    heading = re.search(r"<h1[^>]*>(.*?)</h1>", html)
    assert heading is not None
    assert report.verdict.words in heading.group(1)
    order = [html.index(text) for text in (
        report.verdict.words, 'id="reasons"', "What was not tested</h2>", 'id="provenance"', 'id="privacy"',
        'id="refused"', 'id="fidelity"', 'id="columns"', 'id="associations"', 'id="utility"', 'id="values"',
        'id="rules"', 'id="glossary"', 'id="sign-off"',
    )]  # fmt: skip
    assert order == sorted(order)


def test_what_was_not_tested_is_listed():
    html = fidelity_html(report_over(("age",)))
    assert "Attacks with outside knowledge." in html
    assert "Linkability: it could not be measured" in html


def test_what_was_not_computed_is_said_never_blank():
    html = fidelity_html(report_over(("age",)))
    assert "Could not be measured: it stopped with ValueError" in html
    assert "Not applicable: no column has missing values" in html
    assert "Could not be measured: no reason was given" in html
    assert not re.search(r"\bnan\b", Page(html).text, re.IGNORECASE)


def test_values_stand_beside_interval_and_baseline():
    html = fidelity_html(report_over(("age",)))
    assert "0.931" in html
    assert "0.920 to 0.940" in html
    assert "0.981" in html
    assert "In plain words." in html


@pytest.mark.parametrize("family", Family)
def test_no_family_of_measurements_is_left_out(family):
    report = replace(report_over(("age",)), results=(measurement("A title of its own", family=family),))
    assert "A title of its own" in fidelity_html(report)
    assert "A title of its own" in fidelity_fragment(report)


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_words(reason):
    assert reason.lower() in REASONS


def test_a_lifted_gate_is_printed():
    report = report_over(("age",), Outcome.FAIL, Purpose.RELEASE)
    lifted = Page(fidelity_html(report, {"gate": None})).text
    assert "The gate was lifted: this table was handed out although the verdict is FAIL" in re.sub(r"\s+", " ", lifted)
    assert "lifted" not in Page(fidelity_html(report, {"gate": "default"})).text
    assert "The table was withheld." in fidelity_html(report, {"gate": "default"})
    assert "lifted" not in Page(fidelity_html(report)).text


def test_every_column_is_drawn_with_its_table():
    names = tuple(f"column {i}" for i in range(50))
    html = fidelity_html(report_over(names))
    for position, name in enumerate(names, start=1):
        opened = " open" if position <= 6 else ""
        assert f'<details{opened} class="figure" id="column-{position}">' in html
        assert f"<title>{name}: real and synthetic rows</title>" in html
    assert html.count("Shares of real and synthetic rows</caption>") == len(names)
    assert len(html.encode()) <= 300_000


def test_columns_that_hold_nothing_or_one_value_are_drawn():
    report = report_over(("age", "b"))
    empty = replace(report.columns[1], labels=(), real=(), synthetic=(), edges=None)
    same = replace(report.columns[1], labels=("5",), real=(1.0,), synthetic=(0.0,), edges=(5.0, 5.0))
    html = fidelity_html(replace(report, columns=(empty, same), associations=None))
    assert "Nothing to draw" in html
    assert 'id="column-2"' in html


def test_refused_rows_are_counted_by_reason_only():
    report = report_over(("age",))
    html = fidelity_html(report, {"refused_by_reason": {"NEAR_COPY": 2}, "counts": {"refused": 2}})
    assert "Nearly identical to a real row" in html
    assert "Some new reason" in html
    assert "123.456" not in html


def test_no_flagged_row_is_said():
    report = report_over(("age",))
    assert "No synthetic row was flagged" in fidelity_html(replace(report, flagged_rows=report.flagged_rows[:0]))


def test_provenance_prints_what_it_gets_and_never_an_unknown_object():
    class Rows:
        def __repr__(self) -> str:
            return "secret row"

    html = fidelity_html(report_over(("age",)), {
        "version": "0.1.0", "generator": "smote", "generator_words": "interpolates between real rows",
        "parameters": {"k_neighbors": 5, "table": Rows()}, "random_state": 7,
        "guarantee": "no formal guarantee",
        "libraries": {"numpy": "2.0"}, "seconds": {"fit": 1.234}, "warnings": ["class 3 was left alone"],
        "counts": {"real": 1000, "delivered": 1400},
    })  # fmt: skip
    for text in ("0.1.0", "smote", "interpolates between real rows", "k neighbors", "no formal guarantee",
                 "numpy", "1.23", "Class 3 was left alone.", "1,400", "&lt;Rows&gt;"):  # fmt: skip
        assert text in html
    assert "secret" not in html


def test_bias_page_says_sentences_first_and_how_to_treat_it():
    text = re.sub(r"\s+", " ", Page(bias_html(profile_over(("age",)))).text)
    order = [text.index(part) for part in (
        "Women have the outcome twice as often.",
        "This report describes the real rows: treat it as you treat them.",
        "too few rows to say", "Class balance", "Best described as normal",
    )]  # fmt: skip
    assert order[0] < order[1] < text.rindex("Best described as normal")
    assert "8 to 13 %" in text.replace("\u00a0", " ")


@pytest.mark.parametrize("audience", ["internal", "shareable"])
@pytest.mark.parametrize("looked", [True, False])
def test_a_bias_page_says_whose_rows_it_describes(looked, audience):
    """With ``validation="none"`` a differentially private run profiles the rows that it made."""
    about = {"privacy": {"epsilon": 1.0, "validated": looked}, "counts": {"accepted": 100}}
    text = re.sub(r"\s+", " ", Page(bias_html(profile_over(("age",)), about, audience=audience)).text)
    assert ("Who is in the real rows" in text, "This report describes the real rows" in text) == (looked, looked)
    assert ("Who is in the synthetic rows" in text, "describes the synthetic rows: nobody looked" in text) == (
        not looked, not looked,
    )  # fmt: skip


def test_a_fairness_plan_is_told_before_and_after_with_hostile_names_shown_as_text():
    figure = {"value": 0.36, "low": 0.34, "high": 0.38}
    plan = {"words": f"quotas on {HOSTILE[0]}", "conflicts": ["Equal rates and calibration exclude each other."],
            "effect": {"ratio_planned": {**figure, "value": 0.97}, "auc": figure, "auc_planned": figure}}  # fmt: skip
    rows = {"rows_before": 100, "rate_before": 0.1, "rows_after": 150, "rate_after": 0.3}
    groups = [{"label": HOSTILE[1], **rows, "compared": True}, {"label": "F", **rows, "compared": False}]
    told = {
        "plan": plan, "label": HOSTILE[2], "groups": groups, "ratio_before": figure, "ratio_after": None,
        "weighted": True, "compared_with": "real rows as they are", "notes": ["one group was left alone"],
    }  # fmt: skip
    html = bias_html(profile_over(("age",)), {"fairness": told, "purpose": "augment"})
    assert "<script" not in html.lower()
    text = re.sub(r"\s+", " ", Page(html).text)
    for part in ("What the fairness plan did", "together, weighted", "0.360 [0.340, 0.380]", "too few rows to say",
                 "One group was left alone.", "a ratio of 0.970", "compared with real rows as they are"):  # fmt: skip
        assert part in text
    assert "What the fairness plan did" not in bias_html(profile_over(("age",)))


def test_bias_page_without_a_sensitive_column_says_so():
    assert "No sensitive column was named" in bias_html(profile_over(("age",), sensitive=False))


@pytest.mark.parametrize("which", ["fidelity fragment", "bias fragment"])
def test_fragment_styles_reach_only_the_fragment(pages, which):
    css = re.search(r"<style>(.*?)</style>", pages[which], re.DOTALL).group(1)
    css = re.sub(r"@media[^{]*\{", "", css)
    selectors = [part for rule in re.findall(r"([^{}]+)\{", css) for part in rule.strip().split(",")]
    assert selectors
    assert all(".sg" in selector for selector in selectors)
    assert " id=" not in pages[which]


def test_what_was_found_of_each_criterion_is_on_the_page():
    report = report_over(("age",))
    said = ("singling out: no leakage found (exact_copies)", "threat model: someone <who> looks")
    html = fidelity_html(replace(report, verdict=replace(report.verdict, privacy=said)))
    assert "No leakage found (exact copies)." in html
    assert "omeone &lt;who&gt; looks" in html
    assert "someone <who>" not in html
