"""Rows that keep all rules and meet all conditions: drawn, mended, chosen, and a bounded number of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.errors import ConditionError, ConstraintError
from synthgen.generators.asked import Asked, why_none
from synthgen.randomness import stream
from synthgen.table.conditions import Allowed, meets
from synthgen.table.constraints.conditional import any_allowed, said
from synthgen.table.constraints.ruleset import RuleSet, rows_of
from synthgen.table.distance import DistanceSpace
from synthgen.table.neighbours import nearest
from synthgen.table.schema import Schema

Bools = NDArray[np.bool_]
Draw = Callable[[int, np.random.Generator], pd.DataFrame]

MOST_EFFORT = 30
"""Candidates for each row that is asked for, at most."""

FEWEST_CANDIDATES = 50_000
"""Candidates that may be drawn however few rows are asked for."""

FEWEST_AT_ONCE, AT_ONCE = 100, 25_000
SPARE = 1.2
FILLINGS = 10
"""Times that rows are put together from two others, while some of them can't be made to keep the rules."""
NEIGHBOURS = 5
SEEDS = 2_000


@dataclass
class Effort:
    """How many rows were drawn for how many that were asked for."""

    n_samples: int = 0
    candidates: int = 0
    completed: int = 0

    def noted(self, before: Mapping[str, Any] | None) -> dict[str, Any] | None:
        """Say how many candidates were drawn for the rows of a call, where it was more than one each."""
        if self.candidates <= self.n_samples:
            return None if before is None else dict(before)
        drawn = max(self.candidates, (before or {}).get("candidates", 0))
        return {**vars(self), "candidates": drawn, "effective": float(self.n_samples - self.completed)}


def mended(
    made: pd.DataFrame, rules: RuleSet, fixed: frozenset[str], schema: Schema, rng: np.random.Generator
) -> tuple[pd.DataFrame, Bools]:
    """Rows that keep the rules as far as they can be made to, and which of them do.

    The target's label is changed only where nothing else helps, and never where a condition is on it.
    """
    if not rules.rules:
        return made, np.ones(len(made), dtype=bool)
    target = schema.target
    about = {name for rule in rules.rules for name in rule.columns} | ({target.name} if target is not None else set())
    columns = [name for name in made.columns if name in about]
    rows = rows_of(made[columns])
    own = frozenset({target.name} - {rule.gives for rule in rules.rules}) if target is not None else frozenset()
    kept = rules.mend(rows, fixed | own, schema, rng)
    if not kept.all() and not own <= fixed:
        again = np.flatnonzero(~kept)
        part = {name: values[again] for name, values in rows.items()}
        kept[again] = rules.mend(part, fixed, schema, rng)
        for name, values in part.items():
            rows[name][again] = values
    return made.assign(**rows), kept


def block(
    draw: Draw,
    n: int,
    asked: Asked,
    rules: RuleSet,
    schema: Schema,
    seed: np.random.SeedSequence,
    number: int,
    effort: Effort,
    what_if: bool = False,
) -> tuple[pd.DataFrame, bool]:
    """Draw exactly ``n`` rows that keep the rules and meet the conditions.

    Returns
    -------
    rows : pandas.DataFrame
    beyond : bool
        Whether no candidate met the conditions, so that values were put in.

    Raises
    ------
    ConditionError
        No candidate meets the conditions, and ``what_if`` isn't asked for.
    ConstraintError
        Too few candidates keep the rules.
    """
    own, rng = stream(seed, "rules", number), stream(seed, "block", number)
    chosen = _chosen(asked, rules, schema)
    most, size, turn, have, drawn = max(MOST_EFFORT * n, FEWEST_CANDIDATES), n, 0, 0, 0
    parts: list[pd.DataFrame] = []
    spare: list[pd.DataFrame] = []
    far: list[pd.DataFrame] = []
    while True:
        made, kept = mended(draw(size, rng), rules, asked.columns - chosen.keys(), schema, own)
        good, near = kept & asked.met(made) & meets(chosen, made), _within_bounds(made, rules, schema)
        have, drawn = have + int((good & near).sum()), drawn + size
        effort.n_samples += 0 if turn else n
        effort.candidates += size
        if have == drawn == n:
            return made, False
        parts.append(made[good & near])
        spare.append(made[kept & ~good])
        far.append(made[good & ~near])
        if have >= n or drawn >= most:
            break
        turn += 1
        wanted = ceil(SPARE * (n - have) * drawn / max(have, 1))
        size = min(max(wanted, FEWEST_AT_ONCE), AT_ONCE, most - drawn)
        rng = stream(seed, "block", number, "again", turn)
    # Computed values beyond those of the real rows are better than none.
    found = pd.concat([*parts, *far], ignore_index=True)[:n]
    if len(found) == n:
        return found, False
    rest = pd.concat(spare, ignore_index=True)
    if not asked.others or not len(rest):
        raise _rules_not_kept(made, asked, rules, schema, len(found), drawn)
    if not len(found) and not what_if:
        raise ConditionError(
            f"{why_none(asked.words, pd.concat([*parts, rest]), schema, _drawn_words(asked, schema, drawn))}. Loosen "
            "a condition; or ask for rows beyond what the table has shown: what_if=True, which marks them."
        )
    fills: list[pd.DataFrame] = []
    short = n - len(found)
    for _ in range(FILLINGS):
        filled = _neighbours_of(found, rest, short, asked.others, schema, own)
        filled, kept = mended(filled, rules, asked.columns, schema, own)
        fills.append(filled[kept])
        short -= int(kept.sum())
        if not short:
            break
    else:
        words, share = rules.least_kept(rows_of(filled), schema)
        raise ConstraintError(
            f"The conditions and the rule {words!r} can't be had together: {share:.0%} of the rows that meet the "
            "conditions could be made to keep it. Loosen one of them."
        )
    effort.completed += n - len(found)
    return pd.concat([found, *fills], ignore_index=True), not len(found)


def _chosen(asked: Asked, rules: RuleSet, schema: Schema) -> dict[str, Allowed]:
    """Conditions on columns that rules compute: rows are chosen by what comes out, which isn't bent to fit.

    A total of 100 or more is looked for among prices and quantities as they are: to keep the total that was drawn and
    solve for the price would make other prices, and quantities that divide it.
    """
    target = schema.target.name if schema.target is not None else None
    given = {rule.gives for rule in rules.rules} - {target}
    return {name: allowed for name, allowed in {**asked.native, **asked.others}.items() if name in given}


def _drawn_words(asked: Asked, schema: Schema, drawn: int) -> str:
    """What the candidates are, the class that all of them have included."""
    target = schema.target.name if schema.target is not None else ""
    of_class = f" with {said({target: asked.words[target]})!r}" if target in asked.words and not asked.native else ""
    return f"row of {drawn:,} that were drawn{of_class}"


def _within_bounds(made: pd.DataFrame, rules: RuleSet, schema: Schema) -> Bools:
    """Whether what rules compute stays within what the column has had."""
    out = np.ones(len(made), dtype=bool)
    for rule in rules.rules:
        bounds = schema[rule.gives].bounds if rule.gives is not None else None
        if rule.gives is not None and bounds is not None:
            values = made[rule.gives].to_numpy(float)
            out &= ~((values < bounds[0]) | (values > bounds[1]))
    return out


def _neighbours_of(
    found: pd.DataFrame,
    rest: pd.DataFrame,
    n: int,
    others: Mapping[str, Allowed],
    schema: Schema,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Rows like those found, with their values in the conditions' columns.

    Where none was found, rows that meet the most conditions are taken, and given an allowed value for the others.
    """
    if not len(found):
        met = np.sum([allowed.accepts(rest[name].to_numpy(float)) for name, allowed in others.items()], axis=0)
        best = np.flatnonzero(met == met.max())
        chosen = rest.iloc[best[rng.integers(0, len(best), n)]].reset_index(drop=True)
        for name, allowed in others.items():
            values = chosen[name].to_numpy(float, copy=True)
            wrong = np.flatnonzero(~allowed.accepts(values))
            values[wrong] = any_allowed(allowed, name, len(wrong), schema, rng)
            chosen[name] = values
        return chosen
    seeds = found.iloc[rng.integers(0, len(found), n)].reset_index(drop=True)
    pool = rest.iloc[rng.permutation(len(rest))[: 10 * SEEDS]].reset_index(drop=True)
    space = DistanceSpace.fit(pd.concat([found, pool], ignore_index=True), schema)
    like = nearest(space.transform(seeds), space.transform(pool), NEIGHBOURS)[1]
    place = like[np.arange(n), rng.integers(0, like.shape[1], n)]
    chosen = pool.iloc[place].reset_index(drop=True)
    return chosen.assign(**{name: seeds[name] for name in others})


def _rules_not_kept(
    made: pd.DataFrame, asked: Asked, rules: RuleSet, schema: Schema, have: int, drawn: int
) -> ConstraintError:
    rows = rows_of(made)
    words, share = rules.least_kept(rows, schema)
    about = next(rule.columns for rule in rules.rules if rule.words == words)
    against = [repr(said({name: value})) for name, value in asked.words.items() if name in about]
    if against:
        return ConstraintError(
            f"{' and '.join(against)} can hardly be had with the rule {words!r}: {have:,} of {drawn:,} rows that were "
            "drawn to the conditions keep all rules. Loosen one of them."
        )
    return ConstraintError(
        f"Only {have:,} of {drawn:,} candidates keep all rules; the rule {words!r} is kept by {share:.1%}. "
        "Loosen it, give it a repair, or take a generator that learns more of the table (generator='tree')."
    )
