from __future__ import annotations

import re
from dataclasses import replace

import pandas as pd
import pytest

from synthgen.planning.uplift.result import Uplift
from synthgen.profiling.missingness.results import MissingnessProfile
from synthgen.reporting import bias_html, fidelity_html
from synthgen.reporting.sections.verdict import parts
from synthgen.reporting.svg_lines import joint_cells
from synthgen.validation import reliability
from synthgen.validation.verdict import Finding, Outcome

from .conftest import profile_over, report_over


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).replace("\u00a0", " ")


def section(html: str, name: str) -> str:
    return html[html.index(f'<section id="{name}"') :].partition("</section>")[0]


@pytest.fixture(scope="module")
def html() -> str:
    return fidelity_html(report_over(("age", "sex", "pay")), {"generator": "tree", "random_state": "7"})


def test_the_worst_part_decides_and_comes_first():
    findings = (
        Finding("column_shapes", Outcome.PASS, "shapes", True, about="fidelity"),
        Finding("class_signal", Outcome.INCONCLUSIVE, "signal", True, about="utility"),
        Finding("detection_auc", Outcome.FAIL, "told apart", False, about="fidelity"),
        Finding("linkability", Outcome.FAIL, "linked", True, about="linkability"),
    )
    report = report_over(("age",))
    found = parts(replace(report, verdict=replace(report.verdict, findings=findings)))
    assert [(part.anchor, part.outcome, part.words, part.blocks) for part in found] == [
        ("privacy", "FAIL", "linked", True),
        ("utility", "INCONCLUSIVE", "signal", True),
        ("fidelity", "FAIL", "told apart", False),
    ]


def test_a_part_that_only_warns_is_not_said_to_decide():
    report = report_over(("age",))
    met = Finding("column_shapes", Outcome.PASS, "shapes", True, about="fidelity")
    warned = Finding("closest_rows", Outcome.FAIL, "near", False, about="singling out")
    for findings, said in (((met, warned), "worst part, but for what only warns."), ((met,), "worst part.")):
        judged = replace(report, verdict=replace(report.verdict, outcome=Outcome.PASS, findings=findings))
        assert said in text_of(section(fidelity_html(judged, {}), "reasons"))


def test_an_attack_stands_beside_control_baseline_and_power(html):
    text = text_of(section(html, "privacy"))
    row = text[text.index("Singling out In plain words") :]
    assert re.search(r"7\.1 % 4 % 2 % 3\.1 %", row)
    assert "a figure of 5.5 % would have been found four times in five" in row
    assert "p = 0.400" in row


def test_privacy_by_group_and_power_are_tables_of_their_own(html):
    text = text_of(section(html, "privacy"))
    assert text.index("By group") < text.index("age = rare") < text.index("Power: the smallest leak")
    assert "1.3 %" in text[text.index("Power") :]


def test_seed_guarantee_and_gaps_in_testing_open_the_page(html):
    opening = text_of(html.partition("</header>")[0])
    assert "Formal privacy guarantee none is known Seed 7 Not tested 1 thing" in opening


def test_rules_are_kept_or_broken(html):
    text = text_of(section(html, "rules"))
    assert re.search(r"age ≤ end ✕ broken 50 %", text)
    assert re.search(r"start ≤ end ✓ kept 100 %", text)


def test_a_table_stands_behind_every_chart(html):
    for name in ("columns", "associations", "utility", "values", "rules"):
        part = section(html, name)
        charts = len(re.findall(r'<div class="chart">', part))
        maps = 2 if name == "associations" else 0  # three heatmaps share one table
        assert charts
        assert part.count("<caption") >= charts - maps


def test_rare_cells_of_a_pair_are_one_line(html):
    text = text_of(section(html, "associations"))
    assert "each of 2 rare cells on average 2 % 1 %" in text


def test_a_pair_of_two_columns_fits_its_picture():
    chart = joint_cells(("a", "b"), [[0.5, 0.5]] * 2, [[0.9, 0.1]] * 2, [[False, True]] * 2, title="t", description="")
    ends = [float(x) + float(w) for x, w in re.findall(r"M([\d.]+) [\d.]+h([\d.]+)v15", chart)]
    assert max(ends) <= 360.2


def test_uplift_and_calibration_are_shown_if_given():
    table = pd.DataFrame({
        "learner": ["forest", "forest"], "arm": ["none", "tree"], "average_precision": [0.5, 0.61],
        "difference": [float("nan"), 0.11], "low": [float("nan"), 0.02], "high": [float("nan"), 0.2],
        "log_loss": [0.3, 0.29], "raw_log_loss": [0.4, 0.6], "brier": [0.1, 0.09], "raw_brier": [0.1, 0.2],
    })  # fmt: skip
    found = Uplift("add rows", True, {}, None, table, table, table, table[:0], ("few rows",))
    shown = reliability([False] * 10 + [True] * 10, [0.1] * 10 + [0.9] * 10, name="forest <b>")
    report = report_over(("age",))
    html = fidelity_html(report, uplift=found, calibration=[shown])
    text = text_of(section(html, "utility"))
    assert "Add rows." in text
    assert "forest tree 0.610 0.110 0.020 to 0.200 0.290 0.600" in text
    assert "Reliability: forest &lt;b&gt;" in html
    assert "10 % 0 % 10 90 % 100 % 10" in text
    assert "Uplift" not in text_of(section(fidelity_html(report), "utility"))


def test_the_glossary_has_the_words_of_the_page_and_no_others():
    report = report_over(("age",))
    text = text_of(section(fidelity_html(report), "glossary"))
    assert "Power, smallest leak" in text and "Precision, recall" in text
    assert "Membership inference" not in text and "Calibration" not in text
    shown = reliability([False] * 10 + [True] * 10, [0.1] * 10 + [0.9] * 10, name="forest")
    assert "Calibration" in text_of(section(fidelity_html(report, calibration=[shown]), "glossary"))
    profile = profile_over(("age",))
    text = text_of(section(bias_html(profile), "glossary"))
    assert "Quantile, median" in text and "Sensitive column, group" in text
    for word in ("Missing at random", "Proxy", "Quasi-identifier", "Association"):
        assert word not in text
    gaps = MissingnessProfile((("age", 0.1),))
    assert "Missing at random" in text_of(section(bias_html(replace(profile, missingness=gaps)), "glossary"))


def test_a_page_can_be_signed(html):
    text = text_of(section(html, "sign-off"))
    for line in ("Decision", "Name", "Role", "Date", "Conditions", "Signature"):
        assert line in text


def test_names_that_are_alike_once_shortened_stay_apart():
    names = ("x" * 60 + "a", "x" * 60 + "b")
    html = fidelity_html(report_over(names))
    assert 'id="column-1"' in html and 'id="column-2"' in html
    assert f'title="{names[0]}"' in html and f'title="{names[1]}"' in html
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids))


def test_three_hundred_columns_fit_a_megabyte():
    html = fidelity_html(report_over(tuple(f"a column with a name {i}" for i in range(300))))
    assert len(html.encode()) <= 1_000_000
