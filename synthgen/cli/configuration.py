"""How a command takes what synthgen.toml says: words on the command line win."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperCommand

from synthgen.cli.config_file import FILE_NAME, TABLES, Config, did_you_mean, listed, read_config
from synthgen.cli.failures import explain, say
from synthgen.cli.headers import column_names
from synthgen.cli.schema_file import read_schema
from synthgen.errors import UsageError

if TYPE_CHECKING:
    from synthgen.table.schema import Schema

COMMANDS = ("synthesize", "profile", "validate", "uplift")
"""Commands that have a table in the file."""

_KEPT = "synthgen.config"
# Words that name a column, or several.
_NAMES = ("target", "subject", "time", "predictions", "sensitive", "legitimate")


class Configured(TyperCommand):
    """A command whose words may stand in a file: that of ``--config``, or ./synthgen.toml where no table is named."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Say of words that are needed that the file may have them."""
        for parameter in self.params:
            if parameter.required:
                parameter.required = False
                parameter.help = f"{parameter.help} Needed, here or in {FILE_NAME}."  # type: ignore[attr-defined]
        super().format_help(ctx, formatter)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the file, if one is asked for, and let it stand in for words that the command line leaves out."""
        opts = {} if ctx.resilient_parsing else self.make_parser(ctx).parse_args(args=list(args))[0]
        if opts and not opts.get("help"):
            path = _file_asked_for(ctx, opts, self.params)
            if path is not None:
                _take(ctx, path, opts)
        return super().parse_args(ctx, args)


def table_of(context: typer.Context, word: str, said: Any) -> Any:
    """What the file's table says, unless the command line says it; ``said`` is what that was read as."""
    config: Config | None = context.meta.get(_KEPT)
    source = context.get_parameter_source(word)
    if config is None or (source is not None and source.name == "COMMANDLINE"):
        return said
    return config.tables.get(TABLES.get(word, word), said)


def say_config(context: typer.Context, quiet: bool) -> None:
    """Say which file the settings are of, where one is read."""
    config: Config | None = context.meta.get(_KEPT)
    if config is not None and not quiet:
        say(f"Settings of {config.path}.")


def with_schema(
    context: typer.Context, data: Any, schema: Path | None, *, whole: bool = True, private: bool = False, **roles: Any
) -> tuple[Any, Schema | None]:
    """The table, and its schema: the file of ``--schema``, with what ``[columns]`` declares on top.

    Parameters
    ----------
    context : typer.Context
    data : table or path
    schema : Path or None
    whole : bool
        Whether the table may be read whole.
    private : bool
        Whether nothing may be read off its rows.
    **roles
        ``target``, ``sensitive_features`` and ``subject``, for a schema that has to be read off the table.

    Returns
    -------
    tuple
        The table, which is read here only if columns are declared, and a schema or None.
    """
    given = read_schema(schema)
    config: Config | None = context.meta.get(_KEPT)
    declared = {name: fields for name, fields in config.columns.items() if fields} if config is not None else {}
    if config is None or not declared:
        return data, given
    if private:
        return data, _said_of(data, given, declared, config)
    if not whole:
        raise UsageError(
            f"{config.path}, [columns]: to declare columns there the table is read whole, and it is worked on in "
            "pieces. Write them to a file, and name it with --schema; or take --engine memory."
        )
    from synthgen.table.declaring import declare
    from synthgen.table.frames import to_pandas
    from synthgen.table.roles import schema_with_roles

    frame, _ = to_pandas(data)
    # A table that comes through a pipe has no header to look at before.
    _check_names([str(name) for name in frame.columns], config, {"[columns]": list(config.columns)}, data)
    read_off = schema_with_roles(frame, given, **roles)
    try:
        return frame, declare(frame, read_off, declared)
    except UsageError as error:
        raise UsageError(f"{config.path}, [columns]: {error}") from error


def _said_of(data: Any, given: Schema | None, declared: Mapping[str, Any], config: Config) -> Schema:
    """What is said of the columns, by the file of the schema and by ``[columns]``, and nothing else."""
    from synthgen.table.column import Column, Kind
    from synthgen.table.declaring import declare_public
    from synthgen.table.schema import Schema

    if given is None:
        names = column_names(data)
        if names is None:
            raise UsageError(
                f"{config.path}, [columns]: the header of this table can't be read by itself. Write all columns to a "
                "file, and name it with --schema."
            )
        given = Schema(tuple(Column(name, Kind.CATEGORICAL) for name in names))
    _check_names(given.names, config, {"[columns]": list(config.columns)}, data)
    try:
        return declare_public(given, declared)
    except UsageError as error:
        raise UsageError(f"{config.path}, [columns]: {error}") from error


def _file_asked_for(ctx: Any, opts: Mapping[str, Any], params: Sequence[Any]) -> Path | None:
    if opts.get("config"):
        return Path(opts["config"])
    argument = next(param for param in params if param.param_type_name == "argument")
    if opts.get(argument.name) is not None:
        return None
    path = Path(FILE_NAME)
    if not path.is_file():
        ctx.fail(
            f"Missing argument '{argument.metavar}'. Name a table, or have one in {FILE_NAME} here, which "
            "'synthgen init' writes."
        )
    return path


def _take(ctx: Any, path: Path, opts: Mapping[str, Any]) -> None:
    """Keep what the file says for the words that the command line leaves out."""
    root = ctx.find_root().command
    commands: dict[str, Callable[..., Any]] = {name: root.commands[name].callback for name in COMMANDS}
    try:
        config = read_config(path, ctx.command.name, commands)
        left = {word: value for word, value in config.words.items() if opts.get(word) is None}
        table = opts.get("data") or opts.get("train") or left.get("data") or left.get("train")
        names = column_names(table) if table is not None else None
        if names is not None:
            named = {word: _as_list(left[word]) for word in _NAMES if word in left}
            named["[columns]"] = list(config.columns)
            if opts.get("condition") is None:
                named[f"[{ctx.command.name}.conditions]"] = list(config.tables.get("conditions", ()))
            _check_names(names, config, named, table)
    except Exception as error:
        # Raised before the command runs, so it is not yet guarded.
        raise typer.Exit(int(explain(error))) from error
    ctx.default_map = {**(ctx.default_map or {}), **left}
    ctx.meta[_KEPT] = config


def _check_names(names: Sequence[str], config: Config, named: Mapping[str, Sequence[str]], table: Any) -> None:
    for place, words in named.items():
        for word in words:
            if word not in names:
                raise UsageError(
                    f"{config.path}, {place}: {table} has no column {word!r}.{did_you_mean(word, names)} "
                    f"Its columns are: {listed(names)}."
                )


def _as_list(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]
