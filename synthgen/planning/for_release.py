"""The table that a generator may learn for release, and the form in which rows are given back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from synthgen.planning.coarsening import Coarsening, coarsen
from synthgen.planning.wanted import check_not_merged
from synthgen.table import Form, Schema
from synthgen.validation import Gate
from synthgen.validation.gate import gate_of


def coarsen_for_release(
    frame: pd.DataFrame,
    coded: pd.DataFrame,
    schema: Schema,
    form: Form,
    gate: Gate | str | None,
    conditions: Mapping[str, Any] | None,
) -> tuple[pd.DataFrame, pd.DataFrame, Schema, Form, Coarsening]:
    """Make coarser what fewer people have than the gate asks for; see :func:`synthgen.planning.coarsen`.

    Parameters
    ----------
    frame, coded : pandas.DataFrame
    schema : Schema
    form : Form
        The caller's dtypes, which learn the labels that others were merged into.
    gate : Gate, "default" or None
    conditions : mapping or None
        A condition on a label that was merged is refused.
    """
    fewest = gate_of(gate).fewest_holders
    frame, coded, coarse, found = coarsen(frame, coded, schema, fewest=fewest)
    form = form.listing({name: coarse[name].categories or () for name in found.merged_labels})
    check_not_merged(conditions, schema, coarse, found.merged_labels)
    return frame, coded, coarse, form, found
