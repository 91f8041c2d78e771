"""What to do with a column of personal data, by what synthesis does with its kind."""

from __future__ import annotations

from synthgen.table.column import Column, Kind

COARSE = {
    "postcode": "keep its first characters only",
    "date of birth": "keep the year or an age band",
    "IP address": "keep the network only",
}
_DECLARE = "drop it, or declare it: schema.with_column({name!r}, kind='identifier') gives made-up values in its place"
_PLAIN = {Kind.TEXT: Kind.CATEGORICAL}


def is_repeated(column: Column) -> bool:
    """Whether synthetic rows repeat real values of a column."""
    return column.kind in (Kind.CATEGORICAL, Kind.BOOLEAN, Kind.INTEGER, Kind.CONTINUOUS, Kind.DATETIME)


def advice(column: Column, what: str, *, replaced: bool = False) -> str:
    """Say what synthesis does with the column, and what to do; ``replaced``: its values are made up anew."""
    declare = _DECLARE.format(name=column.name)
    if replaced and column.kind is not Kind.IDENTIFIER:
        return (
            f"synthesize() makes up new values in their place. If none is personal, declare what the column is: "
            f"schema.with_column({column.name!r}, kind={str(_PLAIN.get(column.kind, column.kind))!r})."
        )
    if column.kind is Kind.IDENTIFIER:
        return "Synthetic rows get made-up values of the same shape, no real one."
    if column.kind is Kind.TEXT:
        return f"Free text is refused unless generator_options={{'text': ...}} says what becomes of it; or {declare}."
    if what in COARSE:
        return f"Synthetic rows repeat its values: {COARSE[what]} and make it a quasi-identifier; or {declare}."
    if column.kind in (Kind.INTEGER, Kind.CONTINUOUS, Kind.DATETIME):
        return f"Synthetic rows treat it as a quantity and may repeat its values: {declare}."
    return f"It is categorical, so synthetic rows repeat its real values: {declare}."
