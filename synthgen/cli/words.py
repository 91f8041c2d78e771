"""The words of the command line, and the values that they stand for."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated, Any, TypeAlias

import typer

from synthgen.cli.headers import column_option
from synthgen.cli.places import FILES, read_out, read_place
from synthgen.errors import ConditionError, UsageError


class PurposeWord(StrEnum):
    """Who will see the result."""

    AUGMENT = "augment"
    RELEASE = "release"


class ValidationWord(StrEnum):
    """How much is measured."""

    STANDARD = "standard"
    FULL = "full"
    NONE = "none"


class DepthWord(StrEnum):
    """How much is measured of a table that is there to be judged."""

    STANDARD = "standard"
    FULL = "full"


class AudienceWord(StrEnum):
    """Who will read the reports."""

    INTERNAL = "internal"
    SHAREABLE = "shareable"


class GateWord(StrEnum):
    """Whether a failed verdict withholds the table."""

    DEFAULT = "default"
    NONE = "none"


class MissingWord(StrEnum):
    """Whether synthetic rows have gaps."""

    KEEP = "keep"
    NONE = "none"
    LIKE = "like"


KEY_VARIABLE = "SYNTHGEN_KEY"

Data: TypeAlias = Annotated[Any, typer.Argument(metavar="DATA", help=f"The real table: {FILES}.", parser=read_place)]
SyntheticFile: TypeAlias = Annotated[
    Any, typer.Argument(metavar="SYNTHETIC", help=f"The synthetic table: {FILES}.", parser=read_place)
]
_Table = partial(typer.Option, metavar="TABLE", parser=read_place)
Train: TypeAlias = Annotated[Any, _Table(help="Real rows that the generator saw.")]
Holdout: TypeAlias = Annotated[Any, _Table(help="Real rows that the generator never saw.")]
Target: TypeAlias = Annotated[str | None, column_option("The column to balance or to predict.")]
OutTable: TypeAlias = Annotated[
    Any,
    _Table(
        help="The table to write: a file, whose ending names the format; - for a pipe, as CSV (-.parquet and -.arrow "
        "name another format); a folder of parts, such as rows/, with --engine stream; or a database, such as "
        "'duckdb:///f.db?table=NAME', where a table that is there is only replaced with &if_exists=replace.",
        parser=read_out,
        show_default="beside DATA: NAME.synthgen.ENDING; for DATA from a pipe: a pipe",
    ),
]
OutReport: TypeAlias = Annotated[
    Path | None,
    typer.Option(help="Write the report to this HTML file, and what it shows as JSON beside it."),
]
DemoFolder: TypeAlias = Annotated[Path, typer.Option("--out", help="Folder to write to; made if it isn't there.")]
Reports: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        help="Folder for the reports, the data card and run.json.",
        show_default="beside the table: NAME-reports; for a pipe: none",
    ),
]
Audience: TypeAlias = Annotated[
    AudienceWord,
    typer.Option(
        help="Who will read the reports. shareable: without what only those who may see DATA should know, such as "
        "distributions of real rows."
    ),
]
Purpose: TypeAlias = Annotated[
    PurposeWord,
    typer.Option(
        help="augment: all real rows plus synthetic ones, to train on. release: synthetic rows only, to "
        "share; every finding blocks."
    ),
]
Generator: TypeAlias = Annotated[
    str,
    typer.Option(
        help="How rows are made: 'auto' or a generator's name.",
        autocompletion=lambda: ["auto", *generator_names()],
    ),
]
Options: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--option", metavar="KEY=VALUE", help="A setting of the generator, such as k_neighbors=3. Repeatable."
    ),
]
Strategy: TypeAlias = Annotated[
    str,
    typer.Option(
        metavar="auto|RATIO|LABEL=ROWS,...",
        help="Rows of each class in the result. auto: all as many as the largest; 0.1: the rare class a "
        "tenth of the largest; '0=5000,1=5000': these counts.",
    ),
]
Samples: TypeAlias = Annotated[
    int | None, typer.Option("--n-samples", help="Synthetic rows to make, instead of balancing.")
]
Conditions: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--condition",
        metavar="COLUMN=VALUE",
        help="What synthetic rows must have, such as Class=1. Repeat a column to allow several values.",
    ),
]
Rules: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--constraint",
        metavar="RULE",
        help="A rule that every synthetic row keeps, such as 'start <= end', 'age >= 18', 'total = price * count' or "
        "'unique(room, day)'. Repeatable.",
    ),
]
Missing: TypeAlias = Annotated[
    MissingWord,
    typer.Option(help="Gaps of synthetic rows. keep: as the generator makes them; none; like: as in real rows."),
]
SchemaFile: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--schema",
        help="What each column is: a file of 'synthgen profile --schema-out', edited; SDV metadata; or a Frictionless "
        "table schema.",
    ),
]
SchemaOut: TypeAlias = Annotated[
    Path | None, typer.Option(help="Write what each column was taken for, as JSON to check and edit.")
]
Reference: TypeAlias = Annotated[
    Any,
    _Table("--reference", help="A table of people with whose shares of groups those of DATA are compared."),
]
Legitimate: TypeAlias = Annotated[
    list[str] | None,
    column_option("A column that may explain a difference: groups are compared among rows alike. Repeatable."),
]
Predictions: TypeAlias = Annotated[
    str | None,
    column_option("The column with a model's labels, or its chances of the target value; audited by group."),
]
Sensitive: TypeAlias = Annotated[
    list[str] | None,
    column_option("A column whose groups the bias report compares, such as sex. Repeatable."),
]
Fairness: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="KIND[=STRENGTH]",
        help="What to do about a difference between the groups of --sensitive: equal_rates, quotas, weights, "
        "representation or proxies; a strength from 0 to 1, such as quotas=0.5.",
    ),
]
Subject: TypeAlias = Annotated[
    str | None,
    column_option("The column that says whom a row is about: all rows of one person are kept together."),
]
HoldoutShare: TypeAlias = Annotated[
    float, typer.Option("--holdout", help="Share of real rows kept from the generator, to check against.")
]
Validation: TypeAlias = Annotated[
    ValidationWord,
    typer.Option(help="How much is measured. none: with a differentially private generator, nothing."),
]
Depth: TypeAlias = Annotated[DepthWord, typer.Option("--validation", help="How much is measured.")]
Gate: TypeAlias = Annotated[
    GateWord,
    typer.Option(help="none: write the table whatever the verdict; the reports say so."),
]
FewestHolders: TypeAlias = Annotated[
    int | None,
    typer.Option(
        "--fewest-holders",
        metavar="PEOPLE",
        help="For a release: people who must share a label, an extreme or a combination of quasi-identifiers; 11 for "
        "health data.",
        show_default="10",
    ),
]
Seed: TypeAlias = Annotated[int | None, typer.Option(help="The same number gives the same rows.")]
KeyFile: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        help="A file with a key of 16 bytes or more: run.json holds tags of the tables, for 'synthgen verify'.",
        show_default=f"the variable {KEY_VARIABLE}, if it is set",
    ),
]
RunFile: TypeAlias = Annotated[Path, typer.Argument(metavar="RUN", help="The run.json beside the reports.")]
SourceFile: TypeAlias = Annotated[
    Any, typer.Argument(metavar="DATA", help="The real table that the run was made from.", parser=read_place)
]
TableOption: TypeAlias = Annotated[
    Any,
    _Table("--table", help="The table that was handed out, to see whether it is the one."),
]
TwinFile: TypeAlias = Annotated[Path, typer.Argument(metavar="TWIN", help="fidelity.json or bias.json.")]
Before: TypeAlias = Annotated[Path, typer.Argument(metavar="BEFORE", help="The earlier fidelity.json or bias.json.")]
After: TypeAlias = Annotated[Path, typer.Argument(metavar="AFTER", help="The later one, of the same kind.")]
OutPage: TypeAlias = Annotated[Path, typer.Option("--out", "-o", help="The HTML file to write.")]
ConfigFile: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--config",
        help="Settings, as 'synthgen init' writes them; words given here win over it.",
        show_default="./synthgen.toml where no table is named",
    ),
]
OutConfig: TypeAlias = Annotated[Path, typer.Option("--out", help="The file to write.")]
Force: TypeAlias = Annotated[bool, typer.Option("--force", help="Write over a file that is there.")]
Junit: TypeAlias = Annotated[
    Path | None,
    typer.Option("--junit", help="Write one test case a criterion to this XML file, for a CI server."),
]
ReviewOut: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--review",
        metavar="SHEET",
        help="Write a sheet of rows for a person to accept or refuse (.csv or .xlsx), and leave the table to 'synthgen "
        "merge'.",
    ),
]
ReviewIn: TypeAlias = Annotated[
    Path | None, typer.Option("--review", metavar="SHEET", help="The sheet, every line decided: .csv or .xlsx.")
]
Reviewer: TypeAlias = Annotated[
    str | None, typer.Option(help="Who decided.", show_default="the column 'reviewer' of the sheet")
]
SyntheticRows: TypeAlias = Annotated[
    Path, typer.Option("--synthetic", help="The run's accepted synthetic rows: NAME.synthetic.parquet.")
]
RunOption: TypeAlias = Annotated[Path, typer.Option("--run", help="The run.json beside the reports; it is updated.")]
Quiet: TypeAlias = Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no summary, only problems.")]
AsJson: TypeAlias = Annotated[bool, typer.Option("--json", help="Print one JSON object, not the summary.")]


def generator_names() -> list[str]:
    """Every generator that can be named."""
    from synthgen.generators import GENERATORS

    return list(GENERATORS)


def read_options(words: Sequence[str] | None) -> dict[str, Any] | None:
    """Read ``key=value`` words; a value is JSON where it can be read as such, else text.

    >>> read_options(["k_neighbors=3", "variant=adasyn", "exact=true"])
    {'k_neighbors': 3, 'variant': 'adasyn', 'exact': True}
    """
    options: dict[str, Any] = {}
    for word in words or ():
        key, equals, value = word.partition("=")
        if not (equals and key and value):
            raise UsageError(f"--option takes KEY=VALUE, such as --option k_neighbors=3; got {word!r}.")
        if key in options:
            raise UsageError(f"--option {key} is given twice.")
        options[key] = _plain_value(value)
    return options or None


def read_conditions(words: Sequence[str] | None) -> dict[str, Any] | None:
    """Read ``column=value`` words; several values of one column are alternatives.

    >>> read_conditions(["diagnosis=A", "diagnosis=B"])
    {'diagnosis': ['A', 'B']}
    """
    allowed: dict[str, list[str]] = {}
    for word in words or ():
        column, equals, value = word.partition("=")
        if not (equals and column and value):
            raise ConditionError(f"--condition takes COLUMN=VALUE, such as Class=1; got {word!r}.")
        allowed.setdefault(column, []).append(value)
    return {column: values if len(values) > 1 else values[0] for column, values in allowed.items()} or None


def read_strategy(word: str) -> str | float | dict[str, int]:
    """Read a sampling strategy: a number, counts by label, or a word for the API to judge.

    A count ends each part, so labels may hold commas and equals signs.

    >>> read_strategy("0.1"), read_strategy("<=50K=900,>50K=900"), read_strategy("auto")
    (0.1, {'<=50K': 900, '>50K': 900}, 'auto')
    """
    try:
        return float(word)
    except ValueError:
        pass
    part = re.compile(r"\s*(.+?)\s*=\s*(\d+)\s*(?:,|$)")
    counts: dict[str, int] = {}
    place = 0
    while match := part.match(word, place):
        if match[1] in counts:
            raise UsageError(f"--sampling-strategy names the class {match[1]!r} twice.")
        counts[match[1]] = int(match[2])
        place = match.end()
    if "=" in word and place < len(word):
        raise UsageError(f"--sampling-strategy takes counts as LABEL=ROWS,LABEL=ROWS; got {word!r}.")
    return counts or word


def read_fairness(word: str | None) -> str | dict[str, Any] | None:
    """Read a kind of plan, with its strength if there is one.

    >>> read_fairness("quotas=0.5"), read_fairness("equal_rates")
    ({'kind': 'quotas', 'strength': 0.5}, 'equal_rates')
    """
    if word is None or "=" not in word:
        return word
    kind, _, strength = word.partition("=")
    try:
        return {"kind": kind, "strength": float(strength)}
    except ValueError:
        raise UsageError(f"--fairness takes KIND or KIND=STRENGTH, such as quotas=0.5; got {word!r}.") from None


def read_gate(word: GateWord, fewest_holders: int | None) -> Any:
    """Read which gate judges.

    >>> read_gate(GateWord.DEFAULT, None), read_gate(GateWord.DEFAULT, 11).fewest_holders
    ('default', 11)
    """
    if word is GateWord.NONE:
        if fewest_holders is not None:
            raise UsageError("--fewest-holders is a rule of the gate, and --gate none lifts the gate; give one.")
        return None
    if fewest_holders is None:
        return "default"
    from synthgen.validation import Gate as Rules

    return Rules.default(fewest_holders=fewest_holders)


def read_key(file: Path | None, audience: AudienceWord = AudienceWord.INTERNAL) -> bytes | None:
    """Read the key: from the file, else from the variable SYNTHGEN_KEY, else there is none."""
    from synthgen.tags import check_key, read_key

    if audience is AudienceWord.SHAREABLE and (file is not None or KEY_VARIABLE in os.environ):
        key = "--key-file" if file is not None else f"the variable {KEY_VARIABLE}"
        raise UsageError(f"Shareable reports hold no tags of the tables. Leave {key} out, or take --audience internal.")
    if file is not None:
        return read_key(file)
    held = os.environ.get(KEY_VARIABLE)
    return None if held is None else check_key(held)


def twin_of(out: Path | None) -> Path | None:
    """Name the file for programs beside a page.

    >>> str(twin_of(Path("fidelity.html")))
    'fidelity.json'
    """
    if out is not None and out.suffix.lower() == ".json":
        raise UsageError(f"{out} is the page, and its figures go to a .json beside it. Name it .html.")
    return None if out is None else out.with_suffix(".json")


def _plain_value(text: str) -> Any:
    try:
        return json.loads({"True": "true", "False": "false", "None": "null"}.get(text, text))
    except json.JSONDecodeError:
        return text
