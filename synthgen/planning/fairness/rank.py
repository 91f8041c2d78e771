"""Plans for a table, from the widest difference between groups, tried and put in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from synthgen.errors import DataError, UsageError
from synthgen.generators import Synthesizer, TreeSynthesizer
from synthgen.planning.fairness.carrying_out import check_generator_for
from synthgen.planning.fairness.groups import Cells, read_cells, read_groups, selected_code
from synthgen.planning.fairness.plan import KINDS, FairnessPlan
from synthgen.planning.fairness.proxies import STRONG, proxies_of
from synthgen.planning.fairness.trial import Trial
from synthgen.profiling.multiplicity import LEVEL, holm
from synthgen.profiling.profile import BiasAudit
from synthgen.randomness import RandomState, child, seed_sequence
from synthgen.table.column import LABEL_KINDS, Role
from synthgen.table.encoding import encode
from synthgen.table.frames import to_pandas
from synthgen.table.schema import Schema

ACTED_ON = 0.9
"""A selection-rate ratio below which a plan is proposed, and from which one has done what it should."""

MOST_COLUMNS = 4


def rank_plans(
    frame: pd.DataFrame,
    coded: pd.DataFrame,
    schema: Schema,
    sensitive: Sequence[str],
    *,
    kinds: Sequence[str] | None = None,
    strength: float = 1.0,
    label: Any = None,
    model: Synthesizer | None = None,
    random_state: RandomState = 0,
) -> tuple[FairnessPlan, ...]:
    """Propose plans for groups that have the label at different rates, and try each on an inner split.

    Plans are proposed for a sensitive column, or two together, if the rates differ beyond chance (chi-squared
    test, 5 % among all that were looked at, by Holm) and the lowest is below nine tenths of the highest. First come
    those that bring the ratio of the synthetic table to nine tenths, the best AUC on held-out real labels before;
    then the others, the highest ratio before.

    Parameters
    ----------
    frame, coded : pandas.DataFrame
        Real rows, as given and coded by ``schema``.
    schema : Schema
        With a target that has classes.
    sensitive : sequence of str
        Columns with labels; others are left out.
    kinds : sequence of str, optional
        Of ``KINDS``; all if not given. A plan of representation is only tried where it is named, since nothing here
        says which shares are right.
    strength : float
    label : optional
        The class whose rate is looked at; the rarer of two if not given.
    model : Synthesizer, optional
        Unfitted; the quick tree if not given.
    random_state : int, Generator or None

    Returns
    -------
    tuple of FairnessPlan
        Empty where nothing is to be done.

    Raises
    ------
    UsageError, DataError
        Something is to be done, and none of the plans asked for can do it; the message is that of the last.
    """
    asked = tuple(kinds) if kinds is not None else tuple(kind for kind in KINDS if kind != "representation")
    for kind in asked:
        if kind not in KINDS:
            raise UsageError(f"kinds must be of {', '.join(KINDS)}; got {kind!r}.")
    seed = seed_sequence(random_state)
    selected = selected_code(coded, schema, label)
    named = [name for name in sensitive if schema[name].kind in LABEL_KINDS][:MOST_COLUMNS]
    out: list[FairnessPlan] = []
    failed: Exception | None = None
    for columns in differing(coded, schema, named, selected):
        rows = schema.with_columns(
            [replace(schema[name], role=Role.SENSITIVE) for name in columns if schema[name].role is Role.FEATURE]
        )
        trial = Trial.of(frame, coded, rows, columns, selected, model or TreeSynthesizer(preset="turbo"),
                         child(seed, *columns))  # fmt: skip
        real, without = trial.judge(trial.real()), trial.judge(trial.make(None))
        for kind in asked:
            plan = _plan(kind, columns, strength, schema, selected, coded)
            if plan is None:
                continue
            try:
                check_generator_for(plan, trial.model)
                effect = trial.effect(real, without, trial.judge(trial.make(plan)))
            except (DataError, UsageError) as error:  # what these rows, or this generator, can't do isn't proposed
                failed = error
                continue
            out.append(replace(plan, effect=effect))
    if failed is not None and not out:
        raise failed
    return tuple(sorted(out, key=_place))


def plans_of(audit: BiasAudit, data: Any = None, **options: Any) -> tuple[FairnessPlan, ...]:
    """Plans for the table that an audit is of; see :func:`rank_plans` for the options.

    Raises
    ------
    UsageError
        The table is gone, and none was given.
    """
    source = audit._source
    table = data if data is not None else source.table() if source is not None else None
    if source is None or table is None:
        raise UsageError(
            "The table that was profiled is gone, and plans are tried on its rows. Give it: plans(data=df), on what "
            "sg.profile(df, target=..., sensitive_features=[...]) gave."
        )
    frame, _ = to_pandas(table)
    coded = encode(frame, source.schema)
    if not audit.features:
        raise UsageError('No sensitive column is known. Name them: sg.profile(df, sensitive_features=["sex"]).')
    return rank_plans(frame, coded, source.schema, audit.features, **options)


def differing(coded: pd.DataFrame, schema: Schema, named: Sequence[str], selected: float) -> list[tuple[str, ...]]:
    """Columns, or pairs of them, whose groups have the label at rates that differ beyond chance."""
    from scipy.stats import chi2_contingency

    sets = [(name,) for name in named] + [tuple(pair) for pair in combinations(named, 2)][:MOST_COLUMNS]
    found: list[tuple[float, float, tuple[str, ...]]] = []
    for columns in sets:
        try:
            cells = read_cells(coded, schema, read_groups(coded, schema, columns), selected)
        except DataError:  # one value, or too few rows of each group: nothing to compare
            continue
        compared = cells.rated
        if compared.sum() < 2:
            continue
        hits = cells.counts[:-1][compared][:, cells.selected]
        table = np.stack([hits, cells.sizes[:-1][compared] - hits])
        if not table.sum(axis=1).all():  # no row of these groups has the label, or every one
            continue
        found.append((float(chi2_contingency(table).pvalue), _ratio(cells), columns))
    found.sort()
    adjusted = holm(np.array([p for p, *_ in found]))
    return [columns for p, (_, ratio, columns) in zip(adjusted, found, strict=True) if p <= LEVEL and ratio < ACTED_ON]


def _ratio(cells: Cells) -> float:
    rates = cells.rates[:-1][cells.rated]
    return float(rates.min() / rates.max()) if rates.max() > 0 else 1.0


def _plan(
    kind: str, columns: tuple[str, ...], strength: float, schema: Schema, selected: float, coded: pd.DataFrame
) -> FairnessPlan | None:
    assert schema.target is not None
    label: Any = (schema.target.categories or ())[int(selected)]
    plan = FairnessPlan(kind, columns, strength, schema.target.name, label)
    if kind != "proxies":
        return plan
    groups = read_groups(coded, schema, columns)
    found = tuple(name for name, value in proxies_of(coded, schema, groups).items() if value >= STRONG)
    return replace(plan, columns=found) if found else None


def _place(plan: FairnessPlan) -> tuple[int, float]:
    assert plan.effect is not None
    ratio = plan.effect.ratio_planned.value
    return (0, -plan.effect.auc_planned.value) if ratio >= ACTED_ON else (1, -ratio)
