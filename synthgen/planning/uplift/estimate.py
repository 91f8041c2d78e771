"""estimate_uplift(): ask, before anything is made for good, whether synthetic rows would help."""

from __future__ import annotations

import warnings
from collections.abc import Hashable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd

from synthgen.errors import UsageError
from synthgen.generators import Synthesizer
from synthgen.planning.uplift.advice import Verdict, advise
from synthgen.planning.uplift.arms import Arm, make_arms, read_generators
from synthgen.planning.uplift.curve import alone, curve_notes, learning_curve_of
from synthgen.planning.uplift.folds import FEWEST_SPLITS, Split, make_splits, size_ratio
from synthgen.planning.uplift.learners import read_learners
from synthgen.planning.uplift.problem import read_problem
from synthgen.planning.uplift.race import Clock, Outcome, Trial, run_race
from synthgen.planning.uplift.result import Uplift
from synthgen.planning.uplift.tables import differences_of, table_of
from synthgen.progress import bar
from synthgen.randomness import RandomState, child, seed_sequence, stream
from synthgen.table import Schema
from synthgen.validation.privacy.threads import cores


def estimate_uplift(
    df: Any,
    target: str,
    model: Any = None,
    generators: Sequence[str | Synthesizer] = ("tree", "gaussian_copula"),
    *,
    ratios: str | Sequence[float] = "auto",
    positive: Hashable | None = None,
    subject: str | None = None,
    time: str | None = None,
    schema: Schema | None = None,
    folds: int = 5,
    repeats: int = 2,
    review_budget: float | None = None,
    margin: float = 0.01,
    learning_curve: bool = False,
    max_seconds: float | None = None,
    n_jobs: int | None = -1,
    random_state: RandomState = None,
    progress: bool = True,
) -> Uplift:
    """Estimate what synthetic rows are worth to a model, against what costs less.

    Repeated stratified cross-validation. In each split generators and models learn from four fifths of the train
    folds; the last fifth, real rows all, gives thresholds, corrects probabilities and serves to choose; the test fold,
    at its natural prevalence, serves to judge. Compared are: nothing ("none"), the same with a tuned threshold, class
    weights, random oversampling, SMOTE (SMOTE-NC where there are labels), and each generator.

    Parameters
    ----------
    df : table
        Real rows only. pandas, polars, Arrow, or a path. Never changed.
    target : str
        A column with classes.
    model : classifier, str, sequence or mapping, optional
        Any scikit-learn classifier with ``predict_proba``. A ``Pipeline`` is given the columns as they are; LightGBM,
        numbers and codes of labels; anything else, scaled numbers and indicators. None: "logistic regression",
        "random forest" and "gradient boosting" (LightGBM), each of which can also be named.
    generators : sequence of str or Synthesizer
        By name, ``"tree"`` is taken with ``preset="turbo"``. ``"smote"`` is always tried.
    ratios : "auto" or sequence of float
        How many rows of the class, real and synthetic, there are for each other row: ``sampling_strategy`` of
        :func:`synthgen.synthesize`. "auto": two, a third and two thirds of the way to balance on a logarithmic scale.
    positive : label, optional
        The class to find. None: the rarer of two.
    subject : str, optional
        A column that says whom a row is about: no one is on both sides of a split.
    time : str, optional
        A column that says when a row was: models are judged on later rows than those they learnt from. There
        are then no repeats.
    schema : Schema, optional
    folds, repeats : int
        Fewer folds are made where rows of the class are few, with a note.
    review_budget : float, optional
        Share of rows that can be looked at, for ``recall_at_budget``. None: the share of the class.
    margin : float
        A gain in average precision of at most so much is called none.
    learning_curve : bool
        Also train on parts of the rows, and on synthetic rows alone: ``curve``, ``alone``, and notes in words.
    max_seconds : float, optional
        Nothing further is trained after that (what is being trained is finished); splits that are not finished don't
        count. What was left out is said.
    n_jobs : int or None
        Splits at a time, in threads; -1: as many as cores. The result doesn't depend on it.
    random_state : int, Generator or None
    progress : bool
        Show a bar on stderr, where that is a terminal or a notebook.

    Returns
    -------
    Uplift
        ``advice`` in words; figures in ``table``; what was dropped early, and why, in ``dropped``.

    Raises
    ------
    DataError
        Fewer than ten rows of a side, one class, a missing target or time.
    UsageError
        An argument can't be used, or ``max_seconds`` left fewer than two splits.

    Notes
    -----
    After each repeat, what is clearly worse than the best on validation rows is dropped. Of a dozen candidates the best
    one looks better than it is. So the candidate is chosen by validation rows and judged by test rows; and since
    these are the same rows in other splits, its interval is simultaneous (max-T over all candidates, dropped ones
    included): it holds for whichever is chosen. Variances are those of Nadeau and Bengio [1]_, which know that
    splits share rows. A generator is advised only if that interval lies above the best baseline. Of the baselines, the
    simplest is advised that comes within half the margin of the best on validation rows; SMOTE, if its interval lies
    above "none", or if it is ahead of the simpler ones by the whole margin ("do not augment with more than SMOTE").

    A model here learns from fewer rows than one trained on the whole table, so that gains are rather over- than
    underestimated.

    References
    ----------
    .. [1] Nadeau and Bengio (2003), "Inference for the Generalization Error", Machine Learning 52,
       https://doi.org/10.1023/A:1024068626366

    Examples
    --------
    >>> import synthgen as sg
    >>> df = sg.datasets.load_fraud().iloc[::5]
    >>> found = sg.estimate_uplift(
    ...     df, "Class", "logistic regression", ["gaussian_copula"], ratios=[0.1], folds=3, repeats=1, random_state=0
    ... )
    >>> "augment" in found.advice
    True
    >>> found.table["arm"].tolist()[2:]
    ['class weight', 'random oversampling at 10 %', 'smote at 10 %', 'gaussian_copula at 10 %']
    """
    _check_numbers(folds, repeats, review_budget, margin, max_seconds, n_jobs)
    clock = Clock(max_seconds)
    problem = read_problem(df, target, positive, subject, time, schema)
    learners, models = read_learners(model, problem), read_generators(generators)
    arms = make_arms(problem, list(models), ratios)
    seed = seed_sequence(random_state)
    splits, notes = make_splits(problem, folds, repeats, child(seed, "splits"))
    budget = float(problem.y.mean()) if review_budget is None else review_budget
    shown = bar(progress=progress, total=len(splits) * len(arms), desc="uplift", unit="arm")
    with _without_warnings():
        try:
            trial = Trial(problem, learners, models, budget, child(seed, "trial"), clock, shown.update)
            outcome = run_race(trial, splits, arms, _jobs(n_jobs))
            verdict, records = _judged(outcome, splits, margin, stream(seed, "max-T"), max_seconds)
            curve, made = None, None
            if learning_curve:
                trial = Trial(problem, learners, models, budget, child(seed, "curve"), Clock(None), shown.update)
                first = [split for split in splits if split.repeat == 0]
                curve = learning_curve_of(trial, first, verdict, _jobs(n_jobs))
                made = alone(trial, first, verdict, _jobs(n_jobs))
        finally:
            shown.close()
    if outcome.unfinished:
        notes.append(f"{outcome.unfinished} of {len(splits)} splits were not finished within {max_seconds:g} seconds")
    settings = {
        "rows": len(problem.y), "positives": int(problem.y.sum()), "target": target, "positive": str(problem.label),
        "folds": folds, "repeats": repeats, "splits": int(records["split"].nunique()), "review_budget": budget,
        "margin": margin,
    }  # fmt: skip
    return Uplift(
        advice=verdict.words, augment=verdict.augment, choice=_choice(verdict), gain=_gain(verdict),
        table=table_of(records, splits), differences=differences_of(records, splits), scores=records,
        dropped=pd.DataFrame(outcome.dropped, columns=["learner", "arm", "after_splits", "reason"]),
        notes=(*problem.notes, *notes, *curve_notes(curve, made)), settings=settings, curve=curve, alone=made,
    )  # fmt: skip


@contextmanager
def _without_warnings() -> Iterator[None]:
    """Libraries warn of what is handled here (few rows, many levels), once for each of hundreds of models.

    Filters don't suffice: they are shared by all threads, and scikit-learn's forests reset them for each tree.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.showwarning = lambda *args, **options: None
        yield


def _judged(
    outcome: Outcome, splits: Sequence[Split], margin: float, rng: np.random.Generator, max_seconds: float | None
) -> tuple[Verdict, pd.DataFrame]:
    records = pd.DataFrame(outcome.records)
    done = 0 if records.empty else records["split"].nunique()
    if done < FEWEST_SPLITS:
        raise UsageError(
            f"Only {done} of {len(splits)} splits were finished within max_seconds={max_seconds:g}, and at least "
            f"{FEWEST_SPLITS} are needed. Give more time, or fewer models, generators or rows."
        )
    sizes = size_ratio(splits)
    return advise(records, outcome.alive, len(outcome.dropped), sizes, margin, rng), records


def _choice(verdict: Verdict) -> dict[str, Any]:
    arm: Arm = verdict.take.arm
    generator = arm.name.split(" #")[0] if verdict.augment else None
    return {
        "learner": verdict.take.learner, "arm": arm.words, "generator": generator,
        "sampling_strategy": arm.ratio if verdict.augment else None, "best_baseline": verdict.baseline.words,
    }  # fmt: skip


def _gain(verdict: Verdict) -> dict[str, Any] | None:
    if verdict.gain is None or verdict.best is None:
        return None
    value, low, high = verdict.gain.value, verdict.gain.low, verdict.gain.high
    return {"value": value, "low": low, "high": high, "of": verdict.best.words, "over": verdict.baseline.words}


def _jobs(n_jobs: int | None) -> int:
    if n_jobs is None:
        return 1
    if n_jobs > 0:
        return n_jobs
    return cores()


def _check_numbers(
    folds: int, repeats: int, budget: float | None, margin: float, seconds: float | None, n_jobs: int | None
) -> None:
    for name, value, least in (("folds", folds, 2), ("repeats", repeats, 1)):
        if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < least:
            raise UsageError(f"{name} must be a whole number of at least {least}; got {value!r}.")
    if budget is not None and not 0 < budget < 1:
        raise UsageError(f"review_budget must be a share of the rows above 0 and below 1; got {budget!r}.")
    if not 0 <= margin < 1:
        raise UsageError(f"margin must be a difference in average precision of at least 0; got {margin!r}.")
    if seconds is not None and not seconds > 0:
        raise UsageError(f"max_seconds must be above 0; got {seconds!r}.")
    if n_jobs is not None and (isinstance(n_jobs, bool) or not isinstance(n_jobs, int) or n_jobs == 0 or n_jobs < -1):
        raise UsageError(f"n_jobs must be a whole number of at least 1, or -1 for all cores; got {n_jobs!r}.")
