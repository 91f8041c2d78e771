"""The last digits that a model's numbers have: learnt of the rows, for generators that draw to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from synthgen.generators.asked import with_classes
from synthgen.generators.margins import SPIKE
from synthgen.table.column import Schema
from synthgen.table.habits import learn_endings

if TYPE_CHECKING:
    from synthgen.generators.base import Synthesizer


def with_last_digits(model: Synthesizer, learnt: pd.DataFrame) -> Schema:
    """The columns as the model draws them, each number with the last digits that it has in these rows.

    A model that draws frequent values as they are has these endings already: only those of all other rows count.
    """
    schema = model.model_schema_
    if model.last_digits == "none":
        return schema
    given = [rule.gives for rule in model.constraints_.rules]
    if model.last_digits == "of all rows":
        return learn_endings(learnt, schema, given=given)
    target = schema.target.name if model.last_digits == "by class" and with_classes(schema) and schema.target else None
    classes = None if target is None else learnt[target].to_numpy(float)
    return learn_endings(learnt, schema, given=given, classes=classes, spike=SPIKE)
