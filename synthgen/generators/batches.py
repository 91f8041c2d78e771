"""Synthetic rows block by block, as Arrow record batches: the same ones wherever they are made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from synthgen.errors import UsageError
from synthgen.generators.candidates import Effort
from synthgen.generators.places import TablePart
from synthgen.generators.sampling import Drawing, draw_table, plan_table
from synthgen.randomness import RandomState
from synthgen.table.batches import record_batch

if TYPE_CHECKING:
    from synthgen.generators.base import Synthesizer


def make_batches(
    model: Synthesizer,
    n: int,
    conditions: Mapping[str, Any] | None,
    missing: str,
    random_state: RandomState,
    wanted: Any,
    part: TablePart | None,
) -> Iterator[pa.RecordBatch]:
    """Check what is asked for, and make batches as they are taken.

    Parameters are those of :meth:`synthgen.generators.Synthesizer.generate_batches`.
    """
    if conditions is not None and not isinstance(conditions, Mapping):
        raise UsageError(
            "Batches take conditions by column, such as {'Class': 1}. A table of partial rows is completed by "
            "sample(conditions=...), as a whole."
        )
    drawing = plan_table(model, n, conditions, missing, False, random_state, part)
    numbers = _numbers(wanted, drawing.blocks)
    if drawing.together and drawing.blocks > 1:
        if wanted is not None:
            raise UsageError(
                f"The rule {drawing.together[0].words!r} is about all rows of the table together, so its "
                f"{drawing.blocks} blocks can't be made one without the others. Leave block out, or the rule."
            )
        return _cut(drawing)
    return _one_by_one(drawing, numbers)


def _one_by_one(drawing: Drawing, numbers: Sequence[int]) -> Iterator[pa.RecordBatch]:
    model = drawing.model
    model.effort_, effort = None, Effort()
    for number in numbers:
        coded, _ = drawing.block(number, effort)
        model.effort_ = effort.noted(model.effort_)
        yield record_batch(coded, model.schema_)


def _cut(drawing: Drawing) -> Iterator[pa.RecordBatch]:
    coded, _ = draw_table(drawing)
    for start in range(0, drawing.n, drawing.rows):
        rows = coded.iloc[start : start + drawing.rows]
        yield record_batch(rows, drawing.model.schema_)


def _numbers(wanted: Any, blocks: int) -> Sequence[int]:
    """Numbers of the blocks that are asked for.

    Raises
    ------
    UsageError
    """
    if wanted is None:
        return range(blocks)
    whole = (
        isinstance(wanted, (int, np.integer)) or not isinstance(wanted, Iterable) or isinstance(wanted, (str, bytes))
    )
    numbers = [wanted] if whole else list(wanted)
    for number in numbers:
        wrong = isinstance(number, (bool, np.bool_)) or not isinstance(number, (int, np.integer))
        if wrong or not 0 <= number < blocks:
            raise UsageError(
                f"block must be a whole number from 0 to {blocks - 1}, or several of them, for a table of {blocks} "
                f"block{'s' if blocks > 1 else ''}; got {number!r}."
            )
    return [int(number) for number in numbers]
