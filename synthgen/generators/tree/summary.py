"""What a fitted model holds, column by column."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.generators.tree.boosting import ALL
from synthgen.generators.tree.codes import LabelCodes
from synthgen.generators.tree.network import Network
from synthgen.table.column import ORDERED_KINDS, Kind
from synthgen.table.rules import Rules
from synthgen.table.schema import Schema

RARE = 10
"""Holders below which a stored value may point at a person."""


def describe(network: Network, rules: Rules, schema: Schema, counts: Sequence[NDArray[np.int64]]) -> pd.DataFrame:
    """One row a column; see :meth:`TreeSynthesizer.describe`."""
    ruled: dict[str, str] = {rule.column: f"computed: follows from {rule.by}" for rule in rules.determined}
    for total in rules.totals:
        parts = " ".join(
            f"{'+' if sign > 0 else '−'} {part}" for sign, part in zip(total.signs, total.parts, strict=True)
        )
        ruled[total.column] = f"computed: {parts.removeprefix('+ ')}"
    rows = []
    for column in schema:
        row: dict[str, object] = {
            "column": column.name,
            "kind": str(column.kind),
            "learnt_as": ruled.get(column.name, ""),
        }
        if column.kind is Kind.IDENTIFIER:
            row["learnt_as"] = "invented by its pattern"
        if column.kind is Kind.TEXT:
            row["learnt_as"] = "made apart from the trees"
        has_bounds = column.kind in ORDERED_KINDS and column.bounds is not None
        row["bounds_stored"] = has_bounds and "bounds" not in column.declared
        if column.name in network.names:
            row |= _modelled(network, network.names.index(column.name), counts)
        rows.append(row)
    frame = pd.DataFrame(rows)
    order = [
        "column", "kind", "learnt_as", "classes", "kept_values", "rare_values", "fewest_rows", "bounds_stored", "trees",
    ]  # fmt: skip
    frame = frame.reindex(columns=order)
    for name in ("classes", "kept_values", "rare_values", "fewest_rows", "trees"):
        frame[name] = frame[name].astype("Int64")
    return frame


def _modelled(network: Network, j: int, counts: Sequence[NDArray[np.int64]]) -> dict[str, object]:
    model, codes, own = network.conditionals[j], network.codes[j], counts[j]
    # Splits that leave every leaf on both sides ask nothing.
    asked = np.unique(model.trees.feature[(model.trees.sides != ALL).any(axis=2)])
    given = [network.names[i] for i in np.sort(model.parents[asked])]
    words = f"drawn given {', '.join(given)}" if given else "drawn on its own"
    if j in network.gaps:
        words += f"; missing as {network.names[network.gaps[j][0]]} says"
    start = int(codes.missing)
    kept = np.ones(len(own), dtype=bool)
    if isinstance(codes, LabelCodes):
        kept = ~np.isnan(codes.levels)
    else:
        kept[:start] = False
        kept[start:] = ~np.isnan(codes.single)
    held = own[own > 0]
    return {
        "learnt_as": words, "classes": len(own), "kept_values": int(kept.sum()),
        "rare_values": int((own[kept] < RARE).sum()), "fewest_rows": int(held.min()) if len(held) else 0,
        "trees": len(model.trees.value),
    }  # fmt: skip
