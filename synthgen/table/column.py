"""What a column is and what it is for: values only, no behaviour that looks at data."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from math import inf, isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from synthgen.errors import DataError, UsageError
from synthgen.table.endings import Endings
from synthgen.table.kind_and_role import Kind as Kind
from synthgen.table.kind_and_role import Role as Role

if TYPE_CHECKING:
    from typing import Self

    from synthgen.table.constraints.base import Constraint

Label: TypeAlias = "str | int | float | bool"

SCHEMA_VERSION = 1

UNKNOWN_DTYPE = "unknown"
"""Dtype of columns that were described without a table, such as another tool's file describes them."""


ORDERED_KINDS = (Kind.CONTINUOUS, Kind.INTEGER, Kind.DATETIME)
LABEL_KINDS = (Kind.CATEGORICAL, Kind.BOOLEAN)
OPAQUE_KINDS = (Kind.IDENTIFIER, Kind.TEXT)
PLAIN_FIELDS = tuple("bounds categories decimals resolution infinities nullable pattern check faker locale".split())  # noqa: SIM905


@dataclass(frozen=True)
class Storage:
    """How the caller's frame holds a column, so that it can be given back the same.

    Parameters
    ----------
    dtype : str
        Name of the pandas dtype, for example ``"Int64"``, ``"datetime64[ns, Europe/Berlin]"``,
        ``"category"`` or ``"decimal128(10, 2)[pyarrow]"``.
    python_type : str or None
        For ``object`` columns, what the objects are: ``"str"``, ``"Decimal"``, ``"date"``,
        ``"datetime"``, ``"timedelta"``, ``"bool"``, ``"int"``, ``"float"`` or ``"mixed"``; for
        ``category`` columns, the dtype of the categories.
    as_text : bool
        True for numbers and dates that are stored as text.
    text_format : str or None
        The ``strptime`` format of dates stored as text (``%-d`` a day without its zero, ``%3f``
        milliseconds); for numbers stored as text ``"%.2f"`` (always two decimals), ``"%.3e"``, ``"%r"`` (as
        Python writes them), None (as short as they go) or a number format such as ``"$#,##0.00"``.
    missing_token : str or None
        The text that stands for a missing value in numbers and dates stored as text (``"?"``,
        ``" "``).
    ordered : bool
        Whether a ``category`` dtype is ordered.
    unit : int
        Whole numbers of 2**53 and more are multiples of it.
    """

    dtype: str = "object"
    python_type: str | None = None
    as_text: bool = False
    text_format: str | None = None
    missing_token: str | None = None
    ordered: bool = False
    unit: int = 1


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Parameters
    ----------
    name : str
    kind : Kind
    role : Role
    bounds : (float, float) or None
        Smallest and largest value, for continuous, integer and datetime columns (datetimes as
        microseconds since 1970 in UTC). None where the column holds no value.
    categories : tuple of labels or None
        Every label of a categorical or boolean column, in code order.
    decimals : int or None
        Digits after the decimal point of a continuous column; None means not rounded.
    endings : tuple of Endings or None
        Last digits of a number, as a generator learns them; declared as ``()``, none are learnt.
    resolution : int or None
        Datetime grid in microseconds (86,400,000,000 for dates); None means no grid.
    infinities : {"missing"} or None
        Whether infinite numbers are taken as missing; None: they are refused.
    nullable : bool
        Whether the column has missing values.
    pattern : str or None
        Shape of an identifier's values: ``9`` a digit, ``A`` and ``a`` letters, ``h`` a digit of
        a long hexadecimal number, anything else itself.
    check : str or None
        Check digits that an identifier carries, one of :data:`synthgen.table.check_digits.CHECKS`.
    faker : str or None
        What Faker makes an identifier's values of; see :mod:`synthgen.table.made_up`.
    locale : str or None
        Faker's locale, such as ``"de_DE"``; None means ``"en_US"``.
    storage : Storage
    declared : frozenset of str
        Names of the fields above that a person declared. All others were read off the data, so
        they say something about it.
    """

    name: str
    kind: Kind
    role: Role = Role.FEATURE
    bounds: tuple[float, float] | None = None
    categories: tuple[Label, ...] | None = None
    decimals: int | None = None
    endings: tuple[Endings, ...] | None = None
    resolution: int | None = None
    infinities: str | None = None
    nullable: bool = False
    pattern: str | None = None
    check: str | None = None
    faker: str | None = None
    locale: str | None = None
    storage: Storage = field(default_factory=Storage)
    declared: frozenset[str] = frozenset()

    @property
    def complete(self) -> bool:
        """Whether it is known how a table holds the column; see :mod:`synthgen.table.declarations`."""
        return self.storage.dtype != UNKNOWN_DTYPE

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON, defaults left out."""
        out: dict[str, Any] = {"name": self.name, "kind": str(self.kind), "role": str(self.role)}
        for name in PLAIN_FIELDS:
            value = getattr(self, name)
            if value is not None and value is not False:
                out[name] = list(value) if isinstance(value, tuple) else value
        if self.bounds is not None:
            # JSON has no infinity: null is an end that nobody declared.
            out["bounds"] = [end if isfinite(end) else None for end in self.bounds]
        if self.endings is not None:
            out["endings"] = [asdict(item) for item in self.endings]
        out["storage"] = {
            item.name: getattr(self.storage, item.name)
            for item in fields(Storage)
            if item.name == "dtype" or getattr(self.storage, item.name) != item.default
        }
        if self.declared:
            out["declared"] = sorted(self.declared)
        return out

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Column:
        """Inverse of :meth:`to_dict`."""
        known = {item.name for item in fields(cls)}
        unknown = sorted(set(data) - known)
        if unknown or "name" not in data or "kind" not in data:
            raise DataError(
                f"A column of the schema needs 'name' and 'kind' and knows {sorted(known)}; "
                f"got {sorted(data)}. Correct the schema file."
            )
        values = dict(data)
        name = values["name"]
        try:
            values["kind"] = Kind(values["kind"])
            values["role"] = Role(values.get("role", "feature"))
            values["storage"] = Storage(**values.get("storage", {}))
        except (ValueError, TypeError) as error:
            raise DataError(f"Column {name!r} of the schema: {error}. Correct the schema file.") from error
        for item in ("bounds", "categories"):
            if values.get(item) is not None:
                values[item] = tuple(values[item])
        if values.get("bounds") is not None and None in values["bounds"]:
            low, high = values["bounds"]
            values["bounds"] = (-inf if low is None else low, inf if high is None else high)
        if values.get("endings") is not None:
            values["endings"] = tuple(map(Endings.from_dict, values["endings"]))
        values["declared"] = frozenset(values.get("declared", ()))
        return cls(**values)


@dataclass(frozen=True)
class Schema:
    """The columns of a table, in order, and the rules that its rows must keep.

    Parameters
    ----------
    columns : tuple of Column
    constraints : tuple of Constraint
        Rules that a person declared; see :mod:`synthgen.constraints`.

    Examples
    --------
    >>> schema = Schema((Column("age", Kind.INTEGER), Column("sex", Kind.CATEGORICAL)))
    >>> schema["age"].kind
    <Kind.INTEGER: 'integer'>
    >>> [column.name for column in schema.of(Kind.CATEGORICAL)]
    ['sex']
    >>> schema.with_column("age", role=Role.SENSITIVE).role(Role.SENSITIVE)[0].name
    'age'
    """

    columns: tuple[Column, ...]
    constraints: tuple[Constraint, ...] = ()

    def __post_init__(self) -> None:
        names = self.names
        if len(set(names)) != len(names):
            twice = sorted({name for name in names if names.count(name) > 1})
            raise DataError(f"Column names must be distinct; {twice} occur more than once. Rename them.")

    @property
    def names(self) -> list[str]:
        """Column names, in order."""
        return [column.name for column in self.columns]

    @property
    def target(self) -> Column | None:
        """The target column, if there is one."""
        targets = self.role(Role.TARGET)
        return targets[0] if targets else None

    def of(self, *kinds: Kind) -> list[Column]:
        """Columns of the given kinds, in order."""
        return [column for column in self.columns if column.kind in kinds]

    def role(self, *roles: Role) -> list[Column]:
        """Columns with the given roles, in order."""
        return [column for column in self.columns if column.role in roles]

    def __getitem__(self, name: str) -> Column:
        for column in self.columns:
            if column.name == name:
                return column
        raise UsageError(f"The table has no column {name!r}. Its columns are: {', '.join(self.names)}.")

    def __contains__(self, name: object) -> bool:
        return any(column.name == name for column in self.columns)

    def __iter__(self) -> Iterator[Column]:
        return iter(self.columns)

    def __len__(self) -> int:
        return len(self.columns)

    def with_column(self, name: str, **changes: Any) -> Schema:
        """Return a schema in which column ``name`` is changed and the change marked as declared.

        A column that becomes an identifier or text loses the labels and bounds that were read off the data: they
        are the values that a model of it must not hold.

        Parameters
        ----------
        name : str
        **changes
            Fields of :class:`synthgen.table.Column`. ``kind`` and ``role`` may be given as strings.
        """
        column = self[name]
        known = {item.name for item in fields(Column)} - {"name", "declared"}
        unknown = sorted(set(changes) - known)
        if unknown:
            raise UsageError(f"A column has no field {unknown[0]!r}; it has {sorted(known)}.")
        if "kind" in changes:
            changes["kind"] = Kind(changes["kind"])
        if "role" in changes:
            changes["role"] = Role(changes["role"])
        declared = column.declared | set(changes)
        if changes.get("kind") in OPAQUE_KINDS:
            for read_off in {"bounds", "categories", "decimals", "resolution"} - declared:
                changes[read_off] = None
        if "pattern" in changes and "check" not in declared:
            changes["check"] = None  # another shape need not have room for the check digits of the real values
        new = replace(column, **changes, declared=declared)
        return self.with_columns([new])

    def with_columns(self, changed: Iterable[Column]) -> Schema:
        """Return a schema in which the columns of the same names are replaced."""
        by_name = {column.name: column for column in changed}
        return replace(self, columns=tuple(by_name.get(column.name, column) for column in self.columns))

    def with_constraints(self, *constraints: Constraint) -> Schema:
        """Return a schema with more rules; see :mod:`synthgen.constraints`.

        Raises
        ------
        ConstraintError
            A rule can't be about this table, or rules contradict each other; the smallest such set is named.
        """
        from synthgen.table.constraints.ruleset import check_declared

        every = list(self.constraints)
        for rule in constraints:
            if rule not in every:
                every.append(rule)
        check_declared(every, self)
        return replace(self, constraints=tuple(every))

    def of_columns(self, columns: Iterable[Column]) -> Schema:
        """Return a schema of other columns, with the rules that are about these alone."""
        columns = tuple(columns)
        names = {column.name for column in columns}
        return Schema(columns, tuple(rule for rule in self.constraints if set(rule.columns) <= names))

    def without(self, *names: str) -> Schema:
        """Return a schema without the named columns, and without the rules about them."""
        return self.of_columns(column for column in self.columns if column.name not in names)

    @classmethod
    def infer(cls, data: Any, **options: Any) -> Self:
        """Read a schema off a table; see :func:`synthgen.table.infer_schema`."""
        from synthgen.table.inference import infer_schema

        inferred = infer_schema(data, **options)
        return cls(inferred.columns)

    @property
    def complete(self) -> bool:
        """Whether it is known how a table holds every column; :meth:`completed` finds it out."""
        return all(column.complete for column in self.columns)

    def completed(self, data: Any) -> Schema:
        """Complete what another tool's file says from a table; see :func:`synthgen.table.declarations.complete`.

        ``schema=`` does so by itself wherever a table is given.
        """
        from synthgen.table.declarations import complete
        from synthgen.table.frames import to_pandas

        return complete(self, to_pandas(data)[0])

    @classmethod
    def from_sdv(cls, source: Any, *, table: str | None = None, public: bool = False) -> Self:
        """Take the columns of an SDV metadata file; see :func:`synthgen.table.schema_formats.sdv.read_sdv`."""
        from synthgen.table.schema_formats.sdv import read_sdv

        return cls(*read_sdv(source, table=table, public=public))

    @classmethod
    def from_pandera(cls, source: Any, *, public: bool = True) -> Self:
        """Take the columns of a pandera schema; see :func:`synthgen.table.schema_formats.pandera.read_pandera`."""
        from synthgen.table.schema_formats.pandera import read_pandera

        return cls(*read_pandera(source, public=public))

    @classmethod
    def from_frictionless(cls, source: Any, *, resource: str | None = None) -> Self:
        """Take the fields of a Frictionless table schema; see :mod:`synthgen.table.schema_formats.frictionless`."""
        from synthgen.table.schema_formats.frictionless import read_frictionless

        return cls(*read_frictionless(source, resource=resource))

    def to_pandera(self) -> Any:
        """Give a ``pandera.DataFrameSchema``; see :mod:`synthgen.table.schema_formats.to_pandera`."""
        from synthgen.table.schema_formats.to_pandera import write_pandera

        return write_pandera(self)

    def to_json(self, path: str | Path | None = None) -> str:
        """Give the schema as JSON that a person can read and edit; write it to ``path`` if given.

        The file holds bounds and categories: unless they were declared, they were read off the data.
        """
        document: dict[str, Any] = {"synthgen_schema": SCHEMA_VERSION, "columns": [item.to_dict() for item in self]}
        if self.constraints:
            document["constraints"] = [rule.to_dict() for rule in self.constraints]
        text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
        if path is not None:
            from synthgen.table.files import write_text

            write_text(text, path)
        return text

    @classmethod
    def from_json(cls, source: str | Path) -> Self:
        """Read a schema from a file, or from the text that :meth:`to_json` gave.

        SDV metadata and Frictionless table schemas are known by what they hold, and read as :meth:`from_sdv` and
        :meth:`from_frictionless` do.
        """
        from synthgen.table.schema_formats.imported import format_of, read_document

        document, _ = read_document(source, "the schema")
        found = format_of(document)
        if found == "sdv":
            return cls.from_sdv(source)
        if found == "frictionless":
            return cls.from_frictionless(source)
        if document.get("synthgen_schema") != SCHEMA_VERSION:
            raise DataError(
                f'The schema must be a JSON object with "synthgen_schema": {SCHEMA_VERSION}, SDV metadata (with '
                '"METADATA_SPEC_VERSION") or a Frictionless table schema (with "fields"). '
                "Write one with Schema.infer(df).to_json(path)."
            )
        from synthgen.table.constraints.reading import constraints_of

        columns = tuple(Column.from_dict(item) for item in document.get("columns", ()))
        return cls(columns, constraints_of(document.get("constraints", ())))
