"""The bias report's questions: figures as they were handed in, hostile names, and nothing where nothing was asked."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from synthgen.reporting import bias_html
from tests.reporting.conftest import HOSTILE, plans_on, profile_over

SECTIONS = ("differences", "intersections", "alike", "proxies", "labels", "gaps", "model", "method")


@pytest.fixture(scope="module")
def profile():
    rng = np.random.default_rng(0)
    n = 1500
    sex, region = rng.choice(["F", HOSTILE[0]], n, p=[0.4, 0.6]), rng.choice(["north", HOSTILE[2]], n)
    skill = rng.normal(size=n)
    chance = 1 / (1 + np.exp(1 - skill - 1.0 * (sex != "F")))
    frame = pd.DataFrame({
        HOSTILE[1]: sex, "region": region, "skill": skill.round(2),
        HOSTILE[4]: np.where(rng.random(n) < 0.8, sex, "?"), "job": np.where(rng.random(n) < 0.1, None, region),
        "hired": np.where(rng.random(n) < chance, "yes", "no"),
    })  # fmt: skip
    return sg.profile(
        frame, target="hired", sensitive_features=[HOSTILE[1], "region"], predictions=chance,
        reference_population={"region": {"north": 0.3, HOSTILE[2]: 0.7}},
    )  # fmt: skip


@pytest.fixture(scope="module")
def page(profile):
    return bias_html(profile)


def test_every_question_has_its_section_in_order(page):
    places = [page.index(f'id="{name}"') for name in ("groups", *SECTIONS)]
    assert places == sorted(places)
    assert all(f'href="#{name}"' in page for name in SECTIONS)


def test_figures_are_those_of_the_audit(page, profile):
    text = re.sub(r"<[^>]+>", " ", page)
    sex = profile.bias.disparities[0]
    assert f"{sex.ratio:.2f}" in text
    assert f"{sex.ratio_interval[0]:.2f} to {sex.ratio_interval[1]:.2f}" in text
    assert f"{profile.bias.proxies[0].auc:.2f}" in text
    first = profile.bias.label_noise[0]
    assert f"{100 * first.suspect:.1f}".removesuffix(".0") in text
    assert "◇ the reference population" in text
    assert "False positive rate" in text
    assert "comparisons were made" in text


def test_hostile_names_are_text(page):
    assert "<script" not in page
    assert "<img" not in page
    assert "\u202e" not in page
    names = re.findall(r'role="region"[^>]*aria-label="([^"]*)"', page)
    assert len(names) == len(set(names))
    assert page.count("<table") == page.count("<caption")
    assert page.count("<svg") == page.count("<title>") - 1


def test_what_was_not_asked_has_no_section(profile):
    bare = replace(profile, bias=replace(
        profile.bias, intersections=(), disparities=(), conditional=(), proxies=(), label_noise=(), gaps=(),
        model_groups=(), model_disparities=(), notes=(),
    ))  # fmt: skip
    html = bias_html(bare)
    assert not any(f'id="{name}"' in html for name in SECTIONS)


def test_means_have_no_ratio_and_no_rate():
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"sex": rng.choice(["F", "M"], 400), "x": rng.normal(size=400)})
    frame["wage"] = 100 + 10 * (frame["sex"] == "M") + rng.normal(size=400)
    html = bias_html(sg.profile(frame, target="wage", sensitive_features=["sex"]))
    assert "Mean of <bdi>wage</bdi>" in html
    assert '<th scope="col">Difference</th>' in html
    assert '<th scope="col">Ratio</th>' not in html
    assert "no target was named" not in html


def test_plans_are_shown_with_what_they_did_and_what_stands_against_them():
    profile, plans = profile_over(("age",)), plans_on(HOSTILE[0])
    page = bias_html(profile, plans=plans)
    section = page[page.index('<section id="plans"') :].partition("</section>")[0]
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", section)).replace("\u00a0", " ")
    assert "Ratio without" in text
    assert "0.410 0.310 to 0.510 0.950 0.900 to 1 0.890 0.870 to 0.910 0.880 0.860 to 0.900 0.450 0.777" in text
    # Each conflict once, with the plans that it is of.
    assert text.count("exclude each other where the groups") == 1
    assert "Equal rates, weights." in text
    assert "Not tried: weights on" in text
    assert "<script" not in section
    assert 'id="plans"' not in bias_html(profile)
    assert 'id="plans"' not in bias_html(profile, plans=plans, audience="shareable")
    # One that wasn't tried has no figures.
    assert "<table" not in bias_html(profile, plans=plans[2:]).partition('id="plans"')[2].partition("</section>")[0]
