"""Identifiers of synthetic rows: made anew, and shared by as many rows as real ones are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.generators.asked import with_known
from synthgen.generators.places import Place
from synthgen.generators.texts import real_texts
from synthgen.randomness import child
from synthgen.table.check_digits import check_named, learn_check
from synthgen.table.column import Column, Kind
from synthgen.table.constraints.free import Pattern
from synthgen.table.disclosure import FEWEST_HOLDERS
from synthgen.table.kinds import KINDS
from synthgen.table.kinds.identifier import learn_pattern
from synthgen.table.kinds.numbered import in_shape, matching
from synthgen.table.made_up import DEFAULT_LOCALE, check_faker, make_up
from synthgen.table.schema import Schema

if TYPE_CHECKING:
    from synthgen.generators.base import Synthesizer

Bools = NDArray[np.bool_]

ONE_ROW_EACH = [[1.0, 1.0]]


def with_shapes(coded: pd.DataFrame, schema: Schema) -> Schema:
    """Learn the shape and check digits of columns that were declared identifiers without saying a shape.

    Raises
    ------
    UsageError
        Check digits, a word of Faker's or a locale that there aren't.
    """
    learnt = []
    for column in schema.of(Kind.IDENTIFIER):
        check_form(column)
        if column.faker is None and column.pattern is None:
            values = coded[column.name].to_numpy(dtype=object)
            check = column.check or learn_check(values)
            learnt.append(replace(column, pattern=learn_pattern(values), check=check))
    return schema.with_columns(learnt)


def check_form(column: Column) -> None:
    """Refuse an identifier whose check digits, word of Faker's or locale there aren't.

    Raises
    ------
    UsageError
    """
    if column.check is not None:
        check_named(column.check)
    if column.faker is not None:
        check_faker(column)


def learn_holders(values: pd.Series[Any]) -> list[list[float]]:
    """Count how many rows share a value.

    Parameters
    ----------
    values : Series

    Returns
    -------
    list of [rows, share of the values]
        Sizes that fewer than ten values have are taken together, and stand as their mean.

    Examples
    --------
    >>> learn_holders(pd.Series([f"a{number // 2}" for number in range(40)] + [f"b{number}" for number in range(20)]))
    [[1.0, 0.5], [2.0, 0.5]]
    """
    sizes, number = np.unique(values.value_counts().to_numpy(), return_counts=True)
    groups: list[list[tuple[int, int]]] = []
    for size, n in zip(sizes[::-1].tolist(), number[::-1].tolist(), strict=True):
        if groups and sum(held for _, held in groups[-1]) < FEWEST_HOLDERS:
            groups[-1].append((size, n))
        else:
            groups.append([(size, n)])
    if len(groups) > 1 and sum(held for _, held in groups[-1]) < FEWEST_HOLDERS:
        groups[-2] += groups.pop()
    total = float(number.sum())
    learnt = []
    for group in reversed(groups):
        held = sum(n for _, n in group)
        learnt.append([sum(size * n for size, n in group) / held, held / total])
    return learnt or ONE_ROW_EACH


def holder_of_rows(holders: list[list[float]], n: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Say which of the new values each row has: 0, 1, 2, …; rows of one value stand together."""
    if holders == ONE_ROW_EACH:
        return np.arange(n)
    rows, shares = np.array(holders).T
    mean = float(rows @ shares / shares.sum())
    sizes = np.empty(0, dtype=np.int64)
    while sizes.sum() < n:
        chosen = rows[rng.choice(len(rows), int((n - sizes.sum()) / mean) + 10, p=shares / shares.sum())]
        # A mean of sizes that few values have is met by rounding up or down at random.
        whole = np.floor(chosen + rng.random(len(chosen)))
        sizes = np.concatenate([sizes, whole.astype(np.int64)])
    found: NDArray[np.int64] = np.repeat(np.arange(len(sizes)), sizes)[:n]
    return found


def learn_entities(coded: pd.DataFrame, schema: Schema) -> dict[str, dict[str, Any]]:
    """Find, for the columns that Faker makes up, by which column their people are told apart.

    Columns of one locale are about the same people. Of these columns, the one with most values leads: the others
    follow it. Where every value of another identifier, shared by rows, has one value of it, that identifier leads.
    Columns with as many values as there are people are distinct among them.
    """
    found: dict[str, dict[str, Any]] = {}
    for locale, columns in made_up_columns(schema).items():
        counts = {column.name: int(coded[column.name].nunique()) for column in columns}
        lead = max(counts, key=lambda name: counts[name])
        by = None
        for column in schema.of(Kind.IDENTIFIER):
            shared = coded[column.name].nunique() <= coded[column.name].notna().sum() - FEWEST_HOLDERS
            if column.faker is None and shared and (coded.groupby(column.name)[lead].nunique() <= 1).all():
                by = column.name
                break
        people = coded[by].nunique() if by else counts[lead]
        found[locale] = {"lead": lead, "by": by, "distinct": [name for name in counts if counts[name] >= people]}
    return found


def made_up_columns(schema: Schema) -> dict[str, list[Column]]:
    """Columns that Faker makes up, by locale."""
    groups: dict[str, list[Column]] = {}
    for column in schema.of(Kind.IDENTIFIER):
        if column.faker is not None:
            groups.setdefault(column.locale or DEFAULT_LOCALE, []).append(column)
    return groups


def identified(
    model: Synthesizer, coded: pd.DataFrame, known: pd.DataFrame | None, missing: str, place: Place
) -> pd.DataFrame:
    """Add identifiers, made anew: by the rule that says how they look, by Faker, or in the shape of the real ones.

    No other place of the table has the same ones; rows that share one are rows of one place.
    """
    n = len(coded)
    filled = {}
    for column in model.schema_.of(Kind.IDENTIFIER):
        share = 0.0 if missing == "none" else model._opaque_missing[column.name]
        filled[column.name] = place.stream("identifier gaps", column.name).random(n) >= share
    values, holder = _in_shape(model, filled, place)
    for locale, columns in made_up_columns(model.schema_).items():
        values |= _made_up(model, locale, columns, holder, filled, place)
    for name, made in values.items():
        made[~filled[name]] = None
        coded[name] = with_known(made, known, name)
    return coded


def _of_filled(holders: list[list[float]], filled: Bools, rng: np.random.Generator) -> NDArray[np.int64]:
    """Which of the new values each row has; rows with a gap have one of their own, which nobody sees."""
    whose = np.empty(len(filled), dtype=np.int64)
    whose[filled] = holder_of_rows(holders, int(filled.sum()), rng)
    first = int(whose[filled].max(initial=-1)) + 1
    whose[~filled] = np.arange(first, first + int((~filled).sum()))
    return whose


def _in_shape(
    model: Synthesizer, filled: Mapping[str, Bools], place: Place
) -> tuple[dict[str, NDArray[Any]], dict[str, NDArray[np.int64]]]:
    values, holder = {}, {}
    for column in model.schema_.of(Kind.IDENTIFIER):
        if column.faker is not None:
            continue
        name = column.name
        said = [rule for rule in model.schema_.constraints if isinstance(rule, Pattern) and rule.column == name]
        whose = _of_filled(model._holders[name], filled[name], place.stream("holders", name))
        distinct, taken = int(whose.max()) + 1, model._taken.get(name, set())
        order, rng = child(place.table, "identifier", name), place.stream("identifier", name)
        if said:
            drawn = matching(column, said[0].regex, distinct, place.share, order, rng, taken)
        else:
            drawn = in_shape(column, distinct, place.share, order, rng, taken)
        values[name], holder[name] = drawn[whose], whose
    return values, holder


def _made_up(
    model: Synthesizer,
    locale: str,
    columns: list[Column],
    holder: Mapping[str, NDArray[np.int64]],
    filled: Mapping[str, Bools],
    place: Place,
) -> dict[str, NDArray[Any]]:
    entity = model._entities[locale]
    by, lead = entity["by"], entity["lead"]
    whose = holder[by] if by else _of_filled(model._holders[lead], filled[lead], place.stream("holders", lead))
    made = make_up(
        columns,
        int(whose.max()) + 1,
        place.stream("made up", locale),
        distinct=_distinct_people(model, locale, columns),
        taken={column.name: model._taken.get(column.name, set()) for column in columns},
        mark=place.mark,
    )
    return {name: values[whose] for name, values in made.items()}


def _distinct_people(model: Synthesizer, locale: str, columns: list[Column]) -> set[str]:
    """Columns of Faker's in which no two people have the same."""
    entity = model._entities[locale]
    each = {column.name for column in columns if model._holders[column.name] == ONE_ROW_EACH}
    return {*entity["distinct"], *(() if entity["by"] else each)}


def one_row_each(model: Synthesizer) -> set[str]:
    """Columns in which no two rows have the same, wherever they are made."""
    alone = {name for name, holders in model._holders.items() if holders == ONE_ROW_EACH}
    found = {column.name for column in model.schema_.of(Kind.IDENTIFIER) if column.faker is None} & alone
    for locale, columns in made_up_columns(model.schema_).items():
        entity = model._entities[locale]
        if (entity["by"] or entity["lead"]) in alone:
            found |= _distinct_people(model, locale, columns)
    return found


def avoid_also(model: Synthesizer, coded: pd.DataFrame) -> None:
    """Keep identifiers of these rows out of what is drawn next, where :func:`avoiding` was asked for."""
    for name, taken in model._taken.items():
        taken.update(coded[name].dropna())


@contextmanager
def avoiding(model: Synthesizer, real: pd.DataFrame) -> Iterator[None]:
    """Keep identifiers and texts of real rows, and identifiers already drawn, out of all that a model draws meanwhile.

    A model keeps none of them: from a list of what it avoids, the real ones could be read.
    """
    columns = [column for column in model.schema_.of(Kind.IDENTIFIER) if column.name in real]
    model._taken = {
        column.name: {value for value in KINDS[Kind.IDENTIFIER].parse(real[column.name], column) if value is not None}
        for column in columns
    }
    model._real_texts = real_texts(model, real)
    try:
        yield
    finally:
        model._taken, model._real_texts = {}, {}
