"""Which columns together single people out: cells of one, two and three columns."""

from __future__ import annotations

from itertools import combinations
from math import comb

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.profiling.personal_data.detector import folded, names
from synthgen.profiling.personal_data.result import Combination, QuasiIdentifiers
from synthgen.profiling.row_samples import some_rows
from synthgen.table.column import LABEL_KINDS, OPAQUE_KINDS, Column, Role
from synthgen.table.disclosure import FEWEST_HOLDERS
from synthgen.table.schema import Schema

Codes = NDArray[np.int64]

MOST_COLUMNS = 10
MOST_VALUES = 150
"""Numbers and dates with more values than this are compared in ``BINS`` bins."""
BINS = 10
ROWS_TO_CHOOSE = 5_000
WORK = 8_000_000
"""Rows times combinations, at most."""
ADDS = 0.005
"""Share of rows that a column must put into small cells to be suggested."""

KNOWABLE = names(
    r"age|sex|gender|race|ethnic(?:ity)?|nationality|country|native country|citizenship|religion|marital|marital status"
    r"|family status|education|occupation|job|profession|employer|birth|born|dob|birthdate|birthday|zip"
    r"|zipcode|postcode|postal|city|town|region|state|county|district|neighbou?rhood|address|household|children|dependents|income"
    r"|salary|language|height|weight|admission|discharge|visit date|diagnosis|alter|geschlecht|beruf|familienstand"
    r"|staatsangehorigkeit|religion|geburt\w*|plz|postleitzahl|ort|stadt|wohnort|land|bundesland|sexe|naissance"
    r"|profession|ville|pays|edad|sexo|nacimiento|ciudad|pais|profesion|estado civil"
)


def quasi_identifiers(
    coded: pd.DataFrame, schema: Schema, rng: np.random.Generator, k: int = FEWEST_HOLDERS
) -> QuasiIdentifiers:
    """Count rows in small cells of single columns, pairs and triples.

    Columns declared quasi-identifying or sensitive come first, then those whose names say that others may know them,
    then those with most values or bins; ten at most. Labels are compared as they are; so are numbers and dates of at
    most 150 values, others in ten bins of equal size. Gaps are a value.

    Parameters
    ----------
    coded : pandas.DataFrame
    schema : Schema
    rng : numpy.random.Generator
        Chooses the rows where there are too many.
    k : int, default 10
        Cells of fewer rows are small.

    Returns
    -------
    QuasiIdentifiers
        The cells are of these rows. A person who is alone in them may share a cell with others in the population
        (k-map needs the population's counts), so the shares are upper limits of what can be found there.

    References
    ----------
    Sweeney (2002), https://doi.org/10.1142/S0218488502001648; El Emam and Dankar (2008),
    https://doi.org/10.1197/jamia.M2716.
    """
    chosen = _chosen(coded.iloc[some_rows(len(coded), ROWS_TO_CHOOSE, rng)], schema)
    if not chosen:
        return QuasiIdentifiers(k=k)
    m = len(chosen)
    rows = some_rows(len(coded), WORK // (m + comb(m, 2) + comb(m, 3)), rng)
    codes, treated = {}, []
    for column in chosen:
        codes[column.name], words = _codes(coded[column.name].to_numpy(float)[rows], column)
        treated.append((column.name, words))
    found = _cells(codes, k)
    adds = _added(list(codes), found)
    known = {column.name for column in chosen if _knowable(column)}
    suggested = tuple(name for name, share in adds if name in known and share >= ADDS)
    return QuasiIdentifiers(
        k, len(rows), tuple(codes), tuple(treated), tuple(found.values()), adds, suggested,
        _sentences(found, adds, suggested, schema, len(rows), k),
    )  # fmt: skip


def _knowable(column: Column) -> bool:
    return column.role in (Role.QUASI_IDENTIFIER, Role.SENSITIVE) or KNOWABLE.search(folded(column.name)) is not None


def _chosen(coded: pd.DataFrame, schema: Schema) -> list[Column]:
    ranked = []
    for place, column in enumerate(schema):
        if column.kind in OPAQUE_KINDS or column.role in (Role.TARGET, Role.IDENTIFIER, Role.SUBJECT):
            continue
        values = len(np.unique(_codes(coded[column.name].to_numpy(float), column)[0]))
        if values > 1:
            declared = column.role in (Role.QUASI_IDENTIFIER, Role.SENSITIVE)
            ranked.append((not declared, not _knowable(column), -values, place, column))
    return [item[-1] for item in sorted(ranked, key=lambda item: item[:-1])][:MOST_COLUMNS]


def _codes(values: NDArray[np.float64], column: Column) -> tuple[Codes, str]:
    """Numbers from 0 for values or bins, and how they were made."""
    codes, found = pd.factorize(values, use_na_sentinel=False)
    if column.kind in LABEL_KINDS or len(found) <= MOST_VALUES:
        return codes.astype(np.int64), "values as they are"
    cuts = np.unique(np.nanquantile(values, np.linspace(0, 1, BINS + 1)[1:-1]))
    bins = np.where(np.isnan(values), len(cuts) + 1, np.searchsorted(cuts, values, side="left"))
    return bins.astype(np.int64), f"{len(cuts) + 1} bins of about equal size"


def _cells(codes: dict[str, Codes], k: int) -> dict[tuple[str, ...], Combination]:
    sizes = {name: int(code.max()) + 1 for name, code in codes.items()}
    out: dict[tuple[str, ...], Combination] = {}
    names_ = list(codes)
    for name in names_:
        out[(name,)] = _combination((name,), np.bincount(codes[name]), k)
    for i, j in combinations(range(len(names_)), 2):
        a, b = names_[i], names_[j]
        # Cells numbered without gaps, so that a third column multiplies what is there and not what could be.
        pair = pd.factorize(codes[a] * sizes[b] + codes[b])[0].astype(np.int64)
        n_cells = int(pair.max()) + 1
        out[(a, b)] = _combination((a, b), np.bincount(pair), k)
        for c in names_[j + 1 :]:
            out[(a, b, c)] = _combination((a, b, c), _counts(pair, n_cells, codes[c], sizes[c]), k)
    return dict(sorted(out.items(), key=lambda item: len(item[0])))


def _counts(pair: Codes, n_cells: int, code: Codes, size: int) -> Codes:
    both = pair * size + code
    if n_cells * size > 4 * len(pair) + 1_000_000:
        return np.bincount(pd.factorize(both)[0])
    return np.bincount(both)


def _combination(columns: tuple[str, ...], counts: Codes, k: int) -> Combination:
    n = int(counts.sum())
    below = int(counts[counts < k].sum())
    return Combination(columns, int((counts > 0).sum()), below / n, int((counts == 1).sum()) / n)


def _added(columns: list[str], found: dict[tuple[str, ...], Combination]) -> tuple[tuple[str, float], ...]:
    """Mean of what a column adds to the share in small cells when it joins all but it of a largest combination."""
    longest = min(3, len(columns))
    adds: dict[str, list[float]] = {name: [] for name in columns}
    for together, item in found.items():
        if len(together) != longest:
            continue
        for name in together:
            rest = tuple(other for other in together if other != name)
            adds[name].append(item.below - (found[rest].below if rest else 0.0))
    means = [(name, float(np.mean(values))) for name, values in adds.items()]
    return tuple(sorted(means, key=lambda pair: -pair[1]))


TOLD = 0.005
"""A smaller share rounds to nothing and isn't told."""


def _sentences(
    found: dict[tuple[str, ...], Combination], adds: tuple[tuple[str, float], ...], suggested: tuple[str, ...],
    schema: Schema, n: int, k: int,
) -> tuple[str, ...]:  # fmt: skip
    out = []
    for size, words in ((1, "Alone"), (2, "Of pairs"), (3, "Of triples")):
        mine = [item for together, item in found.items() if len(together) == size]
        top = max(mine, key=lambda item: item.below, default=None)
        if top is not None and top.below >= TOLD:
            out.append(
                f"{words}, {' × '.join(top.columns)} leaves most rows in cells of fewer than {k}: {top.below:.0%} of "
                f"{n:,} rows looked at."
            )
    if found and not out:
        out.append(f"Hardly any of {n:,} rows looked at is in a cell of fewer than {k}.")
    undeclared = [name for name in suggested if schema[name].role is not Role.QUASI_IDENTIFIER]
    if undeclared:
        out.append(
            f"Others may know {', '.join(undeclared)} (by name), and together they put rows into small cells: for a "
            f"release declare them, schema.with_column({undeclared[0]!r}, role='quasi_identifier') and so on."
        )
    else:
        out.append(
            "No column's name says that others may know it and it adds to small cells. Counts can't tell what others "
            "know: if they know any of these columns, declare it quasi-identifying before a release."
        )
    if adds and adds[0][1] > 0:
        first = ", ".join(f"{name} {share:.0%}" for name, share in adds[:3])
        out.append(f"Rows that a column puts into such cells when it joins two others, on average: {first}.")
    return tuple(out)
