"""Does a generator remember the rows it learns from? Tried on an inner split of the train rows."""

from __future__ import annotations

import numpy as np
import pandas as pd

from synthgen.generators import Synthesizer
from synthgen.randomness import child, stream
from synthgen.table import encode, extend_categories, to_pandas
from synthgen.table.schema import Schema
from synthgen.table.splitting import split_rows
from synthgen.validation import Comparison, Gate, Outcome, Purpose
from synthgen.validation.privacy import find_leaks

MOST_ROWS = 50_000
"""Train rows that the trial uses. A generator remembers the more the fewer rows it has, so it isn't made small."""


def remembers(
    frame: pd.DataFrame, coded: pd.DataFrame, schema: Schema, model: Synthesizer, seed: np.random.SeedSequence
) -> tuple[str, ...]:
    """Fit a generator on half of the rows, and look for leaks with the other half as held-out rows.

    The checks and their level are those of the gate for a release; leaks that are gone once rows are refused don't
    count. Learning from half as many rows makes a generator remember more, and as many held-out rows as train rows
    show it best: what passes here is likely to pass. Held-out rows of the whole run aren't looked at.

    Parameters
    ----------
    frame, coded : pandas.DataFrame of shape (n_rows, n_columns)
        Train rows only, as the caller gave them and coded by ``schema``.
    schema : Schema
    model : Synthesizer
        Unfitted.
    seed : numpy.random.SeedSequence

    Returns
    -------
    tuple of str
        Names of the checks that find a leak.
    """
    if len(coded) > MOST_ROWS:
        rows = np.sort(stream(seed, "rows").choice(len(coded), MOST_ROWS, replace=False))
        frame, coded = frame.iloc[rows], coded.iloc[rows]
    learn, held = split_rows(coded, schema, 0.5, stream(seed, "split"))
    model.set_params(random_state=int(stream(seed, "model").integers(0, 2**31)))
    model.fit(frame.iloc[learn], schema=schema)
    made = to_pandas(model.sample(len(learn), random_state=child(seed, "sample")))[0]
    schema = extend_categories(schema, made)
    comparison = Comparison.of(
        coded.iloc[learn], coded.iloc[held], encode(made, schema), schema, row_source=model.row_source
    )
    leaks = find_leaks(comparison, Purpose.RELEASE, child(seed, "leaks"))
    verdict = Gate.of_leaks().judge(
        leaks.measurements, purpose=Purpose.RELEASE, row_source=model.row_source, flagged=(0, len(made)), refused=True
    )
    return tuple(
        finding.criterion for finding in verdict.findings if finding.outcome is Outcome.FAIL and finding.blocks
    )
