"""What a detector of one kind of personal data is: forms, names of columns, and how much they prove."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from synthgen.table.number_rules import name_words

Texts: TypeAlias = Sequence[str]
Hits: TypeAlias = NDArray[np.bool_]
Confidence = Literal["high", "medium", "low"]

LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True)
class Detector:
    """How one kind of personal data is told, by value and by column name.

    Parameters
    ----------
    what : str
        The kind, in words.
    named : re.Pattern
        Searched in the folded words of a column's name.
    matches : callable
        Which of some texts have the form (and valid check digits, where there are any).
    by_value : {"high", "medium"} or None
        What the form alone proves, without a name that says so; None: nothing.
    least_share, least_distinct : float, int
        Share of rows and number of distinct values that must match to be found by value.
    checked : bool
        True where check digits are what tells: more values must pass than of the same values with their characters
        shuffled among them.
    fits : callable or None
        Which texts could be this at all, for columns that only their name tells; ``matches`` where None.
    by_name : {"high", "medium", "low"}
        What a name proves whose values fit but don't match.
    confirms : callable or None
        Whether matching texts are so surely this that medium becomes high.
    most : int
        Distinct values looked at, at most.
    example : str
        The masked example where no mask is shared by enough rows.
    """

    what: str
    named: re.Pattern[str]
    matches: Callable[[Texts], Hits]
    by_value: Literal["high", "medium"] | None = "high"
    least_share: float = 0.01
    least_distinct: int = 3
    checked: bool = False
    fits: Callable[[Texts], Hits] | None = None
    by_name: Confidence = "low"
    confirms: Callable[[Texts], bool] | None = None
    most: int = 5_000
    example: str = "***"


def whole(pattern: str, flags: int = 0) -> Callable[[Texts], Hits]:
    """Make a test of whether whole texts have a form."""
    compiled = re.compile(pattern, flags)
    return lambda texts: hits(texts, lambda text: compiled.fullmatch(text) is not None)


def hits(texts: Texts, test: Callable[[str], bool]) -> Hits:
    """Test each text without the space around it."""
    return np.fromiter((test(text.strip()) for text in texts), dtype=np.bool_, count=len(texts))


def names(pattern: str) -> re.Pattern[str]:
    """Make a pattern of whole words in a folded column name."""
    return re.compile(rf"\b(?:{pattern})\b")


def folded(name: str) -> str:
    """Words of a column name in lower case, without accents.

    Examples
    --------
    >>> folded("customerEMail"), folded("Straße_Nr"), folded("prénom")
    ('customer email', 'strasse nr', 'prenom')
    """
    plain = unicodedata.normalize("NFKD", name.replace("ß", "ss"))
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    # "eMail" and "E-Mail" would be two words; "voicemail" is none of them.
    plain = re.sub(r"(?<![A-Za-z])e[-_ ]?[mM]ail|E[-_ ]?[mM]ail|E-?MAIL", "Email", plain)
    return " ".join(name_words(plain))
