"""Fields of a Frictionless table schema, alone, in a resource or in a data package."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from synthgen.errors import DataError, UsageError
from synthgen.table.column import Column, Kind, Role
from synthgen.table.constraints import Unique
from synthgen.table.moments import moment
from synthgen.table.schema_formats.imported import Found, Imported, described, list_of, read_document
from synthgen.table.schema_formats.regex import shape_of

_NUMBERS = {"integer": Kind.INTEGER, "year": Kind.INTEGER, "number": Kind.CONTINUOUS}
_MOMENTS = {"date": None, "datetime": None, "yearmonth": "%Y-%m"}
_AS_READ = ("time", "duration", "geopoint", "geojson", "object", "array", "list")
_WORDS = ("name", "type", "format", "constraints", "title", "description", "example", "rdfType", "missingValues",
          "categories", "categoriesOrdered", "trueValues", "falseValues", "decimalChar", "groupChar", "bareNumber",
          "itemType", "delimiter")  # fmt: skip
_CONSTRAINTS = ("required", "unique", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "enum", "pattern")
_TRUE_FALSE = ({"true", "True", "TRUE", "1"}, {"false", "False", "FALSE", "0"})


def read_frictionless(source: Any, *, resource: str | None = None) -> Found:
    """Read the fields of a Frictionless table schema.

    =====================================  =====================================================================
    Frictionless                           here
    =====================================  =====================================================================
    ``integer``, ``number``, ``year``      numbers, as the table is read (codes of few values stay labels); with
                                           a ``minimum`` or ``maximum`` quantities
    ``string``                             as the table is read; numbers are labels or names of things.
                                           Formats ``email`` and ``uuid``: identifier
    ``boolean``                            boolean, with ``trueValues`` and ``falseValues`` if one each
    ``date``, ``datetime``, ``yearmonth``  datetime, in the ``format`` (``strptime`` words)
    ``any``                                as the table is read
    other types                            the same, and told in a warning
    ``required``, ``missingValues``        no missing values; the one text that stands for a missing value
    ``minimum``, ``maximum``               bounds
    ``enum``, ``categories``               categories
    ``unique``, ``primaryKey``             identifier, for text and whole numbers
    keys of several fields                 the rule that they are unique together
    ``pattern``                            pattern of an identifier, where one says the same
    =====================================  =====================================================================

    What the file declares counts as public.

    Parameters
    ----------
    source : path, JSON text, dict or an object of Frictionless
        A table schema (with ``fields``), a resource (with ``schema``) or a data package (with ``resources``).
    resource : str, optional
        Name of the resource, if the package has several.

    Returns
    -------
    columns : tuple of Column
    rules : tuple of Constraint

    Raises
    ------
    FileError, DataError, UsageError
        The file can't be read, contradicts itself or has no such resource.

    References
    ----------
    https://datapackage.org/standard/table-schema/

    Examples
    --------
    >>> import synthgen as sg
    >>> fields = [{"name": "grade", "type": "string", "constraints": {"enum": ["a", "b"], "required": True}}]
    >>> column = sg.Schema.from_frictionless({"fields": fields})["grade"]
    >>> column.categories, sorted(column.declared)
    (('a', 'b'), ['categories', 'kind', 'nullable'])
    """
    document, name = read_document(source, "the Frictionless schema")
    schema = _table_schema(document, name, resource)
    out = Imported(name)
    fields = schema.get("fields")
    if not isinstance(fields, list) or not fields:
        raise DataError(f'{name} has no "fields". Give a table schema that lists its fields.')
    for given in fields:
        if not isinstance(given, Mapping) or not isinstance(given.get("name"), str):
            raise DataError(f'Each of the "fields" of {name} must be an object with a "name". Correct the file.')
        facts = dict(given)
        facts.setdefault("missingValues", schema.get("missingValues", [""]))
        out.columns.append(_column(facts["name"], facts, out))
    _keys(schema, out)
    return out.finish()


def _table_schema(document: dict[str, Any], name: str, resource: str | None) -> Mapping[str, Any]:
    if "resources" in document:
        resources = [item for item in list_of(document["resources"], '"resources"') if isinstance(item, Mapping)]
        names = [str(item.get("name")) for item in resources]
        if resource is None and len(resources) != 1:
            raise UsageError(
                f"{name} has {len(resources)} resources: {', '.join(names)}. "
                "Say which: Schema.from_frictionless(..., resource=NAME)."
            )
        if resource is not None and resource not in names:
            raise UsageError(f"{name} has no resource {resource!r}. Its resources are: {', '.join(names)}.")
        document = dict(resources[0 if resource is None else names.index(resource)])
    if "fields" not in document and "schema" in document:
        if not isinstance(document["schema"], Mapping):
            raise DataError(
                f'The "schema" of {name} is kept in another file. Give that file: Schema.from_frictionless(path).'
            )
        return document["schema"]
    return document


def _column(name: str, facts: dict[str, Any], out: Imported) -> Column:
    limits = facts.get("constraints") or {}
    if not isinstance(limits, Mapping):
        raise DataError(f"The constraints of field {name!r} in {out.source} must be an object. Correct the file.")
    for word in facts:
        if word not in _WORDS:
            out.leave(f"{word!r}, which synthgen doesn't know", name)
    for word in limits:
        if word not in _CONSTRAINTS:
            out.leave(f"the constraint {word!r}", name)
    column = _typed(name, str(facts.get("type", "any")), facts, limits, out)
    if limits.get("required") is True:
        column = _with(column, nullable=False)
    if limits.get("unique") is True:
        column = _as_key(column, out)
    if "pattern" in limits:
        pattern, problem = shape_of(str(limits["pattern"]))
        if problem:
            out.leave(problem, name)
        column = _with(column, pattern=pattern) if pattern else column
    return column


def _typed(name: str, kind: str, facts: dict[str, Any], limits: Mapping[str, Any], out: Imported) -> Column:
    token = _token(name, facts["missingValues"], out)
    listed = _listed(name, facts, limits, out)
    own = facts.get("format", "default")
    if kind == "boolean":
        return described(name, Kind.BOOLEAN, missing_token=token, categories=_pair(name, facts, out))
    if listed is not None:
        if kind in _NUMBERS and {"minimum", "maximum"} & set(limits):
            out.leave("minimum and maximum, beside a list of values", name)
        return described(name, Kind.CATEGORICAL, missing_token=token, categories=listed)
    if kind in _NUMBERS:
        if facts.get("decimalChar", ".") != "." or facts.get("groupChar") or facts.get("bareNumber") is False:
            out.leave("how its numbers are written (decimalChar, groupChar, bareNumber); store plain numbers", name)
        bounds = _bounds(name, limits, float, out)
        return described(name, _NUMBERS[kind], fixed=False, missing_token=token, bounds=bounds)
    if kind in _MOMENTS:
        date_format = _MOMENTS[kind] if own in ("default", "any") else str(own)
        bounds = _bounds(name, limits, lambda value: moment(value, date_format), out)
        return described(name, Kind.DATETIME, missing_token=token, date_format=date_format, bounds=bounds)
    if kind == "string" and own in ("email", "uuid"):
        return described(name, Kind.IDENTIFIER, role=Role.IDENTIFIER, missing_token=token)
    if kind in _AS_READ:
        out.leave(f"the type {kind!r}; the column is taken as it is read off the table", name)
    elif kind not in ("string", "any"):
        raise DataError(
            f"Field {name!r} of {out.source} has the type {kind!r}, which Frictionless doesn't know. Correct the file."
        )
    for word in {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"} & set(limits):
        out.leave(f"the constraint {word!r} of a {kind}", name)
    return described(name, Kind.TEXT if kind == "string" else Kind.CATEGORICAL, fixed=False, missing_token=token)


def _token(name: str, listed: Any, out: Imported) -> str | None:
    """The text that stands for a missing value: a column can have one beside the empty cell."""
    values = [item.get("value") if isinstance(item, Mapping) else item for item in list_of(listed, "missingValues")]
    texts = [str(value) for value in values if value not in ("", None)]
    if len(texts) > 1:
        out.leave(
            f"missingValues {', '.join(map(repr, texts))}, of which a column can have one; make these cells empty", name
        )
    return texts[0] if len(texts) == 1 else None


def _listed(name: str, facts: dict[str, Any], limits: Mapping[str, Any], out: Imported) -> tuple[Any, ...] | None:
    given = limits.get("enum", facts.get("categories"))
    if given is None:
        return None
    values = [item.get("value") if isinstance(item, Mapping) else item for item in list_of(given, f"enum of {name!r}")]
    if not values or any(not isinstance(value, (str, int, float)) for value in values):
        raise DataError(
            f"The list of values of field {name!r} in {out.source} must hold text, numbers or booleans. Correct it."
        )
    return tuple(dict.fromkeys(values))


def _pair(name: str, facts: dict[str, Any], out: Imported) -> tuple[str, str] | None:
    words = [facts.get("falseValues"), facts.get("trueValues")]
    if words == [None, None] or all(set(given or ()) <= set.union(*_TRUE_FALSE) for given in words):
        return None
    if any(given is None or len(given) != 1 for given in words):
        out.leave("trueValues and falseValues of several words each; the table's own are taken", name)
        return None
    return str(words[0][0]), str(words[1][0])  # type: ignore[index]


def _bounds(
    name: str, limits: Mapping[str, Any], read: Callable[[Any], float], out: Imported
) -> tuple[float, float] | None:
    def end(word: str, default: float) -> float:
        value = limits.get(word)
        try:
            return default if value is None else read(value)
        except (TypeError, ValueError) as error:
            raise DataError(f"{word} of field {name!r} in {out.source} can't be read. Correct the file.") from error

    # The next number beyond an end that is left out is taken to the column's grid later.
    low = max(end("minimum", -math.inf), math.nextafter(end("exclusiveMinimum", -math.inf), math.inf))
    high = min(end("maximum", math.inf), math.nextafter(end("exclusiveMaximum", math.inf), -math.inf))
    given = [word for word in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum") if word in limits]
    if not given:
        return None
    low = -math.inf if not {"minimum", "exclusiveMinimum"} & set(given) else low
    high = math.inf if not {"maximum", "exclusiveMaximum"} & set(given) else high
    if low > high:
        raise DataError(f"The minimum of field {name!r} in {out.source} is above its maximum. Correct the file.")
    return low, high


def _with(column: Column, **facts: Any) -> Column:
    return replace(column, **facts, declared=column.declared | set(facts))


def _as_key(column: Column, out: Imported) -> Column:
    if column.kind in (Kind.INTEGER, Kind.TEXT, Kind.IDENTIFIER, Kind.CATEGORICAL) and column.categories is None:
        if column.bounds is not None:
            out.leave("bounds of a column of distinct values", column.name)
        return _with(replace(column, bounds=None, declared=column.declared - {"bounds"}),
                     kind=Kind.IDENTIFIER, role=Role.IDENTIFIER)  # fmt: skip
    out.leave("that its values are distinct, which only identifiers are", column.name)
    return column


def _keys(schema: Mapping[str, Any], out: Imported) -> None:
    keys = [list_of(schema.get("primaryKey"), "primaryKey")]
    keys += [list_of(item, "uniqueKeys") for item in list_of(schema.get("uniqueKeys"), "uniqueKeys")]
    for key in keys:
        names = out.names(key, "A key")
        if len(names) > 1:
            out.take_rules([Unique(tuple(names))])
        for name in names if len(names) == 1 else ():
            out.change(_as_key(next(item for item in out.columns if item.name == name), out))
    for column in [item for item in out.columns if item.name in keys[0]]:
        out.change(_with(column, nullable=False))
    if schema.get("foreignKeys"):
        out.leave("foreignKeys")
    if schema.get("fieldsMatch") not in (None, "exact", ["exact"], "equal", ["equal"]):
        out.leave("fieldsMatch: the table must have every field, and no other")
