"""An order for the levels of a category, so that one normal variable can stand for it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from synthgen.generators.margins import scores
from synthgen.table.column import LABEL_KINDS, ORDERED_KINDS, Schema

Floats = NDArray[np.float64]

ROWS = 20_000
LEVELS_SHOWN = 20


def level_orders(coded: pd.DataFrame, schema: Schema, rng: np.random.Generator) -> dict[str, NDArray[np.int64]]:
    """Rank the levels of each label column along the direction in which they differ most elsewhere.

    Levels are placed by their mean normal scores of the numbers and their shares of the other labels' common
    levels; the first principal axis of these places (weighted by rows) gives the order.

    Returns
    -------
    dict of column name to array
        ``ranks[code]``; the place after the last code is that of a missing value.
    """
    names = [column.name for column in schema.of(*LABEL_KINDS) if column.name in coded]
    if not names:
        return {}
    seen = coded.iloc[np.sort(rng.choice(len(coded), min(ROWS, len(coded)), replace=False))]
    blocks: dict[str, Floats] = {}
    for column in schema:
        if column.name not in seen:
            continue
        values = seen[column.name].to_numpy(float)
        if column.kind in ORDERED_KINDS:
            blocks[column.name] = np.stack([scores(values)[0], np.isnan(values)], axis=1)
        else:
            common = pd.Series(values).value_counts().index[:LEVELS_SHOWN].to_numpy()
            shown = (values[:, None] == common).astype(float)
            blocks[column.name] = np.hstack([shown, np.isnan(values)[:, None].astype(float)])
    features = np.hstack(list(blocks.values()))
    features -= features.mean(axis=0)
    owner = np.repeat(list(blocks), [block.shape[1] for block in blocks.values()])
    out = {}
    for name in names:
        n_levels = len(schema[name].categories or ())
        values = seen[name].to_numpy(float)
        codes = np.where(np.isnan(values), n_levels, values).astype(np.int64)
        out[name] = _ranks(codes, n_levels + 1, features, owner != name)
    return out


def _ranks(codes: NDArray[np.int64], n_levels: int, centred: Floats, others: NDArray[np.bool_]) -> NDArray[np.int64]:
    n = len(codes)
    counts = np.bincount(codes, minlength=n_levels)
    sums = np.asarray(csr_array((np.ones(n), (codes, np.arange(n))), shape=(n_levels, n)) @ centred)
    # Two rows' worth of the overall mean keeps rare levels from setting the axis.
    places = sums[:, others] / (counts + 2)[:, None]
    weighted = places * np.sqrt(counts)[:, None]
    # The first axis of the levels, from the smaller of the two matrices that have it.
    directions, sizes, _ = np.linalg.svd(weighted @ weighted.T)
    axis = weighted.T @ directions[:, 0] / max(np.sqrt(sizes[0]), 1e-12)
    along = places @ axis
    order = np.lexsort((-counts, along))
    ranks = np.empty(n_levels, dtype=np.int64)
    ranks[order] = np.arange(n_levels)
    return ranks
