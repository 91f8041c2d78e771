"""Fitting without looking: what every generator learns of a table, for one that may only ask for noisy answers.

Of the frame, nothing but names and dtypes is read here. Whatever other generators read off the rows (rules, gaps that
go together, shapes of identifiers) is declared, left out, or read off rows that the fitted model draws.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import pandas as pd

from synthgen.generators.asked import Asked, with_classes
from synthgen.generators.dates import DateColumns
from synthgen.generators.identifying import ONE_ROW_EACH, check_form, made_up_columns
from synthgen.generators.missing_patterns import gap_patterns
from synthgen.randomness import child, seed_sequence, stream
from synthgen.table.column import LABEL_KINDS, Kind
from synthgen.table.constraints.ruleset import RuleSet, check_declared
from synthgen.table.frames import Form
from synthgen.table.schema import Schema

if TYPE_CHECKING:
    from synthgen.generators.base import Synthesizer

    Measuring = TypeVar("Measuring", bound=Synthesizer)

NO_SHAPE = "99999999"
"""Shape of identifiers whose shape isn't declared."""

DRAWN = 5_000
"""Rows that are drawn to see which gaps go together."""


def fit_measured(
    model: Measuring, frame: pd.DataFrame, form: Form, schema: Schema | None, target: str | None
) -> Measuring:
    """Fit a generator that learns only by measuring."""
    if schema is not None:
        check_declared(schema.constraints, schema)
    seed = seed_sequence(model.random_state)
    learnt = _with_shapes(model._measured(frame, schema, target))
    del frame
    model.schema_ = model.model_schema_ = learnt
    model.constraints_ = RuleSet.of(learnt.constraints)
    model.broken_rules_, model._distances, model._dates = {}, (), DateColumns()
    # A dtype may list labels that no row, or one row, has.
    model._form = form.listing({column.name: column.categories or () for column in learnt.of(*LABEL_KINDS)})
    model._calls, model.effort_ = 0, None
    model._seed = child(seed, "sample")
    _without_identifiers(model, learnt)
    codes = len(learnt.target.categories or ()) if with_classes(learnt) and learnt.target else 0
    model._target_codes = np.arange(codes, dtype=np.float64)
    model._gap_patterns = gap_patterns(model._own(DRAWN, Asked(), stream(seed, "gap patterns")), learnt)
    return model


def _with_shapes(schema: Schema) -> Schema:
    changed = []
    for column in schema.of(Kind.IDENTIFIER):
        check_form(column)
        if column.faker is None and column.pattern is None:
            changed.append(replace(column, pattern=NO_SHAPE))
    return schema.with_columns(changed)


def _without_identifiers(model: Synthesizer, schema: Schema) -> None:
    """Identifiers are made anew, one for each row: how many rows share one is not known."""
    columns = schema.of(Kind.IDENTIFIER)
    model._opaque_missing = {column.name: 0.0 for column in columns}
    model._holders = {column.name: ONE_ROW_EACH for column in columns}
    model._entities = {
        locale: {"lead": made[0].name, "by": None, "distinct": [column.name for column in made]}
        for locale, made in made_up_columns(schema).items()
    }
    model._taken, model._texts, model._real_texts = {}, {}, {}
