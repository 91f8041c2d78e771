"""Train every arm on every split, and leave out early what is clearly worse."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import numpy as np
import pandas as pd

from synthgen.generators import Synthesizer
from synthgen.planning.uplift.arms import NONE, TUNED, Arm, Rows, training_rows
from synthgen.planning.uplift.folds import FEWEST_SPLITS, Split
from synthgen.planning.uplift.intervals import corrected
from synthgen.planning.uplift.learners import Learner
from synthgen.planning.uplift.problem import Problem
from synthgen.planning.uplift.scores import Decision, Floats, learn_decision, scores
from synthgen.randomness import child, stream

CHOSEN_BY = "validation_average_precision"


@dataclass(frozen=True)
class Entry:
    """A learner on the rows of an arm."""

    learner: str
    arm: Arm

    @property
    def words(self) -> str:
        """As a person reads it."""
        return f"{self.arm.words} ({self.learner})"


@dataclass
class Clock:
    """Time that is left, and whether to stop."""

    seconds: float | None
    start: float = field(default_factory=time.monotonic)
    stopped: bool = False

    def over(self) -> bool:
        """Whether no further model is to be trained."""
        return self.stopped or (self.seconds is not None and time.monotonic() - self.start > self.seconds)


@dataclass(frozen=True)
class Trial:
    """What every run shares.

    Attributes
    ----------
    problem : Problem
    learners : sequence of Learner
    models : mapping of name to unfitted generator
    budget : float
        Share of rows that can be reviewed.
    seed : numpy.random.SeedSequence
    clock : Clock
    tick : callable
        Called for every arm that is done.
    """

    problem: Problem
    learners: Sequence[Learner]
    models: Mapping[str, Synthesizer]
    budget: float
    seed: np.random.SeedSequence
    clock: Clock
    tick: Callable[[], object]


@dataclass
class Outcome:
    """Scores of whole splits, the entries left, and what was dropped."""

    records: list[dict[str, Any]]
    alive: list[Entry]
    dropped: list[dict[str, Any]]
    unfinished: int = 0

    def drop(self, entry: Entry, after: int, reason: str) -> None:
        """Leave an entry out of all further splits."""
        self.alive.remove(entry)
        self.dropped.append(
            {"learner": entry.learner, "arm": entry.arm.words, "after_splits": after, "reason": reason}
        )  # fmt: skip


def run_race(trial: Trial, splits: Sequence[Split], arms: Sequence[Arm], n_jobs: int) -> Outcome:
    """Run all splits, one repeat after the other; after each, drop entries that are clearly worse than the best.

    What is clearly worse is told on validation rows: the corrected 95 % interval of the difference in average
    precision lies below none. "none" and "tuned threshold" always stay.
    """
    entries = [Entry(learner.name, arm) for learner in trial.learners for arm in arms]
    outcome = Outcome([], entries, [])
    for learner in trial.learners:
        if not learner.takes_weights:
            for entry in [e for e in entries if e.learner == learner.name and e.arm.name == "class weight"]:
                outcome.drop(entry, 0, "the model takes no sample weights")
    rounds = [list(part) for _, part in groupby(splits, key=lambda split: split.repeat)]
    with ThreadPoolExecutor(n_jobs) as pool:
        try:
            for number, part in enumerate(rounds):
                alive = list(outcome.alive)
                done = list(pool.map(lambda split, alive=alive: run_split(trial, split, alive), part))
                _collect(outcome, part, done)
                if trial.clock.over():
                    outcome.unfinished += sum(len(later) for later in rounds[number + 1 :])
                    break
                if number + 1 < len(rounds):
                    _drop_worse(outcome, splits)
        finally:
            trial.clock.stopped = True
    return outcome


def run_split(trial: Trial, split: Split, alive: Sequence[Entry]) -> tuple[list[dict[str, Any]], dict[Arm, str]] | None:
    """Score every entry on one split; None where time ran out before the last."""
    seed = child(trial.seed, "split", split.number)
    model_seed = int(stream(seed, "learner").integers(0, 2**31))
    arms = list(dict.fromkeys(entry.arm for entry in alive))
    records: list[dict[str, Any]] = []
    stopped: dict[Arm, str] = {}
    for arm, rows in training_rows(trial.problem, split, arms, trial.models, seed):
        if isinstance(rows, str):
            stopped[arm] = rows
        elif arm.name != TUNED:  # the same model as "none", read in another way
            for learner in trial.learners:
                if Entry(learner.name, arm) in alive:
                    if trial.clock.over():
                        return None
                    records += _scored(trial, split, learner, arm, rows, model_seed)
        trial.tick()
    return records, stopped


def _scored(trial: Trial, split: Split, learner: Learner, arm: Arm, rows: Rows, seed: int) -> Iterator[dict[str, Any]]:
    problem = trial.problem
    fitted = learner.fit(rows, problem, seed)
    on_validation, on_test = (learner.predict(fitted, part, problem) for part in (split.validation, split.test))
    y_validation, y_test = problem.y[split.validation], problem.y[split.test]
    chosen_by = scores(y_validation, on_validation, Decision(), trial.budget)["average_precision"]
    learnt = learn_decision(y_validation, on_validation)
    for name, decision in [(NONE, Decision()), (TUNED, learnt)] if arm.name == NONE else [(arm.name, learnt)]:
        shown = Arm(name, arm.ratio)
        yield {
            "split": split.number, "learner": learner.name, "arm": shown.words, "name": name, "ratio": arm.ratio,
            "rows_added": len(rows.y(problem)) - len(split.learn), CHOSEN_BY: chosen_by,
            **scores(y_test, on_test, decision, trial.budget),
        }  # fmt: skip


def _collect(outcome: Outcome, part: Sequence[Split], done: Sequence[Any]) -> None:
    """Keep whole splits only, so that differences stay paired; drop arms that stopped in any of them."""
    for result in done:
        if result is None:
            outcome.unfinished += 1
            continue
        records, stopped = result
        outcome.records += records
        for entry in [entry for entry in outcome.alive if entry.arm in stopped]:
            outcome.drop(entry, 0, f"the generator stopped with {stopped[entry.arm]}")


def _drop_worse(outcome: Outcome, splits: Sequence[Split]) -> None:
    records = pd.DataFrame(outcome.records)
    done = 0 if records.empty else int(records["split"].nunique())
    if done < FEWEST_SPLITS:
        return
    found = by_entry(records, outcome.alive, CHOSEN_BY)
    best = max(outcome.alive, key=lambda entry: float(found[entry].mean()))
    sizes = float(np.mean([len(split.validation) / len(split.learn) for split in splits]))
    for entry in list(outcome.alive):
        gap = corrected(found[entry] - found[best], sizes)
        if gap.high < 0 and entry.arm.name not in (NONE, TUNED):
            words = f"average precision on validation rows {gap.words} beside {best.words}"
            outcome.drop(entry, done, f"clearly worse early: {words}")


def by_entry(records: pd.DataFrame, entries: Sequence[Entry], metric: str) -> dict[Entry, Floats]:
    """Give each entry's values, in the order of the splits: shape (n_splits,)."""
    wide = records.pivot(index="split", columns=["learner", "arm"], values=metric).sort_index()
    return {entry: wide[(entry.learner, entry.arm.words)].to_numpy(float) for entry in entries}
