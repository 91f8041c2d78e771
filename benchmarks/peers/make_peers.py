"""Make the neural peers' tables: ``python -m benchmarks.peers.make_peers ctgan tvae mostly --tables adult shoppers``.

Run it from the repository's root, where the peer is installed: SDV 2 for ``ctgan`` and ``tvae``, ``mostlyai-engine``
for ``mostly``. What is already stored is left as it is, so that a run that was stopped can be started again.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import platform
import random
import time
import warnings
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import synthgen as sg
from benchmarks.peers.run_once import cores
from benchmarks.peers.tables import ALL_TABLES, MOST_ROWS, load, thirds
from synthgen.table.column import LABEL_KINDS

FOLDER = Path(__file__).resolve().parent
RECORD = FOLDER / "peers.json"
SEED, THREADS, EPOCHS = 0, 1, 300
NOTE = "Made on a shared machine, on one thread at the lowest priority: the seconds are not timings to compare."
PACKAGES = ("numpy", "scipy", "pandas", "scikit-learn", "torch", "sdv", "ctgan", "rdt", "mostlyai-engine")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers.make_peers", description=__doc__)
    parser.add_argument("peers", nargs="+", choices=list(PEERS))
    parser.add_argument("--tables", nargs="+", choices=list(ALL_TABLES), default=list(ALL_TABLES))
    parser.add_argument("--again", action="store_true", help="also what is already stored")
    given = parser.parse_args()
    os.environ.setdefault("LOKY_MAX_CPU_COUNT", str(THREADS))  # CTGAN encodes its columns in as many processes
    for table in given.tables:
        for peer in given.peers:
            path = FOLDER / f"{peer}_{table}.parquet"
            if not given.again and path.is_file() and table in read().get(peer, {}):
                print(f"{peer}, {table}: already stored", flush=True)
                continue
            made, found = run(peer, table)
            store(path, partial(made.to_parquet, compression="zstd", compression_level=19, index=False))
            peers = read()
            peers.setdefault(peer, {})[table] = found
            text = json.dumps({"note": NOTE, "peers": peers}, indent=2) + "\n"
            store(RECORD, partial(Path.write_text, data=text, encoding="utf-8"))
            print(f"{peer}, {table}: {found['fit_seconds']} s + {found['sample_seconds']} s", flush=True)


def run(peer: str, table: str) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Fit a peer on the first third of a table and sample: the rows, and how they were made."""
    import torch
    from threadpoolctl import threadpool_limits

    frame = load(table)
    if frame is None:
        raise SystemExit(f"The table {table} is not on this machine.")
    train = thirds(frame)[0]
    schema = sg.Schema.infer(train, target=ALL_TABLES[table].target)
    labels = [column.name for column in schema.of(*LABEL_KINDS)]
    rows = min(len(train), MOST_ROWS)
    torch.set_num_threads(THREADS)
    random.seed(SEED)
    np.random.seed(SEED)
    torch.manual_seed(SEED)
    with threadpool_limits(THREADS), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made, found = PEERS[peer](peer, train, labels, rows)
    return as_real(made, train, labels, rows), {
        "date": f"{datetime.now(UTC):%Y-%m-%d}", "seed": SEED,
        "train_rows": len(train), "rows": rows, "columns": train.shape[1],
        **found, "categorical": labels, "versions": versions(), "cores": cores(), "threads": torch.get_num_threads(),
    }  # fmt: skip


def sdv(peer: str, train: pd.DataFrame, labels: list[str], rows: int) -> tuple[pd.DataFrame, dict[str, Any]]:
    """CTGAN or TVAE through SDV. It draws from the seeded global states when it fits, from its own when it samples."""
    from sdv.metadata import Metadata
    from sdv.single_table import CTGANSynthesizer, TVAESynthesizer

    columns = {name: {"sdtype": "categorical" if name in labels else "numerical"} for name in train.columns}
    metadata = Metadata.load_from_dict({"tables": {"table": {"columns": columns}}})
    model = {"ctgan": CTGANSynthesizer, "tvae": TVAESynthesizer}[peer](metadata, epochs=EPOCHS, enable_gpu=False)
    start = time.perf_counter()
    model.fit({"table": train})
    fitted = time.perf_counter()
    made = model.sample(rows)["table"]
    settings = model.get_parameters()
    return made, {**seconds(start, fitted), "epochs": settings["epochs"], "settings": settings}


def mostly(peer: str, train: pd.DataFrame, labels: list[str], rows: int) -> tuple[pd.DataFrame, dict[str, Any]]:
    """MOSTLY AI's TabularARGN. It holds out a fifth of the rows it is given to know when to stop."""
    from mostlyai.engine import TabularARGN

    kinds = {name: "TABULAR_CATEGORICAL" if name in labels else "TABULAR_NUMERIC_AUTO" for name in train.columns}
    # Its default writes '_RARE_' for a rare label: no value of the table, and no integer where labels are integers.
    rare = {"rare_category_replacement_method": "SAMPLE"}
    with TabularARGN(tgt_encoding_types=kinds, device="cpu", random_state=SEED) as model:
        start = time.perf_counter()
        model.fit(train)
        fitted = time.perf_counter()
        made = model.sample(rows, **rare)
        took = seconds(start, fitted)
        logs = pd.read_csv(next(Path(model.workspace_path_).rglob("progress-messages.csv")))
        skip = ("tgt_encoding_types", "workspace_dir", "random_state", "verbose")
        settings = {name: v for name, v in model.get_params().items() if v is not None and name not in skip}
        configs = json.loads(next(Path(model.workspace_path_).rglob("model-configs.json")).read_text(encoding="utf-8"))
    return made, {
        **took,
        "epochs": float(logs["epoch"].max()),
        "settings": {"model": configs["model_id"]} | settings | rare,
    }


def seconds(start: float, fitted: float) -> dict[str, float]:
    """Call it as soon as the rows are there."""
    return {"fit_seconds": round(fitted - start, 1), "sample_seconds": round(time.perf_counter() - fitted, 1)}


def as_real(made: pd.DataFrame, train: pd.DataFrame, labels: list[str], rows: int) -> pd.DataFrame:
    """Give each column the dtype of the real one; a label may come as text."""
    if list(made.columns) != list(train.columns) or len(made) != rows:
        raise SystemExit(f"It made {made.shape} with the columns {list(made.columns)}.")
    columns: dict[str, Any] = {}
    for name, real in train.items():
        values = made[name]
        if name not in labels:
            columns[str(name)] = values.astype(real.dtype)
            continue
        known = {str(label): label for label in real.dropna().unique()}
        values = values.map(str, na_action="ignore")
        strange = set(values.dropna()) - set(known)
        if strange:
            raise SystemExit(f"{name} has labels that the real column lacks: {sorted(strange)}")
        found = values.astype(object).map(known)
        columns[str(name)] = found.astype(real.dtype if real.dtype.kind in "biu" else object)
    return pd.DataFrame(columns)


def store(path: Path, write: Callable[[Path], Any]) -> None:
    """Put a whole file in place, or none."""
    part = path.with_name(f"{path.name}.part")
    write(part)
    part.replace(path)


def read() -> dict[str, Any]:
    return json.loads(RECORD.read_text(encoding="utf-8"))["peers"] if RECORD.is_file() else {}


def versions() -> dict[str, str]:
    installed = {found.name.lower(): found.version for found in importlib.metadata.distributions() if found.name}
    return {"python": platform.python_version()} | {name: installed[name] for name in PACKAGES if name in installed}


PEERS = {"ctgan": sdv, "tvae": sdv, "mostly": mostly}

if __name__ == "__main__":
    main()
