"""What a gate makes of leaks and attacks: how small a leak was shown, and which ones block."""

from __future__ import annotations

from dataclasses import replace

import pytest

from synthgen.validation import Gate, Status
from synthgen.validation.leak_criteria import leak_bound
from tests.validation.gate_figures import (
    ATTACKS,
    FAIL,
    INCONCLUSIVE,
    PASS,
    changed,
    figure,
    finding,
    good,
    judge,
)  # fmt: skip


def test_the_bound_of_a_leak_by_hand():
    # A share of up to .52 where chance gives .5: as if (.52 - .5) / .5 of the rows were copies.
    assert leak_bound(good()["dcr_share"]) == pytest.approx(0.04)
    assert leak_bound(good()["exact_copies"]) == pytest.approx(0.01)


def test_no_figure_however_low_shows_less_than_chance_allows():
    low = figure("dcr_share", 0.4, (0.38, 0.42), 0.5, (0.45, 0.56), 1.0)
    # As if (.56 - .5) / .5 of the rows were copies.
    assert leak_bound(low) == pytest.approx(0.12)


def test_a_few_rows_rule_nothing_out():
    few = {"value": 1.0, "baseline": 0.8, "interval": (0.77, 1.0), "baseline_interval": (0.57, 1.0), "p_value": 0.9}
    words = finding(judge(changed("subset_copies", **few)), "subset_copies").words
    assert "too few rows to rule out a leak of any size" in words
    assert "no leakage found" not in words


def test_copies_that_were_refused_were_found_all_the_same():
    figures = changed("exact_copies", value=0.3, p_value=0.0005)
    words = judge(figures, "release", flagged=(30, 100), refused=True).privacy[0]
    assert words.startswith("singling out: leaks were found, and the rows refused (exact_copies); no other leakage")
    assert "exact_copies" not in words.partition("no other")[2]


def test_what_is_tolerated_was_found_all_the_same():
    figures = changed("dcr_share", value=0.514, p_value=0.0005)
    clean = figure("dcr_share", 0.5, (0.48, 0.52), 0.5, (0.49, 0.51), 1.0, subject="y = sick")
    verdict = judge({"part": clean, **figures}, "release")
    assert verdict.outcome is PASS
    assert "less than is tolerated (dcr_share)" in verdict.privacy[0]
    # The finding tells of what was tolerated, not of the part that is clean.
    assert "2.8% of the rows were copies" in finding(verdict, "dcr_share").words


def test_what_is_tolerated_excuses_no_leak_beside_it():
    figures = changed("dcr_share", value=0.514, p_value=0.0005)
    figures["part"] = figure("dcr_share", 0.9, (0.8, 1.0), 0.5, (0.4, 0.6), 0.0005, subject="y = sick")
    assert "leaks were found (dcr_share)" in judge(figures, "release").privacy[0]


def test_a_part_says_how_small_a_leak_it_could_have_shown():
    figures = good()
    for name, share, reason in (
        ("y = sick", 1.0, "underpowered: 40 real rows of this class can't show any leak of this kind"),
        ("y = ill", 0.4, "90 real rows of this class can't show less"),
    ):
        figures[name] = figure("smallest_leak", share, subject=name, reason=reason)
    verdict = judge(figures, "release")
    assert verdict.outcome is PASS
    for words in (finding(verdict, "dcr_share").words, verdict.privacy[0]):
        assert "y = sick: underpowered: 40 real rows of this class can't show any leak of this kind" in words
        assert "y = ill: 90 real rows of this class can't show less than 40.0%" in words


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_that_succeeds_blocks_a_release_and_warns_in_augment(name):
    figures = changed(name, value=0.9, interval=(0.8, 0.95), p_value=0.001)
    assert judge(figures, "release").outcome is FAIL
    assert judge(figures, "augment").outcome is PASS
    assert [found.criterion for found in judge(figures, "augment").warnings] == [name]


@pytest.mark.parametrize(
    ("interval", "p_value", "outcome"),
    [
        ((0.51, 0.549), 0.001, PASS), ((0.551, 0.57), 0.001, FAIL), ((0.6, 0.9), 0.03, PASS),
        # What may be within and may be beyond what margins give is open.
        ((0.53, 0.57), 0.001, INCONCLUSIVE), ((0.54, 0.8), 0.0005, INCONCLUSIVE),
    ],
)  # fmt: skip
def test_an_area_passes_within_what_margins_give_and_fails_beyond(interval, p_value, outcome):
    figures = changed("membership_inference", value=0.545, interval=interval, baseline=0.5, p_value=p_value)
    assert judge(figures, "release").outcome is outcome
    assert judge(figures, "augment").outcome is PASS


@pytest.mark.parametrize("part", ["Class = 1", "the most vulnerable 1 %"])
def test_nothing_is_tolerated_in_a_part(part):
    for interval in ((0.51, 0.54), (0.54, 0.80)):
        figures = good()
        figures["part"] = figure("membership_inference", 0.53, interval, 0.5, (0.4, 0.6), 0.001, subject=part)
        assert judge(figures, "release").outcome is FAIL
        figures["part"] = replace(figures["part"], p_value=0.03)
        assert judge(figures, "release").outcome is PASS


def test_a_part_too_small_is_told_and_unsettles_nothing():
    figures = good()
    small = figure("membership_inference", None, subject="Class = 1")
    small = replace(small, status=Status.NOT_APPLICABLE, reason="underpowered: 3 train and 1 held-out rows")
    figures["small"] = small
    assert judge(figures, "release").outcome is PASS
    # Without a figure for the whole table it does.
    del figures["membership_inference"]
    assert judge(figures, "release").outcome is INCONCLUSIVE


def test_a_part_that_leaks_fails_the_whole():
    figures = good()
    figures["rare"] = figure("membership_inference", 0.98, (0.9, 1.0), 0.5, (0.3, 0.7), 0.0005, subject="Class = 1")
    found = finding(judge(figures, "release"), "membership_inference")
    assert found.outcome is FAIL
    assert "Class = 1" in found.words


def test_the_disclosure_policy_is_told_apart_from_the_leaks():
    verdict = judge(good(), "release", flagged=(3, 100), disclosing=3)
    assert finding(verdict, "disclosure").outcome is FAIL
    assert "3 of 100" in finding(verdict, "disclosure").words
    assert all(f.outcome is PASS for f in verdict.findings if f.criterion != "disclosure")
    assert (
        "fewer than 11 people"
        in finding(
            Gate.default(fewest_holders=11).judge(
                list(good().values()), purpose="release", disclosing=1, flagged=(1, 9)
            ),
            "disclosure",
        ).words
    )
