"""Real batches and synthetic ones, one after the other, in one schema."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyarrow as pa
import pyarrow.compute as pc

from synthgen.errors import UsageError
from synthgen.merging import FLAG
from synthgen.scale.source import Source
from synthgen.table import Schema
from synthgen.table.batches import batch_schema, type_of_both
from synthgen.validation import Purpose

_FAMILIES = (
    pa.types.is_integer,
    pa.types.is_floating,
    pa.types.is_decimal,
    pa.types.is_boolean,
    pa.types.is_timestamp,
    pa.types.is_date,
    pa.types.is_time,
    pa.types.is_duration,
    lambda kind: pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_dictionary(kind),
)


def merged_schema(real: pa.Schema, schema: Schema, purpose: str) -> pa.Schema:
    """Give the types of the table that is written.

    Those of the source, but for a column whose synthetic values are of another kind, as where a release merged labels,
    and for identifiers in a type that has no room for new ones. All columns may have gaps.

    Parameters
    ----------
    real : pyarrow.Schema
    schema : Schema
        Of the synthetic rows.
    purpose : {"augment", "release"}
        The merged table of "augment" has the column that tells its rows apart.
    """
    fields = []
    for own in batch_schema(schema):
        theirs = type_of_both(real.field(own.name).type, schema[own.name])
        same = purpose == Purpose.AUGMENT or any(alike(theirs) and alike(own.type) for alike in _FAMILIES)
        fields.append(pa.field(own.name, theirs if same else own.type))
    if purpose == Purpose.AUGMENT:
        fields.append(pa.field(FLAG, pa.bool_()))
    return pa.schema(fields)


def merged_batches(
    source: Source, made: Iterable[pa.RecordBatch], schema: pa.Schema, purpose: str
) -> Iterator[pa.RecordBatch]:
    """Give the real rows as they are, then the synthetic ones; of a release the synthetic ones alone.

    Raises
    ------
    UsageError
        The source has synthetic rows already.
    """
    names = [name for name in schema.names if name != FLAG]
    if purpose == Purpose.AUGMENT:
        marked = FLAG in source.arrow.names
        for batch in source.batches([*names, FLAG] if marked else names):
            if marked and pc.any(batch.column(FLAG)).as_py():
                raise UsageError(
                    f"{source.name} has synthetic rows already (column {FLAG!r}). Learn from real rows only."
                )
            yield _as(batch, schema, synthetic=False)
    for batch in made:
        yield _as(batch, schema, synthetic=True)


def _as(batch: pa.RecordBatch, schema: pa.Schema, *, synthetic: bool) -> pa.RecordBatch:
    if FLAG not in schema.names:
        return fitted(batch, schema)
    own = pa.schema([field for field in schema if field.name != FLAG])
    flag = pa.repeat(pa.scalar(synthetic), len(batch))
    return pa.RecordBatch.from_arrays([*fitted(batch, own).columns, flag], schema=schema)


def fitted(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """Give the columns of a schema, in its types."""
    columns = [batch.column(field.name) for field in schema]
    cast = [
        column if column.type == field.type else column.cast(field.type)
        for column, field in zip(columns, schema, strict=True)
    ]
    return pa.RecordBatch.from_arrays(cast, schema=schema)
