"""The errors synthgen raises on purpose, and its warning.

Each message says what was wrong, what was got and what to do, and is written where it is raised.
"""

from __future__ import annotations


class SynthgenError(Exception):
    """Base of every error that synthgen raises on purpose."""


class DataError(SynthgenError, ValueError):
    """The table, or one of its columns, can't be used as it is."""


class UsageError(SynthgenError, ValueError):
    """An argument is unknown, out of range or contradicts another."""


class ConditionError(UsageError):
    """A condition names an unknown column or can't be met."""


class ConstraintError(UsageError):
    """A rule names an unknown column, contradicts others, or can't be kept."""


class NotFittedError(SynthgenError, ValueError, AttributeError):
    """A generator was asked for rows before it was fitted."""


class FileError(SynthgenError, OSError):
    """A file can't be read, written, or isn't what its name says."""


class DatasetError(SynthgenError, OSError):
    """A data set that synthgen offers can't be loaded."""


class MissingExtraError(SynthgenError, ImportError):
    """An optional package is needed; the message names the extra."""


class GateFailed(SynthgenError):
    """The verdict is FAIL (or, for a release, not PASS), so the table is withheld."""


class BudgetExceeded(SynthgenError):
    """A fit would spend more privacy budget than the ledger's cap allows; no row was looked at."""


class SynthgenWarning(UserWarning):
    """The table, or what was read, may be used, but with care; the message says why."""
