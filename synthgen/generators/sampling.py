"""A table of synthetic rows: block by block, to conditions, with gaps as asked, and identifiers of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.errors import ConditionError, ConstraintError, UsageError
from synthgen.generators.asked import Asked, check_fits, check_n, modelled, why_none
from synthgen.generators.candidates import MOST_EFFORT, Effort, block
from synthgen.generators.completing import Partial, completed, read_partial
from synthgen.generators.identifying import avoid_also, identified, one_row_each
from synthgen.generators.missing_patterns import with_patterns
from synthgen.generators.places import Place, TablePart
from synthgen.generators.texts import worded
from synthgen.randomness import RandomState, child, stream
from synthgen.table.constraints.base import Constraint
from synthgen.table.constraints.conditional import When
from synthgen.table.constraints.found import Gapped
from synthgen.table.constraints.ruleset import RuleSet, rows_of
from synthgen.table.constraints.together import Unique

if TYPE_CHECKING:
    from synthgen.generators.base import Synthesizer

BLOCK = 25_000
FEWEST_EXPECTED = 0.05
"""Conditions go beyond the data if, of as many rows as it was fitted on, a model expects fewer to meet them."""

FREE_ROWS = 10_000
MISSING = ("keep", "none", "like")

Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Drawing:
    """All that decides the rows of a table: each block of it is made by this, its number, and nothing else.

    Attributes
    ----------
    model : Synthesizer
    n : int
    asked : Asked
    missing : str
    what_if : bool
    rules : RuleSet
    seed : numpy.random.SeedSequence
    rows : int
        Rows of each block but the last.
    part : TablePart or None
    partial : Partial or None
        Rows to complete; they are one block.
    """

    model: Synthesizer
    n: int
    asked: Asked
    missing: str
    what_if: bool
    rules: RuleSet
    seed: np.random.SeedSequence
    rows: int
    part: TablePart | None = None
    partial: Partial | None = None

    @property
    def blocks(self) -> int:
        """How many there are."""
        return -(-self.n // self.rows)

    @cached_property
    def by_row(self) -> RuleSet:
        """Rules that rows keep each by itself."""
        return self.rules.by_row.about(modelled(self.model.schema_))

    @cached_property
    def together(self) -> tuple[Constraint, ...]:
        """Rules about rows together, but those that identifiers keep as they are made."""
        if self.partial is not None:
            return self.rules.whole_table
        alone = one_row_each(self.model)
        return tuple(
            rule for rule in self.rules.whole_table if not (isinstance(rule, Unique) and alone & set(rule.columns))
        )

    @property
    def known(self) -> pd.DataFrame | None:
        """What is known of rows to complete."""
        return None if self.partial is None else self.partial.rows

    def block(self, number: int, effort: Effort) -> tuple[pd.DataFrame, Bools]:
        """Draw the rows of one block, and say which go beyond what the model draws by itself."""
        coded, beyond = self._without_text(number, effort)
        if self.together:
            coded = _together(self, coded, effort)
        return self._worded(coded, number), beyond

    def table(self, effort: Effort) -> tuple[pd.DataFrame, Bools]:
        """Draw the rows of all blocks."""
        if self.blocks == 1:
            return self.block(0, effort)
        if not self.together:
            made = [self.block(number, effort) for number in range(self.blocks)]
            return pd.concat([coded for coded, _ in made], ignore_index=True), np.concatenate([far for _, far in made])
        made = [self._without_text(number, effort) for number in range(self.blocks)]
        coded = _together(self, pd.concat([coded for coded, _ in made], ignore_index=True), effort)
        parts = [
            self._worded(coded[number * self.rows : (number + 1) * self.rows].reset_index(drop=True), number)
            for number in range(self.blocks)
        ]
        return pd.concat(parts, ignore_index=True), np.concatenate([far for _, far in made])

    def again(self, rows: NDArray[np.intp], seed: np.random.SeedSequence, effort: Effort) -> pd.DataFrame:
        """Draw other rows in the place of some."""
        if self.partial is not None:
            return self._completed(self.partial.take(rows), seed)[0]
        other = replace(self, n=len(rows), seed=seed, part=None)
        return pd.concat([other._drawn(number, effort)[0] for number in range(other.blocks)], ignore_index=True)

    def _without_text(self, number: int, effort: Effort) -> tuple[pd.DataFrame, Bools]:
        if self.partial is not None:
            coded, beyond = self._completed(self.partial, self.seed)
        else:
            coded, beyond = self._drawn(number, effort)
        return identified(self.model, coded, self.known, self.missing, self._place(number)), beyond

    def _worded(self, coded: pd.DataFrame, number: int) -> pd.DataFrame:
        made = worded(self.model, coded, self.known, self.missing, self._place(number))
        return made[self.model.schema_.names]

    def _place(self, number: int) -> Place:
        return Place.of(self.seed, number, self.n, self.rows, self.part)

    def _completed(self, partial: Partial, seed: np.random.SeedSequence) -> tuple[pd.DataFrame, Bools]:
        whole = self.missing == "none"
        return completed(self.model, partial, self.by_row, seed, what_if=self.what_if, whole=whole)

    def _drawn(self, number: int, effort: Effort) -> tuple[pd.DataFrame, Bools]:
        size = min(self.rows, self.n - number * self.rows)
        made, far = _one_block(self, size, number, effort)
        if self.missing == "like":
            rng = stream(self.seed, "gaps", number)
            made = with_patterns(self.model, made, self.asked.columns, self.by_row, rng)
        return made.reset_index(drop=True), np.full(size, far)


def plan_table(
    model: Synthesizer,
    n: int | None,
    conditions: Any,
    missing: str,
    what_if: bool,
    random_state: RandomState,
    part: TablePart | None = None,
) -> Drawing:
    """Read what is asked of a table.

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
    if part is not None and part.sizes[part.number] != n:
        raise UsageError(
            f"The part of the table has {part.sizes[part.number]:,} rows and n_samples is {n:,}. Give the same twice."
        )
    asked = model._asked(None if partial is not None else conditions)
    rows = BLOCK if partial is None else n
    return Drawing(
        model, n, asked, missing, what_if, _rules_for(model.constraints_, missing), model._next_seed(random_state),
        rows, part, partial,
    )  # fmt: skip


def draw_table(drawing: Drawing) -> tuple[pd.DataFrame, Bools]:
    """Draw coded rows, and say which go beyond what the model draws by itself."""
    model = drawing.model
    check_fits(drawing.n, len(model.schema_))
    model.effort_, effort = None, Effort()
    coded, beyond = drawing.table(effort)
    avoid_also(model, coded)
    model.effort_ = effort.noted(model.effort_)
    return coded, beyond


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


def _one_block(drawing: Drawing, size: int, number: int, effort: Effort) -> tuple[pd.DataFrame, bool]:
    model, asked, missing, rules = drawing.model, drawing.asked, drawing.missing, drawing.by_row
    schema, seed, what_if = model.schema_, drawing.seed, drawing.what_if
    try:
        made, far = block(_own_rows(model, asked, missing), size, asked, rules, schema, seed, number, effort, what_if)
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
    return block(_own_rows(model, chosen, missing), size, chosen, rules, schema, seed, number, effort, what_if)


def _own_rows(model: Synthesizer, asked: Asked, missing: str) -> Callable[[int, np.random.Generator], pd.DataFrame]:
    if missing == "keep":
        return lambda n, rng: model._own(n, asked, rng)
    return lambda n, rng: model._whole(model._own(n, asked, rng), asked, rng)


def _together(drawing: Drawing, coded: pd.DataFrame, effort: Effort) -> pd.DataFrame:
    """Keep the rules about rows together: put values in order, and draw others for rows that repeat."""
    schema, seed, rules = drawing.model.schema_, drawing.seed, drawing.together
    fixed = drawing.asked.columns if drawing.partial is None else frozenset(drawing.partial.columns)
    rng, by_row = stream(seed, "together"), drawing.by_row
    drawn = 0
    for turn in range(MOST_EFFORT):
        rows = rows_of(coded)
        for rule in rules:
            free = frozenset(rule.columns) - fixed
            rule.mend(rows, np.flatnonzero(~rule.holds(rows, schema)), free, schema, rng)
        own = {name: rows[name] for name in modelled(schema)}
        still = frozenset(name for rule in rules for name in rule.columns)
        kept = by_row.mend(own, fixed | still, schema, rng) if by_row.rules else np.ones(len(coded), dtype=bool)
        rows.update(own)
        held = {rule.words: rule.holds(rows, schema) for rule in rules}
        broken = ~(np.logical_and.reduce(list(held.values())) & kept)
        coded = pd.DataFrame(rows, columns=coded.columns)
        if not broken.any():
            return coded
        again = np.flatnonzero(broken)
        drawn += len(again)
        fresh = drawing.again(again, child(seed, "instead", turn), effort)
        for name in fresh.columns:
            column = coded[name].to_numpy(copy=True)
            column[again] = fresh[name].to_numpy()
            coded[name] = column
    words, good = min(held.items(), key=lambda item: float(item[1].mean()))
    raise ConstraintError(
        f"The rule {words!r} can't be kept: {int((~good).sum()):,} of {len(coded):,} rows still break it after "
        f"{drawn:,} more were drawn. Ask for fewer rows, or loosen it: there may be no more values of that kind."
    )
