"""What reading another tool's schema gives: columns, and what couldn't be taken over, in words."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from synthgen.errors import DataError, FileError, SynthgenWarning, UsageError
from synthgen.table.column import UNKNOWN_DTYPE, Column, Kind, Role, Storage
from synthgen.table.constraints import Constraint

Found = tuple[tuple[Column, ...], tuple[Constraint, ...]]
"""What a schema is made of."""


@dataclass
class Imported:
    """Columns in the order of the file.

    Parameters
    ----------
    source : str
        What error messages and warnings call the file.
    """

    source: str
    columns: list[Column] = field(default_factory=list)
    rules: list[Constraint] = field(default_factory=list)
    _left: list[str] = field(default_factory=list)

    def leave(self, words: str, column: str | None = None) -> None:
        """Note something that isn't taken over."""
        self._left.append(f"column {column!r}: {words}" if column is not None else words)

    def names(self, asked: Iterable[Any], where: str) -> list[str]:
        """Names that refer to columns; an unknown one is an error."""
        known = [column.name for column in self.columns]
        found = [str(name) for name in asked]
        for name in found:
            if name not in known:
                raise DataError(
                    f"{where} of {self.source} names column {name!r}, which it doesn't describe. Its columns are: "
                    f"{', '.join(known)}. Correct the file."
                )
        return found

    def take_rules(self, rules: Iterable[Constraint]) -> None:
        """Take rules, whose columns must be there."""
        for rule in rules:
            self.names(rule.columns, f"The rule {rule.words!r}")
            self.rules.append(rule)

    def change(self, column: Column) -> None:
        """Put a column in the place of the one of the same name."""
        self.columns = [column if item.name == column.name else item for item in self.columns]

    def finish(self) -> Found:
        """Give the columns and rules, after one warning about all that was left."""
        if not self.columns:
            raise DataError(f"{self.source} describes no column. Give one that does.")
        if self._left:
            words = f"Not taken over from {self.source}: {'; '.join(self._left)}."
            # finish <- read_… <- Schema.from_… <- the caller
            warnings.warn(words, SynthgenWarning, stacklevel=4)
        return tuple(self.columns), tuple(self.rules)


def described(
    name: str,
    kind: Kind,
    *,
    fixed: bool = True,
    role: Role = Role.FEATURE,
    date_format: str | None = None,
    missing_token: str | None = None,
    read_off: Iterable[str] = (),
    **facts: Any,
) -> Column:
    """Describe a column without its storage.

    Parameters
    ----------
    name : str
    kind : Kind
    fixed : bool, default True
        False if the file leaves open what the values mean; see :func:`synthgen.table.declarations.complete`.
    role : Role
    date_format, missing_token : str, optional
    read_off : iterable of str
        Facts that some tool may have read off the data, so they aren't declared.
    **facts
        Other fields of :class:`Column`; None says nothing.
    """
    known = {key: value for key, value in facts.items() if value is not None}
    declared = set(known) - set(read_off)
    declared |= {"kind"} if fixed else set()
    declared |= {"role"} if role is not Role.FEATURE else set()
    storage = Storage(dtype=UNKNOWN_DTYPE, text_format=date_format, missing_token=missing_token)
    return Column(name, kind, role, storage=storage, declared=frozenset(declared), **known)


def read_document(source: Any, what: str) -> tuple[dict[str, Any], str]:
    """Read a JSON object from a path, from JSON text or a mapping, and say what to call it.

    Parameters
    ----------
    source : path, str, mapping or an object with ``to_dict``
    what : str
        What it should be, for error messages.

    Raises
    ------
    FileError, DataError, UsageError
        It can't be read, isn't JSON or isn't an object.
    """
    if callable(getattr(source, "to_dict", None)):
        # The objects that the tools have for their files.
        source = source.to_dict()
    if isinstance(source, Mapping):
        return dict(source), what
    if not isinstance(source, (str, Path)):
        raise UsageError(f"{what} must be a path, JSON text or a dict; got {type(source).__name__}.")
    text, name = str(source), what
    if not text.lstrip().startswith("{"):
        name = f"{what} {Path(source).name!r}"
        try:
            text = Path(source).read_text(encoding="utf-8-sig")
        except OSError as error:
            raise FileError(f"The schema file {str(source)!r} can't be read: {error.strerror}.") from error
        except UnicodeDecodeError as error:
            raise DataError(f"The schema file {str(source)!r} isn't UTF-8 text. Save it as UTF-8 first.") from error
        except ValueError as error:
            raise FileError(f"{str(source)!r} is no path of a schema file. Check the path.") from error
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise DataError(f"The schema isn't JSON: {error.msg} at line {error.lineno}.") from error
    if not isinstance(document, dict):
        raise DataError(f"{name} must be a JSON object; got a {type(document).__name__}. Check the file.")
    return document, name


def list_of(value: Any, where: str) -> list[Any]:
    """Give a list as it is and one name as a list of one; anything else is an error."""
    if value is None:
        return []
    if isinstance(value, str):
        return [value]
    if isinstance(value, (list, tuple)):
        return list(value)
    raise DataError(f"{where} must be a name or a list of names; got {type(value).__name__}. Correct the file.")


def format_of(document: Mapping[str, Any]) -> str | None:
    """Tell the formats of other tools apart by what a document holds; None for our own and for strange ones."""
    if "synthgen_schema" in document:
        return None
    if "METADATA_SPEC_VERSION" in document or "tables" in document:
        return "sdv"
    if isinstance(document.get("fields"), list) or "resources" in document or isinstance(document.get("schema"), dict):
        return "frictionless"
    # The first versions of SDV had fields by name.
    return "sdv" if isinstance(document.get("fields"), dict) else None
