"""Conditions on the rows to sample, checked before anything is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from synthgen.errors import ConditionError
from synthgen.table.column import LABEL_KINDS, Column, Schema


def target_codes(conditions: Mapping[str, Any] | None, schema: Schema) -> NDArray[np.float64] | None:
    """Codes of the target that ``conditions`` allow; None if they allow all.

    Parameters
    ----------
    conditions : mapping of str to label or list of labels, or None
        ``{"Class": 1}`` or ``{"diagnosis": ["A", "B"]}``.
    schema : Schema

    Raises
    ------
    ConditionError
        For a column other than the target, a target without classes, or an unknown label.
    """
    if not conditions:
        return None
    if not isinstance(conditions, Mapping):
        raise ConditionError(
            f"conditions must map a column to a value, such as {{'Class': 1}}; got {type(conditions).__name__}."
        )
    target = schema.target
    conditions = {str(name): wanted for name, wanted in conditions.items()}
    for name in conditions:
        if name not in schema:
            raise ConditionError(
                f"The condition names column {name!r}, which the table doesn't have. "
                f"Its columns are: {', '.join(schema.names)}."
            )
        if target is None or name != target.name:
            what = f"the target {target.name!r}" if target else "a target, and none was given to fit"
            raise ConditionError(f"The condition is on column {name!r}; this generator conditions on {what}.")
    assert target is not None
    if target.kind not in LABEL_KINDS:
        raise ConditionError(
            f"The target {target.name!r} is {target.kind}; a condition on it needs classes. "
            "Leave the condition out, or declare the column categorical in the schema."
        )
    wanted = conditions[target.name]
    labels = list(wanted) if isinstance(wanted, (list, tuple, set, frozenset, np.ndarray)) else [wanted]
    if not labels:
        raise ConditionError(f"The condition on {target.name!r} lists no value, so no row can meet it.")
    return np.unique([float(label_code(label, target)) for label in labels])


def label_code(label: Any, column: Column) -> int:
    """Code of a label, which may be given as text (as on a command line)."""
    categories = column.categories or ()
    for code, known in enumerate(categories):
        if known == label and isinstance(known, bool) == isinstance(label, (bool, np.bool_)):
            return code
    matches = [code for code, known in enumerate(categories) if known == label]
    matches = matches or [code for code, known in enumerate(categories) if str(known) == str(label)]
    if len(matches) == 1:
        return matches[0]
    raise ConditionError(
        f"Column {column.name!r} has no class {label!r} among its {len(categories)} classes, so no row can "
        f"meet the condition. List them with df[{column.name!r}].unique()."
    )
