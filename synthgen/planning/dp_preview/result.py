"""What a preview of a differentially private fit hands back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd


@dataclass(frozen=True, repr=False)
class PrivacyPreview:
    """What noise to expect.

    Attributes
    ----------
    advice : str
        The answer in words.
    columns : pandas.DataFrame
        One row a column: ``column``, ``cells`` (labels or bins that are counted; missing where labels aren't
        declared, and as many as there could be where bounds aren't),
        ``sigma`` (standard deviation of the noise that is left on each count, when groups of columns that the column
        is in have been counted too), ``error`` (expected total variation between the column and its synthetic rows,
        0 to 1, lower is better), ``says``.
    pairs : pandas.DataFrame
        One row a pair, those with the target first: ``column``, ``other``, ``cells``, ``sigma``, ``error`` if the pair
        is among those that are counted, ``says``.
    rare : mapping or None
        Of the class: ``rows``, ``error`` (expected within it, for a column of usual size), ``rows_needed`` to be
        learnt, ``learnt``, ``says``.
    recommendations : tuple of str
    settings : mapping
        ``epsilon``, ``delta``, ``unit``, ``n_rows``, ``rounds``, ``columns``.
    """

    advice: str
    columns: pd.DataFrame
    pairs: pd.DataFrame
    rare: Mapping[str, Any] | None = None
    recommendations: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; missing figures are None."""
        frames = {name: getattr(self, name).astype(object) for name in ("columns", "pairs")}
        return {
            "advice": self.advice,
            **{name: frame.where(frame.notna(), None).to_dict("records") for name, frame in frames.items()},
            "rare": None if self.rare is None else dict(self.rare),
            "recommendations": list(self.recommendations), "settings": dict(self.settings),
        }  # fmt: skip

    def __repr__(self) -> str:
        return f"PrivacyPreview({self.advice})"

    def _repr_html_(self) -> str:
        from synthgen.reporting import preview_fragment

        return preview_fragment(self)
