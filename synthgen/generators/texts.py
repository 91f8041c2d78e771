"""Free text of synthetic rows, as the caller says: made apart from the other columns, and joined to their rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.errors import DataError, UsageError
from synthgen.generators.asked import with_known
from synthgen.generators.places import Place
from synthgen.randomness import stream
from synthgen.table.column import LABEL_KINDS, Kind
from synthgen.table.disclosure import FEWEST_HOLDERS, holders, subjects_of
from synthgen.table.kinds import KINDS
from synthgen.table.made_up import DEFAULT_LOCALE
from synthgen.table.schema import Schema
from synthgen.table.text.changing import Changing
from synthgen.table.text.codes import Codes
from synthgen.table.text.template import Template
from synthgen.table.text.words import RealRuns, split, unspaced_share

if TYPE_CHECKING:
    from synthgen.generators.base import Synthesizer

WAYS = ("refuse", "drop", "mask", "template", "augment")
MASK = "[text]"

WORDS_OF_CODE = 1.5
"""Up to so many words a value on average, a text is a code."""

Text: TypeAlias = "str | Mapping[str, Any]"
TextModel: TypeAlias = "Template | Codes | Changing"
_MODELS: dict[str, Any] = {"template": Template, "codes": Codes, "augment": Changing}


@dataclass(frozen=True)
class LearntText:
    """What was learnt of a column of text.

    Attributes
    ----------
    way : {"mask", "template", "codes", "augment"}
    model : Template, Codes, Changing or None
    """

    way: str
    model: TextModel | None = None


@dataclass(frozen=True)
class RealTexts:
    """Real texts of a column, so that none is repeated while they are at hand; no model keeps them."""

    runs: RealRuns
    codes: frozenset[str]


def ways_of(text: Text, schema: Schema) -> dict[str, tuple[str, Mapping[str, Any]]]:
    """What is to be done with each column of text, and words that may stand for others.

    Parameters
    ----------
    text : str or mapping
        One of ``WAYS`` for all columns, or for each column one of them or ``{"augment": {"word": ["other", ...]}}``.

    Raises
    ------
    UsageError
        No such way, or no such column.

    Examples
    --------
    >>> from synthgen.table.column import Column
    >>> schema = Schema((Column("note", Kind.TEXT), Column("title", Kind.TEXT)))
    >>> ways_of({"title": "template"}, schema)
    {'note': ('refuse', {}), 'title': ('template', {})}
    """
    columns = [column.name for column in schema.of(Kind.TEXT)]
    given: Mapping[str, Any] = text if isinstance(text, Mapping) else dict.fromkeys(columns, text)
    if not isinstance(text, Mapping):
        _read_way(text)
    for name in given:
        if name not in schema and given[name] != "drop":
            raise UsageError(f"text names column {name!r}, which the table doesn't have.")
        if name in schema and name not in columns:
            raise UsageError(
                f"text names column {name!r}, which is {schema[name].kind}. If it holds text, declare it: "
                f"schema.with_column({name!r}, kind='text')."
            )
    return {name: _read_way(given.get(name, "refuse")) for name in columns}


def check_text(text: Any) -> None:
    """Refuse what says nothing about text.

    Raises
    ------
    UsageError
    """
    for way in text.values() if isinstance(text, Mapping) else [text]:
        _read_way(way)


def _read_way(said: Any) -> tuple[str, Mapping[str, Any]]:
    if isinstance(said, Mapping) and set(said) == {"augment"}:
        known = said["augment"]
        if isinstance(known, Mapping) and all(
            isinstance(others, (list, tuple)) and all(isinstance(other, str) for other in others)
            for others in known.values()
        ):
            return "augment", known
        raise UsageError('Synonyms for text="augment" are lists of words by word, such as {"flat": ["apartment"]}.')
    if not isinstance(said, str) or said not in WAYS:
        raise UsageError(
            f"text must be one of {', '.join(WAYS)}, or say one for each column by its name; got {said!r}."
        )
    return said, {}


def without_dropped(schema: Schema, text: Text) -> Schema:
    """Leave out the columns that are to be dropped, and refuse those about which nothing was said.

    Raises
    ------
    DataError
        The message names the columns and lists the ways.
    """
    ways = ways_of(text, schema)
    refused = [name for name, (way, _) in ways.items() if way == "refuse"]
    if refused:
        columns = ", ".join(map(repr, refused))
        raise DataError(
            f"Column {columns} holds free text, which is not made unless you say how, since a model of it may repeat "
            'real sentences. Say generator_options={"text": ...} (on a generator: text=...): "template" makes new '
            'texts of words that many rows share, "mask" puts a mask in place of each, "drop" leaves the column out, '
            '"augment" changes a few words of real texts, to train on only. Where its values are short names or '
            f"numbers: schema.with_column({refused[0]!r}, kind='identifier')."
        )
    return schema.without(*(name for name, (way, _) in ways.items() if way == "drop"))


def learn_texts(coded: pd.DataFrame, schema: Schema, text: Text, seed: np.random.SeedSequence) -> dict[str, LearntText]:
    """Learn each column of text in the way that was asked for."""
    ways = ways_of(text, schema) if schema.of(Kind.TEXT) else {}
    people = subjects_of(coded, schema)
    target = schema.target.name if schema.target is not None and schema.target.kind in LABEL_KINDS else None
    labels = [column.name for column in schema.of(*LABEL_KINDS)]
    learnt: dict[str, LearntText] = {}
    for name, (way, synonyms) in ways.items():
        known = np.flatnonzero(coded[name].notna().to_numpy())
        texts = coded[name].to_numpy(dtype=object)[known].tolist()
        levels = coded[labels].iloc[known].reset_index(drop=True)
        if way == "mask" or not texts:
            learnt[name] = LearntText("mask")
        elif way == "augment":
            _check_spaced(name, texts)
            learnt[name] = LearntText(way, Changing.learn(texts, levels, target, synonyms))
        elif _are_codes(texts):
            learnt[name] = LearntText("codes", Codes.learn(texts, people[known], levels, target=target))
        else:
            model = Template.learn(
                texts, people[known], levels, stream(seed, "text", name), name=name, target=target,
                locale=schema[name].locale or DEFAULT_LOCALE,
            )  # fmt: skip
            learnt[name] = LearntText(way, model)
    return learnt


def _are_codes(texts: list[str]) -> bool:
    some = texts[:: max(1, len(texts) // 2_000)]
    return float(np.mean([len(text.split()) for text in some])) <= WORDS_OF_CODE and not unspaced_share(some)


def _check_spaced(name: str, texts: list[str]) -> None:
    if unspaced_share(texts[:5_000]) > 0.5:
        raise DataError(
            f"Column {name!r} holds text in a script that doesn't part words by spaces (Chinese, Japanese, Thai, Lao, "
            'Burmese or Khmer), which text="augment" can\'t split. Use text="mask" or text="drop".'
        )


def worded(
    model: Synthesizer, coded: pd.DataFrame, known: pd.DataFrame | None, missing: str, place: Place
) -> pd.DataFrame:
    """Add texts to drawn rows."""
    for name, learnt in model._texts.items():
        share = 0.0 if missing == "none" else model._opaque_missing[name]
        drawn = _drawn(learnt, coded, model._real_texts.get(name), place.stream("text", name))
        made = np.array([*drawn, None], dtype=object)[:-1]
        made[place.stream("text gaps", name).random(len(coded)) < share] = None
        coded[name] = with_known(made, known, name)
    return coded


def _drawn(learnt: LearntText, rows: pd.DataFrame, real: RealTexts | None, rng: np.random.Generator) -> list[str]:
    if isinstance(learnt.model, Template):
        return learnt.model.draw(rows, rng, None if real is None else real.runs)
    if isinstance(learnt.model, Codes):
        return learnt.model.draw(rows, rng, frozenset() if real is None else real.codes)
    return [MASK] * len(rows) if learnt.model is None else learnt.model.draw(rows, rng)


def real_texts(model: Synthesizer, real: pd.DataFrame) -> dict[str, RealTexts]:
    """What the texts of real rows say, for all that a model makes anew."""
    found = {}
    for name, learnt in model._texts.items():
        if learnt.way not in ("template", "codes") or name not in real:
            continue
        column = model.schema_[name]
        values = KINDS[Kind.TEXT].parse(real[name], column)
        texts = [value for value in values if value is not None]
        people = subjects_of(real, model.schema_)[[value is not None for value in values]]
        held = holders(texts, people)
        few = frozenset(str(text) for text in held[held < FEWEST_HOLDERS].index)
        sentences = texts if learnt.way == "template" else []
        runs = RealRuns([split(text) for text in sentences], np.array([text in few for text in sentences], dtype=bool))
        found[name] = RealTexts(runs, few)
    return found


def keeps_real_texts(model: Synthesizer) -> bool:
    """Whether a fitted model holds real texts, to change a few words of them."""
    return any(learnt.way == "augment" for learnt in model._texts.values())


def texts_state(texts: Mapping[str, LearntText]) -> tuple[list[dict[str, Any]], dict[str, NDArray[Any]]]:
    """What a saved model holds of texts: JSON values, and arrays by name."""
    plain: list[dict[str, Any]] = []
    arrays: dict[str, NDArray[Any]] = {}
    for number, (name, learnt) in enumerate(texts.items()):
        state = {} if learnt.model is None else learnt.model.to_state()
        arrays |= {f"text.{number}.{key}": value for key, value in state.items() if isinstance(value, np.ndarray)}
        own = {key: value for key, value in state.items() if not isinstance(value, np.ndarray)}
        plain.append({"column": name, "way": learnt.way, "state": own})
    return plain, arrays


def texts_from(plain: list[dict[str, Any]], arrays: Mapping[str, NDArray[Any]]) -> dict[str, LearntText]:
    """Inverse of :func:`texts_state`."""
    found = {}
    for number, item in enumerate(plain):
        prefix = f"text.{number}."
        own = {key.removeprefix(prefix): value for key, value in arrays.items() if key.startswith(prefix)}
        kind = _MODELS.get(item["way"])
        model = None if kind is None else kind.from_state({**item["state"], **own})
        found[item["column"]] = LearntText(item["way"], model)
    return found
