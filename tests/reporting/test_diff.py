"""What changed between two reports: matched by name, marked by direction."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest

from synthgen.errors import UsageError
from synthgen.reporting import bias_json, diff_html, fidelity_json
from synthgen.reporting.changes import Change
from synthgen.reporting.diff_page import compare
from synthgen.reporting.twin import Twin
from synthgen.reporting.uplift_record import Arm, UpliftRecord
from synthgen.validation.metric import Direction
from synthgen.validation.utility.reliability import Reliability
from synthgen.validation.verdict import Finding, Outcome

from .conftest import HOSTILE, measurement, profile_over, report_over
from .test_pages import CSP, Page


def fidelity(report, about=None, name="a.json"):
    return Twin("fidelity", json.loads(fidelity_json(report, about or {})), name)


def bias(profile, about=None, name="a.json"):
    return Twin("bias", json.loads(bias_json(profile, about or {})), name)


def measured(*items):
    return replace(report_over(("age",)), results=items)


def changes_of(before, after, title):
    parts = {part.title: part for part in compare(before, after)}
    return parts[title]


def one_change(before, after):
    part = changes_of(fidelity(measured(before)), fidelity(measured(after)), "Measurements")
    assert len(part.changes) == 1
    return part.changes[0]


def test_a_report_beside_itself_has_no_changes():
    for twin in (fidelity(report_over(HOSTILE), {"version": "1"}), bias(profile_over(HOSTILE))):
        parts = compare(twin, twin)
        assert not any(part.changes for part in parts)
        assert any(part.same for part in parts)
        assert "Nothing changed" in Page(diff_html(twin, twin)).text


@pytest.mark.parametrize(
    ("direction", "before", "after", "mark"),
    [
        (Direction.HIGHER, 0.8, 0.9, "better"),
        (Direction.HIGHER, 0.9, 0.8, "worse"),
        (Direction.LOWER, 0.8, 0.9, "worse"),
        (Direction.LOWER, 0.9, 0.8, "better"),
        # The baseline is 0.5: nearer is better from either side.
        (Direction.NEAR_BASELINE, 0.8, 0.6, "better"),
        (Direction.NEAR_BASELINE, 0.6, 0.3, "worse"),
        (Direction.NEAR_BASELINE, 0.6, 0.4, "changed"),
    ],
)
def test_the_direction_says_which_way_is_better(direction, before, after, mark):
    one, two = (
        measurement("M", direction=direction, value=value, interval=None, baseline=0.5) for value in (before, after)
    )
    assert one_change(one, two).mark == mark


@pytest.mark.parametrize(
    ("after", "interval", "apart"),
    [(0.9, (0.88, 0.92), True), (0.9, (0.7, 0.95), False), (0.84, (0.83, 0.85), False), (0.9, None, None)],
)
def test_outside_both_intervals(after, interval, apart):
    one = measurement("M", value=0.8, interval=(0.75, 0.85))
    assert one_change(one, measurement("M", value=after, interval=interval)).apart is apart


def test_below_the_digits_of_a_page_nothing_changed():
    one, two = measurement("M", value=0.80001), measurement("M", value=0.80002)
    part = changes_of(fidelity(measured(one)), fidelity(measured(two)), "Measurements")
    assert (part.changes, part.same) == ((), 1)


def test_what_is_new_gone_or_could_not_be_measured():
    before = measured(measurement("Kept"), measurement("Lost"), measurement("Broken"))
    failed = measurement("Broken", status="failed", value=None)
    after = measured(measurement("Kept"), measurement("Fresh", subject="age"), failed)
    part = changes_of(fidelity(before), fidelity(after), "Measurements")
    assert part.same == 1
    assert set(part.changes) == {
        Change("Fresh", "age", "–", "0.931", "new"),
        Change("Broken", "", "0.931", "failed", "changed"),
        Change("Lost", "", "0.931", "–", "gone"),
    }


def test_criteria_and_the_verdict():
    before, after = report_over(("age",), Outcome.PASS), report_over(("age",), Outcome.FAIL)
    part = changes_of(fidelity(before), fidelity(after), "Criteria")
    assert [(c.before, c.after, c.mark) for c in part.changes] == [("PASS", "FAIL", "worse")]
    page = Page(diff_html(fidelity(before), fidelity(after, name="b.json"))).text
    assert "The verdict changed from PASS to FAIL." in page
    assert "must not be used for training" in page
    warns = replace(after, verdict=replace(after.verdict, findings=(
        Finding("column_shape", Outcome.FAIL, "It was looked at", False), *after.verdict.findings[1:])))  # fmt: skip
    part = changes_of(fidelity(after), fidelity(warns), "Criteria")
    assert [(c.before, c.after, c.mark) for c in part.changes] == [("FAIL", "FAIL, warns only", "changed")]


def test_columns_and_how_it_was_made():
    before = report_over(("age", "pay"))
    columns = (replace(before.columns[0], gap=0.2), replace(before.columns[1], name="size"))
    after = replace(before, columns=columns)
    part = changes_of(fidelity(before), fidelity(after), "Columns")
    assert [(c.subject, c.before, c.after, c.mark) for c in part.changes] == [
        ("age", "0.100", "0.200", "worse"), ("size", "–", "0.300", "new"), ("pay", "0.300", "–", "gone"),
    ]  # fmt: skip
    made = changes_of(
        fidelity(before, {"generator": "tree", "random_state": "1", "libraries": {"numpy": "2.0"}}),
        fidelity(before, {"generator": "smote", "random_state": "1", "libraries": {"numpy": "2.1"}}),
        "How the table was made",
    )
    assert {(c.about, c.before, c.after) for c in made.changes} == {
        ("Generator", "tree", "smote"), ("numpy", "2.0", "2.1"),
    }  # fmt: skip
    assert made.same == 1


def test_groups_classes_and_findings_of_a_bias_report():
    before = profile_over(("age",))
    groups = (replace(before.bias.groups[0], share=0.5, share_interval=(0.47, 0.53)), *before.bias.groups[1:])
    after = replace(
        before, classes=(("no", 880), *before.classes[1:]), bias=replace(before.bias, groups=groups, findings=("Now",)),
    )  # fmt: skip
    one, two = bias(before), bias(after)
    part = changes_of(one, two, "Groups")
    assert [(c.subject, c.before, c.after, c.apart) for c in part.changes] == [
        ("sex: women", "60\u00a0%", "50\u00a0%", True)
    ]
    assert [(c.subject, c.before, c.after) for c in changes_of(one, two, "Classes").changes] == [("no", "900", "880")]
    assert [c.mark for c in changes_of(one, two, "Findings").changes] == ["new", "gone"]


def arm(difference, low, high, name="tree"):
    return Arm("forest", name, 0.5, difference, low, high, 0.1, 0.2, 0.1, 0.2)


def told(uplift=None, *models):
    text = fidelity_json(report_over(("age",)), {}, uplift=uplift, calibration=models)
    return Twin("fidelity", json.loads(text), "a.json")


def test_uplift_that_changed():
    nothing = arm(math.nan, math.nan, math.nan, "none")
    before = told(UpliftRecord("don't", False, (nothing, arm(0.01, -0.02, 0.04), arm(0.02, 0.0, 0.04, "smote"))))
    after = told(UpliftRecord("add rows", True, (nothing, arm(0.11, 0.08, 0.14), arm(0.01, 0.0, 0.02, "smote"))))
    part = changes_of(before, after, "Uplift")
    assert [(c.about.split()[0], c.subject, c.before, c.after, c.mark, c.apart) for c in part.changes] == [
        ("Advice", "", "don't", "add rows", "changed", None),
        ("Average", "forest: tree", "0.010", "0.110", "better", True),
        ("Average", "forest: smote", "0.020", "0.010", "worse", False),
    ]
    assert part.same == 1
    assert [c.mark for c in changes_of(told(), after, "Uplift").changes] == ["new"] * 4
    assert "Uplift" not in {part.title for part in compare(told(), told())}
    assert "outside both intervals" in Page(diff_html(before, after)).text


def test_calibration_that_changed():
    before = told(None, Reliability("forest", (0.1, 0.6), (0.1, 0.5), (20, 20)))
    after = told(
        None, Reliability("forest", (0.1, 0.6), (0.2, 0.55), (20, 20)), Reliability("new", (0.3,), (0.3,), (9,))
    )
    part = changes_of(before, after, "Calibration")
    shown = [(c.subject, c.before.replace("\u00a0", ""), c.after.replace("\u00a0", ""), c.mark) for c in part.changes]
    assert shown == [
        ("forest", "10%, 10%", "10%, 20%", "worse"), ("forest", "60%, 50%", "60%, 55%", "better"),
        ("new", "–", "30%, 30%", "new"),
    ]  # fmt: skip


def test_two_kinds_are_refused():
    with pytest.raises(UsageError, match="fidelity report can't be compared with a bias report"):
        diff_html(fidelity(report_over(("age",))), bias(profile_over(("age",))))


def test_hostile_names_stay_text():
    before, after = report_over(HOSTILE), report_over(HOSTILE[::-1][:5], Outcome.FAIL)
    for html in (
        diff_html(fidelity(before, {"generator": HOSTILE[0]}, HOSTILE[0]), fidelity(after, {}, HOSTILE[2])),
        diff_html(bias(profile_over(HOSTILE[:2])), bias(profile_over(HOSTILE[2:]))),
    ):
        html.encode("utf-8")
        assert "<script" not in html.lower()
        assert f'content="{CSP}"' in html
        for tag, attributes in Page(html).tags:
            assert tag not in {"script", "img", "iframe", "link", "object"}
            assert not [name for name in attributes if name.startswith("on")]
            assert (attributes.get("href") or "#").startswith("#")
        assert "\u202e" not in html
        assert "x" * 300 not in html


def test_many_changes_are_counted_and_not_all_shown():
    before = measured(*(measurement("M", subject=f"c{i}", value=0.5) for i in range(400)))
    after = measured(*(measurement("M", subject=f"c{i}", value=0.6) for i in range(400)))
    text = Page(diff_html(fidelity(before), fidelity(after))).text
    assert "100 more changes are in the two JSON files" in text
    assert "400 for the better" in text


def test_what_chance_does_not_explain_comes_first():
    before = measured(*(measurement(name, value=0.8, interval=(0.75, 0.85)) for name in ("A", "B", "C")))
    after = measured(
        measurement("A", value=0.9, interval=(0.88, 0.92)), measurement("B", value=0.78, interval=(0.7, 0.9)),
        measurement("C", value=0.6, interval=(0.5, 0.7)),
    )  # fmt: skip
    html = diff_html(fidelity(before), fidelity(after))
    text = Page(html).text
    places = [text.index(f"{name}0.800") for name in ("C", "A", "B")]
    assert places == sorted(places)
    assert "2 figures lie outside both intervals, 1 for the better and 1 for the worse" in text
    # What chance may explain is folded away.
    folded = html[html.index("<details") : html.index("</details>")]
    assert "Inside an interval: chance may explain it" in folded
    assert ">B<" in folded and ">A<" not in folded


def test_what_is_in_one_report_only_is_folded_away():
    before = measured(measurement("A", interval=None), measurement("B", subject="x"))
    html = diff_html(fidelity(before), fidelity(measured(measurement("A", interval=None, value=0.5))))
    assert "In one report only" in html[html.index("<details") : html.index("</details>")]
    assert "No figure lies outside both intervals" in Page(html).text
