"""A model that is quick and knows which blocks it was asked for."""

from __future__ import annotations

import os

import numpy as np
import pyarrow as pa

from synthgen.generators.sampling import BLOCK
from synthgen.randomness import seed_sequence, stream

SCHEMA = pa.schema(
    [("n", pa.int64()), ("x", pa.float64()), ("label", pa.string()), ("when", pa.timestamp("us")), ("ok", pa.bool_())]
)


def batch_of(seed, block, rows):
    rng = stream(seed_sequence(seed), block)
    moments = np.datetime64("2024-01-01", "us") + rng.integers(0, 10**12, rows).astype("m8[us]")
    gaps = rng.random(rows) < 0.1
    return pa.record_batch(
        [
            pa.array(np.arange(rows) + block * BLOCK), pa.array(rng.normal(size=rows), mask=gaps),
            pa.array(np.array(["a", "b,c", 'd"e', ""])[rng.integers(0, 4, rows)]), pa.array(moments),
            pa.array(rng.random(rows) < 0.5),
        ],
        schema=SCHEMA,
    )  # fmt: skip


class Model:
    """Gives rows of its own; a file, if named, gets a line for each block made, in whatever process."""

    batch_schema = SCHEMA

    def __init__(self, log=None, fails=None):
        self.log, self.fails = log, fails

    def generate_batches(self, n_samples, *, random_state=None, block=None, conditions=None, missing="keep", part=None):
        for number in block:
            if self.fails is not None:
                self.fails(number)
            if self.log is not None:
                with open(self.log, "a") as file:
                    file.write(f"{number} {os.getpid()}\n")
            yield batch_of(random_state, number, min(BLOCK, n_samples - number * BLOCK))

    def made(self):
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return sorted(int(line.split()[0]) for line in lines)


def batches_of(n, seed=1, n_rows=BLOCK):
    """Batches of any number of rows, with the gaps, quotes and commas that trip up a format."""
    return [batch_of(seed, start // n_rows, min(n_rows, n - start)) for start in range(0, n, n_rows)]
