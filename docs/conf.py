"""How the documentation is built: ``python -m sphinx -W --keep-going -n -c docs . build/docs``.

The source folder is the repository's root, so that pages link to benchmarks, notebooks and reports in the same words on
a forge and on the site. Nothing is fetched while building, and no page of the site asks for anything elsewhere.
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "docs" / "extensions")]

project = "synthgen"
author = "The synthgen authors"
copyright = f"{author}, Apache-2.0"
release = version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "numpydoc",
    "myst_nb",
    "listings",
]
root_doc = "docs/index"
include_patterns = [
    "README.md",
    "CHANGELOG.md",
    ".github/CONTRIBUTING.md",
    "docs/*.md",
    "docs/api/*.md",
    "notebooks/*.ipynb",
    "benchmarks/*.md",
    "benchmarks/peers/README.md",
    "reports/README.md",
    "data/README.md",
]
exclude_patterns = [".git", ".venv*", "build", "dist", "synthgen", "tests", "**/__pycache__", "**/.ipynb_checkpoints"]

# Pages are Markdown, for people who read them on a forge; names of links to headings are as there.
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
# A page that is listed and not there yet is left out; a page that is there and not listed is a warning.
suppress_warnings = ["toc.not_readable"]

# Notebooks are shown as they were committed: the tests run them.
nb_execution_mode = "off"
nb_merge_streams = True

autosummary_generate = False
autodoc_typehints = "none"
autodoc_member_order = "bysource"
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False

nitpick_ignore_regex = [
    # Other projects' names: linking them would need their inventories from the network.
    (r"py:.*", r"(pd|pandas|np|numpy|scipy|sklearn|imblearn|fairlearn|re|enum|pathlib|datetime|typing)(\..*)?"),
]
nitpick_ignore = [("py:mod", "synthgen.constraints")]

html_theme = "furo"
html_title = "synthgen"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False
html_additional_pages = {"index": "home.html"}
templates_path = ["_templates"]
