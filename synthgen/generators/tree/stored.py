"""A network as JSON values and arrays, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from synthgen.generators.tree.boosting import Trees
from synthgen.generators.tree.codes import ColumnCodes, LabelCodes, NumberCodes
from synthgen.generators.tree.conditional import Conditional
from synthgen.generators.tree.network import Network


def to_document(network: Network) -> dict[str, Any]:
    """What JSON holds of a network."""
    return {
        "names": list(network.names),
        "labels": [isinstance(codes, LabelCodes) for codes in network.codes],
        "grouped": network.grouped,
        "gaps": {str(j): [by, is_missing.tolist()] for j, (by, is_missing) in network.gaps.items()},
    }


def to_arrays(network: Network) -> dict[str, Any]:
    """What the array file holds of a network, by ``position part name``."""
    out: dict[str, Any] = {}
    for j, (codes, bins, model) in enumerate(zip(network.codes, network.bins, network.conditionals, strict=True)):
        parts = model._asdict()
        parts |= parts.pop("trees")._asdict()
        out[f"{j} bins"] = bins
        out |= {f"{j} codes {name}": value for name, value in codes.state().items()}
        out |= {f"{j} model {name}": value for name, value in parts.items()}
    return out


def from_state(document: Mapping[str, Any], arrays: Mapping[str, Any]) -> Network:
    """Inverse of :func:`to_document` and :func:`to_arrays`."""
    codes: list[ColumnCodes] = []
    models, bins = [], []
    for j, is_label in enumerate(document["labels"]):
        own = _parts(arrays, f"{j} codes ")
        codes.append(LabelCodes.from_state(own) if is_label else NumberCodes.from_state(own))
        parts = _parts(arrays, f"{j} model ")
        trees = Trees(*(parts[name] for name in Trees._fields))
        models.append(
            Conditional(**{name: parts[name] for name in Conditional._fields if name != "trees"}, trees=trees)
        )
        bins.append(arrays[f"{j} bins"])
    gaps = {int(j): (int(by), np.array(is_missing, dtype=bool)) for j, (by, is_missing) in document["gaps"].items()}
    names, grouped = tuple(document["names"]), bool(document["grouped"])
    return Network(names, tuple(codes), tuple(bins), tuple(models), grouped, gaps)


def _parts(state: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    return {name.removeprefix(prefix): value for name, value in state.items() if name.startswith(prefix)}
