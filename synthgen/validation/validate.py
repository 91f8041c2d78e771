"""Measure, flag, judge."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import is_numeric_dtype

from synthgen.errors import ConstraintError, DataError, UsageError
from synthgen.guarantee import PrivacyGuarantee, RowSource
from synthgen.progress import bar
from synthgen.randomness import RandomState, child, seed_sequence, stream
from synthgen.table.column import LABEL_KINDS, Role
from synthgen.table.declarations import complete
from synthgen.table.disclosure import public_labels
from synthgen.table.encoding import encode, extend_categories
from synthgen.table.frames import to_pandas
from synthgen.table.inference import infer_schema
from synthgen.table.schema import Schema
from synthgen.validation import fidelity, privacy, utility
from synthgen.validation.comparison import Comparison
from synthgen.validation.fidelity.declared_rules import breaking
from synthgen.validation.gate import Gate, gate_of
from synthgen.validation.metric import Estimate, Measurement, Metric, measure
from synthgen.validation.pair_views import association_view, pair_views
from synthgen.validation.privacy.flags import flagged as flagged_rows
from synthgen.validation.privacy.flags import refused_for, together
from synthgen.validation.privacy.reasons import POLICY_REASONS, Reason
from synthgen.validation.report import PrecisionCurve, ValidationReport
from synthgen.validation.utility.label_consistency import (
    LABEL_CONSISTENCY,
    LESS_LIKELY,
    Judged,
    implausible,
    judge_labels,
    shares_of,
)
from synthgen.validation.utility.signal import CLASS_SIGNAL, class_signal
from synthgen.validation.verdict import Purpose
from synthgen.validation.views import column_views

METRICS: tuple[Metric, ...] = (*fidelity.METRICS, *utility.METRICS, *privacy.METRICS)
"""All figures of a report; those of privacy have no function of their own, they are measured as one family."""

SNAP = 1e-3
"""Numbers this close to a numeric label are that label; codes are whole numbers apart."""

FEWEST_LIKE = 30
"""Real rows that meet the conditions, in train and in holdout, without which fidelity and use aren't judged."""

NOT_TESTED = (
    "attacks by someone who knows more than the synthetic table: other releases, the generator, who is in the data",
    "leaks smaller than the smallest that would have been found, and columns of free text and identifiers",
    "whether a model trained on the table predicts better than without it",
    "rules between columns other than orders, sums, products, ratios, gaps and what follows from one column",
)


def validate(
    synthetic: Any,
    *,
    train: Any,
    holdout: Any,
    target: str | None = None,
    schema: Schema | None = None,
    purpose: Purpose | str = "augment",
    validation: str = "standard",
    row_source: RowSource = RowSource.UNKNOWN,
    guarantee: PrivacyGuarantee | None = None,
    gate: Gate | None = None,
    random_state: RandomState = None,
    progress: bool = False,
) -> ValidationReport:
    """Compare synthetic rows with the real rows they came from, and with real rows they didn't.

    Parameters
    ----------
    synthetic : table
        pandas, polars, Arrow, a path or the URL of a table in a database, with at least the columns of ``train``.
    train : table
        The real rows that the generator was fitted on.
    holdout : table or None
        Real rows of the same kind that it never saw. Without them privacy can't be assessed, and the
        verdict is INCONCLUSIVE at best.
    target : str, optional
        Column with classes. Real rows are weighted to the synthetic rows' mix of classes.
    schema : Schema, optional
        Inferred from ``train`` and ``holdout`` if not given.
    purpose : {"augment", "release"}
        Who will see the rows, and so which findings block.
    validation : {"standard", "full"}
        "full" looks at up to 50,000 rows where "standard" looks at 10,000, and at more neighbours. Exact copies and
        copies but for rounding are looked for among all rows in both.
    row_source, guarantee
        How the rows were made, if it is known.
    gate : Gate, optional
        Criteria; the default gate if not given.
    random_state : int, Generator or None
        Every metric draws from its own stream.
    progress : bool
        Show a progress bar on stderr.

    Returns
    -------
    ValidationReport

    Raises
    ------
    DataError, UsageError
        If a table can't be read or lacks a column.

    Examples
    --------
    >>> import synthgen as sg
    >>> df = sg.datasets.load_fraud()
    >>> report = sg.validate(df[:300], train=df[1000:2000], holdout=df[2000:3000], random_state=0)
    >>> report.verdict.outcome.name in {"PASS", "FAIL", "INCONCLUSIVE"}
    True
    """
    frames = {
        "train": to_pandas(train, name="train")[0],
        "synthetic": to_pandas(synthetic, name="synthetic")[0],
    }
    if holdout is not None:
        frames["holdout"] = to_pandas(holdout, name="holdout")[0]
    real = [frame for name, frame in frames.items() if name != "synthetic"]
    if schema is None:
        schema = infer_schema(pd.concat(real, ignore_index=True), target=target)
    elif target is not None and schema[target].role is not Role.TARGET:
        schema = schema.with_column(target, role=Role.TARGET)
    if not schema.complete:
        schema = complete(schema, pd.concat(real, ignore_index=True))
    for name, frame in frames.items():
        missing = [column for column in schema.names if column not in frame.columns]
        if missing:
            raise DataError(
                f"The {name} table lacks column {missing[0]!r}"
                + (f" and {len(missing) - 1} more" if missing[1:] else "")
                + ". Give tables with the same columns."
            )
    frames["synthetic"] = _snapped(frames["synthetic"], schema)
    public = public_labels(schema)
    schema = extend_categories(schema, *frames.values())
    coded = {name: encode(frame, schema) for name, frame in frames.items()}
    comparison = Comparison.of(
        coded["train"],
        coded.get("holdout", coded["train"].iloc[:0]),
        coded["synthetic"],
        schema,
        row_source=row_source,
        guarantee=guarantee,
        effort=_known(validation, "validation", ["standard", "full"]),
        public_labels=public,
    )
    return validate_coded(
        comparison,
        purpose=Purpose(_known(purpose, "purpose", [str(item) for item in Purpose])),
        gate=gate,
        random_state=random_state,
        progress=progress,
    )


def validate_coded(
    comparison: Comparison,
    *,
    purpose: Purpose,
    refuse: bool = False,
    like: tuple[NDArray[np.bool_], NDArray[np.bool_]] | None = None,
    gate: Gate | str | None = None,
    random_state: RandomState = None,
    progress: bool = False,
) -> ValidationReport:
    """Flag rows, run every metric and judge; see :func:`validate`.

    With ``refuse`` the flagged rows won't be handed out: fidelity and usefulness are measured on the rows
    that are left, since those that are refused differ from them, and privacy on all rows. Rows that were made to
    meet a condition are compared with the real rows that meet it too (``like``: masks of train and holdout);
    copies are looked for among all real rows. With fewer than 30 such rows, fidelity and use aren't measured.
    """
    seed = child(seed_sequence(random_state), "validate")
    judging = gate_of(gate)
    leaks = privacy.find_leaks(comparison, purpose, child(seed, "leaks"), fewest=judging.fewest_holders)
    judged = _judged_labels(comparison, stream(seed, LABEL_CONSISTENCY.name))
    flagged = together([leaks.flagged, _implausible_labels(comparison, purpose, judged), _broken_rules(comparison)])
    if comparison.guarantee is not None and not refuse:
        # To leave such rows out would be a look at the real ones that the guarantee doesn't count.
        flagged = flagged.assign(refused=False)
    n = len(comparison.synthetic)
    rows = flagged.loc[flagged["refused"], "row"].unique()
    left = comparison.without(rows) if refuse and 0 < len(rows) < n else comparison
    left = left.among(*like) if like is not None else left
    few = like is not None and min(len(left.train), len(left.holdout)) < FEWEST_LIKE
    reason = f"fewer than {FEWEST_LIKE} train or held-out real rows meet the conditions to compare with"
    results: list[Measurement] = []
    curves: list[PrecisionCurve] = []
    for metric in bar([m for m in METRICS if m.function is not None], progress=progress, desc="validate"):
        run = metric if not few else replace(metric, function=lambda *_: Estimate(None, reason=reason))
        if run is LABEL_CONSISTENCY and judged and left is comparison:
            # The same labels, by the same model: it needn't learn again.
            run = replace(run, function=lambda *_: shares_of(judged))
        if run is CLASS_SIGNAL:
            run = replace(run, function=partial(class_signal, curves=curves))
        results += measure(run, left, stream(seed, metric.name))
    results += leaks.measurements
    counts = {"train": len(comparison.train), "holdout": len(comparison.holdout), "synthetic": n}
    if comparison.target is not None or like is not None:
        counts["train_matched"] = len(left.real_train)
        counts["holdout_matched"] = len(left.real_holdout)
    disclosing = flagged["row"][flagged["reason"].isin(POLICY_REASONS)].nunique()
    verdict = judging.judge(
        results,
        purpose=purpose,
        row_source=comparison.row_source,
        guarantee=comparison.guarantee,
        flagged=(len(rows), n),
        refused=refuse,
        disclosing=int(disclosing),
        not_tested=not_tested(comparison, leaks.unsearched, leaks.recall),
    )
    associations = association_view(left)
    return ValidationReport(
        verdict, tuple(results), flagged, column_views(left, results), associations, counts,
        pair_views(left, associations), tuple(curves),
    )  # fmt: skip


def _judged_labels(comparison: Comparison, rng: np.random.Generator) -> list[Judged]:
    """Where it stops there are none, and the metric of the same name, which then runs by itself, says so."""
    try:
        return judge_labels(comparison, rng)
    except Exception:
        return []


def _implausible_labels(comparison: Comparison, purpose: Purpose, judged: list[Judged]) -> pd.DataFrame:
    """Flag labels that don't fit their rows."""
    rows, values = implausible(judged)
    name = comparison.target.name if comparison.target is not None else ""
    refused = refused_for(Reason.IMPLAUSIBLE_LABEL, purpose)
    return flagged_rows(rows, Reason.IMPLAUSIBLE_LABEL, name, values, 1 / LESS_LIKELY, refused=refused)


def _broken_rules(comparison: Comparison) -> pd.DataFrame:
    """Flag rows that break a declared rule; where a rule can't be checked, its metric says so."""
    try:
        broken = breaking(comparison)
    except ConstraintError:
        broken = {}
    return together([
        flagged_rows(rows, Reason.BROKEN_RULE, columns, np.zeros(len(rows)), 1.0, refused=True)
        for columns, rows in broken.items()
    ])  # fmt: skip


def not_tested(comparison: Comparison, unsearched: int = 0, recall: float | None = None) -> tuple[str, ...]:
    """What a reader must not take the report to have shown.

    ``unsearched`` rows were looked at by joins only; of the others the share ``recall`` found their nearest real row.
    """
    words = list(NOT_TESTED)
    if comparison.row_source is RowSource.UNKNOWN:
        words.insert(0, "how the rows were made (a way of making them from real rows may leave no trace in them)")
    left = [column.name for column in comparison.schema if column not in comparison.columns]
    if left:
        words.append(f"identifiers and free text: {', '.join(left)}")
    if unsearched:
        words.append(
            f"whether {unsearched:,} of {len(comparison.synthetic):,} rows lie near real rows or between them; exact "
            "and rounded copies were looked for among all (validation='full' looks at more)"
        )
    if recall is not None:
        words.append(
            f"each row against every real row: there are so many that only those around it were searched, which finds "
            f"the nearest one for {recall:.1%} (measured; the rows furthest from all real ones were searched in full)"
        )
    return tuple(words)


def _known(value: Any, name: str, choices: list[str]) -> str:
    if value not in choices:
        raise UsageError(f"{name} must be one of {', '.join(choices)}; got {value!r}.")
    return str(value)


def _snapped(frame: pd.DataFrame, schema: Schema) -> pd.DataFrame:
    """Read a number that is all but equal to a numeric label as that label.

    Otherwise a copy with its codes moved by a rounding error would pass for rows of other categories.
    """
    out = frame.copy(deep=False)
    for column in schema.of(*LABEL_KINDS):
        known = column.categories or ()
        values = out[column.name]
        if (
            not known
            or not all(isinstance(label, (int, float)) for label in known)
            or not is_numeric_dtype(values.dtype)
        ):
            continue
        labels = np.array(sorted(float(label) for label in known))
        given = values.to_numpy(dtype=float, na_value=np.nan)
        above = np.clip(np.searchsorted(labels, given), 0, len(labels) - 1)
        below = np.maximum(above - 1, 0)
        nearest = np.where(np.abs(given - labels[below]) < np.abs(given - labels[above]), labels[below], labels[above])
        off = (given != nearest) & (np.abs(given - nearest) < SNAP)
        if off.any():
            out[column.name] = np.where(off, nearest, given)
    return out
