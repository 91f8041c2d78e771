"""Preview a differentially private fit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from synthgen.errors import UsageError
from synthgen.generators.dp_marginals import DPMarginalsSynthesizer
from synthgen.planning.dp_preview.advice import advice_of, rare_class, recommended
from synthgen.planning.dp_preview.frames import columns_of, pairs_of
from synthgen.planning.dp_preview.result import PrivacyPreview
from synthgen.planning.dp_preview.setting import Setting, setting_of
from synthgen.table.schema import Schema


def preview_dp(
    schema: Schema,
    n_rows: int,
    epsilon: float = 1.0,
    delta: float | None = None,
    *,
    target: str | None = None,
    class_share: float | None = None,
    generator_options: Mapping[str, Any] | None = None,
) -> PrivacyPreview:
    """Say what error a differentially private fit will have, before it is made and without a row.

    The noise is known beforehand: it follows from the budget and from how many columns and cells share it. A count
    with Gaussian noise of standard deviation s is off by s·sqrt(2/π) on average, so that k cells of n rows are off by
    k·s·sqrt(2/π)/(2n) in total variation. A column is counted by itself and in the groups that it is chosen into, and
    is reckoned to be in as many of them as any other. Over the columns of a table fits are off by about as much; a
    single one may be off by half or twice as much, since which groups are chosen isn't known before.

    Parameters
    ----------
    schema : Schema
        What is declared of the table; see docs/differential_privacy.md.
    n_rows : int
        About how many rows there are. Say what is public, such as a thousand or a million.
    epsilon, delta : float
        As for :func:`synthgen.synthesize`.
    target : str, optional
        Column to predict, if the schema doesn't say.
    class_share : float, optional
        Share of the rows of a rare class, above 0 and below 1: can it be learnt?
    generator_options : mapping, optional
        Of the generator ``dp_marginals``.

    Returns
    -------
    PrivacyPreview

    Raises
    ------
    UsageError

    Examples
    --------
    >>> from synthgen.table import Column, Kind, Schema
    >>> from synthgen.generators.dp_marginals import as_public
    >>> schema = as_public(Schema((
    ...     Column("age", Kind.INTEGER, bounds=(0, 99)),
    ...     Column("sick", Kind.CATEGORICAL, categories=("no", "yes")),
    ... )))
    >>> preview = preview_dp(schema, 2000, epsilon=1.0, target="sick", class_share=0.05)
    >>> preview.rare["rows"], preview.rare["learnt"]
    (100, False)
    """
    if isinstance(n_rows, bool) or not isinstance(n_rows, (int, np.integer)) or n_rows < 1:
        raise UsageError(f"n_rows must be a whole number of at least 1; got {n_rows!r}.")
    if class_share is not None and not (isinstance(class_share, (int, float)) and 0 < class_share < 1):
        raise UsageError(f"class_share must be above 0 and below 1; got {class_share!r}.")
    if not isinstance(schema, Schema):
        raise UsageError(f"schema must be a Schema, such as Schema.from_json(path); got {type(schema).__name__}.")
    options = {"epsilon": epsilon, "delta": delta, **(generator_options or {})}
    known = set(DPMarginalsSynthesizer().get_params(deep=False))
    if unknown := sorted(set(options) - known):
        raise UsageError(
            f"The generator 'dp_marginals' has no option {unknown[0]!r}; it has: {', '.join(sorted(known))}."
        )
    setting = setting_of(schema, int(n_rows), target, options)
    if setting.budget.delta * n_rows >= 1:
        raise UsageError(
            f"delta must be below 1 / the number of rows, or whole rows could be given away; got "
            f"{setting.budget.delta!r} for {n_rows} rows. Usual is 1e-6 or less."
        )
    columns, pairs = columns_of(setting), pairs_of(setting)
    rare = None if class_share is None else rare_class(setting, max(round(class_share * n_rows), 1))
    budget = setting.budget
    settings = {
        "epsilon": budget.epsilon, "delta": budget.delta, "unit": budget.unit, "n_rows": setting.n_rows,
        "rounds": setting.rounds, "columns": len(setting.modelled),
    }  # fmt: skip

    def at(other: float) -> Setting:
        return setting_of(schema, setting.n_rows, target, {**options, "epsilon": other})

    recommendations = tuple(recommended(setting, at, columns, rare))
    return PrivacyPreview(advice_of(setting, columns, pairs, rare), columns, pairs, rare, recommendations, settings)
