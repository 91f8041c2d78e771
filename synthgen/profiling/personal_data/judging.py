"""Judge one column: which kind of personal data it holds, and how surely."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from synthgen.profiling.personal_data import keys, masks
from synthgen.profiling.personal_data.chance import beyond_chance
from synthgen.profiling.personal_data.detector import Confidence, Detector, Hits
from synthgen.profiling.personal_data.free_text import FEWEST_TEXTS, WORDS_OF_TEXT, TextSearch, search
from synthgen.profiling.personal_data.values import Values
from synthgen.table.column import Column, Kind
from synthgen.table.disclosure import FEWEST_HOLDERS

FITS = 0.5
"""Share of rows whose values must fit what a column's name says."""

AGREES = 0.2
"""Share of rows that must match by value for a name to make it sure."""

FEWEST_DIGITS = 6
"""Whole numbers all shorter than this are no number of a person."""

DENSE = 0.5
"""Whole numbers that a table's rows could fill as densely as this only number the rows."""

RANKS: dict[Confidence, int] = {"high": 0, "medium": 1, "low": 2}


@dataclass(frozen=True)
class Looked:
    """A column, its values, its name in folded words, the table's rows, and how many tests are made of it all."""

    column: Column
    values: Values
    name: str
    n_rows: int
    tests: int


@dataclass(frozen=True)
class Found:
    """What a column holds."""

    what: str
    confidence: Confidence
    share: float
    by: str
    example: str


def judge(
    looked: Looked, detectors: Sequence[Detector], searches: Sequence[TextSearch], rng: np.random.Generator
) -> Found | None:
    """Give the surest finding on a column; None where nothing was found."""
    column, values = looked.column, looked.values
    short = column.kind is Kind.INTEGER and max(map(len, values.texts)) < FEWEST_DIGITS
    found: list[Found] = []
    for detector in detectors:
        named = detector.named.search(looked.name) is not None
        if named or not (short or column.kind is Kind.DATETIME):
            item = _by_value(detector, named, looked, rng) or (_by_name(detector, looked) if named else None)
            found += [item] if item else []
    best = min(found, key=lambda item: RANKS[item.confidence], default=None)
    if best is not None and best.confidence == "high" and best.share >= FITS:
        return best
    inside = _inside(values, column, searches)
    if inside is not None and (best is None or RANKS[inside.confidence] < RANKS[best.confidence]):
        return inside
    return best if best is not None else _as_key(looked)


def _by_value(detector: Detector, named: bool, looked: Looked, rng: np.random.Generator) -> Found | None:
    # Whole numbers stored as such have lost what tells a phone: only check digits are left.
    if detector.by_value is None or (looked.column.kind is Kind.INTEGER and not detector.checked):
        return None
    texts, counts = looked.values.texts[: detector.most], looked.values.counts[: detector.most]
    hit = detector.matches(texts)
    share, distinct = float(counts[hit].sum() / counts.sum()), int(hit.sum())
    enough = share >= detector.least_share and distinct >= detector.least_distinct
    if detector.checked:
        if not enough or not beyond_chance(detector, texts, distinct, looked.tests, rng):
            return None
    elif not enough and not (named and share >= AGREES):
        return None
    matching = [text for text, yes in zip(texts, hit, strict=True) if yes]
    sure = (named and share >= AGREES) or (detector.by_value == "high" and share >= FITS)
    sure = sure or (detector.confirms is not None and detector.confirms(matching))
    shape = masks.example(matching, counts[hit], detector.example)
    by = "value and name" if named else "value"
    return Found(detector.what, "high" if sure else "medium", share * looked.values.present, by, shape)


def _by_name(detector: Detector, looked: Looked) -> Found | None:
    texts, counts = looked.values.texts, looked.values.counts
    fit: Hits = (detector.fits or detector.matches)(texts)
    share = float(counts[fit].sum() / counts.sum())
    if share < FITS:
        return None
    fitting = [text for text, yes in zip(texts, fit, strict=True) if yes]
    shape = masks.example(fitting, counts[fit], detector.example)
    return Found(detector.what, detector.by_name, share * looked.values.present, "name", shape)


def _inside(values: Values, column: Column, searches: Sequence[TextSearch]) -> Found | None:
    """Personal data inside longer texts; a search that the caller brought reads short ones too."""
    if column.kind in (Kind.INTEGER, Kind.DATETIME) or len(values.texts) < FEWEST_TEXTS:
        return None
    long = values.words >= WORDS_OF_TEXT or (column.kind is Kind.TEXT and values.words >= 1)
    if not long and len(searches) == 1:
        return None
    hit, kinds = search(values.texts, searches)
    if not kinds:
        return None
    counts = values.counts[: len(hit)]
    share = float(counts[hit].sum() / counts.sum()) * values.present
    what = f"text with {', '.join(kinds)}" if long else kinds[0]
    return Found(what, "high" if int(hit.sum()) >= FEWEST_HOLDERS else "medium", share, "value", "… *** …")


def _as_key(looked: Looked) -> Found | None:
    """A number under which somebody keeps a person, or unique values without a name that tells of what."""
    if looked.column.kind is not Kind.IDENTIFIER:
        return None
    values = looked.values
    shape = masks.example(values.texts, values.counts, keys.EXAMPLE)
    if keys.OF_PEOPLE.search(looked.name):
        return Found("number of a person or account", "high", values.present, "value and name", shape)
    return None if _is_count(looked) else Found("unique value", "low", values.present, "value", shape)


def _is_count(looked: Looked) -> bool:
    texts = looked.values.texts
    if not all(re.fullmatch(r"-?\d{1,15}", text) for text in texts):
        return False
    numbers = [int(text) for text in texts]
    return looked.n_rows >= DENSE * (max(numbers) - min(numbers) + 1)
