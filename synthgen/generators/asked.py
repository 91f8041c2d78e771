"""What is asked of the rows to draw, and which part of it a generator meets by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.errors import ConditionError, UsageError
from synthgen.table.column import LABEL_KINDS, OPAQUE_KINDS
from synthgen.table.conditions import Allowed, allowed_values, meets
from synthgen.table.constraints.conditional import said
from synthgen.table.constraints.conflicts import smallest
from synthgen.table.schema import Schema

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Asked:
    """Conditions in three parts.

    Attributes
    ----------
    codes : array of float64 or None
        Classes of the target, drawn as they are asked for; None: as in train.
    native : mapping of str to Allowed
        What the generator's own :meth:`_sample_where` meets.
    others : mapping of str to Allowed
        What is met by choosing among candidates.
    words : mapping of str to condition
        All of them, in the caller's words.
    """

    codes: Floats | None = None
    native: Mapping[str, Allowed] = field(default_factory=dict)
    others: Mapping[str, Allowed] = field(default_factory=dict)
    words: Mapping[str, Any] = field(default_factory=dict)

    @property
    def columns(self) -> frozenset[str]:
        """Columns that a condition is on."""
        return frozenset(self.words)

    def met(self, made: pd.DataFrame) -> NDArray[np.bool_]:
        """Which rows meet ``others``: shape (n_rows,)."""
        return meets(self.others, made)


def with_classes(schema: Schema) -> bool:
    """Whether the table has a target with classes."""
    return schema.target is not None and schema.target.kind in LABEL_KINDS


def modelled(schema: Schema) -> list[str]:
    """Columns that a model draws: all but identifiers and texts, which are made apart."""
    return [column.name for column in schema if column.kind not in OPAQUE_KINDS]


def why_none(words: Mapping[str, Any], rows: pd.DataFrame, schema: Schema, what: str) -> str:
    """Say which conditions no row meets together: the fewest of them.

    Parameters
    ----------
    words : mapping of str to condition
    rows : pandas.DataFrame
        Coded rows.
    what : str
        What the rows are, such as "real row".

    Examples
    --------
    >>> from synthgen.table.column import Column, Kind
    >>> schema = Schema((Column("age", Kind.INTEGER, bounds=(0, 90)), Column("ill", Kind.BOOLEAN, categories=(0, 1))))
    >>> rows = pd.DataFrame({"age": [5.0, 80.0], "ill": [0.0, 1.0]})
    >>> why_none({"age": "< 10", "ill": 1}, rows, schema, "real row")
    "No real row has 'age < 10' and 'ill = 1' together"
    """
    allowed = allowed_values(words, schema)
    worst = smallest(
        list(allowed), lambda some: bool(some) and not meets({name: allowed[name] for name in some}, rows).any()
    )
    said_ones = " and ".join(repr(said({name: words[name]})) for name in worst)
    return f"No {what} has {said_ones}{' together' if len(worst) > 1 else ''}"


def check_rows(words: Mapping[str, Any], rows: pd.DataFrame, schema: Schema) -> None:
    """Refuse conditions that none of the real rows meets.

    Raises
    ------
    ConditionError
        With the fewest conditions that no row meets together.
    """
    if words and not meets(allowed_values(words, schema), rows).any():
        raise ConditionError(
            f"{why_none(words, rows, schema, 'real row')}, so nothing can be learnt about such rows, nor checked. "
            "Loosen the conditions; or fit a generator yourself, whose sample(what_if=True) goes beyond the data."
        )


def check_n(n: object) -> int:
    """Give a number of rows, and refuse what is none.

    Raises
    ------
    UsageError
    """
    if isinstance(n, bool) or not isinstance(n, (int, np.integer)) or n < 1:
        raise UsageError(f"n_samples must be a whole number of at least 1; got {n!r}.")
    return int(n)


def with_known(made: NDArray[Any], known: pd.DataFrame | None, name: str) -> NDArray[Any]:
    """Values that were made up for a column, but those that the rows to complete have."""
    if known is None or name not in known:
        return made
    own = known[name].to_numpy(dtype=object)
    return np.where(pd.isna(own), made, own)
