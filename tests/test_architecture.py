"""Rules of the design that no linter of ours knows."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import synthgen

PACKAGE = Path(synthgen.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))

# Names of numpy.random that draw from no hidden state.
STATELESS = {"Generator", "RandomState", "SeedSequence", "BitGenerator", "PCG64", "Philox", "default_rng"}


def name_of(path):
    return str(path.relative_to(PACKAGE))


def trees():
    for path in MODULES:
        yield name_of(path), ast.parse(path.read_text(encoding="utf-8"))


def dotted(node):
    """The dotted name of an attribute, '' if it isn't one."""
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


def loaded_by(statement):
    """Top-level modules in memory after a statement, in an interpreter of its own."""
    code = f"{statement}\nimport sys\nprint(*sorted({{name.split('.')[0] for name in sys.modules}}))"
    path = str(PACKAGE.parent)
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\nsys.path.insert(0, {path!r})\n{code}"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return set(done.stdout.split())


def test_there_is_something_to_check():
    assert len(MODULES) > 30


def test_importing_synthgen_loads_nothing_heavy_that_may_not_be_needed():
    heavy = {"torch", "sdv", "lightgbm", "imblearn", "polars", "matplotlib", "IPython", "typer"}
    assert not loaded_by("import synthgen") & heavy


def test_asking_for_help_loads_no_generator():
    heavy = {"torch", "sdv", "lightgbm", "imblearn", "polars", "matplotlib"}
    assert not loaded_by("import synthgen.cli") & heavy


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_is_named_after_what_it_is_about_and_is_short(path):
    assert path.stem not in {"utils", "util", "helpers", "helper", "common", "misc", "manager"}
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


def test_functions_are_short():
    long = []
    for name, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                first = node.body[1] if ast.get_docstring(node) and len(node.body) > 1 else node.body[0]
                if node.end_lineno - first.lineno >= 70:
                    long.append(f"{name}:{node.name}")
    assert not long


def test_classes_are_not_managers():
    names = [node.name for _, tree in trees() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    assert not [name for name in names if name.endswith("Manager")]


def test_no_global_randomness():
    found = []
    for name, tree in trees():
        for node in ast.walk(tree):
            called = dotted(node) if isinstance(node, ast.Attribute) else ""
            for prefix in ("np.random.", "numpy.random."):
                if called.startswith(prefix) and called.removeprefix(prefix).split(".")[0] not in STATELESS:
                    found.append(f"{name}: {called}")
            if isinstance(node, ast.Import) and any(item.name == "random" for item in node.names):
                found.append(f"{name}: import random")
            if isinstance(node, ast.ImportFrom) and node.module == "random":
                found.append(f"{name}: from random import")
    assert not found


def test_registries_are_written_out():
    barred = {"__subclasses__", "iter_modules", "walk_packages"}
    found = []
    for name, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr in barred:
                found.append(f"{name}: {node.attr}")
    assert not found


def test_nothing_is_pickled():
    barred = {"pickle", "cloudpickle", "joblib", "dill", "marshal", "shelve"}
    found = []
    for name, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                found += [f"{name}: {item.name}" for item in node.names if item.name.split(".")[0] in barred]
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in barred:
                found.append(f"{name}: {node.module}")
    assert not found


def test_every_module_says_what_it_is():
    assert not [name for name, tree in trees() if not ast.get_docstring(tree)]


def test_types_are_shipped():
    assert (PACKAGE / "py.typed").is_file()
