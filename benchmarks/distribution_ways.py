"""Ways of choosing among families that were fitted to the same rows, to be compared."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from synthgen.profiling.distributions import choice
from synthgen.profiling.distributions.candidates import candidates
from synthgen.profiling.distributions.laws import LEAST, AnyLaw
from synthgen.profiling.distributions.sample import Floats, Sample

FOLDS = 5
ERRORS = 1.0
WAYS = (
    "one half held out, likeliest",
    "one half held out, less log(n) / 2n a parameter",
    "each half held out, likeliest",
    "each half held out, simplest within one standard error",
    "each half held out, less log(n) / 2n a parameter (kept)",
    f"{FOLDS} folds, simplest within one standard error",
    f"{FOLDS} folds, less log(n) / 2n a parameter",
    "BIC on all rows",
    "AIC on all rows",
)


def ways_of(rows: Floats, step: float, rng: np.random.Generator, *, counts: bool) -> dict[str, AnyLaw]:
    """What each way chooses; the laws are fitted to all rows."""
    rows = rng.permutation(rows)[: choice.FIT_ROWS]
    halves = choice.Halves(Sample.of(rows[::2], step), Sample.of(rows[1::2], step), Sample.of(rows, step))
    fits = candidates(halves.whole, None, counts=counts, zeros=False)
    trials = choice._trials(fits, halves, counts)
    whole, first = halves.whole, halves.first
    folded, folded_counts = _folded(fits, trials, rows, step)
    held = {id(t): float(first.counts @ t.scores[: len(first.values)] / first.n) for t in trials}
    own = {id(t): whole.average(t.law.log_mass(whole)) for t in trials}

    def charge(trial: choice.Trial, rows: float) -> float:
        return trial.complexity * math.log(rows) / (2 * rows)

    taken = (
        max(trials, key=lambda t: held[id(t)]),
        max(trials, key=lambda t: held[id(t)] - charge(t, first.n)),
        max(trials, key=lambda t: choice.mean(t.scores, halves.counts)),
        _simplest(trials, halves.counts),
        max(trials, key=lambda t: choice.penalised(t, halves)),
        _simplest(folded, folded_counts),
        max(folded, key=lambda t: choice.mean(t.scores, folded_counts) - charge(t, whole.n)),
        max(trials, key=lambda t: own[id(t)] - charge(t, whole.n)),
        max(trials, key=lambda t: own[id(t)] - t.complexity / whole.n),
    )
    return {way: trial.law for way, trial in zip(WAYS, taken, strict=True)}


def _simplest(trials: list[choice.Trial], counts: Floats) -> choice.Trial:
    best = max(trials, key=lambda trial: choice.mean(trial.scores, counts))
    close = []
    for trial in trials:
        gap, error = choice.paired(best.scores - trial.scores, counts)
        if trial is best or gap <= ERRORS * error:
            close.append(trial)
    return min(close, key=lambda trial: (trial.complexity, -choice.mean(trial.scores, counts)))


def _folded(
    fits: list[choice.Fitter], trials: list[choice.Trial], rows: Floats, step: float
) -> tuple[list[choice.Trial], Floats]:
    """Held-out scores from five folds instead of two, of the same families."""
    held = [Sample.of(rows[k::FOLDS], step) for k in range(FOLDS)]
    rest = [Sample.of(np.concatenate([rows[j::FOLDS] for j in range(FOLDS) if j != k]), step) for k in range(FOLDS)]
    by_law = {trial.law: trial for trial in trials}
    whole = Sample.of(rows, step)
    out = []
    for fit in fits:
        law = choice._fitted(fit, whole)
        if law is None or law not in by_law:
            continue
        scores = []
        for part, other in zip(held, rest, strict=True):
            fitted = choice._fitted(fit, other)
            scores.append(np.full(len(part.values), math.log(LEAST)) if fitted is None else fitted.log_mass(part))
        out.append(replace(by_law[law], scores=np.concatenate(scores)))
    return out, np.concatenate([part.counts for part in held])
