"""What SDV's copula does with the tables of :mod:`benchmarks.kinds_tables`; run it where SDV is installed."""

from __future__ import annotations

import importlib.metadata
import json
import platform
import sys
import time
import warnings
from typing import Any

import pandas as pd
import sdv
import torch
from sdv.metadata import Metadata
from sdv.single_table import GaussianCopulaSynthesizer

from benchmarks.kinds_tables import ASKED, ROWS, Asked, judged
from benchmarks.peers.sdv_asks import outcome, rows_of


def measured(frame: pd.DataFrame, names: list[str], asked: Asked, told: bool) -> dict[str, Any]:
    """Columns of rows as SDV makes them by its own guess of what they are, or told."""
    start = time.process_time()
    metadata = Metadata.detect_from_dataframes({"table": frame})
    guessed = {name: about["sdtype"] for name, about in metadata.to_dict()["tables"]["table"]["columns"].items()}
    for name, about in asked.told.items():
        if told and name in names:
            metadata.update_column(table_name="table", column_name=name, **about)
    model = GaussianCopulaSynthesizer(metadata)
    model.fit({"table": frame})
    made = rows_of(model.sample(ROWS))
    seconds = round(time.process_time() - start, 2)
    columns = {name: {"guessed": guessed[name], **judged(frame[name], made[name], asked.right[name])} for name in names}
    return {"columns": columns, "cpu_seconds": seconds}


def versions() -> dict[str, str]:
    names = ("numpy", "pandas", "rdt", "copulas", "torch")
    return {"python": platform.python_version(), **{name: importlib.metadata.version(name) for name in names}}


def both(asked: Asked, told: bool) -> dict[str, Any]:
    """All columns of a table; the words of SDV for those that stop it."""
    columns: dict[str, Any] = {}
    seconds = 0.0
    for frame, names in asked.parts().values():
        found = outcome(lambda frame=frame, names=names: measured(frame, names, asked, told))
        seconds += found.get("cpu_seconds", 0.0)
        columns |= found["columns"] if "columns" in found else dict.fromkeys(names, found)
    return {"columns": columns, "cpu_seconds": round(seconds, 2)}


def main() -> int:
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    found: dict[str, Any] = {"sdv": sdv.__version__, "versions": versions()}
    for name, asked in ASKED.items():
        found[name] = {"by itself": both(asked, False)}
        if asked.told:
            found[name]["told"] = both(asked, True)
    frame = next(iter(ASKED.values())).table()
    found["without metadata"] = outcome(lambda: str(GaussianCopulaSynthesizer().fit(frame)))
    print(json.dumps(found, default=str))
    return 0


if __name__ == "__main__":
    sys.exit(main())
