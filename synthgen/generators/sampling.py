"""A table of synthetic rows: block by block, to conditions, with gaps as asked, and identifiers of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.errors import ConditionError, ConstraintError, UsageError
from synthgen.generators.asked import Asked, check_n, modelled, why_none
from synthgen.generators.candidates import MOST_EFFORT, Effort, block
from synthgen.generators.completing import completed, read_partial
from synthgen.generators.identifying import identified
from synthgen.generators.missing_patterns import with_patterns
from synthgen.generators.texts import worded
from synthgen.randomness import RandomState, child, stream
from synthgen.table.constraints.conditional import When
from synthgen.table.constraints.found import Gapped
from synthgen.table.constraints.ruleset import RuleSet, rows_of

if TYPE_CHECKING:
    from synthgen.generators.base import Synthesizer

BLOCK = 25_000
FEWEST_EXPECTED = 0.05
"""Conditions go beyond the data if, of as many rows as it was fitted on, a model expects fewer to meet them."""

FREE_ROWS = 10_000
MISSING = ("keep", "none", "like")

Bools = NDArray[np.bool_]


def draw_table(
    model: Synthesizer, n: int | None, conditions: Any, missing: str, what_if: bool, random_state: RandomState
) -> tuple[pd.DataFrame, Bools]:
    """Draw coded rows, and say which go beyond what the model draws by itself.

    Parameters are those of :meth:`synthgen.generators.Synthesizer.sample`.
    """
    check_missing(missing)
    partial = None
    if conditions is not None and not isinstance(conditions, Mapping):
        partial = read_partial(conditions, model.schema_)
        n = len(partial.rows) if n is None else n
        if n != len(partial.rows):
            raise UsageError(
                f"The table of conditions has {len(partial.rows)} rows and n_samples is {n}. Leave n_samples out: "
                "each row is completed once."
            )
    n = check_n(n)
    asked = model._asked(None if partial is not None else conditions)
    seed = model._next_seed(random_state)
    model.effort_, effort = None, Effort()
    rules = _rules_for(model.constraints_, missing)
    by_row = rules.by_row.about(modelled(model.schema_))

    def drawn(rows: NDArray[np.intp], own: np.random.SeedSequence) -> tuple[pd.DataFrame, Bools]:
        if partial is not None:
            some = partial.take(rows)
            return completed(model, some, by_row, own, what_if=what_if, whole=missing == "none")
        return _in_blocks(model, len(rows), asked, by_row, missing, own, effort, what_if)

    coded, beyond = drawn(np.arange(n), seed)
    coded = identified(model, coded, None if partial is None else partial.rows, missing, seed)
    if rules.whole_table:
        fixed = asked.columns if partial is None else frozenset(partial.columns)
        coded = _together(model, coded, rules, fixed, lambda rows, own: drawn(rows, own)[0], seed)
    coded = worded(model, coded, None if partial is None else partial.rows, missing, seed)
    model._note_effort(effort)
    return coded[model.schema_.names], beyond


def check_missing(missing: str) -> None:
    """Refuse a word that says nothing of gaps.

    Raises
    ------
    UsageError
        With the words that do.
    """
    if missing not in MISSING:
        raise UsageError(f'missing must be "keep", "none" or "like"; got {missing!r}.')


def _rules_for(rules: RuleSet, missing: str) -> RuleSet:
    if missing != "none":
        return rules
    for rule in rules.rules:
        if isinstance(rule, When) and rule.asks_for_gaps:
            raise ConstraintError(
                f'missing="none" and the rule {rule.words!r} contradict each other: it asks for gaps. Drop one of them.'
            )
    return RuleSet(tuple(rule for rule in rules.rules if not isinstance(rule, Gapped)))


def _in_blocks(
    model: Synthesizer,
    n: int,
    asked: Asked,
    rules: RuleSet,
    missing: str,
    seed: np.random.SeedSequence,
    effort: Effort,
    what_if: bool,
) -> tuple[pd.DataFrame, Bools]:
    parts, beyond = [], []
    for number, start in enumerate(range(0, n, BLOCK)):
        size = min(BLOCK, n - start)
        part, far = _one_block(model, size, asked, rules, missing, seed, number, effort, what_if)
        if missing == "like":
            part = with_patterns(model, part, asked.columns, rules, stream(seed, "gaps", number))
        parts.append(part)
        beyond.append(np.full(size, far))
    coded = pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0].reset_index(drop=True)
    return coded, np.concatenate(beyond)


def _one_block(
    model: Synthesizer,
    size: int,
    asked: Asked,
    rules: RuleSet,
    missing: str,
    seed: np.random.SeedSequence,
    number: int,
    effort: Effort,
    what_if: bool,
) -> tuple[pd.DataFrame, bool]:
    schema = model.schema_
    try:
        made, far = block(_drawing(model, asked, missing), size, asked, rules, schema, seed, number, effort, what_if)
    except ConditionError:
        if not asked.native:
            raise
    else:
        expected = (model.effort_ or {}).get("expected", np.inf)
        if asked.native and expected < FEWEST_EXPECTED and not what_if:
            free = model._own(FREE_ROWS, Asked(), stream(seed, "free", number))
            raise ConditionError(
                f"{why_none(asked.words, free, schema, f'row of {FREE_ROWS:,} that were drawn')}, and of as many rows "
                f"as were learnt from the model expects {expected:.1g}. Loosen a condition; or ask for rows beyond "
                "what the table has shown: what_if=True, which marks them."
            )
        return made, far or bool(asked.native and expected < FEWEST_EXPECTED)
    # What the generator can't aim at may still be found among rows that it draws freely.
    chosen = replace(asked, native={}, others={**asked.native, **asked.others})
    return block(_drawing(model, chosen, missing), size, chosen, rules, schema, seed, number, effort, what_if)


def _drawing(model: Synthesizer, asked: Asked, missing: str) -> Callable[[int, np.random.Generator], pd.DataFrame]:
    if missing == "keep":
        return lambda n, rng: model._own(n, asked, rng)
    return lambda n, rng: model._whole(model._own(n, asked, rng), asked, rng)


def _together(
    model: Synthesizer,
    coded: pd.DataFrame,
    rules: RuleSet,
    fixed: frozenset[str],
    redraw: Callable[[NDArray[np.intp], np.random.SeedSequence], pd.DataFrame],
    seed: np.random.SeedSequence,
) -> pd.DataFrame:
    """Keep the rules about rows together: put values in order, and draw others for rows that repeat."""
    schema, rng = model.schema_, stream(seed, "together")
    by_row = rules.by_row.about(modelled(schema))
    drawn = 0
    for turn in range(MOST_EFFORT):
        rows = rows_of(coded)
        for rule in rules.whole_table:
            free = frozenset(rule.columns) - fixed
            rule.mend(rows, np.flatnonzero(~rule.holds(rows, schema)), free, schema, rng)
        own = {name: rows[name] for name in modelled(schema)}
        still = frozenset(name for rule in rules.whole_table for name in rule.columns)
        kept = by_row.mend(own, fixed | still, schema, rng) if by_row.rules else np.ones(len(coded), dtype=bool)
        rows.update(own)
        held = {rule.words: rule.holds(rows, schema) for rule in rules.whole_table}
        broken = ~(np.logical_and.reduce(list(held.values())) & kept)
        coded = pd.DataFrame(rows, columns=coded.columns)
        if not broken.any():
            return coded
        again = np.flatnonzero(broken)
        drawn += len(again)
        fresh = redraw(again, child(seed, "instead", turn))
        for name in fresh.columns:
            column = coded[name].to_numpy(copy=True)
            column[again] = fresh[name].to_numpy()
            coded[name] = column
    words, good = min(held.items(), key=lambda item: float(item[1].mean()))
    raise ConstraintError(
        f"The rule {words!r} can't be kept: {int((~good).sum()):,} of {len(coded):,} rows still break it after "
        f"{drawn:,} more were drawn. Ask for fewer rows, or loosen it: there may be no more values of that kind."
    )
