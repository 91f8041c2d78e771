"""Columns of SDV metadata: the JSON files of SDV 1.x and 2.x, of one table or of several."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from synthgen.errors import DataError, UsageError
from synthgen.table.column import Column, Kind, Role
from synthgen.table.constraints import Unique
from synthgen.table.moments import moment
from synthgen.table.schema_formats.imported import Found, Imported, described, list_of, read_document
from synthgen.table.schema_formats.regex import shape_of
from synthgen.table.schema_formats.sdv_rules import rules_of

VERSIONS = ("SINGLE_TABLE_V1", "MULTI_TABLE_V1", "V1", "SINGLE_TABLE_V2", "V2")

PERSONAL = frozenset([
    "address", "administrative_unit", "city", "company", "country", "country_code", "credit_card_number",
    "email", "first_name", "iban", "ipv4_address", "ipv6_address", "last_name", "latitude", "license_plate",
    "longitude", "mac_address", "name", "phone_number", "postcode", "secondary_address", "ssn", "state",
    "state_abbr", "street_address", "swift11", "swift8", "user_agent_string", "vin",
])  # fmt: skip
"""Sdtypes of personal data that SDV documents; SDV takes them for personal unless ``pii`` says otherwise."""

_FACTS = {
    "numerical": {"computer_representation", "range_min", "range_max", "range_is_nullable", "decimal_places"},
    "datetime": {"datetime_format", "range_min", "range_max", "range_is_nullable"},
    "categorical": {"order", "order_by", "range_values", "range_is_nullable", "high_cardinality"},
    "ordinal": {"order", "order_by", "range_values", "range_is_nullable", "high_cardinality"},
    "boolean": {"range_is_nullable"},
    "id": {"regex_format", "range_is_nullable", "pii"},
    "text": {"regex_format", "range_is_nullable", "pii"},
}
_RANGES = {"range_min", "range_max", "range_values"}
_KNOWN = {
    "columns", "primary_key", "alternate_keys", "sequence_key", "sequence_index", "column_relationships", "constraints",
    "METADATA_SPEC_VERSION", "relationships",
}  # fmt: skip


def read_sdv(source: Any, *, table: str | None = None, public: bool = False) -> Found:
    """Read the columns of SDV metadata.

    ===============================  =========================================================================
    SDV                              here
    ===============================  =========================================================================
    ``numerical``                    continuous; integer by ``computer_representation``, by ``decimal_places``
                                     of 0 or where the table stores integers
    ``categorical``, ``ordinal``     categorical; with ``high_cardinality`` as the table is read
    ``boolean``, ``datetime``        boolean; datetime, in the ``datetime_format``
    ``id``                           identifier; ``regex_format`` becomes its pattern where one says the same
    ``email``, ``ssn`` and others    identifier: made up anew, as SDV does; with ``pii`` false as the table is read
    ``unknown``, and any other       the same, and told in a warning
    ``primary_key``, others unique   identifier
    ``sequence_key``                 identifier with the role of the subject
    keys of several columns          the rule that they are unique together
    ``constraints``                  rules, by class: ``Inequality``, ``ScalarInequality``, ``Range``,
                                     ``ScalarRange``, ``Positive``, ``Negative``, ``FixedCombinations``,
                                     ``OneHotEncoding``, ``Unique``
    ===============================  =========================================================================

    Parameters
    ----------
    source : path, JSON text, dict or SDV's Metadata
        Of version ``SINGLE_TABLE_V1``, ``MULTI_TABLE_V1``, ``V1`` or the V2 of each.
    table : str, optional
        Which table, if the file describes several.
    public : bool, default False
        Whether ranges and lists of values (``range_min``, ``range_values`` and so on) were written by a person and may
        be known. SDV's detection reads them off the data, so they don't count as declared unless you say so. An
        ``order`` of version 1 is always a person's.

    Returns
    -------
    columns : tuple of Column
    rules : tuple of Constraint

    Raises
    ------
    FileError, DataError, UsageError
        The file can't be read, is of another version, contradicts itself or has no such table.

    References
    ----------
    https://docs.sdv.dev/sdv/concepts/metadata/metadata-json

    Examples
    --------
    >>> import synthgen as sg
    >>> columns = {"age": {"sdtype": "numerical"}, "mail": {"sdtype": "email", "pii": True}}
    >>> schema = sg.Schema.from_sdv({"columns": columns, "METADATA_SPEC_VERSION": "SINGLE_TABLE_V1"})
    >>> [str(column.kind) for column in schema]
    ['continuous', 'identifier']
    """
    document, name = read_document(source, "the SDV metadata")
    version = document.get("METADATA_SPEC_VERSION")
    if version not in VERSIONS:
        raise DataError(
            f'{name} has "METADATA_SPEC_VERSION": {version!r}; synthgen reads {", ".join(VERSIONS)}. '
            "Save it anew with SDV 1.0 or later: Metadata.save_to_json(path)."
        )
    out = Imported(name)
    described_table = _table(document, name, table, out)
    columns = described_table.get("columns")
    if not isinstance(columns, Mapping) or not columns:
        raise DataError(f'{name} has no "columns". Give the metadata of one table with its columns.')
    for label, facts in columns.items():
        out.columns.append(_column(str(label), facts, out, public))
    _keys(described_table, out)
    for item in described_table.get("constraints") or ():
        rules = rules_of(item)
        if rules is None:
            out.leave(f"a constraint of class {item.get('constraint_class') if isinstance(item, Mapping) else None!r}")
        else:
            out.take_rules(rules)
    if not public and any(_RANGES & set(facts) for facts in columns.values()):
        out.leave(
            "ranges and lists of values, since SDV's detection reads them off the data; if a person wrote them and "
            "they may be known, say so: Schema.from_sdv(..., public=True)"
        )
    for key in described_table:
        if described_table[key] and key == "column_relationships":
            out.leave("column_relationships: personal columns are made up one by one")
        elif key not in _KNOWN:
            out.leave(f"{key!r}, which synthgen doesn't know")
    return out.finish()


def _table(document: dict[str, Any], name: str, table: str | None, out: Imported) -> Mapping[str, Any]:
    if "tables" not in document:
        return document
    tables = document["tables"]
    if not isinstance(tables, Mapping) or not tables:
        raise DataError(f'"tables" of {name} must name at least one table. Correct the file.')
    if table is None and len(tables) > 1:
        raise UsageError(
            f"{name} describes {len(tables)} tables: {', '.join(map(str, tables))}. "
            f"Say which: Schema.from_sdv(..., table={next(iter(tables))!r})."
        )
    if table is not None and table not in tables:
        raise UsageError(f"{name} has no table {table!r}. Its tables are: {', '.join(map(str, tables))}.")
    chosen = table if table is not None else next(iter(tables))
    if not isinstance(tables[chosen], Mapping):
        raise DataError(f"Table {chosen!r} of {name} must be an object with columns. Correct the file.")
    ties = [
        item
        for item in document.get("relationships") or ()
        if isinstance(item, Mapping) and chosen in (item.get("parent_table_name"), item.get("child_table_name"))
    ]
    if ties:
        out.leave(f"{len(ties)} relationship{'s' if ties[1:] else ''} of table {chosen!r} to other tables")
    found: Mapping[str, Any] = tables[chosen]
    return found


def _column(name: str, facts: Any, out: Imported, public: bool) -> Column:
    if not isinstance(facts, Mapping) or not isinstance(facts.get("sdtype"), str):
        raise DataError(f'Column {name!r} of {out.source} needs an "sdtype" that is text. Correct the file.')
    sdtype = facts["sdtype"]
    unknown = sorted(set(facts) - _FACTS.get(sdtype, {"pii", "range_is_nullable"}) - {"sdtype"})
    if unknown:
        out.leave(f"{', '.join(unknown)}, which {sdtype!r} doesn't have", name)
    told: dict[str, Any] = {} if public else {"read_off": ("bounds", "nullable")}
    told["nullable"] = facts.get("range_is_nullable")
    if sdtype == "numerical":
        decimals = facts.get("decimal_places")
        whole = decimals == 0 or "Int" in str(facts.get("computer_representation"))
        return described(
            name, Kind.INTEGER if whole else Kind.CONTINUOUS, bounds=_bounds(name, facts, float, out),
            decimals=None if whole else decimals, **told,
        )  # fmt: skip
    if sdtype == "datetime":
        date_format = facts.get("datetime_format")
        bounds = _bounds(name, facts, lambda value: moment(value, date_format), out)
        return described(name, Kind.DATETIME, date_format=date_format, bounds=bounds, **told)
    if sdtype in ("categorical", "ordinal"):
        return _labelled(name, facts, public, told)
    if sdtype == "boolean":
        return described(name, Kind.BOOLEAN, **told)
    return _opaque(name, sdtype, facts, out, told)


def _labelled(name: str, facts: Mapping[str, Any], public: bool, told: dict[str, Any]) -> Column:
    listed = list_of(facts.get("range_values") or facts.get("order"), f"The list of values of column {name!r}")
    if any(not isinstance(value, (str, int, float)) for value in listed):
        raise DataError(f"The listed values of column {name!r} must be text, numbers or booleans. Correct the file.")
    if facts.get("high_cardinality") and not listed:
        # So many different values are hardly labels.
        return described(name, Kind.TEXT, fixed=False, **told)
    detected = "range_values" in facts and not public
    if detected and facts["sdtype"] == "categorical":
        # In the order in which they came.
        listed = []
    read_off = (*told.get("read_off", ()), *(("categories",) if detected else ()))
    return described(name, Kind.CATEGORICAL, categories=tuple(listed) or None, **(told | {"read_off": read_off}))


def _opaque(name: str, sdtype: str, facts: Mapping[str, Any], out: Imported, told: dict[str, Any]) -> Column:
    """Names of things and of people; what SDV would make up."""
    pattern = None
    if sdtype in ("id", "text") and facts.get("regex_format"):
        pattern, problem = shape_of(str(facts["regex_format"]))
        if problem:
            out.leave(problem, name)
    elif sdtype not in ("id", "text") and facts.get("pii") is False:
        return described(name, Kind.CATEGORICAL, fixed=False, **told)
    elif sdtype not in PERSONAL | {"id", "text"}:
        out.leave(
            f"the sdtype {sdtype!r} says nothing that synthgen knows; it becomes an identifier, whose values are made "
            "up. If it means something, say what: schema.with_column(name, kind=...)",
            name,
        )
    return described(name, Kind.IDENTIFIER, role=Role.IDENTIFIER, pattern=pattern, **told)


def _bounds(name: str, facts: Mapping[str, Any], read: Any, out: Imported) -> tuple[float, float] | None:
    ends = {}
    for key, default in (("range_min", -math.inf), ("range_max", math.inf)):
        try:
            ends[key] = default if facts.get(key) is None else read(facts[key])
        except (TypeError, ValueError) as error:
            raise DataError(f"{key} of column {name!r} in {out.source} can't be read. Correct the file.") from error
    low, high = ends.values()
    if low > high:
        raise DataError(f"range_min of column {name!r} in {out.source} is above its range_max. Correct the file.")
    return None if math.isinf(low) and math.isinf(high) else (low, high)


def _keys(table: Mapping[str, Any], out: Imported) -> None:
    primary = list_of(table.get("primary_key"), "primary_key")
    keys = [primary] if primary else []
    keys += [list_of(item, "alternate_keys") for item in list_of(table.get("alternate_keys"), "alternate_keys")]
    for key in keys:
        names = out.names(key, "A key")
        if len(names) > 1:
            out.take_rules([Unique(tuple(names))])
            continue
        column = next(item for item in out.columns if item.name == names[0])
        if column.kind is Kind.DATETIME:
            out.leave("a key of moments; they aren't kept distinct", column.name)
        else:
            out.change(_as_key(column, Role.IDENTIFIER))
    sequence = out.names(list_of(table.get("sequence_key"), "sequence_key"), "sequence_key")
    for name in sequence[:1]:
        out.change(_as_key(next(item for item in out.columns if item.name == name), Role.SUBJECT))
    if sequence[1:]:
        out.leave(f"sequence_key beyond its first column: {', '.join(sequence[1:])}")
    index = out.names(list_of(table.get("sequence_index"), "sequence_index"), "sequence_index")
    if index:
        out.leave("the order that it gives rows of a sequence (sequence_index)", index[0])


def _as_key(column: Column, role: Role) -> Column:
    return replace(
        column, kind=Kind.IDENTIFIER, role=role, bounds=None, categories=None, decimals=None,
        declared=(column.declared - {"bounds", "categories", "decimals"}) | {"kind", "role"},
    )  # fmt: skip
