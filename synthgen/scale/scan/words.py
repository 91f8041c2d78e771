"""What was found of all rows and what of some, in sentences for the record of a run."""

from __future__ import annotations

from collections.abc import Mapping

from synthgen.scale.scan.classes import ClassCodes
from synthgen.scale.scan.facts import ColumnFacts


def said(
    n_rows: int, facts: Mapping[str, ColumnFacts], codes: ClassCodes, taken: int, subject: str | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Say what is exact and what was sampled or estimated."""
    counted = [fact.name for fact in facts.values() if fact.labels is not None]
    measured = [fact.name for fact in facts.values() if fact.mean is not None]
    sketched = [fact for fact in facts.values() if fact.quantile_error]
    estimated = [fact for fact in facts.values() if fact.distinct_error]
    exact = [f"All {n_rows:,} rows were read: rows and missing cells are counted."]
    if measured:
        exact.append(f"Minimum, maximum, mean and standard deviation of {_columns(measured)} are over all rows.")
    if counted:
        exact.append(f"Every value of {_columns(counted)} is counted.")
    classes = codes.rows()
    if classes is not None:
        exact.append(f"The rows of the {len(classes):,} labels of {codes.target!r} are counted.")
    sampled = [_sample(n_rows, taken, codes, subject)]
    if sketched:
        worst = max(fact.quantile_error for fact in sketched)
        names = _columns([fact.name for fact in sketched])
        sampled.append(f"Quantiles of {names} are estimated from all rows; their ranks are off by {worst:.3%} at most.")
    if estimated:
        worst = max(fact.distinct_error for fact in estimated)
        names = _columns([fact.name for fact in estimated])
        sampled.append(
            f"The number of different values of {names} is estimated from all rows, to within {worst:.1%} "
            "(two standard errors)."
        )
    return tuple(exact), tuple(sampled)


def _sample(n_rows: int, taken: int, codes: ClassCodes, subject: str | None) -> str:
    if taken == n_rows:
        return f"The sample is all {n_rows:,} rows."
    how = [f"by the labels of {codes.target!r}"] if codes.by_class else []
    how += [f"whole groups of equal {subject!r}"] if subject is not None else []
    if codes.too_many:
        how.append(f"not by {codes.target!r}, which has too many labels")
    words = f" ({', '.join(how)})" if how else ""
    return f"What needs rows was done on a sample of {taken:,} of {n_rows:,} rows{words}."


def _columns(names: list[str]) -> str:
    shown = ", ".join(map(repr, names[:5]))
    return shown if len(names) <= 5 else f"{shown} and {len(names) - 5} more columns"
