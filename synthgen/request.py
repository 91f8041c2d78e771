"""What a run was asked for, in plain values: enough to ask for it again, and nothing of any row."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Set
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from synthgen.errors import ConstraintError, FileError
from synthgen.generators import GENERATORS, Synthesizer
from synthgen.planning.fairness import FairnessPlan
from synthgen.planning.fairness.reading import FIELDS
from synthgen.table.constraints import Constraint
from synthgen.validation import Gate

GIVEN = ("schema", "generator", "gate", "ledger")
"""Arguments that may have to be handed in again: a schema holds bounds and labels of real rows, the others are code."""


_NONE = type(None)
KINDS: dict[str, tuple[type, ...]] = {
    "target": (str, _NONE),
    "purpose": (str,),
    "sampling_strategy": (str, int, float, dict),
    "n_samples": (int, _NONE),
    "conditions": (dict, _NONE),
    "generator_options": (dict, _NONE),
    "sensitive_features": (list, str, _NONE),
    "fairness": (dict, str, _NONE),
    "subject": (str, _NONE),
    "holdout": (int, float),
    "validation": (str,),
    "constraints": (list,),
    "missing": (str,),
    "epsilon": (int, float, _NONE),
    "delta": (int, float, _NONE),
}
"""What arguments can be, so that a record that was tampered with is refused for that."""


def _constraints(value: Any) -> list[Any]:
    items = [value] if isinstance(value, (str, Constraint, Mapping)) else list(value)
    try:
        rules = [item.to_dict() if isinstance(item, Constraint) else item for item in items]
        # As text: a record's values aren't deep.
        return [rule if isinstance(rule, str) else json.dumps(rule) for rule in rules]
    except (ConstraintError, TypeError, ValueError) as error:
        raise _NotPlainError from error


class _NotPlainError(Exception):
    """A value that JSON can't hold."""


def describe_request(seed: np.random.SeedSequence, **arguments: Any) -> dict[str, Any]:
    """Write down what was asked for.

    Parameters
    ----------
    seed : numpy.random.SeedSequence
        The seed that was used, also where none was given.
    **arguments
        Those of :func:`synthgen.synthesize`.

    Returns
    -------
    dict
        ``arguments``; ``seed``; ``given``, the names of those that can't be written down and must be handed in again;
        and ``obstacles``, sentences that say why the run can't be made again.
    """
    given: list[str] = []
    obstacles: list[str] = []
    written: dict[str, Any] = {}
    for name, value in arguments.items():
        try:
            if name == "schema":
                written[name] = None
                given += [name] if value is not None else []
            elif name == "generator":
                written[name] = _generator(value)
            elif name == "gate":
                written[name] = _gate(value)
            elif name == "ledger":
                # Where a ledger lies is nobody's business who reads a record.
                written[name] = None
                given += [name] if value is not None else []
            elif name == "constraints":
                written[name] = _constraints(value)
            elif name == "fairness":
                written[name] = _plain(_fairness(value))
            else:
                written[name] = _plain(value)
        except _NotPlainError:
            if name in GIVEN:
                given.append(name)
            else:
                obstacles.append(f"{name} holds something that can't be written down")
    entropy = seed.entropy
    return {
        "arguments": written,
        "seed": {
            # As text: whole numbers of this size are cut off by some readers of JSON.
            "entropy": [str(part) for part in entropy] if isinstance(entropy, (list, tuple)) else str(entropy),
            "spawn_key": [int(part) for part in seed.spawn_key],
        },
        "given": given,
        "obstacles": obstacles,
    }


def read_request(request: object, given: Mapping[str, Any]) -> dict[str, Any]:
    """Give the arguments that ask for a run again.

    Parameters
    ----------
    request : object
        What :func:`describe_request` wrote.
    given : mapping
        The arguments that couldn't be written down.

    Raises
    ------
    FileError
        The request isn't whole.
    """
    try:
        if not isinstance(request, Mapping):
            raise TypeError
        arguments = {name: _read(value) for name, value in request["arguments"].items()}
        if not all(isinstance(arguments[name], kinds) for name, kinds in KINDS.items() if name in arguments):
            raise TypeError
        entropy = request["seed"]["entropy"]
        seed = np.random.SeedSequence(
            [int(part) for part in entropy] if isinstance(entropy, list) else int(entropy),
            spawn_key=tuple(int(part) for part in request["seed"]["spawn_key"]),
        )
        arguments["generator"] = _generator_again(arguments.get("generator"))
        arguments["gate"] = _gate_again(arguments.get("gate"))
    except (AttributeError, KeyError, TypeError, ValueError):
        raise FileError(
            "The record doesn't say in full what was asked for, so the run can't be made again. Use a run.json as "
            "synthgen wrote it."
        ) from None
    return {**arguments, **given, "random_state": seed}


def _plain(value: Any) -> Any:
    if isinstance(value, (np.generic, np.ndarray)):
        value = value.tolist()
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    if isinstance(value, (pd.Timestamp, date)):
        return value.isoformat()
    if isinstance(value, Mapping):
        # Pairs keep the kind of a key: JSON would make a text of each.
        return {"pairs": [[_plain(key), _plain(item)] for key, item in value.items()]}
    if isinstance(value, (list, tuple, Set, pd.Index, pd.Series)):
        items = sorted(value, key=str) if isinstance(value, Set) else list(value)
        return [_plain(item) for item in items]
    raise _NotPlainError


def _read(value: Any) -> Any:
    if isinstance(value, Mapping) and set(value) == {"pairs"}:
        # A group of several columns is a tuple, which JSON makes a list of.
        pairs = [(tuple(key) if isinstance(key, list) else key, item) for key, item in value["pairs"]]
        return {key: _read(item) for key, item in pairs}
    return [_read(item) for item in value] if isinstance(value, list) else value


def _generator(value: Any) -> Any:
    if not isinstance(value, Synthesizer):
        return _plain(value)
    for name, kind in GENERATORS.items():
        if type(value) is kind:
            return {"name": name, "parameters": _plain(value.get_params(deep=False))}
    raise _NotPlainError


def _generator_again(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    return GENERATORS[value["name"]](**_read(value["parameters"]))


def _fairness(value: Any) -> Any:
    if not isinstance(value, FairnessPlan):
        return value
    fields = {name: getattr(value, name) for name in FIELDS}
    return {**fields, "reference": dict(value.reference) or None}


def _gate(value: Any) -> Any:
    if not isinstance(value, Gate):
        return _plain(value)
    if value == Gate.default(fewest_holders=value.fewest_holders):
        return {"fewest_holders": int(value.fewest_holders)}
    raise _NotPlainError


def _gate_again(value: Any) -> Any:
    return Gate.default(fewest_holders=value["fewest_holders"]) if isinstance(value, Mapping) else value
