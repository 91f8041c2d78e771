"""Ways of choosing among families that were fitted to the same rows, to be compared."""

from __future__ import annotations

import math

import numpy as np

from synthgen.profiling.distributions import choice
from synthgen.profiling.distributions.candidates import candidates
from synthgen.profiling.distributions.laws import LEAST, AnyLaw
from synthgen.profiling.distributions.sample import Floats, Sample

FOLDS = 5
ERRORS = (0.0, 0.5, 1.0, 1.645)
WAYS = (
    "one half held out, likeliest",
    "one half held out, less log(n) / 2n a parameter",
    *(f"each half held out, simplest within {errors:g} standard errors" for errors in ERRORS),
    *(f"{FOLDS} folds, simplest within {errors:g} standard errors" for errors in ERRORS),
    "BIC on all rows",
    "AIC on all rows",
)


def ways_of(rows: Floats, step: float, rng: np.random.Generator, *, counts: bool) -> dict[str, AnyLaw]:
    """What each way chooses; the laws are fitted to all rows."""
    rows = rng.permutation(rows)[: choice.FIT_ROWS]
    halves = choice.Halves(Sample.of(rows[::2], step), Sample.of(rows[1::2], step), Sample.of(rows, step))
    fits = candidates(halves.whole, None, counts=counts, zeros=False)
    trials = choice._trials(fits, halves)
    out: dict[str, AnyLaw] = {}
    first = len(halves.first.values)
    held = {t.law: float(halves.first.counts @ t.scores[:first] / halves.first.n) for t in trials}
    out[WAYS[0]] = max(held, key=lambda law: held[law])
    n = halves.first.n
    out[WAYS[1]] = max(held, key=lambda law: held[law] - law.free * math.log(n) / (2 * n))
    for place, errors in enumerate(ERRORS):
        out[WAYS[2 + place]] = choice.simplest(trials, halves.counts, errors)[0].law
    folded, folded_counts = _folded(fits, trials, rows, step)
    for place, errors in enumerate(ERRORS):
        out[WAYS[2 + len(ERRORS) + place]] = choice.simplest(folded, folded_counts, errors)[0].law
    whole = halves.whole
    total = {t.law: whole.n * whole.average(t.law.log_mass(whole)) for t in trials}
    out[WAYS[-2]] = max(total, key=lambda law: total[law] - law.free * math.log(whole.n) / 2)
    out[WAYS[-1]] = max(total, key=lambda law: total[law] - law.free)
    return out


def _folded(
    fits: list[choice.Fitter], trials: list[choice.Trial], rows: Floats, step: float
) -> tuple[list[choice.Trial], Floats]:
    """Held-out scores from five folds instead of two, of the same families."""
    held = [Sample.of(rows[k::FOLDS], step) for k in range(FOLDS)]
    rest = [Sample.of(np.concatenate([rows[j::FOLDS] for j in range(FOLDS) if j != k]), step) for k in range(FOLDS)]
    by_name = {trial.law.name: trial for trial in trials}
    whole = Sample.of(rows, step)
    out = []
    for fit in fits:
        law = choice._fitted(fit, whole)
        if law is None or law.name not in by_name:
            continue
        scores = []
        for part, other in zip(held, rest, strict=True):
            fitted = choice._fitted(fit, other)
            scores.append(np.full(len(part.values), math.log(LEAST)) if fitted is None else fitted.log_mass(part))
        trial = by_name[law.name]
        out.append(choice.Trial(trial.law, trial.of_first, trial.of_second, np.concatenate(scores)))
    return out, np.concatenate([part.counts for part in held])
