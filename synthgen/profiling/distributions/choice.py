"""The family of a column: the simplest that rows it wasn't fitted to don't tell from the best."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from synthgen.profiling.distributions.candidates import Fitter, candidates
from synthgen.profiling.distributions.kernel import PARTS, kernel_density
from synthgen.profiling.distributions.laws import AnyLaw
from synthgen.profiling.distributions.sample import Floats, Sample

FIT_ROWS = 10_000
FEWEST_ROWS = 50
ERRORS_APART = 1.0
FITS_WITHIN = 0.03
LEVEL = 0.05
FEWEST_FOR_KERNEL = 20


@dataclass(frozen=True)
class Choice:
    """A fitted law, and how far it is from the rows.

    Attributes
    ----------
    law : AnyLaw
        Fitted to all rows that were looked at.
    distance : float
        Largest difference between the shares of rows at or below any value by the law and by the rows (KS distance),
        each row judged by the law of the half that it isn't in.
    interval : (float, float)
        95 % interval of it.
    likelihood : float
        Mean log-likelihood of a held-out row.
    alternatives : tuple of str
        Other families that held-out rows don't tell from the best, most likely first.
    rows : int
        Rows looked at.
    """

    law: AnyLaw
    distance: float
    interval: tuple[float, float]
    likelihood: float
    alternatives: tuple[str, ...]
    rows: int


@dataclass(frozen=True)
class Halves:
    """Rows in two halves and together; each half judges what was fitted to the other."""

    first: Sample
    second: Sample
    whole: Sample

    @property
    def counts(self) -> Floats:
        """Rows behind each held-out score."""
        return np.concatenate([self.first.counts, self.second.counts])


@dataclass(frozen=True)
class Trial:
    """A family fitted to all rows and to each half, with its held-out score of each distinct value of each half."""

    law: AnyLaw
    of_first: AnyLaw
    of_second: AnyLaw
    scores: Floats


def choose_family(
    rows: Floats, step: float, rng: np.random.Generator, *, declared: tuple[float, float] | None = None,
    counts: bool = False, zeros: bool = False,
) -> Choice | None:  # fmt: skip
    """Choose a law by the likelihood of rows that it wasn't fitted to.

    Families are fitted by maximum likelihood to each half of at most 10,000 rows and judged on the other. Among those
    whose mean log-likelihood is within one standard error (of the paired difference) of the best, the one with the
    fewest parameters is taken. Where the chosen law differs from the rows by more than .03 at some point for certain,
    no family fits, and a kernel density stands in if it is likelier.

    The interval of the distance is that of Dvoretzky, Kiefer and Wolfowitz, which holds whatever the law is.

    Parameters
    ----------
    rows : array
    step : float
        Rounding grid; 0 where there is none.
    rng : numpy.random.Generator
    declared : (float, float), optional
        Bounds that a person declared.
    counts : bool
        Families of counts are tried too.
    zeros : bool
        Zero stands out.

    Returns
    -------
    Choice or None
        None where there are fewer than 50 rows or three values.

    References
    ----------
    Massart (1990), https://doi.org/10.1214/aop/1176990746; one standard error: Breiman et al. (1984),
    https://doi.org/10.1201/9781315139470.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> found = choose_family(rng.exponential(5, 2000), 0.0, rng)
    >>> found.law.name, found.interval[1] < 0.06
    ('exponential', True)
    """
    rows = rng.permutation(rows)[:FIT_ROWS]
    if len(rows) < FEWEST_ROWS:
        return None
    halves = Halves(Sample.of(rows[::2], step), Sample.of(rows[1::2], step), Sample.of(rows, step))
    if len(halves.whole.values) < 3:
        return None
    trials = _trials(candidates(halves.whole, declared, counts=counts, zeros=zeros), halves)
    kernels: list[Trial] = []
    if trials:
        best, others = simplest(trials, halves.counts)
        distance = distance_of(best, halves)
        if distance - margin(halves.whole.n) <= FITS_WITHIN:
            return _choice(best, distance, halves, tuple(others))
    if len(halves.whole.values) >= FEWEST_FOR_KERNEL:
        kernels = _kernels(halves, zeros)
    if kernels:
        densest = max(kernels, key=lambda trial: mean(trial.scores, halves.counts))
        if not trials or mean(densest.scores, halves.counts) > mean(best.scores, halves.counts):
            return _choice(densest, distance_of(densest, halves), halves, ())
    return _choice(best, distance, halves, tuple(others)) if trials else None


def simplest(trials: Sequence[Trial], counts: Floats, errors: float = ERRORS_APART) -> tuple[Trial, list[str]]:
    """The trial with the fewest parameters within so many standard errors of the best, and the names of the others."""
    best = max(trials, key=lambda trial: mean(trial.scores, counts))
    close = []
    for trial in trials:
        gap, error = paired(best.scores - trial.scores, counts)
        if trial is best or gap <= errors * error:
            close.append(trial)
    close.sort(key=lambda trial: -mean(trial.scores, counts))
    taken = min(close, key=lambda trial: trial.law.free)  # the likeliest of those with as many
    return taken, [trial.law.name for trial in close if trial is not taken]


def mean(scores: Floats, counts: Floats) -> float:
    """Mean over the rows."""
    return float(counts @ scores / counts.sum())


def paired(differences: Floats, counts: Floats) -> tuple[float, float]:
    """Mean difference of a row, and its standard error."""
    middle = mean(differences, counts)
    return middle, math.sqrt(mean((differences - middle) ** 2, counts) / float(counts.sum()))


def margin(rows: float) -> float:
    """Half the width of the distance's interval."""
    return math.sqrt(math.log(2 / LEVEL) / (2 * rows))


def distance_of(trial: Trial, halves: Halves) -> float:
    """KS distance of rows from the law of the half that they aren't in."""
    whole, half = halves.whole, halves.whole.step / 2
    reached = np.cumsum(whole.counts) / whole.n
    weight = halves.first.n / whole.n

    def by_law(at: Floats) -> Floats:
        return np.asarray(weight * trial.of_second.cdf(at) + (1 - weight) * trial.of_first.cdf(at))

    above = by_law(whole.values + half)
    below = above if not half else by_law(whole.values - half)
    if not half:
        # Just below an atom of zeros the law has none of it.
        jump = np.array([getattr(trial.of_first, "zeros", 0.0)])
        below = np.where(whole.values == 0, above - jump, above)
    return float(max(np.abs(reached - above).max(), np.abs(reached - whole.counts / whole.n - below).max()))


def _choice(trial: Trial, distance: float, halves: Halves, others: tuple[str, ...]) -> Choice:
    around = margin(halves.whole.n)
    interval = (max(0.0, distance - around), min(1.0, distance + around))
    likelihood = mean(trial.scores, halves.counts)
    return Choice(trial.law, distance, interval, likelihood, others, int(halves.whole.n))


def _trials(fits: Sequence[Fitter], halves: Halves) -> list[Trial]:
    fitted = [(fit, law) for fit in fits if (law := _fitted(fit, halves.whole)) is not None]
    if not fitted:
        return []
    scores = [law.log_mass(halves.whole) for _, law in fitted]
    best = max(scores, key=halves.whole.average)
    found = []
    for (fit, law), own in zip(fitted, scores, strict=True):
        gap, error = paired(best - own, halves.whole.counts)
        # Three parameters more or less can't make up for such a difference on held-out rows.
        if gap - 3 * error > 6 / halves.whole.n:
            continue
        trial = _trial(fit, law, halves)
        if trial is not None:
            found.append(trial)
    return found


def _trial(fit: Fitter, law: AnyLaw, halves: Halves) -> Trial | None:
    first, second = _fitted(fit, halves.first), _fitted(fit, halves.second)
    if first is None or second is None:
        return None
    return Trial(law, first, second, np.concatenate([second.log_mass(halves.first), first.log_mass(halves.second)]))


def _fitted(fit: Fitter, sample: Sample) -> AnyLaw | None:
    if len(sample.values) < 3:
        return None
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            law = fit(sample)
        except (ValueError, ArithmeticError, np.linalg.LinAlgError):  # no fit for this family; others may have one
            return None
    return law if law is not None and np.isfinite([value for _, value in law.parameters if value]).any() else None


def _kernels(halves: Halves, zeros: bool) -> list[Trial]:
    rest = halves.whole.without(np.zeros(1)) if zeros else halves.whole
    share = 1 - rest.n / halves.whole.n
    scales = (False, True) if rest.values[0] > 0 else (False,)

    def fit(of_logs: bool, part: float) -> Fitter:
        return lambda sample: kernel_density(sample, of_logs, part, share)

    found = []
    for of_logs in scales:
        for part in PARTS:
            law = _fitted(fit(of_logs, part), halves.whole)
            trial = _trial(fit(of_logs, part), law, halves) if law is not None else None
            found += [trial] if trial is not None else []
    return found
