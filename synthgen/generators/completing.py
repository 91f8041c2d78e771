"""Partial rows completed: what is known stays, and the rest is taken from drawn rows that are alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.errors import ConditionError, ConstraintError, DataError
from synthgen.generators.asked import Asked, with_classes
from synthgen.generators.candidates import Effort, block, mended
from synthgen.randomness import child, stream
from synthgen.table.column import ORDERED_KINDS, Kind, Schema
from synthgen.table.constraints.ruleset import RuleSet, rows_of
from synthgen.table.distance import DistanceSpace
from synthgen.table.encoding import encode
from synthgen.table.frames import is_frame, to_pandas
from synthgen.table.neighbours import nearest

if TYPE_CHECKING:
    from synthgen.generators.base import Synthesizer

ALIKE = 5
"""Drawn rows nearest to what is known, of which one lends the rest."""

FEWEST_DRAWN, MOST_DRAWN = 2_000, 10_000
"""Rows drawn to choose from, in all or of each class of the target."""

LENDERS = 5_000

Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Partial:
    """Rows of which some columns are known.

    Attributes
    ----------
    rows : pandas.DataFrame
        Coded; the known columns only, NaN or None where a row says nothing.
    outside : boolean array of shape (n_rows,)
        Rows with a number beyond what the column has shown.
    """

    rows: pd.DataFrame
    outside: Bools

    @property
    def columns(self) -> list[str]:
        """Columns of which any row says something."""
        return [str(name) for name in self.rows.columns]

    def take(self, rows: NDArray[np.intp]) -> Partial:
        """Some of the rows."""
        return Partial(self.rows.iloc[rows].reset_index(drop=True), self.outside[rows])


def read_partial(conditions: Any, schema: Schema) -> Partial:
    """Read a table of partial rows.

    Raises
    ------
    ConditionError
        It isn't a table, has no rows, or names an unknown column or label.
    """
    if not is_frame(conditions):
        raise ConditionError(
            "conditions must map a column to a value, such as {'Class': 1}, or be a table of partial rows; got "
            f"{type(conditions).__name__}."
        )
    frame, _ = to_pandas(conditions, name="conditions")
    frame = frame.reset_index(drop=True)
    if not len(frame):
        raise ConditionError("The table of conditions has no rows, so there is nothing to complete.")
    for name in frame.columns:
        if name not in schema:
            raise ConditionError(
                f"The table of conditions has a column {name!r}, which the generator didn't learn. "
                f"Its columns are: {', '.join(schema.names)}."
            )
    own = Schema(tuple(schema[str(name)] for name in frame.columns))
    try:
        rows = encode(frame, own)
    except DataError as error:
        raise ConditionError(f"The table of conditions can't be read: {error}") from error
    outside = np.zeros(len(rows), dtype=bool)
    for column in own.of(*ORDERED_KINDS):
        low, high = column.bounds or (-np.inf, np.inf)
        values = rows[column.name].to_numpy(float)
        outside |= (values < low) | (values > high)
    return Partial(rows, outside)


def completed(
    model: Synthesizer,
    partial: Partial,
    rules: RuleSet,
    seed: np.random.SeedSequence,
    *,
    what_if: bool,
    whole: bool,
) -> tuple[pd.DataFrame, Bools]:
    """Complete partial rows, each by one of the drawn rows that are nearest to what is known of it.

    Returns
    -------
    rows : pandas.DataFrame
        Coded, without identifiers.
    beyond : boolean array of shape (n_rows,)
        Rows with a value that the table has not shown.
    """
    schema = model.schema_
    if partial.outside.any() and not what_if:
        raise ConditionError(
            f"{int(partial.outside.sum())} rows of the table of conditions have numbers beyond those that the columns "
            "have. Correct them; or ask for rows beyond what the table has shown: what_if=True, which marks them."
        )
    names = [name for name in schema.names if schema[name].kind is not Kind.IDENTIFIER]
    known = partial.rows[[name for name in partial.rows if name in names]]
    out = known.reindex(columns=names)
    for number, (code, rows) in enumerate(_by_class(known, schema).items()):
        size = int(np.clip(2 * len(rows), FEWEST_DRAWN, MOST_DRAWN))
        asked = Asked() if code is None else model._asked({_target(schema): _label(code, schema)})
        pool, _ = block(
            lambda n, rng, asked=asked: _own(model, n, asked, rng, whole),  # type: ignore[misc]
            size, asked, rules, schema, child(seed, "pool", number), 0, Effort(),
        )  # fmt: skip
        part = known.iloc[rows].reset_index(drop=True)
        made = _filled(part, pool, rules, schema, stream(seed, "alike", number))
        out.iloc[rows] = made[names].to_numpy(float)
    return out, partial.outside


def _own(model: Synthesizer, n: int, asked: Asked, rng: np.random.Generator, whole: bool) -> pd.DataFrame:
    made = model._own(n, asked, rng)
    return model._whole(made, asked, rng) if whole else made


def _target(schema: Schema) -> str:
    assert schema.target is not None
    return schema.target.name


def _label(code: float, schema: Schema) -> Any:
    assert schema.target is not None
    return (schema.target.categories or ())[int(code)]


def _by_class(known: pd.DataFrame, schema: Schema) -> dict[float | None, NDArray[np.intp]]:
    """Rows by the class that is asked for; None where any will do."""
    if not with_classes(schema) or _target(schema) not in known:
        return {None: np.arange(len(known))}
    codes = known[_target(schema)].to_numpy(float)
    groups: dict[float | None, NDArray[np.intp]] = {
        float(code): np.flatnonzero(codes == code) for code in np.unique(codes[~np.isnan(codes)])
    }
    if np.isnan(codes).any():
        groups[None] = np.flatnonzero(np.isnan(codes))
    return groups


def _filled(
    known: pd.DataFrame, pool: pd.DataFrame, rules: RuleSet, schema: Schema, rng: np.random.Generator
) -> pd.DataFrame:
    """Rows of one class, completed pattern by pattern."""
    out = pd.DataFrame(index=known.index, columns=pool.columns, dtype=float)
    patterns = known.notna().to_numpy()
    kinds, pattern_of = np.unique(patterns, axis=0, return_inverse=True)
    for number, pattern in enumerate(kinds):
        mine = np.flatnonzero(pattern_of.ravel() == number)
        names = [str(name) for name in known.columns[pattern]]
        lenders = _alike(known.iloc[mine][names], pool, names, schema, rng)
        left, made = np.arange(len(mine)), np.empty((len(mine), pool.shape[1]))
        for turn in range(lenders.shape[1]):
            rows = pool.iloc[lenders[left, turn]].reset_index(drop=True)
            rows[names] = known.iloc[mine[left]][names].to_numpy(float)
            rows, kept = mended(rows, rules, frozenset(names), schema, rng)
            made[left] = rows.to_numpy(float)
            if kept.all():
                break
            left = left[~kept]
        else:
            words, _ = rules.least_kept(rows_of(rows), schema)
            raise ConstraintError(
                f"{len(left)} rows of the table of conditions can't be completed so that they keep the rule {words!r}. "
                "Correct them, or leave a column of theirs empty."
            )
        out.iloc[mine] = made
    return out


def _alike(
    part: pd.DataFrame, pool: pd.DataFrame, names: list[str], schema: Schema, rng: np.random.Generator
) -> NDArray[np.intp]:
    """Drawn rows nearest to each row in the columns known of it, in random order: (n_rows, ALIKE)."""
    apart = [name for name in names if part[name].nunique() > 1 or pool[name].nunique(dropna=False) > 1]
    if not apart:
        return rng.integers(0, len(pool), (len(part), ALIKE))
    own = Schema(tuple(schema[name] for name in apart))
    space = DistanceSpace.fit(pd.concat([pool[apart], part[apart]], ignore_index=True), own)
    # Equal questions are asked once.
    distinct, place = np.unique(part[apart].to_numpy(float), axis=0, return_inverse=True)
    queries = space.transform(pd.DataFrame(distinct, columns=apart))
    # A tiny shift in a random direction of its own breaks ties, of which labels alone have many.
    places = space.transform(pool[apart])
    found = nearest(queries, places + 1e-4 * rng.random(places.shape, dtype=np.float32), ALIKE)[1][place.ravel()]
    order = np.argsort(rng.random(found.shape), axis=1)
    return np.take_along_axis(found, order, axis=1).astype(np.intp)


def without_missing(made: pd.DataFrame, schema: Schema, rng: np.random.Generator) -> pd.DataFrame:
    """Fill gaps of drawn rows, each with the values of a drawn row that is alike and has them.

    A column without any value keeps its gaps.
    """
    filled = [name for name in made.columns if made[name].notna().any()]
    gaps = made[filled].isna().to_numpy()
    if not gaps.any():
        return made
    out = made.copy()
    kinds, pattern_of = np.unique(gaps, axis=0, return_inverse=True)
    for number, pattern in enumerate(kinds):
        if not pattern.any():
            continue
        mine = np.flatnonzero(pattern_of.ravel() == number)
        lacking = [name for name, gone in zip(filled, pattern, strict=True) if gone]
        names = [name for name in filled if name not in lacking]
        pools = [made.dropna(subset=lacking)] if made[lacking].notna().all(axis=1).any() else []
        # Where no row has all that is lacking, each column is lent by itself.
        for wanted, pool in [(lacking, pools[0])] if pools else [([n], made.dropna(subset=[n])) for n in lacking]:
            pool = pool.iloc[rng.permutation(len(pool))[:LENDERS]].reset_index(drop=True)
            lenders = _alike(made.iloc[mine][names], pool, names, schema, rng)[:, 0]
            for name in wanted:
                values = out[name].to_numpy(float, copy=True)
                values[mine] = pool[name].to_numpy(float)[lenders]
                out[name] = values
    return out
