"""The family of a column: the simplest that rows it wasn't fitted to don't tell from the best."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from synthgen.profiling.distributions.candidates import Fitter, candidates
from synthgen.profiling.distributions.kernel import PARTS, kernel_density
from synthgen.profiling.distributions.laws import AnyLaw
from synthgen.profiling.distributions.sample import Floats, Sample, measurable

FIT_ROWS = 10_000
FEWEST_ROWS = 50
ERRORS_APART = 1.0
FITS_WITHIN = 0.03
FAR, SURELY = 0.05, 2.0
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

    @property
    def fits(self) -> bool:
        """Whether it is a kernel density, or a family that isn't for certain further than .03 from the rows."""
        return "kernel" in self.law.name or self.interval[0] <= FITS_WITHIN


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
    """A family fitted to all rows and to each half, with its held-out score of each distinct value of each half.

    ``complexity`` is the number of parameters that it is charged for.
    """

    law: AnyLaw
    of_first: AnyLaw
    of_second: AnyLaw
    scores: Floats
    complexity: int = 0


def choose_family(
    rows: Floats, step: float, rng: np.random.Generator, *, declared: tuple[float, float] | None = None,
    counts: bool = False, zeros: bool = False,
) -> Choice | None:  # fmt: skip
    """Choose a law by the likelihood of rows that it wasn't fitted to.

    Families are fitted by maximum likelihood to each half of at most 10,000 rows and judged on the other. The highest
    mean log-likelihood of a held-out row is taken, less log(n) / 2n for each parameter (of whole numbers, families of
    counts are one parameter simpler): so a larger family must be likelier by more than chance makes it. Edges of cut
    families are found from all these rows. Where the
    chosen law differs from the rows by more than .03 at some point for certain, no family fits, and a kernel density
    stands in if it is likelier; as it does where it is likelier by two standard errors and the difference is above .05.

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
    Massart (1990), https://doi.org/10.1214/aop/1176990746; the penalty is that of Schwarz (1978),
    https://doi.org/10.1214/aos/1176344136, on held-out rows.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> found = choose_family(rng.exponential(5, 2000), 0.0, rng)
    >>> found.law.name, found.interval[1] < 0.06
    ('exponential', True)
    """
    rows = rng.permutation(rows[np.isfinite(rows)])[:FIT_ROWS]
    if len(rows) < FEWEST_ROWS or not measurable(rows):
        return None
    halves = Halves(Sample.of(rows[::2], step), Sample.of(rows[1::2], step), Sample.of(rows, step))
    if len(halves.whole.values) < 3:
        return None
    trials = _trials(candidates(halves.whole, declared, counts=counts, zeros=zeros), halves, counts)
    best = max(trials, key=lambda trial: penalised(trial, halves), default=None)
    distance = distance_of(best, halves) if best is not None else 1.0
    if best is None or distance > FITS_WITHIN:
        kernel = _kernel(halves, zeros)
        if kernel is not None and (best is None or _stands_in(kernel, best, distance, halves)):
            return _choice(kernel, distance_of(kernel, halves), halves, ())
    return None if best is None else _choice(best, distance, halves, close_to(best, trials, halves))


def penalised(trial: Trial, halves: Halves) -> float:
    """Mean log-likelihood of a held-out row, less log(n) / 2n a parameter."""
    n = halves.whole.n
    return mean(trial.scores, halves.counts) - trial.complexity * math.log(n) / (2 * n)


def close_to(best: Trial, trials: Sequence[Trial], halves: Halves) -> tuple[str, ...]:
    """Names of the other families that are within one standard error of the one taken, likeliest first."""
    found = []
    for trial in trials:
        gap, error = paired(best.scores - trial.scores, halves.counts)
        if trial is not best and gap <= ERRORS_APART * error:
            found.append((gap, trial.law.name))
    return tuple(dict.fromkeys(name for _, name in sorted(found) if name != best.law.name))


def _stands_in(kernel: Trial, best: Trial, distance: float, halves: Halves) -> bool:
    gain, error = paired(kernel.scores - best.scores, halves.counts)
    if distance - margin(halves.whole.n) > FITS_WITHIN:
        return gain > 0
    return distance > FAR and gain > SURELY * error


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


def _trials(fits: Sequence[Fitter], halves: Halves, counts: bool = False) -> list[Trial]:
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
        trial = _trial(fit, law, halves, law.free + (counts and not law.discrete))
        if trial is not None:
            found.append(trial)
    return found


def _trial(fit: Fitter, law: AnyLaw, halves: Halves, complexity: int = 0) -> Trial | None:
    first, second = _fitted(fit, halves.first), _fitted(fit, halves.second)
    if first is None or second is None:
        return None
    scores = np.concatenate([second.log_mass(halves.first), first.log_mass(halves.second)])
    return Trial(law, first, second, scores, complexity)


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


def _kernel(halves: Halves, zeros: bool) -> Trial | None:
    """The likeliest kernel density of a few, of values or of logarithms."""
    rest = halves.whole.without(np.zeros(1)) if zeros else halves.whole
    if len(rest.values) < FEWEST_FOR_KERNEL:
        return None
    share = 1 - rest.n / halves.whole.n
    found = []
    for of_logs in (False, True) if rest.values[0] > 0 else (False,):
        for part in PARTS:
            fit = partial(kernel_density, of_logs=of_logs, part=part, zeros=share)
            law = _fitted(fit, halves.whole)
            trial = _trial(fit, law, halves) if law is not None else None
            found += [trial] if trial is not None else []
    return max(found, key=lambda trial: mean(trial.scores, halves.counts), default=None)
