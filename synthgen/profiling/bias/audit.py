"""Who is in the source, and with which outcome: every question of the audit, in order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.errors import UsageError
from synthgen.profiling.bias.conditional import MOST_TRIED, check_legitimate, conditional, strata_of
from synthgen.profiling.bias.crossfit import rows_looked_at
from synthgen.profiling.bias.findings import (
    Asked,
    corrected,
    of_conditional,
    of_gap,
    of_model,
    of_noise,
    of_proxy,
    of_representation,
    of_selection,
    sentences,
)
from synthgen.profiling.bias.grouping import MISSING, Grouping, group_rows, intersections
from synthgen.profiling.bias.label_noise import doubts_about, noise_by_group
from synthgen.profiling.bias.missingness import gaps_by_group
from synthgen.profiling.bias.models import all_by_group, read_predictions
from synthgen.profiling.bias.notes import Circumstances, notes_on, notes_without_groups
from synthgen.profiling.bias.proxies import proxies_of
from synthgen.profiling.bias.representation import (
    ReferencePopulation,
    compare_shares,
    reference_shares,
    with_reference,
)
from synthgen.profiling.bias.selection import Outcome, disparity, fewest_to_compare, groups_of, outcome_of
from synthgen.profiling.bias_parts import ConditionalDisparity, Disparity, LabelNoise, Proxy, Representation
from synthgen.profiling.profile import BiasAudit, Group
from synthgen.randomness import RandomState, seed_sequence, stream
from synthgen.table.column import LABEL_KINDS, OPAQUE_KINDS, ORDERED_KINDS, Role
from synthgen.table.schema import Schema

MOST_COLUMNS = 200
SENSITIVE_WORDS = {
    "sex", "gender", "race", "ethnicity", "ethnic", "age", "religion", "nationality", "disability",
    "marital", "pregnant", "country", "citizenship", "orientation", "foreign",
}  # fmt: skip


def audit_bias(
    coded: pd.DataFrame,
    schema: Schema,
    *,
    reference_population: ReferencePopulation | None = None,
    legitimate: Sequence[str] = (),
    predictions: Any = None,
    random_state: RandomState = 0,
) -> BiasAudit:
    """Compare the groups of sensitive columns: shares, outcomes, gaps, labels, and what gives them away.

    Sensitive columns are those with that role; if there is none, columns whose name contains a word
    such as "sex" or "race" are looked at, and the audit says that they were guessed. Numbers and dates
    are cut at their quartiles. There is no single score: each question has its own figures.

    Parameters
    ----------
    coded : pandas.DataFrame
        Canonical values (see :func:`synthgen.table.encode`).
    schema : Schema
    reference_population : mapping or table, optional
        Shares or counts by label for sensitive columns, such as ``{"sex": {"F": .51, "M": .49}}``, or a table
        of people with these columns.
    legitimate : list of str, optional
        Columns that may explain a difference in outcome: it is then compared among rows alike in all of them.
        Without any, each column is tried on its own, and those are named that make the difference vanish or
        turn round; whether such a column is legitimate is not for a program to say.
    predictions : str or array-like, optional
        A model's labels, or its chances of the selected target value, as a column or one a row.
    random_state : int, Generator or SeedSequence, default 0
        Chooses the rows looked at where there are many, and folds.

    Returns
    -------
    BiasAudit

    Raises
    ------
    UsageError
        If a named column doesn't exist or can't be used so, or predictions have another length.

    References
    ----------
    Wilson (1927), https://doi.org/10.1080/01621459.1927.10502953; Holm (1979),
    https://www.jstor.org/stable/4615733; the four-fifths rule is 29 CFR 1607.4(D) of the United States.

    Examples
    --------
    >>> import synthgen as sg
    >>> from synthgen.table.encoding import encode
    >>> table = sg.datasets.load_adult()[:3000]
    >>> schema = sg.Schema.infer(table, target="income", sensitive_features=("sex",))
    >>> found = audit_bias(encode(table, schema), schema)
    >>> [(d.lowest, d.highest, d.four_fifths) for d in found.disparities]
    [('Female', 'Male', 'below')]
    """
    if isinstance(legitimate, str):
        raise UsageError(f"legitimate must be a list of columns; write [{legitimate!r}].")
    check_legitimate(tuple(legitimate), schema)
    named = schema.role(Role.SENSITIVE)
    wanted = named or [c for c in schema if c.role is Role.FEATURE and _sounds_sensitive(c.name)]
    wanted = [c for c in wanted if c.name != (predictions if isinstance(predictions, str) else None)]
    columns = [c for c in wanted if c.kind not in OPAQUE_KINDS]
    singles = [group_rows(coded[c.name], c) for c in columns]
    shares = reference_shares(reference_population, singles, schema) if reference_population is not None else {}
    outcome = outcome_of(coded, schema)
    said = read_predictions(predictions, coded, schema, outcome) if predictions is not None else None
    if not columns:
        return BiasAudit(selected=outcome.selected if outcome else None, notes=notes_without_groups(wanted, said))
    apart = {*(c.name for c in wanted), *([predictions] if isinstance(predictions, str) else [])}
    table = _table(coded, schema, singles, outcome, apart)
    seed = seed_sequence(random_state)
    disparities = _disparities(table)
    representation = _representation(table, shares)
    changes = _conditional(table, disparities, tuple(legitimate))
    looked_at = rows_looked_at(len(coded), len(table.split), stream(seed, "bias rows"))
    proxies = _proxies(table, looked_at, seed)
    noise = _noise(table, looked_at, seed)
    gaps = tuple(g for grouping in table.split for g in gaps_by_group(grouping, coded, _with_target(table)))
    judged = all_by_group([*table.split, *table.crossed], outcome, said) if outcome and said else ((), ())
    crossed = {grouping.feature for grouping in table.crossed}
    asked = [
        *(of_selection(item, table.spread, item.feature in crossed) for item in disparities),
        *map(of_representation, representation),
        *(_asked_conditional(table, disparities, item) for item in changes),
        *(of_noise(mine) for mine in _by_feature(noise)), *map(of_gap, gaps), *map(of_proxy, proxies),
        *map(of_model, judged[1]),
    ]  # fmt: skip
    evidence = corrected(asked)
    groups = [group for grouping in singles for group in _referenced(groups_of(grouping, outcome), shares)]
    plain = [
        _largest(grouping, table) for grouping in singles if grouping.feature not in {d.feature for d in disparities}
    ]
    circumstances = Circumstances(
        schema, wanted, singles, table.crossed, outcome, table.fewest, len(asked), len(looked_at), len(coded),
        tuple(legitimate), representation, bool(noise), said, table.left_out, len(table.features) - MOST_TRIED,
    )  # fmt: skip
    return BiasAudit(
        tuple(c.name for c in columns), not named, outcome.selected if outcome else None, tuple(groups),
        (*sentences(asked, evidence, proxies, crossed), *plain),
        intersections=tuple(g for grouping in table.crossed for g in groups_of(grouping, outcome)),
        disparities=disparities, representation=representation, conditional=changes, proxies=proxies,
        label_noise=noise, gaps=gaps, model_groups=judged[0], model_disparities=judged[1], evidence=evidence,
        fewest=table.fewest, rows_looked_at=len(looked_at), notes=notes_on(circumstances),
    )  # fmt: skip


@dataclass(frozen=True)
class _Table:
    """What the questions of one audit share."""

    coded: pd.DataFrame
    schema: Schema
    split: list[Grouping]
    crossed: list[Grouping]
    outcome: Outcome | None
    fewest: int
    spread: float
    features: list[str]
    left_out: int


def _table(
    coded: pd.DataFrame, schema: Schema, singles: list[Grouping], outcome: Outcome | None, apart: set[str]
) -> _Table:
    split = [grouping for grouping in singles if len(grouping.labels) > 1]
    spread = 1.0 if outcome is None or outcome.binary else float(np.nanstd(outcome.values)) or 1.0
    usable = (*LABEL_KINDS, *ORDERED_KINDS)
    features = [c.name for c in schema if c.role is not Role.TARGET and c.name not in apart and c.kind in usable]
    return _Table(
        coded,
        schema,
        split,
        intersections(split),
        outcome,
        fewest_to_compare(outcome),
        spread,
        features[:MOST_COLUMNS],
        max(0, len(features) - MOST_COLUMNS),
    )


def _sounds_sensitive(name: str) -> bool:
    words = re.split(r"[^A-Za-z]+|(?<=[a-z])(?=[A-Z])", name)
    return any(word.lower() in SENSITIVE_WORDS for word in words)


def _disparities(table: _Table) -> tuple[Disparity, ...]:
    if table.outcome is None:
        return ()
    found = [disparity(grouping, table.outcome, table.fewest) for grouping in [*table.split, *table.crossed]]
    return tuple(item for item in found if item is not None)


def _representation(table: _Table, shares: dict[str, dict[str, float]]) -> tuple[Representation, ...]:
    made = [(grouping, shares[grouping.feature]) for grouping in table.split if grouping.feature in shares]
    found = [compare_shares(groups_of(grouping, None), mine) for grouping, mine in made]
    return tuple(item for item in found if item is not None)


def _referenced(groups: list[Group], shares: dict[str, dict[str, float]]) -> list[Group]:
    return with_reference(groups, shares[groups[0].feature]) if groups and groups[0].feature in shares else groups


def _conditional(
    table: _Table, disparities: tuple[Disparity, ...], legitimate: tuple[str, ...]
) -> tuple[ConditionalDisparity, ...]:
    """Hold the legitimate columns constant together, or each column on its own."""
    by_name = {item.feature: item for item in disparities}
    asked = [grouping for grouping in table.split if grouping.feature in by_name]
    if table.outcome is None or not asked:
        return ()
    held = [legitimate] if legitimate else [(name,) for name in table.features[:MOST_TRIED]]
    out = []
    for given in held:
        strata = strata_of(table.coded, table.schema, given)
        for grouping in asked:
            out.append(conditional(
                grouping, table.outcome, by_name[grouping.feature], strata, given, bool(legitimate)
            ))  # fmt: skip
    kept = [item for item in out if item is not None]
    return tuple(sorted(kept, key=lambda item: (item.feature, item.difference - item.raw)))


def _asked_conditional(table: _Table, disparities: tuple[Disparity, ...], item: ConditionalDisparity) -> Asked:
    found = next(d for d in disparities if d.feature == item.feature)
    return of_conditional(item, found, found.p_value, table.spread)


def _proxies(table: _Table, rows: NDArray[np.int64], seed: np.random.SeedSequence) -> tuple[Proxy, ...]:
    part = table.coded.iloc[rows].reset_index(drop=True)
    found: list[Proxy] = []
    for grouping in table.split:
        rng = stream(seed, "bias proxies", grouping.feature)
        found += proxies_of(grouping.at(rows), part, table.schema, table.features, rng)
    return tuple(found)


def _noise(table: _Table, rows: NDArray[np.int64], seed: np.random.SeedSequence) -> tuple[LabelNoise, ...]:
    if table.outcome is None or not table.split:
        return ()
    part = table.coded.iloc[rows].reset_index(drop=True)
    outcome = replace(table.outcome, values=table.outcome.values[rows])
    doubts = doubts_about(outcome, part, table.schema, table.features, stream(seed, "bias labels"))
    if doubts is None:
        return ()
    return tuple(item for grouping in table.split for item in noise_by_group(grouping.at(rows), doubts))


def _by_feature(noise: tuple[LabelNoise, ...]) -> list[list[LabelNoise]]:
    names = dict.fromkeys(item.feature for item in noise)
    return [[item for item in noise if item.feature == name] for name in names]


def _with_target(table: _Table) -> list[str]:
    target = table.schema.target
    return [*table.features, *([target.name] if target else [])]


def _largest(grouping: Grouping, table: _Table) -> str:
    counts = grouping.counts
    if grouping.labels in ((), (MISSING,)):
        return f"{grouping.feature}: has no values."
    place = int(counts.argmax())
    return (
        f"{grouping.feature}: the largest group is {grouping.labels[place]!r} with "
        f"{counts[place] / counts.sum():.0%} of the rows."
        + (
            f" Two groups of {table.fewest:,} rows are needed to compare {table.outcome.words}."
            if table.outcome
            else ""
        )
    )
