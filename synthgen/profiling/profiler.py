"""A description of the source table, for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from synthgen.profiling.bias import audit_bias
from synthgen.profiling.dependence import profile_dependence
from synthgen.profiling.distributions import describe
from synthgen.profiling.missingness import profile_missingness
from synthgen.profiling.profile import Profile
from synthgen.profiling.size import assess_size
from synthgen.randomness import seed_sequence, stream
from synthgen.table.column import LABEL_KINDS, Schema
from synthgen.table.disclosure import FEWEST_HOLDERS
from synthgen.table.encoding import encode
from synthgen.table.frames import to_pandas
from synthgen.table.roles import schema_with_roles

RARE_CLASS = 20


def profile(
    data: Any,
    *,
    target: str | None = None,
    sensitive_features: Sequence[str] | None = None,
    schema: Schema | None = None,
) -> Profile:
    """Describe a table: each column's distribution, gaps, classes, and its bias by group.

    Parameters
    ----------
    data : table
        pandas, polars, Arrow or a path.
    target : str, optional
    sensitive_features : list of str, optional
        Columns whose groups are audited (``profile.bias``).
    schema : Schema, optional
        Inferred if not given.

    Returns
    -------
    Profile
        Made from private rows: handle it as you handle them.

    Raises
    ------
    UsageError
        If a named column doesn't exist.

    Examples
    --------
    >>> import synthgen as sg
    >>> found = sg.profile(sg.datasets.load_adult()[:2000], target="income", sensitive_features=["sex"])
    >>> found.bias.features, found.bias.selected
    (('sex',), '>50K')
    """
    frame, _ = to_pandas(data)
    schema = schema_with_roles(frame, schema, target=target, sensitive_features=sensitive_features)
    return profile_coded(encode(frame, schema), schema)


def profile_coded(coded: pd.DataFrame, schema: Schema) -> Profile:
    """Describe a coded frame; see :func:`profile`."""
    seed = seed_sequence(0)  # only chooses the rows on which families are compared
    columns = tuple(describe(coded[c.name], c, stream(seed, c.name)) for c in schema)
    classes: tuple[tuple[str, int], ...] = ()
    target = schema.target
    if target is not None and target.kind in LABEL_KINDS:
        counts = coded[target.name].value_counts()
        categories = target.categories or ()
        shown = counts[counts >= FEWEST_HOLDERS]
        classes = tuple((str(categories[int(code)]), int(n)) for code, n in shown.items())  # type: ignore[call-overload]
        small = counts[counts < FEWEST_HOLDERS]
        if len(small):
            classes += ((f"other ({len(small)} with fewer than {FEWEST_HOLDERS} rows each)", int(small.sum())),)
    return Profile(
        schema, len(coded), columns, classes, audit_bias(coded, schema),
        missingness=profile_missingness(coded, schema, stream(seed, "missingness")),
        dependence=profile_dependence(coded, schema, stream(seed, "dependence")),
        size=assess_size(coded, schema, stream(seed, "size")),
        notes=_notes(coded, schema),
    )  # fmt: skip


def _notes(coded: pd.DataFrame, schema: Schema) -> tuple[str, ...]:
    notes = []
    target = schema.target
    if target is not None and target.kind in LABEL_KINDS and coded[target.name].nunique() > 1:
        counts = coded[target.name].value_counts()
        rarest = int(counts.min())
        if rarest < RARE_CLASS:
            few = int((counts < RARE_CLASS).sum())
            notes.append(
                f"{few} of {len(counts)} classes of {target.name!r} have fewer than {RARE_CLASS} rows: little "
                "can be learnt about them, and nothing checked."
            )
        elif rarest / int(counts.max()) < 0.1:
            notes.append(f"The rarest class of {target.name!r} has {rarest:,} of {len(coded):,} rows.")
    duplicates = int(coded.duplicated().sum())
    if duplicates:
        notes.append(f"{duplicates} rows repeat an earlier row.")
    gaps = coded.isna().mean()
    for name in gaps[gaps > 0.5].index:
        notes.append(f"Column {name!r} is missing in {gaps[name]:.0%} of the rows.")
    return tuple(notes)
