"""What of a table is public: what a person declared, and nothing that was read off its rows.

Column names, their order and dtypes are taken as public. A field of a column counts as declared where its name is in
:attr:`synthgen.table.Column.declared`; all others are forgotten here, whatever they say.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import ceil, isfinite
from typing import Any

from synthgen.errors import ConstraintError, DataError, UsageError
from synthgen.table.column import LABEL_KINDS, OPAQUE_KINDS, ORDERED_KINDS, PLAIN_FIELDS, Column, Kind, Role, Storage
from synthgen.table.grid import step_of
from synthgen.table.schema import Schema

FINEST = 2**20
"""Grid points of a column of numbers whose decimals aren't declared."""

MOST_POINTS = 2**53
"""Grid points of any column: further ones couldn't be told apart in floating point."""

TEXT_WAYS = ("refuse", "drop")

FIELDS = ("bounds", "categories", "decimals", "endings", "resolution", "pattern", "check", "faker", "locale")


@dataclass(frozen=True)
class Held:
    """How a column is stored, which is public.

    Parameters
    ----------
    dtype : str
        pandas' name of it.
    letter : str
        What kind of values it holds: ``b i f M m``, and ``O`` for all others.
    gaps : bool
        Whether it can hold a gap.
    ordered : bool
        Whether it is a ``category`` dtype with an order.
    labels : str or None
        Of a ``category`` dtype, the dtype of its labels.
    nested : bool
        Whether a cell holds several values.
    """

    dtype: str
    letter: str
    gaps: bool = True
    ordered: bool = False
    labels: str | None = None
    nested: bool = False


def as_public(schema: Schema) -> Schema:
    """Say that everything a schema holds is public knowledge: nothing of it was learnt from these rows.

    Examples
    --------
    >>> schema = as_public(Schema((Column("age", Kind.INTEGER, bounds=(0, 120)),)))
    >>> sorted(schema["age"].declared)
    ['bounds', 'kind', 'nullable', 'storage']
    """
    return schema.with_columns(
        replace(
            column,
            declared=column.declared
            | {name for name in PLAIN_FIELDS if getattr(column, name) is not None}
            | {"kind", "storage"},
        )
        for column in schema
    )


def public_schema(
    dtypes: Mapping[str, Held], schema: Schema | None, target: str | None, text: Any = "refuse"
) -> Schema:
    """Keep of a schema what was declared; without one, say what dtypes say.

    Parameters
    ----------
    dtypes : mapping of str to Held
        By column.
    schema : Schema or None
    target : str, optional
    text : {"refuse", "drop"}, or one by column
        What becomes of columns of free text.

    Returns
    -------
    Schema
        Bounds and categories that weren't declared are None.

    Raises
    ------
    UsageError, DataError, ConstraintError
        None of which depends on a row.
    """
    given = {column.name: column for column in schema} if schema is not None else {}
    dropped = _dropped_texts(text, given, dtypes)
    names = [name for name in (given or dtypes) if name not in dropped]
    for name in [*names, *([target] if target is not None else [])]:
        if name not in dtypes:
            raise UsageError(
                f"The table lacks column {name!r}. Its columns are: {', '.join(dtypes)}. Correct the schema."
            )
    columns = []
    for name in names:
        column = given.get(name, Column(name, Kind.CATEGORICAL, storage=Storage(dtypes[name].dtype)))
        if target is not None:
            role = Role.FEATURE if column.role is Role.TARGET and name != target else column.role
            column = replace(column, role=Role.TARGET if name == target else role)
        columns.append(_public(column, dtypes[name]))
    if not columns:
        raise DataError("The table has no columns. Give it at least one.")
    made = Schema(tuple(columns), schema.constraints if schema is not None else ())
    _check(made)
    return made


def _dropped_texts(text: Any, given: Mapping[str, Column], dtypes: Mapping[str, Held]) -> set[str]:
    """Columns that are left out: those declared as text, or those named."""
    texts = [name for name, column in given.items() if column.kind is Kind.TEXT]
    said = text if isinstance(text, Mapping) else dict.fromkeys(texts, text)
    for way in said.values() if isinstance(text, Mapping) else [text]:
        if way not in TEXT_WAYS:
            raise UsageError(
                "The generator 'dp_marginals' makes no free text: text must be 'drop', which leaves such columns out, "
                f"or 'refuse', for all or by column; got {way!r}."
            )
    for name in said:
        if name not in dtypes:
            raise UsageError(f"text names column {name!r}, which the table doesn't have.")
        if name in given and name not in texts and "kind" in given[name].declared:
            raise UsageError(
                f"text names column {name!r}, which is declared {given[name].kind}. If it holds text, declare it: "
                f"schema.with_column({name!r}, kind='text')."
            )
    return {name for name, way in said.items() if way == "drop"}


def _public(column: Column, held: Held) -> Column:
    if held.nested:
        raise DataError(
            f"Column {column.name!r} has the type {held.dtype}, which synthgen can't hold. Convert it to numbers, text "
            "or datetimes, or leave it out."
        )
    said = column.declared
    told = "kind" in said
    texts = "str" if held.letter == "O" else None
    storage = Storage(held.dtype, python_type=held.labels or texts, ordered=held.ordered)
    # What a table's cells look like was read off them, unless a person said so; a dtype wasn't.
    storage = column.storage if said & {"kind", "storage"} and column.storage.dtype == held.dtype else storage
    kept: dict[str, Any] = {name: getattr(column, name) if name in said else None for name in FIELDS}
    kind = column.kind if told or column.role is Role.SUBJECT else _kind_said(column, held)
    # That nearly every row has a value of its own was read off the rows, too.
    named = column.role is not Role.IDENTIFIER or kind is Kind.IDENTIFIER or "role" in said
    role = column.role if named else Role.FEATURE
    column = replace(column, kind=kind, role=role, storage=storage, **kept)
    bounds = column.bounds
    if bounds is not None and not all(map(isfinite, bounds)):
        column = replace(column, bounds=None, declared=said - {"bounds"})
    if kind is Kind.BOOLEAN and column.categories is None and held.letter == "b":
        column = replace(column, categories=(False, True))
    if "nullable" not in said:
        # A gap is a level that always exists; a row without a target isn't learnt from.
        column = replace(column, nullable=held.gaps and kind not in OPAQUE_KINDS and column.role is not Role.TARGET)
    return column


def _kind_said(column: Column, held: Held) -> Kind:
    """The kind that follows from what was declared beside it, and from the dtype; never the one read off the rows."""
    said, kind = column.declared, _kind_of(held.letter, column.role)
    if said & {"pattern", "check", "faker", "locale"}:
        return Kind.IDENTIFIER
    if "categories" in said:
        return Kind.BOOLEAN if kind is Kind.BOOLEAN else Kind.CATEGORICAL
    if not said & {"bounds", "decimals", "resolution"} or kind in ORDERED_KINDS:
        return kind
    if held.letter == "i":
        return Kind.INTEGER
    raise UsageError(
        f"Column {column.name!r} has bounds or decimals, but it isn't declared what it holds, and its dtype doesn't "
        f"say. Declare the kind too: schema.with_column({column.name!r}, kind=...)."
    )


def _kind_of(letter: str, role: Role) -> Kind:
    """The kind that a dtype says. Whole numbers to predict are classes."""
    if letter == "i":
        return Kind.CATEGORICAL if role is Role.TARGET else Kind.INTEGER
    known = {"b": Kind.BOOLEAN, "f": Kind.CONTINUOUS, "m": Kind.CONTINUOUS, "M": Kind.DATETIME}
    return known.get(letter, Kind.CATEGORICAL)


def _check(schema: Schema) -> None:
    for column in schema:
        if column.kind is Kind.TEXT:
            raise DataError(
                f"Column {column.name!r} holds free text, which can't be made without repeating real sentences. "
                f'Leave it out (generator_options={{"text": "drop"}}; on a generator: text="drop"), or declare it an '
                f"identifier, made up by a pattern or Faker: schema.with_column({column.name!r}, kind='identifier')."
            )
        if column.bounds is not None and column.bounds[0] > column.bounds[1]:
            raise UsageError(f"Column {column.name!r} has bounds whose first is above the second. Swap them.")
        if column.kind in LABEL_KINDS and column.categories == () and not column.nullable:
            raise UsageError(f"Column {column.name!r} is declared to have no category and no gap. List its labels.")
    if not schema.of(*ORDERED_KINDS, *LABEL_KINDS):
        raise DataError("Nothing can be learnt of identifiers alone. Declare a column with labels or quantities.")
    for role in (Role.SUBJECT, Role.TARGET):
        if len(named := schema.role(role)) > 1:
            names = " and ".join(repr(column.name) for column in named)
            raise UsageError(f"Only one column can be the {role}; the schema has {names}. Leave one.")
    target = schema.target
    if target is not None and target.kind is Kind.IDENTIFIER:
        raise DataError(
            f"Column {target.name!r} can't be the target: it is an identifier. Name a column with classes or "
            "quantities."
        )
    for rule in schema.constraints:
        if any(getattr(rule, name) is None for name in rule.learnt):
            raise ConstraintError(
                f"The rule {rule.words!r} is learnt from the rows, which a differentially private generator may not "
                "do. Say in the rule what it leaves open, or drop it."
            )


def undeclared(schema: Schema) -> dict[str, str]:
    """Columns of a public schema that lack something, and what: ``"bounds"`` or ``"categories"``."""
    out = {}
    for column in schema:
        if column.kind in ORDERED_KINDS and column.bounds is None:
            out[column.name] = "bounds"
        elif column.kind in LABEL_KINDS and column.categories is None:
            out[column.name] = "categories"
    return out


def refuse_undeclared(schema: Schema) -> None:
    """Refuse a schema that lacks something, with the text of what to declare: names and dtypes, no value.

    Raises
    ------
    DataError
    """
    lacking = undeclared(schema)
    if not lacking:
        return
    raise DataError(
        f"{len(lacking)} of {len(schema)} columns don't say what is public about them, and nothing may be spent on "
        "finding it out. Give a schema that declares bounds and categories known without looking at these rows "
        "(schema=Schema.from_json(path)), with these columns filled in, or let schema_share be above 0:\n"
        f"{to_declare(schema)}"
    )


def to_declare(schema: Schema) -> str:
    """The text of the columns that lack something, to be filled in.

    Examples
    --------
    >>> print(to_declare(Schema((Column("age", Kind.INTEGER),))))
    {"name": "age", "kind": "integer", "storage": {"dtype": "object"}, "bounds": ["lowest", "highest"],
     "declared": ["kind", "bounds"]}
    """
    lines = []
    for name, what in undeclared(schema).items():
        column = schema[name]
        blank = ["lowest", "highest"] if what == "bounds" else ["every label"]
        storage = json.dumps({"dtype": column.storage.dtype})
        lines.append(
            f'{{"name": {json.dumps(name)}, "kind": "{column.kind}", "storage": {storage}, '
            f'"{what}": {json.dumps(blank)},\n "declared": ["kind", "{what}"]}}'
        )
    return ",\n".join(lines)


def grid_of(column: Column) -> tuple[float, int]:
    """Distance of the grid points of an ordered column with bounds, and their number."""
    assert column.bounds is not None
    low, high = column.bounds
    step = step_of(column)
    if high <= low:
        return step or 1.0, 1
    if not step:
        return (high - low) / FINEST, FINEST
    # Bounds that are found with noise may be very wide; whole steps are joined then.
    step *= ceil((high - low) / step / (MOST_POINTS - 1))
    return step, int((high - low) / step + 1e-9) + 1
