"""What every metric receives: real and synthetic rows, encoded once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence, Sized
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.errors import DataError
from synthgen.guarantee import PrivacyGuarantee, RowSource
from synthgen.table.column import LABEL_KINDS, OPAQUE_KINDS, Column, Kind, Role
from synthgen.table.disclosure import subjects_of
from synthgen.table.schema import Schema

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

KS_BINS = 256
PAIR_BINS = 10
PAIR_LEVELS = 50
MOST_ROWS = {"standard": 10_000, "full": 50_000}


@dataclass(frozen=True)
class Part:
    """Some rows with weights that give them the synthetic rows' mix of classes."""

    coded: pd.DataFrame
    weights: Floats
    rows: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.coded)

    def take(self, positions: NDArray[np.int64]) -> Part:
        """The rows at ``positions``."""
        return Part(self.coded.iloc[positions].reset_index(drop=True), self.weights[positions], self.rows[positions])


@dataclass(frozen=True)
class Comparison:
    """Train rows, holdout rows and synthetic rows of one table, in canonical values.

    If only some classes of the target were asked for, or in other proportions, real rows of the other
    classes are left out and the rest weighted to the same mix, so that like is compared with like.

    Parameters
    ----------
    train, holdout, synthetic : pandas.DataFrame
        Coded by ``schema`` (see :func:`synthgen.table.encode`), without identifiers and text.
        ``holdout`` has no rows where none was held out.
    schema : Schema
        Lists every label of the three.
    row_source : RowSource
    guarantee : PrivacyGuarantee or None
    effort : {"standard", "full"}
        Bounds how many rows the slower metrics look at.
    subjects : (array, array) or None
        Whose row each train and each holdout row is, as numbers; None where no column has that role.
    public_labels : mapping of str to int
        Column, and how many of its labels (the first) were declared public; all of a column whose categories are
        declared, if it isn't named here.
    tilts : (array, array) or None
        How much each train and each holdout row counts, where the synthetic rows were made to differ from the real
        ones on purpose: groups or labels in other proportions. Before the mix of classes is matched.
    """

    train: pd.DataFrame
    holdout: pd.DataFrame
    synthetic: pd.DataFrame
    schema: Schema
    row_source: RowSource = RowSource.UNKNOWN
    guarantee: PrivacyGuarantee | None = None
    effort: str = "standard"
    subjects: tuple[Codes, Codes] | None = None
    public_labels: Mapping[str, int] = field(default_factory=dict)
    tilts: tuple[Floats, Floats] | None = None

    @classmethod
    def of(
        cls,
        train: pd.DataFrame,
        holdout: pd.DataFrame,
        synthetic: pd.DataFrame,
        schema: Schema,
        *,
        row_source: RowSource = RowSource.UNKNOWN,
        guarantee: PrivacyGuarantee | None = None,
        effort: str = "standard",
        public_labels: Mapping[str, int] | None = None,
        tilts: tuple[Floats, Floats] | None = None,
    ) -> Comparison:
        """Compare coded frames, whatever their index; identifiers and text are left out.

        Raises
        ------
        DataError
            If the class of a real row is missing, since no synthetic row can be like it.
        """
        for name, frame in (("train", train), ("holdout", holdout)):
            _check_target(frame, schema, name)
        opaque = [column.name for column in schema.of(*OPAQUE_KINDS)]
        frames = [
            frame.drop(columns=opaque, errors="ignore").reset_index(drop=True) for frame in (train, holdout, synthetic)
        ]
        subjects = _subjects(train, holdout, schema)
        public = public_labels or {}
        return cls(frames[0], frames[1], frames[2], schema, row_source, guarantee, effort, subjects, public, tilts)

    def without(self, rows: NDArray[np.int64]) -> Comparison:
        """Compare the other synthetic rows only."""
        kept = np.ones(len(self.synthetic), dtype=bool)
        kept[rows] = False
        return replace(self, synthetic=self.synthetic[kept].reset_index(drop=True))

    def among(self, train: NDArray[np.bool_], holdout: NDArray[np.bool_]) -> Comparison:
        """Compare with some of the real rows only: those where the masks are true."""
        return replace(
            self,
            train=self.train[train].reset_index(drop=True),
            holdout=self.holdout[holdout].reset_index(drop=True),
            subjects=None if self.subjects is None else (self.subjects[0][train], self.subjects[1][holdout]),
            tilts=None if self.tilts is None else (self.tilts[0][train], self.tilts[1][holdout]),
        )

    @property
    def columns(self) -> list[Column]:
        """Columns that are compared: all but identifiers and text."""
        return [column for column in self.schema if column.kind not in OPAQUE_KINDS]

    def columns_of(self, kinds: Collection[Kind]) -> list[Column]:
        """Those of some kinds."""
        return [column for column in self.columns if column.kind in kinds]

    @property
    def target(self) -> Column | None:
        """The target, if it has classes."""
        target = self.schema.target
        return target if target is not None and target.kind in LABEL_KINDS else None

    @property
    def split_subjects(self) -> int:
        """How many subjects have rows in train and in holdout."""
        return 0 if self.subjects is None else len(np.intersect1d(*self.subjects))

    @cached_property
    def classes(self) -> dict[float, float]:
        """Share of each target class among the synthetic rows; empty without classes."""
        if self.target is None:
            return {}
        shares = self.synthetic[self.target.name].value_counts(normalize=True)
        return {float(code): float(share) for code, share in shares.items()}  # type: ignore[arg-type]

    @cached_property
    def real_train(self) -> Part:
        """Train rows of the synthetic rows' classes."""
        return self._matched(self.train, self.tilt_of(0))

    @cached_property
    def real_holdout(self) -> Part:
        """Holdout rows of the synthetic rows' classes."""
        return self._matched(self.holdout, self.tilt_of(1))

    @cached_property
    def made(self) -> Part:
        """All synthetic rows."""
        n = len(self.synthetic)
        return Part(self.synthetic, np.ones(n), np.arange(n))

    def tilt_of(self, part: int) -> Floats:
        """How much each train (0) or holdout (1) row counts before classes are matched."""
        return np.ones(len((self.train, self.holdout)[part])) if self.tilts is None else self.tilts[part]

    def tilt_by_class(self, part: int) -> Floats:
        """The same, but rows of classes that no synthetic row has count 1: others are told from these too."""
        tilt = self.tilt_of(part)
        if self.tilts is None or self.target is None:
            return tilt
        frame = (self.train, self.holdout)[part]
        made = np.isin(frame[self.target.name].to_numpy(float), list(self.classes))
        return np.where(made, tilt, 1.0)

    def picks(self, part: Sized, rng: np.random.Generator) -> NDArray[np.int64]:
        """Positions of at most as many rows as ``effort`` allows, at random."""
        most = MOST_ROWS[self.effort]
        if len(part) <= most:
            return np.arange(len(part))
        return np.sort(rng.choice(len(part), most, replace=False))

    def binned(
        self, column: Column, bins: int, picks: Sequence[NDArray[np.int64]] | None = None
    ) -> tuple[list[Codes], int]:
        """Common bins of a column for matched train, matched holdout and synthetic rows.

        Codes count from 0; missing is -1. Labels are their own bins. Bins are those of all rows; codes are given of
        the rows in ``picks`` where it is given, a part each.
        """
        whole = [p.coded[column.name].to_numpy(float) for p in (self.real_train, self.real_holdout, self.made)]
        parts = whole if picks is None else [values[pick] for values, pick in zip(whole, picks, strict=True)]
        if column.kind in LABEL_KINDS:
            n = len(column.categories or ())
            if bins == PAIR_BINS and n > PAIR_LEVELS:
                return _commonest(whole[:2], parts, n), PAIR_LEVELS
            return [np.where(np.isnan(values), -1, values).astype(np.int64) for values in parts], n
        pooled = np.concatenate([values[~np.isnan(values)] for values in whole])
        if not len(pooled):
            return [np.full(len(values), -1, dtype=np.int64) for values in parts], 0
        edges = np.unique(np.quantile(pooled, np.linspace(0, 1, bins + 1)[1:-1], method="lower"))
        codes = [np.where(np.isnan(values), -1, np.searchsorted(edges, values, side="left")) for values in parts]
        return codes, len(edges) + 1

    def _matched(self, frame: pd.DataFrame, tilt: Floats) -> Part:
        if not len(frame):
            return Part(frame, np.ones(0), np.arange(0))
        if self.target is None:
            weights = tilt
        else:
            codes, place = np.unique(frame[self.target.name].to_numpy(float), return_inverse=True)
            shares = np.array([self.classes.get(float(code), 0.0) for code in codes])
            sums = np.bincount(place, tilt, len(codes))
            weights = tilt * np.divide(shares, sums, out=np.zeros(len(codes)), where=sums > 0)[place]
        rows = np.flatnonzero(weights > 0)
        part = weights[rows]
        return Part(frame.iloc[rows].reset_index(drop=True), part / part.mean() if len(part) else part, rows)


def _check_target(frame: pd.DataFrame, schema: Schema, name: str) -> None:
    target = schema.target
    missing = int(frame[target.name].isna().sum()) if target is not None and target.kind in LABEL_KINDS else 0
    if target is not None and missing:
        raise DataError(
            f"The target {target.name!r} is missing in {missing} of {len(frame)} rows of {name}. "
            f"Drop them: {name}.dropna(subset=[{target.name!r}])."
        )


def _subjects(train: pd.DataFrame, holdout: pd.DataFrame, schema: Schema) -> tuple[Codes, Codes] | None:
    """Numbers for the subjects of train and holdout rows, if they are named."""
    named = schema.role(Role.SUBJECT)
    if not named:
        return None
    names = [named[0].name]
    codes = subjects_of(pd.concat([train[names], holdout[names]], ignore_index=True), schema)
    return codes[: len(train)], codes[len(train) :]


def _commonest(real_parts: list[Floats], parts: list[Floats], n_levels: int) -> list[Codes]:
    """Codes of the commonest labels among real rows; all others share the last one."""
    real = np.concatenate(real_parts)
    counts = np.bincount(real[~np.isnan(real)].astype(np.intp), minlength=n_levels)
    codes = np.full(n_levels + 1, PAIR_LEVELS - 1, dtype=np.int64)
    codes[np.argsort(-counts, kind="stable")[: PAIR_LEVELS - 1]] = np.arange(PAIR_LEVELS - 1)
    codes[-1] = -1
    return [codes[np.where(np.isnan(values), -1, values).astype(np.intp)] for values in parts]
