"""All real rows of a table, read once: counted, hashed, and compared with some synthetic rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import ArrayLike, NDArray

from synthgen.errors import DataError
from synthgen.progress import bar
from synthgen.randomness import stream
from synthgen.scale.comparing.again import Again
from synthgen.scale.comparing.coarser import Coarser
from synthgen.scale.comparing.counts import Counted, Counts, Plan
from synthgen.scale.comparing.grid import Grid
from synthgen.scale.comparing.keys import Alone, Copies, KeyFile, keys_of
from synthgen.scale.comparing.nearest import Found, Nearest
from synthgen.scale.comparing.screen import Screen
from synthgen.scale.source import frame_of
from synthgen.table.column import LABEL_KINDS, OPAQUE_KINDS
from synthgen.table.disclosure import FEWEST_HOLDERS, cells, quasi_identifiers, subjects_of
from synthgen.table.encoding import encode
from synthgen.table.schema import Schema
from synthgen.validation import Comparison, Purpose
from synthgen.validation.fidelity.declared_rules import fitted_rules
from synthgen.validation.privacy.disclosure import Policy
from synthgen.validation.privacy.meeting import Rounding

Places = NDArray[np.int64]

MOST_FITTED = 100_000
"""Rows of the sample by which bins, scales and cells are chosen."""

MOST_PROBES = 10_000
"""Synthetic rows whose neighbours among all real rows are looked for."""

SEEN, UNSEEN = 0, 1


class Table(Protocol):
    """What can be read in pieces, the same ones in the same order every time."""

    @property
    def name(self) -> str:
        """What errors call it."""

    @property
    def arrow(self) -> pa.Schema:
        """Of every batch."""

    def batches(self, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Give its rows."""


class Sampled(Protocol):
    """What is known of the table from an earlier pass."""

    @property
    def n_rows(self) -> int:
        """Its rows."""

    @property
    def sample(self) -> pd.DataFrame:
        """Some of them."""

    @property
    def rows(self) -> Places:
        """Their numbers in the table."""

    @property
    def weights(self) -> NDArray[np.float64]:
        """How many rows each of them stands for."""


@dataclass(frozen=True, eq=False)
class RealRows:
    """What is known of all real rows once they were read.

    Attributes
    ----------
    schema : Schema
        Of the columns that are compared.
    grid : Grid
    counts : Counts
        Of the rows that the model saw and of those that it did not; where only some are like the synthetic rows, of
        these.
    copies : Copies
        Looks for real rows that synthetic rows equal; small, and safe to hand to another process.
    few : Alone or None
        Combinations of quasi-identifiers that fewer real rows have than must share what is released.
    near : Found or None
        Nearest real rows of some synthetic ones.
    n_rows : int
    clustering : float
        How many rows the evidence of one is worth less than one: 1, or the mean size of the subject a row is of.
    seed : numpy.random.SeedSequence
    all_rows : array of shape (n_classes, 2), optional
        Rows by class and side, where not all of them are in ``counts``.
    """

    schema: Schema
    grid: Grid
    counts: Counts
    copies: Copies
    few: Alone | None
    near: Found | None
    n_rows: int
    clustering: float
    seed: np.random.SeedSequence
    all_rows: Counted | None = None

    @classmethod
    def read(
        cls,
        source: Table,
        schema: Schema,
        *,
        scan: Sampled,
        model_rows: ArrayLike,
        probes: pd.DataFrame,
        seed: np.random.SeedSequence,
        folder: str | Path,
        progress: bool = False,
        learnt: pd.DataFrame | None = None,
        like: Callable[[pd.DataFrame], NDArray[np.bool_]] | None = None,
        fewest: int | None = None,
    ) -> RealRows:
        """Read all rows once.

        Parameters
        ----------
        source : Source
        schema : Schema
            Of the whole table; what it doesn't list counts as other labels, and numbers beyond its bounds count in
            the outermost bins.
        scan : Scan
        model_rows : sequence of int
            Numbers of the rows that the model learnt from, from 0 in the order of ``source``.
        probes : pandas.DataFrame
            Coded synthetic rows. At most 10,000 of them are compared with the real rows.
        seed : numpy.random.SeedSequence
        folder : path
            Where hashes of the rows are kept; 16 bytes a row.
        progress : bool
        learnt : pandas.DataFrame, optional
            The rows of ``model_rows``, in that order, in canonical values as they were learnt, where the table was
            made coarser before; other rows are then taken to be as coarse.
        like : callable, optional
            From canonical values to those rows that fidelity is measured against, where the synthetic rows were made
            to meet a condition; copies and nearest rows are looked for among all.
        fewest : int, optional
            For a release: how many must share a combination of quasi-identifiers; combinations of all real rows are
            counted then. Rows count as people.

        Returns
        -------
        RealRows

        Raises
        ------
        FileError
            The rows aren't those of the earlier pass, or in another order.
        DataError
            A row isn't what the schema says.

        Examples
        --------
        >>> import tempfile
        >>> import synthgen as sg
        >>> from synthgen.randomness import seed_sequence
        >>> from synthgen.scale.scan import scan
        >>> from synthgen.scale.source import open_source
        >>> from synthgen.table import encode, infer_schema
        >>> table = sg.datasets.load_fraud()[:2000]
        >>> source, schema = open_source(table), infer_schema(table)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     real = RealRows.read(
        ...         source, schema, scan=scan(source, random_state=0), model_rows=range(1000),
        ...         probes=encode(table[1000:1100], schema), seed=seed_sequence(0), folder=folder,
        ...     )
        ...     kept = real.screen(encode(table[990:1010], schema))
        >>> int(kept.sum())
        10
        """
        coarser = None if learnt is None else Coarser.of(np.asarray(model_rows), learnt, schema)

        def given(frame: pd.DataFrame, numbers: Places) -> pd.DataFrame:
            try:
                coded = encode(frame, schema, unseen="extend")
            except DataError as error:
                raise DataError(
                    f"{error} Where no schema is handed in, what a column holds is told from a sample of "
                    f"{len(scan.rows):,} rows, and here a row beyond it is otherwise."
                ) from None
            return coded if coarser is None else coarser.applied(coded, numbers)

        known = schema.without(*(column.name for column in schema.of(*OPAQUE_KINDS)))
        sample = given(scan.sample, scan.rows)
        fitted = _Fitted.of(sample, np.asarray(scan.weights, float), probes, known, seed)
        clustering = _clustering(sample, schema)
        again = Again.of(source.name, scan.n_rows, scan.rows, fitted.keys(sample)[0])
        del sample
        counts = Counts.empty(Plan.of(fitted.grid, 2, stream(seed, "pairs")))
        sizes = np.zeros((fitted.grid.n_classes, 2), dtype=np.int64)
        saw = np.unique(np.asarray(model_rows, dtype=np.int64))
        where = Path(folder)
        where.mkdir(parents=True, exist_ok=True)
        names, start = quasi_identifiers(known), 0
        with ExitStack() as files:
            exact, rounded, few = (
                files.enter_context(KeyFile(where, name, scan.n_rows)) for name in ("exact", "rounded", "cells")
            )
            for batch in bar(source.batches(schema.names), progress=progress, desc="compare"):
                numbers = np.arange(start, start + len(batch), dtype=np.int64)
                coded = given(frame_of([batch], source.arrow), numbers)
                seen, keys = _among(numbers, saw), fitted.keys(coded)
                again.check(start, keys[0])
                exact.add(keys[0], seen)
                rounded.add(keys[1], seen)
                if fewest is not None and names:
                    few.add(cells(coded, names), seen)
                sizes += fitted.search(coded, numbers, seen)
                mine = np.ones(len(coded), dtype=bool) if like is None else np.asarray(like(coded))
                fitted.count(coded[mine], numbers[mine], seen[mine], counts)
                start += len(coded)
            again.check_all(start)
            copies = Copies(fitted.rounding, fitted.listed, exact.sorted(), rounded.sorted())
            shared = few.sorted(fewest) if fewest is not None and names else None
        near = fitted.nearest.found() if fitted.nearest is not None else None
        return cls(known, fitted.grid, counts, copies, shared, near, start, clustering, seed, sizes)

    def screen(self, coded: pd.DataFrame) -> NDArray[np.bool_]:
        """Say which synthetic rows may be handed out: all but copies of a row that the model saw.

        A row is a copy if it equals one real row that no other real row equals, to the letter or once both are rounded
        alike; the same as in :mod:`synthgen.validation.privacy.leak_flags`. What equals a row that the model never saw
        does so by chance, and what several real rows share singles out nobody.
        """
        return self.copies.meet(coded).kept

    def screening(self, comparison: Comparison, purpose: Purpose, fewest: int = FEWEST_HOLDERS) -> Screen:
        """Screen for all reasons for which a row of a sample would be refused: copies, declared rules, disclosure.

        Parameters
        ----------
        comparison : Comparison
            Of the sample: its train rows say what a rule leaves open, all its real rows what few people have.
        purpose : Purpose
            The disclosure policy applies to a release.
        fewest : int
            People who must share what is released.
        """
        policy = Policy.of(comparison, fewest) if purpose is Purpose.RELEASE else None
        few = self.few if policy is not None else None
        return Screen(self.grid, self.copies, tuple(fitted_rules(comparison)), comparison.schema, policy, few)

    @property
    def sizes(self) -> Counted:
        """Rows by class, of all: those that the model saw, and those that it did not; shape (n_classes, 2)."""
        return np.asarray(self.counts.rows().sum(axis=0)) if self.all_rows is None else self.all_rows

    def mark(self) -> str:
        """Give a word that changes with what synthetic rows are screened by."""
        lists = [self.copies.exact, self.copies.rounded, *([] if self.few is None else [self.few])]
        return " ".join([str(self.n_rows), *(keys.mark() for keys in lists)])

    @property
    def seen(self) -> int:
        """Rows that the model saw."""
        return int(self.sizes[:, SEEN].sum())


@dataclass(frozen=True, eq=False)
class _Fitted:
    """What is chosen before the pass, by some rows."""

    grid: Grid
    schema: Schema
    listed: dict[str, int]
    rounding: Rounding
    nearest: Nearest | None
    made: NDArray[np.bool_]

    @classmethod
    def of(
        cls,
        sample: pd.DataFrame,
        weights: NDArray[np.float64],
        probes: pd.DataFrame,
        schema: Schema,
        seed: np.random.SeedSequence,
    ) -> _Fitted:
        rng = stream(seed, "fitted")
        rows = np.arange(len(sample))
        if len(rows) > MOST_FITTED:
            rows = np.sort(rng.choice(rows, MOST_FITTED, replace=False))
        real, weights = sample.iloc[rows].reset_index(drop=True), weights[rows]
        grid = Grid.fit(real, probes, schema)
        listed = {column.name: len(column.categories or ()) for column in schema.of(*LABEL_KINDS)}
        # Whatever isn't listed is one more label.
        wider = schema.with_columns(
            replace(schema[name], categories=(*(schema[name].categories or ()), "\0")) for name in listed
        )
        made = np.zeros(grid.n_classes, dtype=bool)
        made[grid.classes_of(probes)] = True
        mine = made[grid.classes_of(real)]
        some = np.arange(len(probes))
        if len(some) > MOST_PROBES:
            some = np.sort(rng.choice(some, MOST_PROBES, replace=False))
        nearest = None
        if mine.any() and len(some):
            nearest = Nearest(
                clipped(real[mine].reset_index(drop=True), listed), weights[mine],
                clipped(probes.iloc[some].reset_index(drop=True), listed), wider,
                stream(seed, "cells"), 2 * grid.n_classes,
            )  # fmt: skip
        return cls(grid, wider, listed, Rounding.of(real, probes, schema), nearest, made)

    def keys(self, coded: pd.DataFrame) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
        return keys_of(coded, self.rounding, self.listed, unlisted=1)

    def count(self, coded: pd.DataFrame, numbers: Places, seen: NDArray[np.bool_], counts: Counts) -> None:
        """Count rows for fidelity."""
        groups = counts.plan.groups(numbers, self.grid.classes_of(coded), np.where(seen, SEEN, UNSEEN))
        counts.add(self.grid.codes(coded), groups)

    def search(self, coded: pd.DataFrame, numbers: Places, seen: NDArray[np.bool_]) -> Counted:
        """Compare rows with the synthetic ones whose neighbours are looked for; count them by class and side."""
        classes = self.grid.classes_of(coded)
        groups = classes * 2 + np.where(seen, SEEN, UNSEEN)
        if self.nearest is not None:
            mine = np.flatnonzero(self.made[classes])
            part = coded if len(mine) == len(coded) else coded.iloc[mine].reset_index(drop=True)
            self.nearest.add(clipped(part, self.listed), (numbers * 2 * self.grid.n_classes + groups)[mine])
        return np.bincount(groups, minlength=2 * self.grid.n_classes).reshape(-1, 2)


def clipped(coded: pd.DataFrame, listed: dict[str, int]) -> pd.DataFrame:
    """Rows in which every label that isn't listed has the code after those that are."""
    beyond = {name: n for name, n in listed.items() if (coded[name].to_numpy(float) > n).any()}
    return coded.assign(**{name: np.minimum(coded[name], n) for name, n in beyond.items()}) if beyond else coded


def _among(numbers: Places, some: Places) -> NDArray[np.bool_]:
    """Which of consecutive numbers are among some."""
    out = np.zeros(len(numbers), dtype=bool)
    if len(numbers):
        low, high = np.searchsorted(some, [numbers[0], numbers[-1] + 1])
        out[some[low:high] - numbers[0]] = True
    return out


def _clustering(sample: pd.DataFrame, schema: Schema) -> float:
    """Mean size of a row's subject: rows of one subject are on one side together, so they are no evidence each."""
    _, sizes = np.unique(subjects_of(sample, schema), return_counts=True)
    return float((sizes.astype(float) ** 2).sum() / max(1, int(sizes.sum())))
