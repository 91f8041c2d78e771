"""The page of a sheet and the widget of a notebook, as a browser shows them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from synthgen.reporting import review_html
from synthgen.reviewing.widget import review_widget
from tests.reporting.browser import NARROW, WIDE, browser, opened

from .sheets import review_of, table

pytestmark = pytest.mark.slow

HOSTILE = '<img src=x onerror="document.title=1">'

MODEL = """
const state = %s, heard = {};
const tell = (name) => (heard[`change:${name}`] || []).forEach((act) => act());
const model = {
  get: (name) => state[name],
  set: (name, value) => { state[name] = value; tell(name); },
  save_changes: () => {},
  on: (name, act) => (heard[name] = heard[name] || []).push(act),
  off: () => {},
};
window.state = state;
render({ model, el: document.getElementById("root") });
"""


@pytest.fixture(scope="module")
def chromium():
    with browser() as found:
        yield found


@pytest.fixture(scope="module")
def review():
    return review_of(table().assign(shop=HOSTILE).rename(columns={"code": HOSTILE}))


@pytest.mark.parametrize(("scheme", "width"), [("light", WIDE), ("dark", NARROW)])
def test_axe_finds_nothing_on_the_page(chromium, review, tmp_path, scheme, width):
    axe = pytest.importorskip("axe_core_python", reason="axe-core-python is not installed")
    path = tmp_path / "review.html"
    path.write_text(review_html(review, {"generator": HOSTILE}), encoding="utf-8")
    with opened(chromium, path, width, scheme, bypass_csp=True) as page:
        assert page.requested == [path.as_uri()]
        assert page.evaluate("document.scripts.length + document.images.length") == 0
        page.evaluate(Path(axe.__file__).with_name("axe.min.js").read_text(encoding="utf-8"))
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        assert [(item["id"], item["nodes"][0]["html"][:200]) for item in found] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_rows_are_decided_with_the_keyboard_a_page_at_a_time(chromium, review, tmp_path):
    pytest.importorskip("anywidget", reason="anywidget is not installed")
    widget = review_widget(review)
    state = {name: getattr(widget, name) for name in ("lines", "decisions", "comments", "reviewer")}
    script = str(widget._esm).replace("export default { render };", MODEL % json.dumps({**state, "page_size": 3}))
    path = tmp_path / "widget.html"
    path.write_text(
        f"<!doctype html><meta charset='utf-8'><style>{widget._css}</style><div id='root'></div>"
        f"<script type='module'>{script}</script>",
        encoding="utf-8",
    )
    with opened(chromium, path) as page:
        page.get_by_label("accept line 1").focus()
        page.keyboard.press("Enter")
        # The page was drawn anew, and the keyboard is where it was.
        assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "accept line 1"
        assert page.get_by_label("accept line 1").get_attribute("aria-pressed") == "true"
        page.get_by_label("Reviewer").fill("Ada")
        page.get_by_label("refuse line 2").click()
        page.get_by_label("comment on line 2").fill("odd")
        page.get_by_label("accept line 3").click()
        assert page.get_by_role("status").text_content() == "3 of 4 rows decided"
        page.get_by_role("button", name="Next").click()
        assert page.get_by_label("accept line 1").count() == 0
        page.get_by_label("refuse line 4").click()
        found = page.evaluate("state")
        assert page.evaluate("document.images.length") == 0
    assert found["decisions"] == {"1": "accept", "2": "refuse", "3": "accept", "4": "refuse"}
    assert found["comments"] == {"2": "odd"}
    assert found["reviewer"] == "Ada"
