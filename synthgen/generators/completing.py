"""Partial rows completed: what is known stays, and the rest is drawn, or taken from drawn rows that are alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.errors import ConditionError, ConstraintError, DataError
from synthgen.generators.asked import Asked, modelled, with_classes
from synthgen.generators.candidates import Effort, block, mended
from synthgen.randomness import child, stream
from synthgen.table.column import ORDERED_KINDS
from synthgen.table.constraints.ruleset import RuleSet, rows_of
from synthgen.table.distance import DistanceSpace
from synthgen.table.encoding import encode
from synthgen.table.frames import is_frame, to_pandas
from synthgen.table.neighbours import nearest
from synthgen.table.schema import Schema

if TYPE_CHECKING:
    from synthgen.generators.base import Synthesizer

ALIKE = 5
"""Drawn rows nearest to what is known, of which one lends the rest."""

FEWEST_DRAWN, MOST_DRAWN = 2_000, 10_000
"""Rows drawn to choose from, in all or of each class of the target."""

TURNS = 30
"""Times that a row is completed anew while it breaks a rule."""

LENDERS = 5_000
FEWEST_LENDERS = 500
"""Drawn rows that lend values to the gaps of others, at least."""

EXAMPLES = 2_000

FEW_OF_A_KIND = 50
"""Rows of which the same columns are known: for fewer, drawn rows aren't laid out anew."""

LENDERS_OF_MANY_KINDS = 2_000
AT_ONCE = 2_000

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
    """Complete partial rows: by the generator itself, or each by a drawn row that is near to what is known of it.

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
    known = partial.rows.reindex(columns=modelled(schema)).astype(float)
    return _filled(model, known, rules, child(seed, "complete"), whole), partial.outside


def _filled(
    model: Synthesizer, known: pd.DataFrame, rules: RuleSet, seed: np.random.SeedSequence, whole: bool
) -> pd.DataFrame:
    """Rows with all that was known of them, drawn again while they break a rule."""
    lent: _Lent | None = None
    out, left = np.empty(known.shape), np.arange(len(known))
    # Which of the other columns are known makes no difference to the rules.
    about = known.columns[[name in _ruled(rules, model.schema_) for name in known.columns]]
    kinds, pattern_of = np.unique(known[about].notna().to_numpy(), axis=0, return_inverse=True)
    for turn in range(TURNS):
        rng = stream(seed, "turn", turn)
        part = known.iloc[left].reset_index(drop=True)
        made = model._completed(part, whole, rng)
        if made is None:
            lent = lent or _Lent.of(model, known, rules, child(seed, "lent"), whole)
            made = lent.rows(left, turn, rng)
        made = made[known.columns].where(part.isna(), part)
        out[left] = made.to_numpy(float)
        holds = rules.holds(rows_of(made), model.schema_)
        wrong, good = np.flatnonzero(~holds), np.flatnonzero(holds)
        # Rules are mended by the example of rows that keep them.
        examples = made.iloc[good[rng.permutation(len(good))[:EXAMPLES]]]
        broken = [left[:0]]
        for number in np.unique(pattern_of.ravel()[left[wrong]]):
            mine = wrong[pattern_of.ravel()[left[wrong]] == number]
            fixed = frozenset(about[kinds[number]].astype(str))
            rows = pd.concat([made.iloc[mine], examples], ignore_index=True)
            rows, kept = mended(rows, rules, fixed, model.schema_, rng)
            out[left[mine]] = rows.to_numpy(float)[: len(mine)]
            broken.append(left[mine[~kept[: len(mine)]]])
        left = np.sort(np.concatenate(broken))
        if not len(left):
            return pd.DataFrame(out, columns=known.columns)
    words, _ = rules.least_kept(rows_of(pd.DataFrame(out[left], columns=known.columns)), model.schema_)
    raise ConstraintError(
        f"{len(left)} rows of the table of conditions can't be completed so that they keep the rule {words!r}. "
        "Correct them, or leave a column of theirs empty."
    )


def _ruled(rules: RuleSet, schema: Schema) -> set[str]:
    """Columns that a rule is about, and the target, which is changed last."""
    target = {schema.target.name} if schema.target is not None else set()
    return target.union(*(rule.columns for rule in rules.rules))


@dataclass(frozen=True)
class _Lent:
    """Drawn rows, and which of them are nearest to what is known of each row.

    Attributes
    ----------
    pool : pandas.DataFrame
    nearest : int array of shape (n_rows, ALIKE)
        In random order.
    range : int array of shape (n_rows, 2)
        Where the drawn rows of a row's class begin and end.
    """

    pool: pd.DataFrame
    nearest: NDArray[np.intp]
    range: NDArray[np.intp]

    @classmethod
    def of(
        cls, model: Synthesizer, known: pd.DataFrame, rules: RuleSet, seed: np.random.SeedSequence, whole: bool
    ) -> _Lent:
        """Draw rows, class by class where it is known, and look for the nearest, pattern by pattern."""
        schema, pools, start = model.schema_, [], 0
        found, ends = np.zeros((len(known), ALIKE), dtype=np.intp), np.zeros((len(known), 2), dtype=np.intp)
        for number, (code, rows) in enumerate(_by_class(known, schema).items()):
            size = int(np.clip(2 * len(rows), FEWEST_DRAWN, MOST_DRAWN))
            asked = Asked() if code is None else model._asked({_target(schema): _label(code, schema)})
            pool, _ = block(
                lambda n, rng, asked=asked: _own(model, n, asked, rng, whole),  # type: ignore[misc]
                size, asked, rules, schema, child(seed, "pool", number), 0, Effort(),
            )  # fmt: skip
            rng = stream(seed, "alike", number)
            kinds, pattern_of, sizes = np.unique(
                known.iloc[rows].notna().to_numpy(), axis=0, return_inverse=True, return_counts=True
            )
            few = rows[sizes[pattern_of.ravel()] < FEW_OF_A_KIND]
            if len(few):
                found[few] = start + _alike_of_many_kinds(known.iloc[few], pool, schema, rng)
            for k in np.flatnonzero(sizes >= FEW_OF_A_KIND):
                mine = rows[pattern_of.ravel() == k]
                names = [str(name) for name in known.columns[kinds[k]]]
                found[mine] = start + _alike(known.iloc[mine][names], pool, names, schema, rng)
            pools.append(pool[list(known.columns)])
            ends[rows] = start, start + len(pool)
            start += len(pool)
        return cls(pd.concat(pools, ignore_index=True), found, ends)

    def rows(self, which: NDArray[np.intp], turn: int, rng: np.random.Generator) -> pd.DataFrame:
        """One lender for each row: first those that are alike, then any of its class."""
        place = np.asarray(self.nearest[which, turn] if turn < ALIKE else rng.integers(*self.range[which].T))
        return self.pool.take(place).reset_index(drop=True)


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


def _alike_of_many_kinds(
    part: pd.DataFrame, pool: pd.DataFrame, schema: Schema, rng: np.random.Generator
) -> NDArray[np.intp]:
    """As :func:`_alike`, of rows of which each may know other columns: by the axes of what it knows alone."""
    places = np.sort(rng.permutation(len(pool))[:LENDERS_OF_MANY_KINDS])
    names = [str(name) for name in part.columns if part[name].notna().any()]
    lent = pool.iloc[places][names]
    space = DistanceSpace.fit(
        pd.concat([lent, part[names]], ignore_index=True), schema.of_columns(map(schema.__getitem__, names))
    )
    at = space.transform(lent)
    at = at + 1e-4 * rng.random(at.shape, dtype=np.float32)
    most = min(ALIKE, len(places))
    out = np.empty((len(part), ALIKE), dtype=np.intp)
    for start in range(0, len(part), AT_ONCE):
        rows = part.iloc[start : start + AT_ONCE][names]
        asked, counts = space.transform(rows), np.zeros((len(rows), at.shape[1]), dtype=np.float32)
        for name, axes in space.slices.items():
            counts[:, axes] = rows[name].notna().to_numpy()[:, None]
        # What is left of the squared distance without the part that is the same for all lenders.
        far = counts @ (at**2).T - 2 * (counts * asked) @ at.T
        near = np.argpartition(far, most - 1, axis=1)[:, :most]
        picked = np.argsort(rng.random(near.shape), axis=1)
        out[start : start + len(rows)] = places[np.take_along_axis(near, picked, axis=1)][:, np.arange(ALIKE) % most]
    return out


def without_gaps(model: Synthesizer, made: pd.DataFrame, asked: Asked, rng: np.random.Generator) -> pd.DataFrame:
    """Fill the gaps of rows that a generator drew, but for those that a condition asks for."""
    wanted = {**asked.native, **asked.others}
    free = [name for name in made.columns if not (name in wanted and wanted[name].missing)]
    if not made[free].isna().any(axis=None):
        return made
    more = model._own(FEWEST_LENDERS, Asked(), rng) if len(made) < FEWEST_LENDERS else None
    filled = without_missing(made[free], model.schema_, rng, more)
    if more is None and filled.isna().any(axis=None):
        # No row of those that were asked for has a value in some column, but others may.
        filled = without_missing(filled, model.schema_, rng, model._own(FEWEST_LENDERS, Asked(), rng))
    return made.assign(**filled)


def without_missing(
    made: pd.DataFrame, schema: Schema, rng: np.random.Generator, more: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Fill gaps of drawn rows, each with the values of a drawn row that is alike and has them.

    A column without any value keeps its gaps.

    Parameters
    ----------
    made : pandas.DataFrame
    schema : Schema
    rng : numpy.random.Generator
    more : pandas.DataFrame, optional
        Other drawn rows that may lend.
    """
    every = made if more is None else pd.concat([made, more], ignore_index=True)
    filled = [name for name in made.columns if every[name].notna().any()]
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
        pools = [every.dropna(subset=lacking)] if every[lacking].notna().all(axis=1).any() else []
        # Where no row has all that is lacking, each column is lent by itself.
        for wanted, pool in [(lacking, pools[0])] if pools else [([n], every.dropna(subset=[n])) for n in lacking]:
            pool = pool.iloc[rng.permutation(len(pool))[:LENDERS]].reset_index(drop=True)
            lenders = _alike(made.iloc[mine][names], pool, names, schema, rng)[:, 0]
            for name in wanted:
                values = out[name].to_numpy(float, copy=True)
                values[mine] = pool[name].to_numpy(float)[lenders]
                out[name] = values
    return out
