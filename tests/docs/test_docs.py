"""Pages lead somewhere, can be found, cite what the records hold, and give examples that run."""

from __future__ import annotations

import ast
import inspect
import json
import re
from pathlib import Path
from urllib.parse import unquote

import pandas as pd
import pytest

import synthgen as sg
from benchmarks import cited, generators, record

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
INDEX = DOCS / "index.md"
# What the site is built from; see include_patterns in docs/conf.py.
PAGES = sorted(
    {ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / ".github" / "CONTRIBUTING.md", ROOT / "reports" / "README.md",
     ROOT / "data" / "README.md", ROOT / "benchmarks" / "peers" / "README.md",
     *DOCS.glob("*.md"), *DOCS.glob("api/*.md"), *ROOT.glob("benchmarks/*.md")}
)  # fmt: skip
NOTEBOOKS = sorted(ROOT.glob("notebooks/*.ipynb"))
FENCE = re.compile(r"^(```+|~~~+).*?^\1\s*$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`[^`\n]*`")
LINK = re.compile(r"!?\[(?:[^\[\]]|\[[^\]]*\])*\]\(\s*<?([^()\s>]+(?:\([^()\s]*\))?)>?\s*\)")
TOCTREE = re.compile(r"^```\{toctree\}\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PYTHON = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)

# Addresses of places where packages are fetched from, and folders of a machine.
REGISTRY = re.compile(r"pypi\.org|files\.pythonhosted|anaconda\.org|npmjs|/simple/|index-url", re.IGNORECASE)
MACHINE = re.compile(r"(?<![\w.:/<-])/(?:home|Users|root|tmp|work|opt|var|mnt|private)/")


def name_of(path):
    return path.relative_to(ROOT).as_posix()


def text_of(path):
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".ipynb":
        return text
    cells = [cell["source"] for cell in json.loads(text)["cells"] if cell["cell_type"] == "markdown"]
    return "\n\n".join("".join(source) for source in cells)


def links(text):
    """Where a page's links lead, code left out."""
    return LINK.findall(CODE.sub("", FENCE.sub("", text)))


def anchors(text):
    """Names of headings as a forge and MyST make them."""
    titles = [CODE.sub(lambda found: found[0].strip("`"), title) for title in HEADING.findall(FENCE.sub("", text))]
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}


def broken(path, text):
    """Links of a page that lead nowhere."""
    found = []
    for address in links(text):
        if re.match(r"[a-z][a-z0-9+.-]*:", address):
            continue
        file, _, anchor = unquote(address).partition("#")
        there = (path.parent / file).resolve() if file else path
        inside = there.exists() and ROOT in (there, *there.parents)
        named = not anchor or there.suffix != ".md" or anchor in anchors(text_of(there) if file and inside else text)
        if not inside or not named:
            found.append(address)
    return found


def listed(path):
    """Pages that the toctrees of a page list, whether they are there or not."""
    found = set()
    for block in TOCTREE.findall(text_of(path)):
        for line in block.splitlines():
            entry = re.sub(r"^.*<(.+)>$", r"\1", line.strip())
            if not entry or entry.startswith(":"):
                continue
            where = path.parent / entry
            pages = path.parent.glob(f"{entry}.md") if "*" in entry else [Path(f"{where}.md"), Path(f"{where}.ipynb")]
            found.update(pages)
    return {page.resolve() for page in found if page.exists()}


@pytest.mark.parametrize("path", [*PAGES, *NOTEBOOKS], ids=name_of)
def test_every_link_leads_somewhere(path):
    assert broken(path, text_of(path)) == []


def test_a_link_that_leads_nowhere_is_found():
    text = "[a](nowhere.md) [b](index.md#no-such-heading) ![c](../reports/fidelity.png) `[d](code.md)`\n\n## A part\n"
    text += "[e](#a-part) [f](#a-hole)"
    assert broken(INDEX, text) == ["nowhere.md", "index.md#no-such-heading", "#a-hole"]


def test_every_page_can_be_reached_from_the_first():
    reached, new = set(), {INDEX}
    while new:
        reached |= new
        new = {page for path in new if path.suffix == ".md" for page in listed(path)} - reached
    assert [name_of(path) for path in {*PAGES, *NOTEBOOKS} - reached] == []


@pytest.mark.parametrize("path", [*PAGES, *NOTEBOOKS], ids=name_of)
def test_a_page_names_no_registry_and_no_folder_of_a_machine(path):
    assert [match[0] for pattern in (REGISTRY, MACHINE) for match in pattern.finditer(text_of(path))] == []


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_code_blocks_are_python(path):
    for block in PYTHON.findall(text_of(path)):
        ast.parse(block)


# What the code cites


def test_figures_are_those_of_the_records():
    marked = [page for page in DOCS.glob("*.md") if cited.MARK.search(text_of(page))]
    assert {found["name"] for page in marked for found in cited.MARK.finditer(text_of(page))} == set(cited.BLOCKS)
    for page in marked:
        assert cited.renew(text_of(page)) == text_of(page), f"{page.name}: run python -m benchmarks.cited"


def test_a_figure_typed_by_hand_would_be_found():
    page = text_of(DOCS / "choosing.md")
    typed = re.sub(r"(\| `smote` \| )\d", r"\g<1>7", page)
    assert typed != page and cited.renew(typed) == page


def test_the_readme_states_each_generators_measured_cost():
    seconds = record.read(generators.RECORD)
    rows = dict(re.findall(r"^\| `(\w+)`.*\| ([^|]*CPU s[^|]*) \|", text_of(ROOT / "README.md"), re.MULTILINE))
    assert set(rows) == {name for name in generators.GENERATORS if "," not in name}
    for name, cost in rows.items():
        assert f"{generators.cost(seconds, name):.1f} CPU s" in cost


# What the reference covers


def test_the_reference_has_every_public_name():
    reference = "\n".join(text_of(path) for path in DOCS.glob("api/*.md"))
    summary = text_of(DOCS / "api" / "index.md")
    for name in sg.__all__:
        assert re.search(rf"^ +{name}$", summary, re.MULTILINE), name
        assert re.search(rf"auto\w+:: (?:[\w.]+\.)?{name}$", reference, re.MULTILINE), name
    for name in sg.generators.GENERATORS.values():
        assert f"autoclass:: {name.__name__}" in reference


# What the pages show


@pytest.fixture(scope="module")
def table():
    people = sg.datasets.load_adult().sample(1500, random_state=0, ignore_index=True)
    return people[["age", "education-num", "hours-per-week", "sex", "income"]]


def examples(page):
    return PYTHON.findall(text_of(DOCS / page))


def test_the_example_of_the_first_page_runs(table):
    names = {"df": table.rename(columns={"income": "Class"})}
    exec(examples("index.md")[0], names)
    assert names["result"].verdict.outcome in set(sg.Outcome)


@pytest.mark.parametrize(("page", "number"), [("bias.md", 0), ("personal_data.md", 0)])
def test_examples_on_a_table_run(page, number, table):
    names = {"sg": sg, "df": table.assign(race=table["sex"])}
    exec(examples(page)[number], names)
    found = names["found"]
    assert isinstance(found.frame, pd.DataFrame)


def test_options_that_pages_name_are_there():
    """Keywords of the main functions, as pages write them in calls."""
    for call in ("synthesize", "validate", "profile", "estimate_uplift", "verify", "merge"):
        known = set(inspect.signature(getattr(sg, call)).parameters)
        for path in (ROOT / "README.md", *DOCS.glob("*.md")):
            for block in PYTHON.findall(text_of(path)):
                for node in ast.walk(ast.parse(block)):
                    if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == call:
                        used = {word.arg for word in node.keywords if word.arg}
                        assert used <= known, f"{name_of(path)}: {call} has no {used - known}"


def test_measured_lists_every_page_of_a_benchmark():
    cited_there = set(re.findall(r"\]\(\.\./(benchmarks/[\w/]+\.md)\)", text_of(DOCS / "measured.md")))
    assert cited_there == {name_of(page) for page in PAGES if name_of(page).startswith("benchmarks/")}
