"""Can noisy copies be told row by row? Recall and precision for every threshold, not only for the one in use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.privacy_cases import TABLES, Split, split
from synthgen.table.encoding import encode, extend_categories
from synthgen.table.inference import infer_schema
from synthgen.validation import Comparison
from synthgen.validation.privacy.closeness import closeness
from synthgen.validation.privacy.pool import Pool

COPIES, NOISE = 20, 0.01
ROWS = {"adult": 4_000, "thyroid": 3_000, "fraud": 4_000}
LEVELS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.02)
NORMALS = "eight normal columns"


def measured(seeds: int) -> dict[str, Any]:
    """Of copies with 1 % noise among fresh rows: recall and precision among rows that point at train, by p-value."""
    out: dict[str, Any] = {}
    for name in (*TABLES, NORMALS):
        found = np.array([list(_by_level(_split(name, seed))) for seed in range(seeds)])
        flagged, right = found.sum(axis=0).T
        out[name] = {
            "recall": (right / (seeds * COPIES)).round(3).tolist(),
            "precision": (right / np.maximum(flagged, 1)).round(3).tolist(),
        }
        print(name, out[name], flush=True)
    return {"levels": list(LEVELS), "seeds": seeds, "tables": out}


def _split(name: str, seed: int) -> Split:
    if name in ROWS:
        return split(name, *3 * [ROWS[name]], seed)
    rng = np.random.default_rng(seed)
    parts = [pd.DataFrame(rng.normal(size=(4_000, 8)), columns=list("abcdefgh")) for _ in range(3)]
    return Split(parts[0], parts[1], parts[2], None, seed)


def _by_level(part: Split) -> Iterator[tuple[int, int]]:
    """Rows flagged at each level, and how many of them are copies."""
    copied = part.noisy(part.train.sample(COPIES, random_state=part.seed), NOISE)
    made = part.among_fresh(copied)
    schema = infer_schema(pd.concat([part.train, part.holdout], ignore_index=True), target=part.target)
    schema = extend_categories(schema, part.train, part.holdout, made)
    comparison = Comparison.of(*(encode(frame, schema) for frame in (part.train, part.holdout, made)), schema)
    pool, permutations = Pool.of(comparison, np.random.default_rng(part.seed))
    found = closeness(pool)
    is_copy = found.synthetic >= len(made) - COPIES
    at_train = permutations.labels[found.real]
    for level in LEVELS:
        flagged = at_train & (found.p_values <= level)
        yield int(flagged.sum()), int((flagged & is_copy).sum())
