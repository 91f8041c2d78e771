"""synthgen.toml: read, and checked word for word before anything is computed."""

from __future__ import annotations

import difflib
import inspect
import tomllib
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from enum import StrEnum
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

from synthgen.errors import FileError, UsageError

FILE_NAME = "synthgen.toml"

SHARED = ("data", "target", "sensitive", "subject", "schema", "fewest_holders", "seed")
"""Words that stand at the top of the file, for every command that has them."""

NOT_IN_THE_FILE = frozenset({"config", "as_json", "context", "return"})

# Words of a command line that are a table, or may be one, in the file; and what its values may be.
TABLES = {"option": "options", "condition": "conditions"}
MAY_BE_TABLES = ("sampling_strategy", "fairness")

_API_WORDS = {
    "sensitive_features": "sensitive", "random_state": "seed", "generator_options": "options", "option": "options",
    "condition": "conditions", "generators": "generator", "models": "model", "ratios": "ratio",
}  # fmt: skip
_KINDS: dict[Any, tuple[tuple[type, ...], str]] = {
    bool: ((bool,), "true or false"),
    int: ((int,), "a whole number"),
    float: ((int, float), "a number"),
    str: ((str,), "text in quotes"),
    Path: ((str,), "a path in quotes"),
    Any: ((str,), "a path in quotes"),
}
_PLAIN = (bool, int, float, str)


@dataclass(frozen=True)
class Config:
    """What a file says about one command.

    Parameters
    ----------
    path : Path
    words : mapping
        Values of the command's words, by name.
    tables : mapping
        What the command line can't say in one word: ``options``, ``conditions``, and ``sampling_strategy`` and
        ``fairness`` where they are tables.
    columns : mapping
        What is declared of each column.
    """

    path: Path
    words: Mapping[str, Any] = field(default_factory=dict)
    tables: Mapping[str, Any] = field(default_factory=dict)
    columns: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def read_config(path: Path, command: str, commands: Mapping[str, Callable[..., Any]]) -> Config:
    """Read a file, check all of it, and give what it says about one command.

    Parameters
    ----------
    path : Path
    command : str
        The one that is run.
    commands : mapping
        Every command that has a table in the file, with the function whose parameters are its words.

    Raises
    ------
    FileError
        The file isn't there or can't be read.
    UsageError
        It isn't TOML, or a key or a value isn't what it should be; the message names the key.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise FileError(f"The file {str(path)!r} can't be read: {error.strerror}. Check the path.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        reason = str(error) if isinstance(error, tomllib.TOMLDecodeError) else "it isn't UTF-8 text"
        raise UsageError(f"{path} isn't a TOML file: {reason}. Correct that place.") from error
    check = _Check(path)
    hints = {name: words_of(function) for name, function in commands.items()}
    shared = {word: kind for words in hints.values() for word, kind in words.items() if word in SHARED}
    check.keys("", document, [*shared, *hints, "columns"])
    read = check.words("", {key: value for key, value in document.items() if key in shared}, shared)
    told = {word: value for word, value in read.items() if word in hints[command]}
    tables: dict[str, Any] = {}
    for name, words in hints.items():
        own = check.table(f"[{name}]", document.get(name, {}))
        plain, larger = check.command(name, own, words)
        if name == command:
            told |= plain
            tables = larger
    columns = check.table("[columns]", document.get("columns", {}))
    return Config(path, told, tables, {name: check.column(name, fields) for name, fields in columns.items()})


def words_of(function: Callable[..., Any]) -> dict[str, Any]:
    """Words of a command that a file can hold, with the type of each.

    Examples
    --------
    >>> from synthgen.cli.uplift import uplift
    >>> words_of(uplift)["folds"]
    <class 'int'>
    """
    hints = get_type_hints(inspect.unwrap(function))
    return {TABLES.get(name, name): _bare(kind) for name, kind in hints.items() if name not in NOT_IN_THE_FILE}


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """A sentence with the nearest of the known words, or nothing.

    Examples
    --------
    >>> did_you_mean("targt", ["data", "target"])
    " Did you mean 'target'?"
    """
    lower = {name.lower(): name for name in reversed(known)}
    close = difflib.get_close_matches(word.lower(), lower, n=1)
    return f" Did you mean {lower[close[0]]!r}?" if close else ""


def listed(names: Sequence[str], most: int = 30) -> str:
    """Names in a row, the first ones of many.

    Examples
    --------
    >>> listed(["a", "b", "c"], 2)
    'a, b and 1 more'
    """
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" and {rest} more" if rest > 0 else "")


class _Check:
    """Says of one file what is wrong with a key or a value."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def refuse(self, place: str, words: str) -> UsageError:
        return UsageError(f"{self.path}, {place.strip()}: {words}")

    def keys(self, place: str, given: Mapping[str, Any], known: Sequence[str]) -> None:
        for key in given:
            if key in known:
                continue
            other = _API_WORDS.get(key)
            meant = f" Did you mean {other!r}?" if other in known else did_you_mean(key, known)
            raise self.refuse(f"{place} {key!r}", f"there is no such key.{meant} Allowed: {listed(known)}.")

    def table(self, place: str, given: Any) -> Mapping[str, Any]:
        if not isinstance(given, dict):
            raise self.refuse(place, f"got {_said(given)}; allowed: a table.")
        return given

    def command(
        self, name: str, given: Mapping[str, Any], words: Mapping[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """What a command's table says, in words and in tables."""
        place = f"[{name}]"
        self.keys(place, given, list(words))
        larger = {
            key: self.larger(f"[{name}.{key}]", key, value)
            for key, value in given.items()
            if key in TABLES.values()
            or (key in MAY_BE_TABLES and isinstance(value, dict))
            or (key == "sampling_strategy" and not isinstance(value, str))
        }
        return self.words(place, {key: given[key] for key in given if key not in larger}, words), larger

    def larger(self, place: str, key: str, given: Any) -> Any:
        if key == "sampling_strategy" and isinstance(given, (int, float)) and not isinstance(given, bool):
            return given
        table = self.table(place, given)
        for name, value in table.items():
            if key == "sampling_strategy" and (isinstance(value, bool) or not isinstance(value, int)):
                raise self.refuse(f"{place} {name!r}", f"got {_said(value)}; allowed: a whole number of rows.")
            if key == "conditions" and not isinstance(value, (*_PLAIN, list, date)):
                raise self.refuse(f"{place} {name!r}", f"got {_said(value)}; allowed: a value, or a list of values.")
        if key == "conditions":
            return {name: _moments_as_text(value) for name, value in table.items()}
        return table

    def words(self, place: str, given: Mapping[str, Any], words: Mapping[str, Any]) -> dict[str, Any]:
        return {key: self.value(f"{place} {key}", value, words[key]) for key, value in given.items()}

    def value(self, place: str, value: Any, kind: Any) -> Any:
        if get_origin(kind) is list:
            (inner,) = get_args(kind)
            if not isinstance(value, list):
                raise self.refuse(place, f"got {_said(value)}; allowed: a list, such as {_example(inner)}.")
            return [self.value(place, item, inner) for item in value]
        if isinstance(kind, type) and issubclass(kind, StrEnum):
            choices = [str(item) for item in kind]
            if value not in choices:
                meant = did_you_mean(value, choices) if isinstance(value, str) else ""
                raise self.refuse(place, f"got {_said(value)}.{meant} Allowed: {listed(choices)}.")
            return value
        of_type, words = _KINDS[kind]
        if not isinstance(value, of_type) or (isinstance(value, bool) and kind is not bool) or value == "":
            raise self.refuse(place, f"got {_said(value)}; allowed: {words}.")
        return str(beside(self.path, str(value))) if kind in (Path, Any) else value

    def column(self, name: str, given: Any) -> dict[str, Any]:
        from synthgen.table.column import Kind, Role
        from synthgen.table.declaring import FIELDS

        place = f"[columns.{name!r}]"
        fields = dict(self.table(place, given))
        self.keys(place, fields, FIELDS)
        for key, choices in (("kind", Kind), ("role", Role)):
            if key in fields:
                fields[key] = self.value(f"{place} {key}", fields[key], choices)
        for key in ("pattern", "check", "faker", "locale"):
            if key in fields:
                self.value(f"{place} {key}", fields[key], str)
        if "decimals" in fields:
            self.value(f"{place} decimals", fields["decimals"], int)
            if not 0 <= fields["decimals"] <= 15:
                raise self.refuse(f"{place} decimals", f"got {fields['decimals']}; allowed: 0 to 15.")
        bounds = fields.get("bounds", [0, 1])
        number = all(isinstance(end, (int, float)) and not isinstance(end, bool) for end in bounds or [None])
        if not isinstance(bounds, list) or len(bounds) != 2 or not (number or all(isinstance(e, date) for e in bounds)):
            raise self.refuse(f"{place} bounds", f"got {_said(bounds)}; allowed: two numbers, or two dates.")
        labels = fields.get("categories", ["a"])
        if not isinstance(labels, list) or not labels or not all(isinstance(label, _PLAIN) for label in labels):
            raise self.refuse(f"{place} categories", f"got {_said(labels)}; allowed: a list of labels.")
        if len({str(label) for label in labels}) < len(labels):
            raise self.refuse(f"{place} categories", "a label is listed twice; allowed: each label once.")
        return fields


def beside(path: Path, named: str) -> str | Path:
    """A file named in ``path``, found from its folder; pipes and addresses of databases stay what they are."""
    from synthgen.table.sources import is_file

    return path.parent / named if is_file(named) else named


def _bare(kind: Any) -> Any:
    """The type of a word, without None."""
    if get_origin(kind) in (Union, types.UnionType):
        kinds = [item for item in get_args(kind) if item is not type(None)]
        return Path if Path in kinds else kinds[0]
    return kind


def _moments_as_text(value: Any) -> Any:
    if isinstance(value, list):
        return [_moments_as_text(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


def _said(value: Any) -> str:
    """What was got, in words; long texts, lists and tables are only called what they are."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{value}"' if len(value) <= 40 and value.isprintable() else "a long text"
    if isinstance(value, (int, float)):
        return f"the number {value}"
    if isinstance(value, (date, time)):
        return "a date or a time"
    return "a table" if isinstance(value, dict) else "a list"


def _example(kind: Any) -> str:
    return "[0.1, 0.5]" if kind is float else '["one", "other"]'
