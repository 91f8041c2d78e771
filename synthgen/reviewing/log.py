"""What a review leaves in the record of a run: who, when, and how many; of rows their positions only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from synthgen.errors import FileError
from synthgen.reviewing.reasons import Group
from synthgen.validation.privacy.evidence import clopper_pearson


@dataclass(frozen=True)
class ReviewLog:
    """The log of a review.

    Attributes
    ----------
    reviewer : str
    reviewed : str
        When the decisions were taken in, in UTC.
    sheet : str
        Keyed digest of the sheet as it came back: its key, a colon, and the HMAC of rows, decisions, comments and
        reviewers.
    rows, accepted, refused : int
        Lines of the sheet.
    groups : mapping of str to mapping
        Rows and refused rows of each group.
    refused_rows : tuple of int
        Positions among the synthetic rows that were reviewed.
    """

    reviewer: str
    reviewed: str
    sheet: str
    rows: int
    accepted: int
    refused: int
    groups: Mapping[str, Mapping[str, int]]
    refused_rows: tuple[int, ...]

    def kept(self, n: int) -> NDArray[np.bool_]:
        """Mask of the rows that are kept, of ``n``."""
        keep = np.ones(n, dtype=bool)
        keep[list(self.refused_rows)] = False
        return keep

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {**asdict(self), "refused_rows": list(self.refused_rows)}

    @property
    def words(self) -> str:
        """The log in a sentence."""
        refused = "none refused" if not self.refused else f"{self.refused:,} refused and left out"
        return f"{self.rows:,} rows reviewed by {self.reviewer} at {self.reviewed}: {refused}"

    @property
    def warning(self) -> str:
        """What refused rows that were drawn at random say of those that nobody looked at; empty if none were refused.

        The interval is Clopper and Pearson's, at 95 %.
        """
        drawn = self.groups.get(str(Group.TYPICAL), {})
        n, refused = drawn.get("rows", 0), drawn.get("refused", 0)
        if not refused:
            return ""
        low, high = clopper_pearson(refused, n)
        return (
            f"the reviewer refused {refused} of {n} rows that were drawn at random, so from {low:.1%} to {high:.0%} of "
            "the rows that nobody looked at would be refused too"
        )


def read_log(value: object, n: int) -> ReviewLog:
    """Read a log as :meth:`ReviewLog.to_dict` gave it, of ``n`` reviewed rows.

    Raises
    ------
    FileError
        It isn't whole.
    """
    try:
        if not isinstance(value, Mapping):
            raise TypeError
        known = {name: value[name] for name in ReviewLog.__dataclass_fields__}
        rows = known["refused_rows"]
        whole = all(type(row) is int and 0 <= row < n for row in rows) and len(set(rows)) == len(rows)
        if not whole or known["refused"] != len(rows) or not isinstance(known["groups"], Mapping):
            raise TypeError
        return ReviewLog(**{**known, "refused_rows": tuple(rows)})
    except (KeyError, TypeError):
        raise FileError(
            "The record's log of a review isn't whole, or of other rows. Use a run.json as synthgen wrote it."
        ) from None
