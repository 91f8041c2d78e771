"""Every example in a docstring runs and gives what it says."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import synthgen
from synthgen.errors import MissingExtraError

MODULES = sorted(
    ["synthgen", *(item.name for item in pkgutil.walk_packages(synthgen.__path__, "synthgen.")
                   if not item.name.endswith("__main__"))]
)  # fmt: skip


def load(name):
    try:
        return importlib.import_module(name)
    except (MissingExtraError, ModuleNotFoundError) as error:
        pytest.skip(f"{name} needs an extra: {error}")


def examples(name):
    return [test for test in doctest.DocTestFinder(exclude_empty=True).find(load(name), name) if test.examples]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name):
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE | doctest.IGNORE_EXCEPTION_DETAIL)
    for test in examples(name):
        said: list[str] = []
        result = runner.run(test, out=said.append)
        if result.failed and "MissingExtraError" in "".join(said):
            pytest.skip(f"an example of {name} needs an extra")
        assert not result.failed, "".join(said)


def test_the_public_functions_have_examples():
    public = ("synthesize", "validate", "merge", "profile", "real_rows_only", "natural_weights", "Schema", "Gate")
    public += ("SyntheticOverSampler", "PriorCorrection", "CalibratedOnReal", "verify")
    for name in public:
        assert ">>>" in (getattr(synthgen, name).__doc__ or ""), name
