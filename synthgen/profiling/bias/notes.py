"""How an audit was done and what it can't tell, in words."""

from __future__ import annotations

from dataclasses import dataclass

from synthgen.profiling.bias.grouping import MISSING, MOST_PAIRS, Grouping
from synthgen.profiling.bias.models import Predictions
from synthgen.profiling.bias.selection import Outcome
from synthgen.profiling.bias_parts import Representation
from synthgen.table.column import OPAQUE_KINDS, Column, Role
from synthgen.table.schema import Schema

MANY_MISSING = 0.2


@dataclass(frozen=True)
class Circumstances:
    """What an audit did."""

    schema: Schema
    wanted: list[Column]
    singles: list[Grouping]
    crossed: list[Grouping]
    outcome: Outcome | None
    fewest: int
    comparisons: int
    looked_at: int
    rows: int
    legitimate: tuple[str, ...]
    representation: tuple[Representation, ...]
    labels_checked: bool
    predictions: Predictions | None
    columns_left_out: int
    columns_not_tried: int


def notes_on(done: Circumstances) -> tuple[str, ...]:
    """Say what was compared, how, and what a reader mustn't conclude."""
    return (*_about_groups(done), *_about_outcome(done), *_about_method(done))


def notes_without_groups(wanted: list[Column], predictions: Predictions | None) -> tuple[str, ...]:
    """Say why nothing was compared, where something was asked for."""
    notes = _opaque(wanted)
    if predictions is not None:
        notes.append("No sensitive column was named or found, so the predictions weren't compared by group.")
    return tuple(notes)


def _opaque(wanted: list[Column]) -> list[str]:
    return [
        f"{column.name} holds {column.kind}: it has no groups to compare, and was left out."
        for column in wanted if column.kind in OPAQUE_KINDS
    ]  # fmt: skip


def _about_groups(done: Circumstances) -> list[str]:
    notes = _opaque(done.wanted)
    for grouping in done.singles:
        name = grouping.feature
        if grouping.cuts:
            notes.append(f"{name} was cut at its quartiles; other cuts would give other figures.")
        known = [label for label in grouping.labels if label != MISSING]
        if len(known) == 1:
            notes.append(f"{name} has one group only: there is nothing to compare it with.")
        pooled = [label for label, hidden in zip(grouping.labels, grouping.pooled, strict=True) if hidden]
        if pooled:
            notes.append(f"{name}: {pooled[0]} are shown as one group, and not compared.")
        if grouping.missing >= MANY_MISSING:
            notes.append(f"{name} is missing in {grouping.missing:.0%} of the rows: they are a group of their own.")
    several = sum(len(grouping.labels) > 1 for grouping in done.singles)
    if several * (several - 1) // 2 > MOST_PAIRS:
        notes.append(f"Intersections were looked at for the first {MOST_PAIRS} pairs of sensitive columns.")
    for item in done.representation:
        if item.unlisted:
            notes.append(
                f"{item.feature}: the reference population doesn't list {', '.join(map(repr, item.unlisted[:5]))}; "
                "these rows were left out of that comparison."
            )
    if done.schema.role(Role.SUBJECT):
        notes.append("Rows of one subject aren't independent: intervals are too narrow where subjects have many rows.")
    return notes


def _about_outcome(done: Circumstances) -> list[str]:
    target, outcome = done.schema.target, done.outcome
    if target is None:
        return []
    if outcome is None:
        return [f"{target.name} has no two values with 10 rows each: outcomes can't be compared."]
    notes = []
    if outcome.binary:
        notes.append(
            f"Compared are groups of at least {done.fewest:,} rows, of which five would be expected to have "
            f"{outcome.words} and five not to; that is also what it takes for a group with none of them to be seen "
            "below four fifths. Fewer are too few to say."
        )
        notes.append(
            f"The four-fifths rule is meant for a good outcome: whether {outcome.words} is one, is yours to say. "
            "The ratio of the other outcomes is given as well."
        )
    else:
        notes.append(
            f"Means are compared between groups of at least {done.fewest:,} rows: 25 times the squared skewness of "
            f"{target.name}, or ten."
        )
    if done.predictions is not None:
        notes.append(f"{done.predictions.how[0].upper()}{done.predictions.how[1:]}.")
    if done.legitimate:
        notes.append(
            f"Held constant as legitimate: {' and '.join(done.legitimate)}; numbers were cut at their fifths, so "
            "rows of one stratum aren't wholly alike."
        )
    else:
        notes.append(
            "No column was named as legitimate, so each was held constant on its own. That one accounts for a "
            "difference doesn't make the difference fair: the column may be a proxy, or biased itself."
        )
        if done.columns_not_tried > 0:
            notes.append(f"The last {done.columns_not_tried:,} columns were not held constant; name those that matter.")
    if done.labels_checked:
        notes.append(
            "Labels in doubt can't be told apart from a group that is rightly or wrongly treated otherwise than rows "
            "like it, nor from columns that mean something else for it."
        )
    return notes


def _about_method(done: Circumstances) -> list[str]:
    notes = []
    if done.columns_left_out:
        notes.append(f"The last {done.columns_left_out:,} columns were not looked at: the table has too many.")
    if done.looked_at < done.rows:
        notes.append(f"Proxies and labels were looked at in {done.looked_at:,} of {done.rows:,} rows, taken at random.")
    if done.comparisons:
        notes.append(
            f"{done.comparisons:,} comparisons were made. What is called found holds at a level of 5 % for all of them "
            "together (Holm, each question having the same part of the level); intervals are 95 %, for all pairs of "
            "one column's groups together where the two furthest apart are named."
        )
    return notes
