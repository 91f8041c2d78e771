"""From scores to one sentence: augment, and with what, or don't."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.planning.uplift.arms import BASELINES, NONE, SMOTE, TUNED
from synthgen.planning.uplift.intervals import Difference, simultaneous
from synthgen.planning.uplift.race import CHOSEN_BY, Entry, by_entry

Floats = NDArray[np.float64]

PRIMARY = "average_precision"

SIMPLER = 0.5
"""Of the baselines that add no synthetic rows and come within half the margin of the best on validation rows, the
simplest is taken. (Taking nothing unless something is clearly better would cost more than the margin where rows of the
class are few.)"""


@dataclass(frozen=True)
class Verdict:
    """What to do.

    Attributes
    ----------
    augment : bool
    take : Entry
        The learner, and what is done about the rare class.
    baseline : Entry
        The baseline that did best on validation rows.
    best : Entry or None
        The synthetic rows that did best on validation rows, taken or not.
    gain : Difference or None
        Average precision of ``best`` over ``baseline`` on test rows, simultaneous over all that was tried.
    words : str
    """

    augment: bool
    take: Entry
    baseline: Entry
    best: Entry | None
    gain: Difference | None
    words: str


def advise(
    records: pd.DataFrame,
    alive: Sequence[Entry],
    dropped: int,
    sizes: float,
    margin: float,
    rng: np.random.Generator,
) -> Verdict:
    """Choose on validation rows, judge on test rows, with intervals that hold for whichever is chosen.

    Parameters
    ----------
    records : pandas.DataFrame
        One row a split, learner and arm.
    alive : sequence of Entry
        What was run on every split.
    dropped : int
        How many were dropped before.
    sizes : float
        Test rows for each row that was learnt from.
    margin : float
        A gain of at most so much is none.
    rng : numpy.random.Generator
    """
    chosen_by = {entry: float(found.mean()) for entry, found in by_entry(records, alive, CHOSEN_BY).items()}
    judged = by_entry(records, alive, PRIMARY)
    # "none" and "tuned threshold" rank rows alike; the latter is what to use.
    known = [entry for entry in alive if entry.arm.is_baseline and entry.arm.name != NONE]
    ours = [entry for entry in alive if not entry.arm.is_baseline]
    baseline = max(known, key=lambda entry: (chosen_by[entry], -BASELINES.index(entry.arm.name)))
    plain = max((entry for entry in known if entry.arm.name == TUNED), key=lambda entry: chosen_by[entry])
    laborious = [entry for entry in known if entry.arm.name != TUNED]
    lift = _over(judged, laborious, plain, sizes, dropped, rng)
    stands = _stands(known, baseline, lift, chosen_by, margin)
    words = _stands_words(stands, plain, lift, margin)
    start = "do not augment"
    if stands.arm.name == SMOTE:
        smote = f"augment with {stands.words}"
        start = smote if _surely(lift[stands], margin) else f"{start} with more than SMOTE"
    if not ours:
        words = f"{start}: {words}; no generator's rows were run to the end, see what was dropped"
        return Verdict(stands.arm.name == SMOTE, stands, baseline, None, None, words)
    best = max(ours, key=lambda entry: chosen_by[entry])
    over = {other: _over(judged, ours, other, sizes, dropped, rng)[best] for other in dict.fromkeys([baseline, stands])}
    gain = over[baseline]
    if min(found.low for found in over.values()) > 0 and gain.high > margin:
        words = f"augment with {best.words}: average precision {gain.words} over the best baseline, {baseline.words}"
        return Verdict(True, best, baseline, best, gain, words)
    sure = f"at most {margin:g} better" if gain.high <= margin else "no gain that these rows could tell from chance"
    beside = f"differ from {'it' if baseline == stands else baseline.words} by {gain.words}"
    words = f"{start}: {words}; the best synthetic rows, {best.words}, {beside}: {sure}"
    return Verdict(stands.arm.name == SMOTE, stands, baseline, best, gain, words)


def _stands(
    known: Sequence[Entry],
    baseline: Entry,
    lift: Mapping[Entry, Difference],
    chosen_by: Mapping[Entry, float],
    margin: float,
) -> Entry:
    """Take the simplest that comes near the best; SMOTE only where it is surely better, or best by the whole margin."""
    others = [entry for entry in known if entry.arm.name != SMOTE]
    best = max(chosen_by[entry] for entry in others)
    if baseline.arm.name == SMOTE and (_surely(lift[baseline], margin) or chosen_by[baseline] > best + margin):
        return baseline
    near = [entry for entry in others if chosen_by[entry] >= best - SIMPLER * margin]
    return min(near, key=lambda entry: (BASELINES.index(entry.arm.name), -chosen_by[entry]))


def _surely(found: Difference, margin: float) -> bool:
    return found.low > 0 and found.high > margin


def _stands_words(stands: Entry, plain: Entry, lift: Mapping[Entry, Difference], margin: float) -> str:
    if stands in lift:
        found = lift[stands]
        none = f"none ({plain.learner})"
        if found.value <= 0:
            by = f"on test rows they differ by {found.words}"
            return f"{stands.words} did better than {none} on validation rows alone; {by}"
        return f"{stands.words} is {'better' if found.low > 0 else 'likely better'} than {none}, by {found.words}"
    words = f"none + tuned threshold ({stands.learner}) is as good"
    if all(found.high <= margin for found in lift.values()):
        return words
    return f"{words}, as far as these rows can tell"


def _over(
    judged: Mapping[Entry, Floats],
    entries: Sequence[Entry],
    other: Entry,
    sizes: float,
    unseen: int,
    rng: np.random.Generator,
) -> dict[Entry, Difference]:
    if not entries:
        return {}
    gaps = np.column_stack([judged[entry] - judged[other] for entry in entries])
    return dict(zip(entries, simultaneous(gaps, sizes, rng, unseen), strict=True))
