"""Saved models: one folder of JSON and arrays, and never pickle."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

import numpy as np

from synthgen.errors import FileError, UsageError
from synthgen.generators.dates import DateColumns, DateParts
from synthgen.generators.distance_columns import DistanceColumn
from synthgen.generators.texts import keeps_real_texts, texts_from, texts_state
from synthgen.table.constraints.found import FOUND
from synthgen.table.constraints.reading import constraints_of
from synthgen.table.constraints.ruleset import RuleSet
from synthgen.table.frames import PANDAS
from synthgen.table.schema import Schema

if TYPE_CHECKING:
    from synthgen.generators.base import Synthesizer

MODEL_VERSION = 4


def save_model(model: Synthesizer, path: str | Path, *, include_real_rows: bool) -> None:
    """Write ``model`` to the folder ``path``, which appears only once it is complete."""
    folder = Path(path)
    texts = keeps_real_texts(model)
    if (model.holds_real_rows or texts) and not include_real_rows:
        what = "every real text" if texts and not model.holds_real_rows else "every real row"
        raise UsageError(
            f"A saved {type(model).__name__} contains {what} it was fitted on. "
            "If that is what you want, say save(path, include_real_rows=True)."
        )
    _check_replaceable(folder)
    document, arrays = _document(model)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        try:
            (temporary / "model.json").write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
            np.savez_compressed(temporary / "arrays.npz", **arrays)  # type: ignore[arg-type]
            temporary.chmod(0o755)
            if folder.exists():
                shutil.rmtree(folder)
            temporary.rename(folder)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
    except OSError as error:
        raise FileError(f"The model can't be written to {str(path)!r}: {error.strerror}.") from error


def fingerprint(model: Synthesizer) -> str:
    """Give a hash of all that a model's rows come from, but the random state; another version gives another one."""
    document, arrays = _document(model)
    passing = ("seed", "calls")
    told = {key: value for key, value in document.items() if key not in passing}
    found = blake2b(json.dumps(told, sort_keys=True).encode(), digest_size=16)
    for name, values in sorted(arrays.items()):
        found.update(f"{name} {values.dtype} {values.shape}".encode())
        found.update(np.ascontiguousarray(values).tobytes())
    return found.hexdigest()


def _document(model: Synthesizer) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Give what a saved model holds: JSON values, and arrays by name."""
    state = model._state()
    arrays = {key: value for key, value in state.items() if isinstance(value, np.ndarray)}
    plain = {key: value for key, value in state.items() if key not in arrays}
    learnt_texts, text_arrays = texts_state(model._texts)
    parameters = {
        key: value.item() if isinstance(value, np.generic) else value
        for key, value in model.get_params(deep=False).items()
    }
    parameters["random_state"] = None  # the stream of rows is kept in "seed"
    document = {
        "synthgen_model": MODEL_VERSION,
        "generator": type(model).__name__,
        "versions": _versions(),
        "parameters": parameters,
        "seed": {"entropy": _parts(model._seed.entropy), "spawn_key": list(model._seed.spawn_key)},
        "calls": model._calls,
        "opaque_missing": model._opaque_missing,
        "holders": model._holders,
        "entities": model._entities,
        "texts": learnt_texts,
        "target_codes": model._target_codes.tolist(),
        "rules": [rule.to_dict() for rule in model.constraints_.rules],
        "broken_rules": model.broken_rules_,
        "distances": [vars(distance) for distance in model._distances],
        "dates": [one.to_dict() for one in model._dates.parts],
        "gap_patterns": model._gap_patterns,
        "model_schema": json.loads(model.model_schema_.to_json()),
        "schema": json.loads(model.schema_.to_json()),
        "state": plain,
    }
    return document, {**arrays, **text_arrays}


def load_model(path: str | Path, classes: Mapping[str, type[Synthesizer]]) -> Synthesizer:
    """Read back what :func:`save_model` wrote."""
    folder = Path(path)
    try:
        document = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        stated, generator = document["synthgen_model"], document["generator"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise FileError(f"The folder {str(path)!r} does not hold a synthgen model.") from error
    if stated != MODEL_VERSION:
        raise FileError(
            f"The model in {str(path)!r} has format {stated!r}; this version of synthgen reads format {MODEL_VERSION}. "
            "Fit it again, or install the version named in its model.json."
        )
    by_class = {cls.__name__: cls for cls in classes.values()}
    if generator not in by_class:
        raise FileError(f"The model in {str(path)!r} is of an unknown generator, {generator!r}.")
    try:
        return _rebuilt(by_class[generator], document, folder)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError, BadZipFile) as error:
        raise FileError(
            f"The model in {str(path)!r} is not complete: a part of it is missing or was changed. Save it again."
        ) from error


def _rebuilt(cls: type[Synthesizer], document: Mapping[str, Any], folder: Path) -> Synthesizer:
    with np.load(folder / "arrays.npz", allow_pickle=False) as stored:
        arrays = {key: stored[key] for key in stored.files}
    model = cls(**document["parameters"])
    model.schema_ = Schema.from_json(json.dumps(document["schema"]))
    model.privacy_ = None
    model._form = PANDAS
    seed = document["seed"]
    model._seed = np.random.SeedSequence(_entropy(seed["entropy"]), spawn_key=tuple(seed["spawn_key"]))
    model._calls = document["calls"]
    model._opaque_missing = document["opaque_missing"]
    model._holders = document["holders"]
    model._entities = document["entities"]
    model._taken, model._real_texts = {}, {}
    model._texts = texts_from(document["texts"], arrays)
    model._target_codes = np.array(document["target_codes"])
    model.constraints_ = RuleSet(constraints_of(document["rules"], FOUND))
    model.broken_rules_ = document["broken_rules"]
    model._distances = tuple(DistanceColumn(**distance) for distance in document["distances"])
    model._dates = DateColumns(tuple(DateParts.from_dict(one) for one in document["dates"]))
    model._gap_patterns = document["gap_patterns"]
    model.model_schema_ = Schema.from_json(json.dumps(document["model_schema"]))
    own = {key: value for key, value in arrays.items() if not key.startswith("text.")}
    model._set_state({**document["state"], **own})
    return model


def _parts(entropy: Any) -> list[int]:
    return [int(part) for part in (entropy if isinstance(entropy, (list, tuple)) else [entropy])]


def _entropy(parts: list[int]) -> int | list[int]:
    return int(parts[0]) if len(parts) == 1 else [int(part) for part in parts]


def _check_replaceable(folder: Path) -> None:
    """Refuse to write over anything but a synthgen model or an empty folder."""
    if not folder.exists():
        return
    refusal = f"{str(folder)!r} holds something that isn't a synthgen model. Name a new or empty folder."
    if not folder.is_dir():
        raise FileError(refusal)
    held = {item.name for item in folder.iterdir()}
    if not held:
        return
    try:
        document = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise FileError(refusal) from error
    if held != {"model.json", "arrays.npz"} or "synthgen_model" not in document:
        raise FileError(refusal)


def _versions() -> dict[str, str]:
    found = {}
    for name in ("synthgen-tabular", "numpy", "pandas", "scikit-learn", "imbalanced-learn", "numba", "faker"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "unknown"
    return found
