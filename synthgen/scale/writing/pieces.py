"""Batches of any length as pieces of one length, all of one schema: what is written depends on the rows alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyarrow as pa

from synthgen.errors import DataError


class BatchesFailed(Exception):
    """What the maker of batches raised, kept apart from errors of writing them."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.error = error


def pieces(batches: Iterable[pa.RecordBatch], schema: pa.Schema, rows: int) -> Iterator[pa.Table]:
    """Give the rows of batches in tables of exactly ``rows`` rows, the last one shorter; none of no rows.

    Raises
    ------
    DataError
        A batch has other columns, or values that its column's type can't hold; the column is named.
    BatchesFailed
        The maker of the batches stopped with an error, which it holds.
    """
    held: list[pa.RecordBatch] = []
    n = 0
    for batch in _passed_on(batches):
        batch = conformed(batch, schema)
        while batch.num_rows:
            taken = batch.slice(0, rows - n)
            held.append(taken)
            n += taken.num_rows
            batch = batch.slice(taken.num_rows)
            if n == rows:
                yield pa.Table.from_batches(held, schema)
                held, n = [], 0
    if n:
        yield pa.Table.from_batches(held, schema)


def _passed_on(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    steps = iter(batches)
    while True:
        try:
            batch = next(steps)
        except StopIteration:
            return
        except Exception as error:
            raise BatchesFailed(error) from None
        yield batch


def conformed(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """Give a batch with the columns of a schema, in its order and of its types."""
    if batch.schema.equals(schema):
        return batch
    names, wanted = set(batch.schema.names), set(schema.names)
    if names != wanted or len(batch.schema.names) != len(schema.names):
        odd = sorted(names ^ wanted)
        raise DataError(f"The pieces of the table don't all have the same columns; {odd} aren't in all of them.")
    columns = [_cast(batch.column(field.name), field) for field in schema]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def _cast(column: pa.Array, field: pa.Field) -> pa.Array:
    if column.type == field.type:
        return column
    try:
        if pa.types.is_dictionary(field.type) and not pa.types.is_dictionary(column.type):
            column = column.cast(field.type.value_type).dictionary_encode()
        return column.cast(field.type)
    except (pa.ArrowException, ValueError, TypeError):
        raise DataError(
            f"Column {field.name!r} is of type {column.type} in one piece of the table, and its values can't be had as "
            f"{field.type}, which it is of in the others. Convert it first."
        ) from None
