"""Which generator "auto" takes, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from synthgen.generators import GENERATORS, Synthesizer
from synthgen.planning.memory_trial import remembers
from synthgen.planning.rare_signal import ClassSignal, rare_signal
from synthgen.planning.sampling import Plan
from synthgen.planning.wanted import Wanted
from synthgen.randomness import child
from synthgen.table.schema import Schema
from synthgen.validation import Purpose
from synthgen.validation.gate import SIGNAL_KEPT

TREE, COPULA, SMOTE = "tree", "gaussian_copula", "smote"

FEWEST_ROWS = 200
"""Train rows from which trees are clearly better than the copula, whose few parameters need fewer rows.

Detection AUC (tree, copula) with 50, 100, 200 and 400 train rows, means of two subsamples: Adult .92/.95, .85/.94,
.79/.90, .71/.87; fraud 1.00/1.00, .99/1.00, .98/.99, .94/.99; thyroid .99/.99, .97/.98, .91/.95, .80/.87.
"""

FEWEST_OF_CLASS = 25
"""Train rows that a class must have for trees, and to be judged: 10 of them are then held out."""

MOST_CLASSES = 3
MOST_PERCENT = 999


@dataclass(frozen=True)
class Choice:
    """The generator that "auto" takes.

    Attributes
    ----------
    name : str
    reason : str
        For people; it goes to the provenance.
    signal : tuple of ClassSignal
        What was measured; empty where the choice needed no trial.
    """

    name: str
    reason: str
    signal: tuple[ClassSignal, ...] = ()


def choose_generator(
    frame: pd.DataFrame,
    coded: pd.DataFrame,
    schema: Schema,
    plan: Plan,
    wanted: Wanted,
    purpose: Purpose,
    seed: np.random.SeedSequence,
) -> Choice:
    """Choose a generator by name.

    ===============================================  ===========================================================
    what is asked for                                what is taken
    ===============================================  ===========================================================
    conditions on more than the target's classes     tree, which alone meets them
    fewer than 200 train rows                        gaussian_copula
    rows like the whole table                        tree
    rows most of which are for classes of fewer      gaussian_copula
    than 25 train rows
    rows of classes with 25 train rows or more       tree, unless a trial shows that it loses signal
    any of these, for a release                      in place of the tree the copula, if a trial shows that the tree
                                                     remembers rows
    ===============================================  ===========================================================

    The first trial (:func:`synthgen.planning.rare_signal.rare_signal`) looks at the three rarest such classes. Where
    the copula keeps more of a class's signal than the tree (by .02 or more, and beyond the noise) and less of none, the
    copula is taken; where each keeps more of one class, the one whose worst class is better. If then both keep less
    than .9 of a class's signal and SMOTE more than either, and SMOTE less of none, SMOTE is taken, for "augment" only.

    The second (:func:`synthgen.planning.memory_trial.remembers`) looks for leaks. If any check finds one in the tree's
    rows the copula is tried too, and taken unless more checks find one in its rows.

    Parameters
    ----------
    frame, coded : pandas.DataFrame of shape (n_train, n_columns)
        Train rows only, as given and coded by ``schema``.
    schema : Schema
    plan : Plan
    wanted : Wanted
    purpose : Purpose
    seed : numpy.random.SeedSequence

    Returns
    -------
    Choice
    """
    if wanted.others:
        return Choice(TREE, f"auto: it alone takes the conditions on {wanted.names}; taken: {TREE}")
    if len(coded) < FEWEST_ROWS:
        return Choice(
            COPULA,
            f"auto: with {len(coded):,} rows to learn from, fewer than {FEWEST_ROWS}, a model of few parameters does "
            f"best; taken: {COPULA}",
        )
    if plan.by_class is None or plan.in_proportion:
        words = f"auto: rows like the whole table, and {len(coded):,} rows to learn from; taken: {TREE}"
        choice = Choice(TREE, words)
    else:
        choice = _choose_for_classes(frame, coded, schema, plan.by_class, purpose, seed)
    if purpose is Purpose.RELEASE and choice.name == TREE:
        return _unless_it_remembers(choice, frame, coded, schema, child(seed, "memory"))
    return choice


def _unless_it_remembers(
    choice: Choice, frame: pd.DataFrame, coded: pd.DataFrame, schema: Schema, seed: np.random.SeedSequence
) -> Choice:
    """The copula in place of a tree that remembers its rows, unless more leaks are found in the copula's."""
    found: dict[str, tuple[str, ...]] = {}
    for name in (TREE, COPULA):
        try:
            found[name] = remembers(frame, coded, schema, GENERATORS[name](), seed)
        except Exception as error:  # half of the rows are too few for something; its words may be private
            return replace(choice, reason=f"{choice.reason}; whether it remembers rows: the trial stopped with "
                           f"{type(error).__name__}")  # fmt: skip
        if not found[name]:
            break
    taken = COPULA if COPULA in found and len(found[COPULA]) <= len(found[TREE]) else TREE
    said = "; ".join(f"{name} {_leaks(checks)}" for name, checks in found.items())
    return replace(
        choice,
        name=taken,
        reason=f"{choice.reason}; whether it remembers rows, on an inner split: {said}; taken: {taken}",
    )


def _leaks(checks: Sequence[str]) -> str:
    return f"leaks by {', '.join(checks)}" if checks else "shows no leak"


def decide(signals: Sequence[ClassSignal], names: Sequence[str]) -> str:
    """Apply the rule to what was measured; see :func:`choose_generator`.

    Parameters
    ----------
    signals : sequence of ClassSignal
    names : sequence of str
        Candidates that could make every class.

    Examples
    --------
    >>> from synthgen.planning import ClassSignal, Share
    >>> kept = {"tree": Share(0.80, 0.75, 0.85), "gaussian_copula": Share(0.95, 0.90, 1.00)}
    >>> decide([ClassSignal("1", 79, 0.97, kept, frozenset({("tree", "gaussian_copula")}))], list(kept))
    'gaussian_copula'
    >>> decide([ClassSignal("1", 79, 0.97, kept)], list(kept))
    'tree'
    """
    models = [name for name in (TREE, COPULA) if name in names]
    if not models:
        return SMOTE if SMOTE in names else COPULA
    taken = models[0]
    if len(models) == 2 and _loses(signals, TREE, COPULA):
        worst = {name: min(signal.kept[name].value for signal in signals) for name in models}
        taken = COPULA if not _loses(signals, COPULA, TREE) else max(models, key=lambda name: worst[name])
    if SMOTE not in names or _loses(signals, SMOTE, taken):
        return taken
    lost = (
        all(signal.kept[name].value < SIGNAL_KEPT and (name, SMOTE) in signal.lower for name in models)
        for signal in signals
    )
    return SMOTE if any(lost) else taken


def _loses(signals: Sequence[ClassSignal], name: str, other: str) -> bool:
    return any((name, other) in signal.lower for signal in signals)


def _choose_for_classes(
    frame: pd.DataFrame,
    coded: pd.DataFrame,
    schema: Schema,
    by_class: Mapping[float, int],
    purpose: Purpose,
    seed: np.random.SeedSequence,
) -> Choice:
    assert schema.target is not None
    counts = coded[schema.target.name].value_counts()
    rows = {code: int(counts.get(code, 0)) for code in by_class}
    few = [code for code, n in rows.items() if n < FEWEST_OF_CLASS]
    left = f"; {len(few)} of {len(rows)} classes have fewer than {FEWEST_OF_CLASS} rows to learn from" if few else ""
    if sum(by_class[code] for code in few) > sum(by_class.values()) / 2:
        start = "most rows are for classes with" if len(few) < len(rows) else "the classes to be made have"
        return Choice(
            COPULA,
            f"auto: {start} fewer than {FEWEST_OF_CLASS} rows to learn from, too few for trees, and too few to judge "
            f"on rows held out; taken: {COPULA}, whose parameters are few",
        )
    codes = sorted((code for code in rows if code not in few), key=lambda code: (rows[code], code))
    # Of two classes, what tells one from the other tells the other from the one.
    codes = codes[: 1 if len(counts) == 2 else MOST_CLASSES]
    signals = rare_signal(frame, coded, schema, codes, _candidates(purpose), seed)
    names = [name for name in signals[0].kept] if signals else [TREE]
    taken = decide(signals, names)
    if not signals:
        words = "auto: even real rows of the classes to be made could not be told from others on an inner split"
        return Choice(taken, f"{words}, so there is no signal to lose{left}; taken: {taken}")
    said = "; ".join(_words(signal) for signal in signals)
    return Choice(taken, f"auto: on an inner split with {said}{left}; taken: {taken}", tuple(signals))


def _candidates(purpose: Purpose) -> dict[str, Synthesizer]:
    """Unfitted generators to try. The quick preset of the trees stands for the other: it keeps hardly less signal."""
    models: dict[str, Synthesizer] = {
        TREE: _quick(GENERATORS[TREE]()),
        COPULA: GENERATORS[COPULA](),
    }
    if purpose is Purpose.AUGMENT:
        models[SMOTE] = GENERATORS[SMOTE]()
    return models


def _quick(model: Synthesizer) -> Synthesizer:
    return model.set_params(preset="turbo") if "preset" in model.get_params() else model


def _words(signal: ClassSignal) -> str:
    def percent(value: float) -> str:
        return f"{min(max(round(100 * value), -MOST_PERCENT), MOST_PERCENT)}"

    kept = [
        f"{name} {'keeps ' if not i else ''}{percent(s.value)} % [{percent(s.low)}, {percent(s.high)}]"
        + (" of the class signal" if not i else "")
        for i, (name, s) in enumerate(signal.kept.items())
    ]
    kept += [f"{name} stopped with {error}" for name, error in signal.stopped.items()]
    return f"{signal.positives} positives of class '{signal.label}', {', '.join(kept)}"
