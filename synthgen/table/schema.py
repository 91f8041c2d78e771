"""What a table is: its columns, and the rules that its rows keep. Values only."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synthgen.errors import DataError, UsageError
from synthgen.table.column import OPAQUE_KINDS, Column, Kind, Role

if TYPE_CHECKING:
    from typing import Self

    from synthgen.table.constraints.base import Constraint

SCHEMA_VERSION = 1


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
