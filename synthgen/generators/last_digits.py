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

    A model that draws frequent values as they are has their endings already: only those of all other rows count.
    Margins do so, and so do lines between rows, which often have such a value at both ends; noise doesn't.
    """
    schema, way = model.model_schema_, model.last_digits
    if way == "none":
        return schema
    given = [rule.gives for rule in model.constraints_.rules]
    if way == "noise":
        return learn_endings(learnt, schema, given=given, around=True)
    target = schema.target.name if way == "margins by class" and with_classes(schema) and schema.target else None
    classes = None if target is None else learnt[target].to_numpy(float)
    return learn_endings(learnt, schema, given=given, classes=classes, spike=SPIKE, around=way == "lines")
