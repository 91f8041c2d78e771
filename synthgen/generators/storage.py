"""Saved models: one folder of JSON, arrays and Parquet, and never pickle."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from synthgen.errors import FileError, UsageError
from synthgen.randomness import seed_sequence
from synthgen.table.column import Schema
from synthgen.table.frames import PANDAS

if TYPE_CHECKING:
    from synthgen.generators.base import Synthesizer

MODEL_VERSION = 1


def save_model(model: Synthesizer, path: str | Path, *, include_real_rows: bool) -> None:
    """Write ``model`` to the folder ``path``, which appears only once it is complete."""
    folder = Path(path)
    if model.holds_real_rows and not include_real_rows:
        raise UsageError(
            f"A saved {type(model).__name__} contains every real row it was fitted on. "
            "If that is what you want, say save(path, include_real_rows=True)."
        )
    if folder.exists() and not (folder / "model.json").is_file() and any(folder.iterdir()):
        raise FileError(f"The folder {str(path)!r} holds other files. Name a new or empty folder.")
    state = model._state()
    arrays = {key: value for key, value in state.items() if isinstance(value, np.ndarray)}
    frames = {key: value for key, value in state.items() if isinstance(value, pd.DataFrame)}
    plain = {key: value for key, value in state.items() if key not in arrays and key not in frames}
    parameters = model.get_params(deep=False)
    parameters["random_state"] = None  # the stream of rows is kept in "seed"
    document = {
        "synthgen_model": MODEL_VERSION,
        "generator": type(model).__name__,
        "versions": _versions(),
        "parameters": parameters,
        "seed": {"entropy": str(model._seed.entropy), "spawn_key": list(model._seed.spawn_key)},
        "calls": model._calls,
        "opaque_missing": model._opaque_missing,
        "schema": json.loads(model.schema_.to_json()),
        "state": plain,
        "frames": sorted(frames),
    }
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        try:
            (temporary / "model.json").write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
            np.savez_compressed(temporary / "arrays.npz", **arrays)  # type: ignore[arg-type]
            for key, frame in frames.items():
                frame.to_parquet(temporary / f"{key}.parquet", index=False)
            temporary.chmod(0o755)
            if folder.exists():
                shutil.rmtree(folder)
            temporary.rename(folder)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
    except OSError as error:
        raise FileError(f"The model can't be written to {str(path)!r}: {error.strerror}.") from error


def load_model(path: str | Path, classes: Mapping[str, type[Synthesizer]]) -> Synthesizer:
    """Read back what :func:`save_model` wrote."""
    folder = Path(path)
    try:
        document = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        with np.load(folder / "arrays.npz", allow_pickle=False) as stored:
            arrays = {key: stored[key] for key in stored.files}
        frames = {key: pd.read_parquet(folder / f"{key}.parquet") for key in document.get("frames", [])}
    except (OSError, ValueError, KeyError) as error:
        raise FileError(f"The folder {str(path)!r} does not hold a complete synthgen model.") from error
    if document.get("synthgen_model") != MODEL_VERSION:
        raise FileError(
            f"The model in {str(path)!r} has format {document.get('synthgen_model')!r}; this version of synthgen "
            f"reads format {MODEL_VERSION}. Fit it again, or install the version named in its model.json."
        )
    by_class = {cls.__name__: cls for cls in classes.values()}
    if document["generator"] not in by_class:
        raise FileError(f"The model in {str(path)!r} is of an unknown generator, {document['generator']!r}.")
    model = by_class[document["generator"]](**document["parameters"])
    model.schema_ = Schema.from_json(json.dumps(document["schema"]))
    model.privacy_ = None
    model._form = PANDAS
    seed = document["seed"]
    model._seed = type(seed_sequence(0))(int(seed["entropy"]), spawn_key=tuple(seed["spawn_key"]))
    model._calls = document["calls"]
    model._opaque_missing = document["opaque_missing"]
    model._set_state({**document["state"], **arrays, **frames})
    return model


def _versions() -> dict[str, str]:
    found = {}
    for name in ("synthgen-tabular", "numpy", "pandas", "scikit-learn", "imbalanced-learn"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "unknown"
    return found
