"""How much two rows have in common: how few real rows would come as near, column by column."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.table.column import LABEL_KINDS
from synthgen.table.schema import Schema
from synthgen.validation.privacy.search import Neighbours
from synthgen.validation.privacy.threads import in_parts

Floats = NDArray[np.float64]
Places = NDArray[np.int64]


def most_alike(
    queries: pd.DataFrame, real: pd.DataFrame, schema: Schema, found: Sequence[Neighbours], *, left_out: bool = False
) -> Neighbours:
    """Order each query's neighbours in several encodings by how unlikely it is to come as near by chance.

    A pair's likeness is the sum over the columns of -log2 of the share of real rows that are at least as near to the
    query as its neighbour is: a common label in common says little, a rare one or a number met within a hair says
    much. It doesn't depend on scales, and one noisy column doesn't hide that all others are the same.

    Parameters
    ----------
    queries, real : pandas.DataFrame
        Coded rows.
    schema : Schema
    found : sequence of Neighbours
        Of the same queries.
    left_out : bool
        The queries are real rows: each is left out of those it is compared with.

    Returns
    -------
    Neighbours
        ``distances`` are the likenesses in bits, negated, so that the most alike come first.
    """
    candidates = np.concatenate([item.rows for item in found], axis=1)
    candidates = np.sort(candidates, axis=1)
    again = np.zeros(candidates.shape, dtype=bool)
    again[:, 1:] = candidates[:, 1:] == candidates[:, :-1]

    def likeness(rows: Places) -> tuple[Floats]:
        bits = np.zeros((len(rows), candidates.shape[1]))
        for column in schema:
            values = real[column.name].to_numpy(float)
            own, others = queries[column.name].to_numpy(float)[rows], values[candidates[rows]]
            bits += _bits(own, others, values, column.kind in LABEL_KINDS, int(left_out))
        return (bits,)

    (bits,) = in_parts(len(queries), candidates.size * len(schema), likeness)
    bits[again] = -1.0
    order = np.argsort(-bits, axis=1, kind="stable")[:, : found[0].rows.shape[1]]
    return Neighbours(-np.take_along_axis(bits, order, 1), np.take_along_axis(candidates, order, 1))


def _bits(own: Floats, others: Floats, values: Floats, labels: bool, left_out: int) -> Floats:
    """Bits of one column for each query and candidate; with ``left_out`` 1 the query itself is one of the values."""
    n = len(values) - left_out
    known = np.sort(values[~np.isnan(values)])
    missing = np.isnan(own)[:, None] & np.isnan(others)
    here = np.repeat(own[:, None], others.shape[1], axis=1)
    both = ~np.isnan(here) & ~np.isnan(others)
    out = np.zeros(others.shape)
    out[missing] = np.log2(n / max(1, len(values) - len(known) - left_out))
    query, gap = here[both], np.abs(here[both] - others[both])
    if labels:
        gap = np.where(gap > 0, np.inf, 0.0)
    # A hair wider, so that a neighbour counts itself in spite of rounding.
    wider = gap + 1e-12 * np.maximum(np.abs(query), gap)
    wider = np.where(np.isfinite(gap), wider, np.inf)
    nearer = np.searchsorted(known, query + wider, side="right") - np.searchsorted(known, query - wider, side="left")
    out[both] = np.where(np.isfinite(gap), np.log2(n / np.maximum(nearer - left_out, 1)), 0.0)
    return out
