"""What of a schema is kept: what a person declared, and nothing that was read off the rows."""

from __future__ import annotations

import pytest

from synthgen.errors import UsageError
from synthgen.generators.dp_marginals import public_schema
from synthgen.generators.dp_marginals.public import Held
from synthgen.table.column import Column, Kind, Role, Storage
from synthgen.table.endings import Endings
from synthgen.table.schema import Schema

HELD = {
    "x": Held("float64", "f"),
    "n": Held("int64", "i", gaps=False),
    "t": Held("str", "O"),
    "other": Held("str", "O"),
}


def kept(column):
    return public_schema(HELD, Schema((column, Column("other", Kind.CATEGORICAL))), None)[column.name]


@pytest.mark.parametrize(
    ("read_off", "declared", "kind"),
    [
        (Column("x", Kind.INTEGER, bounds=(0, 9)), {"bounds"}, Kind.CONTINUOUS),
        (Column("x", Kind.INTEGER, bounds=(0, 9)), {"bounds", "kind"}, Kind.INTEGER),
        (Column("n", Kind.BOOLEAN, categories=(0, 1)), {"categories"}, Kind.CATEGORICAL),
        (Column("n", Kind.CATEGORICAL, Role.TARGET, bounds=(0, 9)), {"bounds"}, Kind.INTEGER),
        (Column("t", Kind.CATEGORICAL, pattern="99"), {"pattern"}, Kind.IDENTIFIER),
    ],
)
def test_a_kind_that_isnt_declared_is_the_dtypes(read_off, declared, kind):
    names = frozenset(declared)
    assert kept(Column(**{**vars(read_off), "declared": names})).kind is kind


def test_bounds_of_a_text_say_nothing_without_a_kind():
    with pytest.raises(UsageError, match="Declare the kind too"):
        kept(Column("t", Kind.DATETIME, bounds=(0, 9), declared=frozenset({"bounds"})))


def test_last_digits_and_texts_that_were_read_off_are_forgotten():
    read_off = Storage("str", as_text=True, text_format="%d.%m.%Y", missing_token="?")
    endings = (Endings(step=5),)
    column = Column("t", Kind.DATETIME, storage=read_off, endings=endings, declared=frozenset({"nullable"}))
    found = kept(column)
    assert found.storage == Storage("str", "str")
    assert found.endings is None


def test_an_identifier_that_was_only_guessed_is_a_column_like_others():
    assert kept(Column("t", Kind.IDENTIFIER, Role.IDENTIFIER)).role is Role.FEATURE
    assert kept(Column("t", Kind.IDENTIFIER, Role.IDENTIFIER, declared=frozenset({"kind"}))).role is Role.IDENTIFIER


@pytest.mark.parametrize("role", [Role.SUBJECT, Role.TARGET])
def test_two_subjects_or_targets_are_refused(role):
    schema = Schema((Column("t", Kind.CATEGORICAL, role), Column("n", Kind.CATEGORICAL, role)))
    with pytest.raises(UsageError, match="'t' and 'n'"):
        public_schema(HELD, schema, None)
