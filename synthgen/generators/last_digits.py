"""The last digits that a model's numbers have: learnt of the rows, and those of large whole numbers that are known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from synthgen.generators.asked import with_classes
from synthgen.generators.margins import SPIKE
from synthgen.table.column import Kind
from synthgen.table.dtypes import LARGEST_EXACT
from synthgen.table.frames import is_frame, to_pandas
from synthgen.table.habits import learn_endings
from synthgen.table.schema import Schema

if TYPE_CHECKING:
    from synthgen.generators.base import Synthesizer


def with_last_digits(model: Synthesizer, learnt: pd.DataFrame) -> Schema:
    """The columns as the model draws them, each number with the last digits that it has in these rows.

    A model that draws frequent values as they are has their endings already: only those of all other rows count.
    Margins do so; noise around a row, and lines between two, don't.
    """
    schema, way = model.model_schema_, model.last_digits
    if way == "none":
        return schema
    # Parts of dates are numbers of days and times, not of tens.
    given = [*(rule.gives for rule in model.constraints_.rules), *model._dates.expanded(model._dates.columns)]
    if way in ("noise", "lines"):
        return learn_endings(learnt, schema, given=given)
    target = schema.target.name if way == "margins by class" and with_classes(schema) and schema.target else None
    classes = None if target is None else learnt[target].to_numpy(float)
    return learn_endings(learnt, schema, given=given, classes=classes, spike=SPIKE)


def with_known_digits(made: pd.DataFrame, conditions: Any, schema: Schema) -> pd.DataFrame:
    """Completed rows with whole numbers of 2**53 and more as they were given, to the last digit."""
    large = [c.name for c in schema.of(Kind.INTEGER) if np.abs(c.bounds or (0.0, 0.0)).max() >= LARGEST_EXACT]
    if not large or not is_frame(conditions):
        return made
    given = to_pandas(conditions, name="conditions")[0].reset_index(drop=True)
    out = {}
    for name in large:
        if name in given and given[name].notna().any():
            rows = zip(made[name].array, given[name].array, given[name].notna(), strict=True)
            values = [said if known else own for own, said, known in rows]
            out[name] = pd.Series(values, index=made.index, dtype=made[name].dtype)
    return made.assign(**out)
