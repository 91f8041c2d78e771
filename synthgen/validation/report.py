"""What validation hands on: measurements, a verdict, flagged rows and what the charts need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.validation.metric import Measurement, to_frame
from synthgen.validation.verdict import Verdict


@dataclass(frozen=True)
class ColumnComparison:
    """Shares of one column in real and synthetic rows, ready to draw.

    Parameters
    ----------
    name, kind : str
    labels : tuple of str
        What each bar stands for: a category, or an interval of values in words.
    real, synthetic : tuple of float
        Share of the non-missing values in each bar. Categories held by fewer than ten real rows are
        merged into one bar. Numeric bars end at round numbers about the 1 % and 99 % quantiles, further in
        where fewer than ten real rows lie beyond (what lies beyond is left out), and neighbouring bars are drawn
        alike until they stand for ten real rows together, so that no bar shows a single person.
    edges : tuple of float or None
        Numeric and datetime columns: the ``len(labels) + 1`` ends of the bars.
    missing : (float, float)
        Share of missing values, real and synthetic.
    gap, baseline_gap : float
        1 - complement (KS or total variation) for the synthetic rows, and for real train rows,
        both against holdout. 0 is best.
    """

    name: str
    kind: str
    labels: tuple[str, ...]
    real: tuple[float, ...]
    synthetic: tuple[float, ...]
    edges: tuple[float, ...] | None
    missing: tuple[float, float]
    gap: float
    baseline_gap: float


@dataclass(frozen=True)
class AssociationView:
    """Association between columns (0 none to 1 full) in real and in synthetic rows.

    ``names`` lists at most 30 columns; the matrices are symmetric, ``names`` by ``names``.
    """

    names: tuple[str, ...]
    real: tuple[tuple[float, ...], ...]
    synthetic: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class PairView:
    """How often values of two columns occur together, ready to draw.

    Parameters
    ----------
    one, other : str
    rows, columns : tuple of str
        Coarse values of ``one`` and of ``other``, in words.
    real, synthetic : tuple of tuples of float
        Share of the rows in each cell, ``rows`` by ``columns``. Cells with fewer than ten real rows are drawn alike,
        as the mean of all such cells, which stand for ten real rows together.
    few : tuple of tuples of bool
        Which cells these are.
    """

    one: str
    other: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    real: tuple[tuple[float, ...], ...]
    synthetic: tuple[tuple[float, ...], ...]
    few: tuple[tuple[bool, ...], ...]


@dataclass(frozen=True)
class PrecisionCurve:
    """How a class is found among held-out real rows by models trained on its real and on its synthetic rows.

    Parameters
    ----------
    label : str
    positives : int
        Held-out rows of the class.
    prevalence : float
        Their share among the held-out rows, which is the precision of guessing.
    recall : tuple of float
        Shares of the class that are found; each step stands for ten rows or more.
    real, synthetic : tuple of float
        Precision at each.
    """

    label: str
    positives: int
    prevalence: float
    recall: tuple[float, ...]
    real: tuple[float, ...]
    synthetic: tuple[float, ...]


@dataclass(frozen=True)
class ValidationReport:
    """Everything that was found about a synthetic table.

    Attributes
    ----------
    verdict : Verdict
    results : tuple of Measurement
    flagged_rows : pandas.DataFrame
        One row a flag: ``row`` (position in the synthetic table, from 0), ``reason`` (code), ``columns``, ``value``,
        ``threshold``, ``p_value`` (from real rows that were left out; missing where the flag is a rule), ``q_value``
        (expected share of false flags among those as strong, Benjamini and Hochberg), ``refused`` (whether the flag
        keeps the row from being handed out for this purpose, or only warns). No value of a real row is shown.
    columns : tuple of ColumnComparison
        Worst first.
    associations : AssociationView or None
    pairs : tuple of PairView
        Those whose association differs most.
    curves : tuple of PrecisionCurve
    counts : mapping
        Rows compared: ``train``, ``holdout``, ``synthetic`` and, when only some classes were
        asked for, ``train_matched`` and ``holdout_matched``.
    """

    verdict: Verdict
    results: tuple[Measurement, ...]
    flagged_rows: pd.DataFrame
    columns: tuple[ColumnComparison, ...] = ()
    associations: AssociationView | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    pairs: tuple[PairView, ...] = ()
    curves: tuple[PrecisionCurve, ...] = ()

    @cached_property
    def measurements(self) -> pd.DataFrame:
        """One row a measurement."""
        return to_frame(self.results)

    @property
    def refused_rows(self) -> pd.DataFrame:
        """Flags that keep a row from being handed out."""
        flags = self.flagged_rows
        return flags[flags["refused"].astype(bool)] if "refused" in flags.columns else flags

    @property
    def accepted(self) -> NDArray[np.bool_]:
        """Mask of the synthetic rows that aren't refused, shape (n_synthetic,); a flag may also be a mere warning."""
        keep = np.ones(self.counts["synthetic"], dtype=bool)
        keep[self.refused_rows["row"].to_numpy(dtype=int)] = False
        return keep

    def __repr__(self) -> str:
        return f"ValidationReport({self.verdict.outcome}: {self.verdict.words})"

    def _repr_html_(self) -> str:
        from synthgen.reporting import fidelity_fragment

        return fidelity_fragment(self)
