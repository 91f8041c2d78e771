"""Every notebook runs, and its outputs give no row away.

``python tests/notebooks/test_notebooks.py`` runs the notebooks and writes their outputs back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from nbclient import NotebookClient

import synthgen as sg

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
LARGEST = 400_000
SECONDS_A_CELL = 120
NEARLY_UNIQUE = 2

# A place on a machine: a folder of a Unix root, a home, a drive, or the temporary name of a cell.
ABSOLUTE_PATH = re.compile(
    r"(?<![\w.:/<])(?:/(?:home|Users|root|tmp|work|usr|opt|var|mnt|private)/|[A-Z]:\\|~/|ipykernel_)"
)
ADDRESS = re.compile(r"https?://\S+")  # the number of a paper is nobody's
FRACTION = re.compile(r"[-−]?\d+\.\d+")
MOST_DECIMALS = 4
FEWEST_DIGITS = 5


def run(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Execute a notebook in place; an error in a cell is raised."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return NotebookClient(
        notebook,
        timeout=SECONDS_A_CELL,
        kernel_name="python3",
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": FOLDER}},
    ).execute()


def refresh(path: Path) -> None:
    """Execute a notebook and write it back, with nothing of this machine in it."""
    notebook = run(nbformat.read(path, as_version=4))
    notebook.metadata = nbformat.from_dict(METADATA)
    for cell in notebook.cells:
        cell.metadata = {}
        for output in cell.get("outputs", []):
            if "metadata" in output:
                output["metadata"] = {}
    nbformat.validate(notebook)
    nbformat.write(notebook, path)


def outputs(notebook: nbformat.NotebookNode) -> Iterator[nbformat.NotebookNode]:
    for cell in notebook.cells:
        yield from cell.get("outputs", [])


def texts(notebook: nbformat.NotebookNode) -> Iterator[str]:
    """All that an output says in letters; pictures are left out."""
    for output in outputs(notebook):
        yield "".join(output.get("text", ""))
        for kind, content in output.get("data", {}).items():
            if kind.startswith("text/") or kind == "image/svg+xml":
                yield "".join(content)


def telling_values(*tables: pd.DataFrame) -> set[float]:
    """Give the numbers that at most two rows of a table hold."""
    found: set[float] = set()
    for table in tables:
        for _, column in table.select_dtypes("number").items():
            counts = column.value_counts()
            found.update(counts.index[counts <= NEARLY_UNIQUE].astype(float))
    return found


def leaked(text: str, telling: set[float]) -> list[str]:
    """Find the numbers in a text that are, or are fine enough to be, a real row's own.

    What is printed with five decimals could be a row's value, rounded: summaries are to be rounded further.
    """
    found = []
    for number in FRACTION.findall(ADDRESS.sub("", text)):
        decimals, digits = len(number.split(".")[1]), sum(map(str.isdigit, number))
        own = float(number.replace("−", "-")) in telling
        if decimals > MOST_DECIMALS or (own and (decimals == MOST_DECIMALS or digits >= FEWEST_DIGITS)):
            found.append(number)
    return found


QUICK = ("01_quickstart", "06_extend")


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(path, id=path.stem, marks=() if path.stem in QUICK else pytest.mark.slow) for path in NOTEBOOKS
    ],
)
def path(request: pytest.FixtureRequest) -> Path:
    return request.param


@pytest.fixture(scope="module")
def committed(path):
    return nbformat.read(path, as_version=4)


@pytest.fixture(scope="module")
def executed(path, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IPYTHONDIR", str(tmp_path_factory.mktemp("ipython")))
        patch.setenv("MPLCONFIGDIR", str(tmp_path_factory.mktemp("matplotlib")))
        return run(nbformat.read(path, as_version=4))


@pytest.fixture(scope="module", params=["committed", "executed"])
def either(request, committed):
    # Asked for by name: else a notebook would run for the committed outputs too.
    return committed if request.param == "committed" else request.getfixturevalue("executed")


@pytest.fixture(scope="module")
def telling():
    return telling_values(sg.datasets.load_fraud(), sg.datasets.load_thyroid(), sg.datasets.load_adult())


def test_there_is_a_quickstart():
    assert [path.name for path in NOTEBOOKS][:1] == ["01_quickstart.ipynb"]


def test_it_runs_without_an_error(either):
    assert [output for output in outputs(either) if output.output_type == "error"] == []


def test_outputs_name_no_place_on_a_machine(either):
    assert [match for text in texts(either) for match in ABSOLUTE_PATH.findall(text)] == []


def test_outputs_hold_no_value_of_a_real_row(either, telling):
    assert [number for text in texts(either) for number in leaked(text, telling)] == []


def test_it_is_committed_as_it_was_run(committed, path):
    counts = [cell.execution_count for cell in committed.cells if cell.cell_type == "code"]
    assert counts == list(range(1, len(counts) + 1))
    assert dict(committed.metadata) == METADATA
    assert all(cell.metadata == {} for cell in committed.cells)
    assert path.stat().st_size < LARGEST


def test_the_check_finds_a_planted_row(telling):
    payments = sg.datasets.load_fraud()
    row = payments.iloc[[7]]
    for text in (row.to_string(), row.to_html(), str(payments["V1"].iloc[7]), f"{payments['Amount'].max()}"):
        assert leaked(text, telling), text


def test_the_check_lets_aggregates_pass(telling):
    payments = sg.datasets.load_fraud()
    assert leaked(payments.groupby("Class").mean().round(3).to_string(), telling) == []


def test_the_check_finds_a_path():
    assert ABSOLUTE_PATH.search("/tmp/ipykernel_12/3.py:1: UserWarning")
    assert ABSOLUTE_PATH.search("saved to /home/jo/model")
    assert not ABSOLUTE_PATH.search("see https://example.org/home/index.html, and 3/4")


if __name__ == "__main__":
    for notebook_path in NOTEBOOKS:
        refresh(notebook_path)
        print(f"{notebook_path.name}: {notebook_path.stat().st_size:,} bytes")
