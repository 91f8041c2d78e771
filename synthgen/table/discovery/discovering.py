"""Rules proposed from real rows, of all families."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from synthgen.errors import UsageError
from synthgen.randomness import RandomState, seed_sequence, stream
from synthgen.table.column import Kind
from synthgen.table.constraints import (
    Constraint,
    Formula,
    FunctionalDependency,
    Inequality,
    OneHot,
)
from synthgen.table.constraints.base import Rows
from synthgen.table.discovery.dependencies import dependencies, dependency
from synthgen.table.discovery.gaps import gap_drafts, near_gaps
from synthgen.table.discovery.labels import fixed_combinations
from synthgen.table.discovery.near import as_linear, near_computed, near_orders
from synthgen.table.discovery.proposals import NEAR, Draft, Proposal, Proposals, counted
from synthgen.table.discovery.single import keys, monotone, positive
from synthgen.table.encoding import encode
from synthgen.table.frames import to_pandas
from synthgen.table.inequalities import find_inequalities
from synthgen.table.inference import infer_schema
from synthgen.table.number_rules import ENOUGH_ROWS
from synthgen.table.one_hot import find_one_hot
from synthgen.table.products import find_products
from synthgen.table.rules import Rules, find_rules
from synthgen.table.schema import Schema


def discover_constraints(
    df: Any,
    *,
    target: str | None = None,
    schema: Schema | None = None,
    holdout: Any = None,
    random_state: RandomState = 0,
) -> Proposals:
    """Propose rules that could be declared, from the rows of a table.

    Inequalities, functional dependencies of one or two columns, sums, products and ratios, one-hot groups, gaps that
    follow from a label or from other gaps, combinations of labels, columns that are different in every row, numbers
    that never fall along a date (of each subject), and numbers above zero. Rules that up to 1 % of the rows break are
    proposed too, and marked: these rows are often mistakes.

    A rule about several columns is proposed only if it would hardly hold by chance, were the columns unrelated: with a
    probability below one in a million over the number of rules of its family that were looked at. Whether a rule is
    meant, or happens to hold so far, a person has to say.

    What is proposed holds no value of fewer than ten rows. Every generator finds inequalities, dependencies on one
    column, sums, products, one-hot groups and gaps that hold in all rows by itself, and keeps them; other rules are
    kept if they are declared.

    Parameters
    ----------
    df : DataFrame (pandas, polars), Arrow table or path
    target : str, optional
        A column of the table that others aren't computed to please: of several ways to say a rule, the one that gives
        another column is taken.
    schema : Schema, optional
        Inferred if not given. Its own rules aren't proposed again; a subject is read from it.
    holdout : table like ``df``, optional
        Rows in which each rule must hold too, but for 1 % of those that could refute it.
    random_state : int or Generator
        Draws the rows in which rules are looked for.

    Returns
    -------
    Proposals
        A sequence of ``Proposal``, with a ``frame`` and the ``constraints`` that all rows keep.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> sold = pd.DataFrame({"price": rng.uniform(1, 99, 200).round(2), "quantity": rng.integers(1, 9, 200)})
    >>> proposals = discover_constraints(sold.assign(total=(sold["price"] * sold["quantity"]).round(2)))
    >>> [item.words for item in proposals if item.family == "product"]
    ['total = price * quantity']
    """
    frame, _ = to_pandas(df)
    held = None if holdout is None else to_pandas(holdout)[0]
    if held is not None and set(frame.columns) - set(held.columns):
        lacking = ", ".join(map(str, sorted(set(frame.columns) - set(held.columns), key=str)))
        raise UsageError(f"The holdout lacks columns of the table: {lacking}. Give rows of the same table.")
    if schema is None:
        both = frame if held is None else pd.concat([frame, held[list(frame.columns)]], ignore_index=True)
        schema = infer_schema(both, target=target)
    elif target is not None and (schema.target is None or schema.target.name != target):
        schema = schema.with_column(target, role="target")
    schema = schema.without(*(column.name for column in schema.of(Kind.TEXT)))
    coded = encode(frame[schema.names], schema)
    seed = seed_sequence(random_state)
    declared = {rule.words for rule in schema.constraints}
    drafts = {draft.rule.words: draft for draft in _drafts(coded, schema, seed) if draft.rule.words not in declared}
    other = None if held is None else _rows(encode(held[schema.names], schema))
    made = [_proposal(draft, _rows(coded), other, schema) for draft in drafts.values()]
    return Proposals(tuple(sorted((item for item in made if item is not None), key=lambda item: item.near)))


def _rows(coded: pd.DataFrame) -> Rows:
    return {str(name): coded[name].to_numpy() for name in coded.columns}


def _proposal(draft: Draft, rows: Rows, held: Rows | None, schema: Schema) -> Proposal | None:
    support, broken = counted(draft, rows, schema)
    if support < ENOUGH_ROWS or broken > (1 - NEAR) * support:
        return None
    if held is None:
        return Proposal(draft.rule, draft.family, support, broken)
    held_support, held_broken = counted(draft, held, schema)
    if held_broken > (1 - NEAR) * held_support:
        return None
    return Proposal(draft.rule, draft.family, support, broken, held_support, held_broken)


def _drafts(coded: pd.DataFrame, schema: Schema, seed: np.random.SeedSequence) -> Iterator[Draft]:
    """Every rule that may be proposed; each family draws from a stream of its own."""
    rules = find_rules(coded, schema, stream(seed, "rules"))
    rows = {name: coded[name].to_numpy() for name in coded.columns}
    exact = [
        *(Draft("sum", rule, rule) for rule in map(as_linear, rules.totals)),
        *_products(coded, schema, rules, seed),
        *(Draft("one-hot group", rule, rule) for rule in map(OneHot, find_one_hot(coded, schema, rules))),
        *(Draft("inequality", rule, rule) for rule in _inequalities(coded, schema)),
        *(dependency(rule.column, (rule.by,), rows) for rule in rules.determined),
    ]
    yield from exact
    known: list[Constraint] = [draft.rule for draft in exact]
    computed = list(near_computed(coded, schema, known, stream(seed, "computed")))
    known += [draft.rule for draft in computed]
    yield from computed
    yield from near_orders(coded, schema, known, stream(seed, "orders"))
    gaps = list(near_gaps(coded, schema, rules.gaps, {rule.gives for rule in known}, stream(seed, "gaps")))
    for gap in (*rules.gaps, *gaps):
        yield from gap_drafts(gap, coded, schema)
    follows = list(dependencies(coded, schema, known, stream(seed, "dependencies")))
    yield from follows
    related = [
        frozenset((by, rule.column))
        for rule in (*known, *(draft.rule for draft in follows)) if isinstance(rule, FunctionalDependency)
        for by in rule.by
    ]  # fmt: skip
    yield from fixed_combinations(coded, schema, related)
    yield from keys(coded, schema, stream(seed, "keys"))
    yield from monotone(coded, schema)
    yield from positive(coded, schema)


def _products(coded: pd.DataFrame, schema: Schema, rules: Rules, seed: np.random.SeedSequence) -> Iterator[Draft]:
    for product in find_products(coded, schema, stream(seed, "products"), rules):
        rule = Formula(product.column, product.expression)
        yield Draft("product", rule, rule)


def _inequalities(coded: pd.DataFrame, schema: Schema) -> Iterator[Inequality]:
    for rule in find_inequalities(coded, schema):
        yield Inequality(rule.low, rule.high)
