"""Microsoft Presidio's analyzer as a search of free text: the caller makes it, nothing of it is imported."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from synthgen.errors import UsageError
from synthgen.profiling.personal_data.detector import Texts
from synthgen.profiling.personal_data.free_text import TextSearch

LEAST_SCORE = 0.5
MOST_TEXTS = 500

KINDS = {
    "PERSON": "person name",
    "EMAIL_ADDRESS": "e-mail address",
    "PHONE_NUMBER": "phone number",
    "IBAN_CODE": "IBAN",
    "CREDIT_CARD": "card number",
    "IP_ADDRESS": "IP address",
    "URL": "URL",
    "LOCATION": "place",
    "NRP": "nationality, religion or politics",
    "DATE_TIME": "date",
    "US_SSN": "national number",
    "UK_NHS": "national number",
}


class Analyzer(Protocol):
    """What is used of presidio's ``AnalyzerEngine``."""

    def analyze(self, text: str, language: str) -> Sequence[Any]:
        """Give results with ``entity_type`` and ``score``."""
        ...


class _Presidio:
    most = MOST_TEXTS

    def __init__(self, analyzer: Analyzer, language: str, score: float, ignored: frozenset[str]) -> None:
        self._analyzer = analyzer
        self._language = language
        self._score = score
        self._ignored = ignored

    def __call__(self, texts: Texts) -> Sequence[frozenset[str]]:
        return [self._kinds(text) for text in texts]

    def _kinds(self, text: str) -> frozenset[str]:
        results = self._analyzer.analyze(text=text, language=self._language)
        types = {item.entity_type for item in results if item.score >= self._score} - self._ignored
        return frozenset(KINDS.get(kind, kind.lower().replace("_", " ")) for kind in types)


def with_presidio(
    analyzer: Analyzer,
    *,
    language: str = "en",
    score: float = LEAST_SCORE,
    ignored: Sequence[str] = ("DATE_TIME", "LOCATION", "NRP"),
) -> TextSearch:
    """Let a presidio analyzer search columns of text, for ``sg.profile(df, text_search=...)``.

    Parameters
    ----------
    analyzer : presidio_analyzer.AnalyzerEngine
        Or anything with its ``analyze(text=..., language=...)``.
    language : str, default "en"
    score : float, default 0.5
        Results below it don't count.
    ignored : sequence of str
        Presidio's entity types that aren't personal data here.

    Returns
    -------
    callable
        Looks at 500 texts of a column.

    Raises
    ------
    UsageError
        If ``analyzer`` has no ``analyze``, or ``score`` isn't between 0 and 1.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> class Names:  # stands for presidio_analyzer.AnalyzerEngine()
    ...     def analyze(self, text, language):
    ...         place = text.find("Ada")
    ...         found = SimpleNamespace(entity_type="PERSON", score=0.85, start=place, end=place + 3)
    ...         return [found] if place >= 0 else []
    >>> with_presidio(Names())(["seen by Ada", "no news"])
    [frozenset({'person name'}), frozenset()]
    """
    if not callable(getattr(analyzer, "analyze", None)):
        raise UsageError(
            f"analyzer must have a method analyze(text=..., language=...), as presidio's AnalyzerEngine has; got a "
            f"{type(analyzer).__name__}."
        )
    if not 0 <= score <= 1:
        raise UsageError(f"score must be between 0 and 1; got {score!r}.")
    return _Presidio(analyzer, language, score, frozenset(ignored))
