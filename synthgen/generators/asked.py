"""What is asked of the rows to draw, and which part of it a generator meets by itself."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.errors import ConditionError, UsageError
from synthgen.table.column import LABEL_KINDS, OPAQUE_KINDS
from synthgen.table.conditions import Allowed, allowed_values, meets, target_codes
from synthgen.table.constraints.conditional import said
from synthgen.table.constraints.conflicts import smallest
from synthgen.table.schema import Schema

if TYPE_CHECKING:
    from synthgen.generators.base import Synthesizer

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


def check_fits(n: int, columns: int) -> None:
    """Refuse rows that can't be held in memory: each cell takes eight bytes at least.

    Raises
    ------
    UsageError
    """
    needed, there = 8 * n * columns, _memory()
    if there is not None and needed > there:
        raise UsageError(
            f"{n:,} rows of {columns} columns take more than {needed / 2**30:,.0f} GiB, and this machine has "
            f'{there / 2**30:,.0f} GiB of memory. Ask for fewer; or make them piece by piece, with engine="stream" and '
            "out, or with generate_batches."
        )


def _memory() -> int | None:
    """Bytes of memory of this machine; None where it doesn't say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None


def with_known(made: NDArray[Any], known: pd.DataFrame | None, name: str) -> NDArray[Any]:
    """Values that were made up for a column, but those that the rows to complete have."""
    if known is None or name not in known:
        return made
    own = known[name].to_numpy(dtype=object)
    return np.where(pd.isna(own), made, own)


def read_conditions(model: Synthesizer, conditions: Mapping[str, Any] | None) -> Asked:
    """Divide conditions into those that a generator meets by itself, and all others."""
    schema = model.schema_
    if not conditions:
        return Asked(target_codes(conditions, schema))
    native = model._conditions_elsewhere(conditions)
    words = {str(name): value for name, value in conditions.items()}
    far = model._met_by_choice()
    if native:
        # A date is aimed at by its day or week, so whether it meets the condition is seen afterwards.
        others = {name: allowed for name, allowed in native.items() if name in far | model._dates.columns}
        native = {name: allowed for name, allowed in native.items() if name not in far}
        return Asked(None, native, others, words)
    target = schema.target
    own = {name: words[name] for name in words if target and name == target.name and with_classes(schema)}
    others = allowed_values({name: value for name, value in words.items() if name not in own}, schema)
    return Asked(_learnt_codes(model, target_codes(own, schema)), {}, others, words)


def only_by_class(conditions: Mapping[str, Any], schema: Schema) -> bool:
    """Whether conditions are on the target's classes, and on nothing else."""
    target = schema.target
    return target is not None and with_classes(schema) and set(map(str, conditions)) == {target.name}


def _learnt_codes(model: Synthesizer, codes: Floats | None) -> Floats | None:
    """Leave out classes that the schema lists but no train row has."""
    if codes is None:
        return None
    known = codes[np.isin(codes, model._target_codes)]
    if not len(known):
        assert model.schema_.target is not None
        raise ConditionError(
            f"No train row has the class of {model.schema_.target.name!r} that the condition asks for, so nothing "
            "was learnt about it. Ask for a class that the real rows have."
        )
    return known
