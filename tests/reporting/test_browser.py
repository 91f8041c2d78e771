"""What only a browser can say: requests, contrast, keyboard, print, and how the page looks."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from synthgen.reporting import bias_html, bias_json, diff_html, fidelity_html, fidelity_json
from synthgen.reporting.twin import Twin
from synthgen.validation.verdict import Outcome

from .browser import NARROW, WIDE, browser, opened
from .conftest import HOSTILE, plans_on, profile_over, report_over, with_models

pytestmark = pytest.mark.slow

STORED = Path(__file__).with_name("opening.png")
SIZE = {"x": 0, "y": 0, "width": 640, "height": 420}
MARGIN = 15 / 25.4 * 72
PLAIN = ("age", "sex", "pay", "a name that is longer than a chart has room for", "town")


@pytest.fixture(scope="module")
def chromium():
    with browser() as found:
        yield found


@pytest.fixture(scope="module")
def pages(tmp_path_factory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    report = report_over(PLAIN)
    texts = {
        "fidelity": fidelity_html(
            report, {"generator": "tree", "random_state": "7", "version": "1"}, **with_models(PLAIN[3])
        ),
        "shareable": fidelity_html(report, {"generator": "tree"}, audience="shareable"),
        "hostile": fidelity_html(report_over(HOSTILE), {"generator": HOSTILE[0]}),
        "bias": bias_html(profile_over(PLAIN), plans=plans_on(PLAIN[3])),
        "hostile bias": bias_html(profile_over(HOSTILE)),
        "diff": changed(PLAIN),
        "hostile diff": changed(HOSTILE),
        "bias diff": diff_html(bias_twin(PLAIN), bias_twin(PLAIN[:3])),
    }
    for name, text in texts.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8", errors="surrogatepass")
    return {name: folder / f"{name}.html" for name in texts}


def changed(names: tuple[str, ...]) -> str:
    """Two reports with changes outside both intervals, inside one, and in one only."""
    report = report_over(names)
    moved = [
        replace(m, value=m.value + 0.02 * (i % 9 + 1) if m.value is not None else None, interval=near(m.interval, i))
        for i, m in enumerate(report.results)
    ]
    after = replace(report_over(names, Outcome.FAIL), results=(*moved[:-1], replace(moved[-1], name="other")))
    twins = (
        Twin("fidelity", json.loads(fidelity_json(one, {"generator": generator})), f"{generator}/fidelity.json")
        for one, generator in ((report, "tree"), (after, names[0]))
    )
    return diff_html(*twins)


def near(interval: tuple[float, float] | None, place: int) -> tuple[float, float] | None:
    return None if interval is None else (interval[0] + 0.02 * (place % 9 + 1), interval[1] + 0.02 * (place % 9 + 1))


def bias_twin(names: tuple[str, ...]) -> Twin:
    return Twin("bias", json.loads(bias_json(profile_over(names))), "bias.json")


EVERY = ("fidelity", "shareable", "hostile", "bias", "hostile bias", "diff", "hostile diff", "bias diff")


@pytest.mark.parametrize("name", EVERY)
def test_the_page_asks_nothing_of_the_network_and_runs_nothing(chromium, pages, name):
    with opened(chromium, pages[name]) as page:
        assert page.requested == [pages[name].as_uri()]
        assert page.evaluate("document.scripts.length") == 0
        assert page.evaluate("document.querySelectorAll('img, iframe, object, form').length") == 0


@pytest.mark.parametrize(("name", "scheme", "width"), [
    *((name, *how) for name in ("fidelity", "bias", "diff") for how in product(("light", "dark"), (WIDE, NARROW))),
    ("shareable", "dark", NARROW), ("hostile", "light", NARROW), ("hostile bias", "light", NARROW),
    ("hostile diff", "light", NARROW), ("bias diff", "dark", NARROW),
])  # fmt: skip
def test_axe_finds_nothing(chromium, pages, name, scheme, width):
    axe = pytest.importorskip("axe_core_python", reason="axe-core-python is not installed")
    with opened(chromium, pages[name], width, scheme, bypass_csp=True) as page:
        page.evaluate("document.querySelectorAll('details').forEach(item => item.open = true)")
        page.evaluate(Path(axe.__file__).with_name("axe.min.js").read_text(encoding="utf-8"))
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        assert [(item["id"], item["nodes"][0]["html"][:200]) for item in found] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_axe_would_find_a_fault(chromium, pages, tmp_path):
    axe = pytest.importorskip("axe_core_python", reason="axe-core-python is not installed")
    faulty = tmp_path / "faulty.html"
    faulty.write_text(pages["bias"].read_text("utf-8").replace('lang="en"', "").replace("<caption", "<caption hidden"))
    with opened(chromium, faulty, bypass_csp=True) as page:
        page.evaluate(Path(axe.__file__).with_name("axe.min.js").read_text(encoding="utf-8"))
        assert "html-has-lang" in [item["id"] for item in page.evaluate("axe.run()")["violations"]]


@pytest.mark.parametrize("name", ["fidelity", "bias", "diff"])
def test_the_keyboard_reaches_and_opens_every_detail(chromium, pages, name):
    with opened(chromium, pages[name]) as page:
        page.evaluate("document.querySelectorAll('details').forEach(item => item.open = true)")
        total = page.evaluate("document.querySelectorAll('summary').length")
        reached: set[int] = set()
        for _ in range(2_000):
            page.keyboard.press("Tab")
            place = page.evaluate(
                "document.activeElement.tagName === 'SUMMARY'"
                " ? [...document.querySelectorAll('summary')].indexOf(document.activeElement) : -1"
            )
            if place in reached:
                break
            if place >= 0:
                reached.add(place)
                assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
            if len(reached) == total:
                break
        assert total and len(reached) == total
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.parentElement.open") is False


@pytest.mark.parametrize("name", EVERY)
def test_print_opens_every_detail_and_cuts_nothing(chromium, pages, name):
    pdfium = pytest.importorskip("pypdfium2", reason="pypdfium2 is not installed")
    with opened(chromium, pages[name]) as page:
        captions = page.evaluate(
            "[...document.querySelectorAll('details thead th:first-child')].map(item => item.textContent.trim())"
        )
        printed = pdfium.PdfDocument(io.BytesIO(page.pdf(format="A4", prefer_css_page_size=True)))
    text = ""
    for sheet in printed:
        width, height = sheet.get_size()
        assert (round(width), round(height)) == (595, 842)
        boxes = sheet.get_textpage()
        text += boxes.get_text_range()
        for place in range(boxes.count_rects()):
            left, bottom, right, top = boxes.get_rect(place)
            words = boxes.get_text_bounded(left, bottom, right, top)
            assert left >= MARGIN - 2 and right <= width - MARGIN + 2 and bottom >= 0 and top <= height, words
    assert captions or name == "bias diff"
    assert all(caption.split()[0] in text for caption in captions if caption.isascii())
    assert len(printed) < 40


@pytest.mark.parametrize("name", ["fidelity", "diff"])
def test_on_a_telephone_a_row_of_evidence_is_read_without_scrolling(chromium, pages, name):
    """Cells stand below each other, each with its heading; they stay cells for a screen reader."""
    with opened(chromium, pages[name], NARROW) as page:
        page.evaluate("document.querySelectorAll('details').forEach(item => item.open = true)")
        rights = page.evaluate(
            "[...document.querySelectorAll('.stack tbody td')].map(item => item.getBoundingClientRect().right)"
        )
        assert rights and max(rights) <= NARROW
        heading = page.evaluate("getComputedStyle(document.querySelector('.stack td[data-of]'), '::before').content")
        assert heading not in ("none", "normal", '""')
        assert page.get_by_role("cell").count() >= len(rights)


def test_the_opening_looks_as_it_did(chromium, pages):
    """Compared with a stored picture of a made-up report; fonts may differ from machine to machine a little."""
    image = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
    with opened(chromium, pages["fidelity"], 640) as page:
        taken = page.screenshot(clip=SIZE)
    if not STORED.is_file():
        STORED.write_bytes(taken)
        pytest.fail(f"{STORED.name} was not there and has been taken; look at it, and run this again")
    seen, stored = (
        np.asarray(image.open(io.BytesIO(content)).convert("L").resize((80, 52)), dtype=float)
        for content in (taken, STORED.read_bytes())
    )
    assert np.abs(seen - stored).mean() < 6
    # The control: a page without its styles is far from it.
    with opened(chromium, pages["fidelity"], 640) as page:
        page.evaluate("document.querySelector('style').remove()")
        bare = np.asarray(image.open(io.BytesIO(page.screenshot(clip=SIZE))).convert("L").resize((80, 52)), dtype=float)
    assert np.abs(bare - stored).mean() > 6
