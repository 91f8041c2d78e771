"""What the values of a column are, and what it is for."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What the values of a column are."""

    CONTINUOUS = "continuous"
    INTEGER = "integer"
    CATEGORICAL = "categorical"
    BOOLEAN = "boolean"
    DATETIME = "datetime"
    IDENTIFIER = "identifier"
    TEXT = "text"


class Role(StrEnum):
    """What a column is for."""

    FEATURE = "feature"
    TARGET = "target"
    SENSITIVE = "sensitive"
    QUASI_IDENTIFIER = "quasi_identifier"
    IDENTIFIER = "identifier"
    SUBJECT = "subject"
