"""A description of the source table, for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from synthgen.profiling.bias import audit_bias
from synthgen.profiling.dependence import profile_dependence
from synthgen.profiling.distributions import describe_columns
from synthgen.profiling.missingness import profile_missingness
from synthgen.profiling.personal_data import PersonalData, TextSearch, personal_data
from synthgen.profiling.profile import Profile
from synthgen.profiling.size import assess_size
from synthgen.profiling.source import with_source
from synthgen.randomness import seed_sequence, stream
from synthgen.table.column import LABEL_KINDS
from synthgen.table.disclosure import FEWEST_HOLDERS
from synthgen.table.encoding import encode
from synthgen.table.frames import to_pandas
from synthgen.table.roles import schema_with_roles
from synthgen.table.schema import Schema

RARE_CLASS = 20


def profile(
    data: Any,
    *,
    target: str | None = None,
    sensitive_features: Sequence[str] | None = None,
    schema: Schema | None = None,
    reference_population: Any = None,
    legitimate: Sequence[str] = (),
    predictions: Any = None,
    text_search: TextSearch | None = None,
) -> Profile:
    """Describe a table: each column's distribution, gaps, classes, and its bias by group.

    Parameters
    ----------
    data : table
        pandas, polars, Arrow, a path or the URL of a table in a database.
    target : str, optional
    sensitive_features : list of str, optional
        Columns whose groups are audited (``profile.bias``).
    schema : Schema, optional
        Inferred if not given.
    reference_population, legitimate, predictions
        For the audit of groups; see :func:`synthgen.profiling.audit_bias`.
    text_search : callable, optional
        Searches free text for personal data; see :func:`synthgen.profiling.personal_data.with_presidio`.

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
    found = profile_coded(
        encode(frame, schema), schema, text_search=text_search, reference_population=reference_population,
        legitimate=legitimate, predictions=predictions,
    )  # fmt: skip
    return with_source(found, data, schema)


def profile_coded(
    coded: pd.DataFrame,
    schema: Schema,
    *,
    text_search: TextSearch | None = None,
    personal: PersonalData | None = None,
    **audit: Any,
) -> Profile:
    """Describe a coded frame; see :func:`profile`. ``personal`` was found already; ``audit`` goes to that of groups."""
    seed = seed_sequence(0)  # only chooses the rows on which families are compared
    columns = describe_columns(coded, schema, seed)
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
        schema, len(coded), columns, classes, audit_bias(coded, schema, **audit),
        missingness=profile_missingness(coded, schema, stream(seed, "missingness")),
        dependence=profile_dependence(coded, schema, stream(seed, "dependence")),
        size=assess_size(coded, schema, stream(seed, "size")),
        personal_data=personal or personal_data(coded, schema, text_search=text_search),
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
