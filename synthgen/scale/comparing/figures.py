"""Fidelity over all rows: the figures of :mod:`synthgen.validation.fidelity` that sums over rows can give."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from synthgen.scale.comparing.grid import Floats
from synthgen.scale.comparing.pairs import dependence_kept, pair_trends
from synthgen.scale.comparing.totals import Totals, around, beside
from synthgen.validation.fidelity.missingness import MISSING_PATTERNS, MISSING_RATES
from synthgen.validation.fidelity.shapes import CLASS_SHAPES, COLUMN_SHAPES, FEWEST, Z
from synthgen.validation.fidelity.trends import DEPENDENCE_KEPT, PAIR_TRENDS
from synthgen.validation.metric import Estimate, Measurement, Metric, failed, measured

NONE_LEFT = "there are no held-out real rows of these classes to compare with"


def column_shapes(totals: Totals) -> Iterator[Estimate]:
    """Mean complement over the columns, then each column's."""
    several = int((totals.sizes["made"] > 0).sum()) > 1
    columns = [i for i, axis in enumerate(totals.grid.axes) if axis.column is not totals.grid.target or several]
    found = {i: _complements(totals, i, None) for i in columns}
    yield _mean(list(found.values()), totals.n, None, counted(totals))
    for i in columns:
        yield beside(*found[i], totals.n, totals.grid.axes[i].column.name)


def class_shapes(totals: Totals) -> Iterator[Estimate]:
    """Mean complement within each class of at least ten rows of each kind."""
    target = totals.grid.target
    made = totals.sizes["made"]
    if target is None or int((made > 0).sum()) < 2:
        yield Estimate(None, reason="the synthetic rows are of one class, or the target has no classes", vacuous=True)
        return
    small = 0
    columns = [i for i, axis in enumerate(totals.grid.axes) if axis.column is not target]
    told: set[int] = set()
    for code, label in enumerate(target.categories or ()):
        number = totals.grid.class_of_label(code)
        if number is None or not made[number]:
            continue
        told.add(number)
        if min(totals.sizes[side][number] for side in ("made", "seen", "unseen")) < FEWEST:
            small += 1
            continue
        yield _mean([_complements(totals, i, number) for i in columns], int(made[number]), str(label), "")
    small += int((made > 0).sum()) - len(told)
    if small:
        yield Estimate(None, n=small, reason=f"{small} classes have fewer than {FEWEST} held-out or synthetic rows")


def missing_rates(totals: Totals) -> Iterator[Estimate]:
    """Largest difference of a column's missing rate, then each column's."""
    sizes = {side: float(counts[totals.sizes["made"] > 0].sum()) for side, counts in totals.sizes.items()}
    found = []
    for i, axis in enumerate(totals.grid.axes):
        there = totals.column(i)
        last = slice(there.stop - 1, there.stop)
        rates = {side: float(totals.of("bins", side, last)[0, 0]) for side in sizes}
        if not any(rates.values()):
            continue
        gap = abs(rates["made"] - rates["unseen"])
        half = Z * float(np.sqrt(sum(_variance(rates[side], sizes[side]) for side in ("made", "unseen"))))
        found.append(
            Estimate(
                gap, (max(0.0, gap - half), min(1.0, gap + half)), abs(rates["seen"] - rates["unseen"]),
                n=totals.n, subject=axis.column.name,
            )
        )  # fmt: skip
    if not found:
        yield Estimate(None, reason="no column has missing values", vacuous=True)
        return
    worst = max(found, key=lambda estimate: estimate.value or 0.0)
    baseline = max(estimate.baseline or 0.0 for estimate in found)
    reason = f"the largest is in {worst.subject!r}; {counted(totals)}"
    yield Estimate(worst.value, worst.interval, baseline, n=worst.n, reason=reason)
    yield from found


def missing_patterns(totals: Totals) -> Iterator[Estimate]:
    """Share of rows that would need other gaps for all combinations of gaps to be as common."""
    with_gaps = 0
    for i in range(len(totals.grid.axes)):
        last = slice(totals.column(i).stop - 1, totals.column(i).stop)
        with_gaps += any(totals.of("bins", side, last)[0, 0] > 0 for side in ("made", "seen", "unseen"))
    if with_gaps < 2:
        yield Estimate(None, reason="fewer than two columns have missing values", vacuous=True)
        return
    shares = {side: _shares(totals.gaps(side)) for side in ("made", "seen", "unseen")}
    made, seen = (0.5 * np.abs(shares[side] - shares["unseen"]).sum(axis=1) for side in ("made", "seen"))
    yield Estimate(
        float(made[0]), around(made), float(seen[0]), around(seen), n=totals.n,
        reason=f"of {with_gaps} columns with gaps; {counted(totals)}",
    )  # fmt: skip


Figure = Callable[[Totals], Iterator[Estimate]]

FIGURES: tuple[tuple[Metric, Figure], ...] = (
    (COLUMN_SHAPES, column_shapes),
    (CLASS_SHAPES, class_shapes),
    (PAIR_TRENDS, pair_trends),
    (DEPENDENCE_KEPT, dependence_kept),
    (MISSING_RATES, missing_rates),
    (MISSING_PATTERNS, missing_patterns),
)
"""The others need rows side by side (a classifier, neighbours), and stay those of a sample."""


def fidelity(totals: Totals) -> list[Measurement]:
    """All of them; an error becomes a failed measurement, never a score."""
    out: list[Measurement] = []
    for metric, figure in FIGURES:
        if metric is MISSING_PATTERNS and (totals.real.counts.crowded or totals.tally.counts.crowded):
            # Too many combinations to count: the sample's figure stands.
            continue
        try:
            estimates = list(figure(totals)) if totals.matched else [Estimate(None, reason=NONE_LEFT)]
        except Exception as error:
            out.append(failed(metric, f"it stopped with {type(error).__name__}"))
            continue
        out += [measured(metric, estimate) for estimate in estimates]
    return out


def counted(totals: Totals) -> str:
    """How many rows a figure rests on, in words."""
    return f"all {totals.real.n_rows:,} real and {totals.n:,} synthetic rows were counted"


def _complements(totals: Totals, i: int, number: int | None) -> tuple[Floats, Floats]:
    """1 - distance of the synthetic rows, and of the rows that the model saw, from those that it did not."""
    there = totals.column(i)
    known = slice(there.start, there.stop - 1)
    shares = {}
    for side in ("made", "seen", "unseen"):
        counts = totals.of("bins", side, known) if number is None else totals.by_class("bins", side, known)[:, number]
        shares[side] = _shares(counts)
    ordered = totals.grid.axes[i].ordered
    out = []
    for side in ("made", "seen"):
        apart = shares[side] - shares["unseen"]
        gap = np.abs(np.cumsum(apart, axis=1)).max(axis=1) if ordered else 0.5 * np.abs(apart).sum(axis=1)
        out.append(1.0 - gap)
    return out[0], out[1]


def _mean(found: list[tuple[Floats, Floats]], n: int, subject: str | None, reason: str) -> Estimate:
    known = [pair for pair in found if np.isfinite(pair[0][0]) and np.isfinite(pair[1][0])]
    if not known:
        return Estimate(None, subject=subject, reason="no column has values on both sides")
    made, seen = (np.mean([_filled(pair[k]) for pair in known], axis=0) for k in (0, 1))
    return beside(made, seen, n, subject, reason)


def _filled(values: Floats) -> Floats:
    """A part can hold every value of a sparse column; the figure stands in for it."""
    return np.where(np.isfinite(values), values, values[0])


def _shares(counts: Floats) -> Floats:
    total = counts.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(counts, total, out=np.full_like(counts, np.nan), where=total > 0))


def _variance(rate: float, n: float) -> float:
    # One added success and failure, so that a rate of 0 or 1 isn't taken for certain.
    adjusted = (rate * n + 1) / (n + 2)
    return adjusted * (1 - adjusted) / (n + 2)
