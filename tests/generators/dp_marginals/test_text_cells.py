"""The text of a file: what a cell holds changes no other one, and no dtype."""

from __future__ import annotations

import pandas as pd
import pytest

from synthgen.errors import DataError
from synthgen.generators.dp_marginals import as_public, public_schema
from synthgen.generators.dp_marginals.measure.reading import NOT_ALLOWED, grid_points, held, label_codes, quantities
from synthgen.generators.dp_marginals.measure.text_cells import refuse_untyped, typed
from synthgen.table.column import LABEL_KINDS, Column, Kind, Role
from synthgen.table.schema import Schema

TEXT = str(pd.Series(["a"]).dtype)
COLUMNS = [
    (Column("x", Kind.INTEGER, bounds=(0, 9)), ["1", "2", "3.0"], "Int64", [1, 2, 3]),
    (Column("x", Kind.CONTINUOUS, bounds=(0, 9), decimals=1), ["1.5", "2", "3e0"], "float64", [15, 20, 30]),
    (Column("x", Kind.DATETIME, bounds=(0, 8e6), resolution=8), ["1970-01-01", "1970-01-01T00:00:04"], TEXT, [0, 5e5]),
    (Column("x", Kind.CATEGORICAL, categories=("007", "7")), ["7", "007"], TEXT, [1, 0]),
    (Column("x", Kind.CATEGORICAL, categories=(1, 2)), ["2", "1"], "Int64", [1, 0]),
    (Column("x", Kind.CATEGORICAL, categories=(1.5, 2.0)), ["2", "1.5"], "float64", [1, 0]),
    (Column("x", Kind.BOOLEAN, categories=(False, True)), ["True", "false"], "boolean", [1, 0]),
]


def read(cells, column):
    schema = as_public(Schema((column,)))
    made = typed(pd.DataFrame({"x": pd.Series(cells, dtype=object).astype(TEXT)}), schema)["x"]
    public = public_schema({"x": held(made)}, schema, None)["x"]
    if column.kind in LABEL_KINDS:
        return str(made.dtype), label_codes(made, public).tolist()
    return str(made.dtype), grid_points(quantities(made, public), public)[0].tolist()


@pytest.mark.parametrize(("column", "cells", "dtype", "codes"), COLUMNS)
@pytest.mark.parametrize("cell", ["abc", None, "1.25", "1e400", "007", "2020-01-01T00:00:00.1234567", "True", " "])
def test_a_cell_changes_neither_the_dtype_nor_another_cell(column, cells, dtype, codes, cell):
    assert read(cells, column) == (dtype, codes)
    found = read([*cells, cell], column)
    assert found[0] == dtype
    assert found[1][:-1] == codes


def test_a_text_among_labels_that_are_numbers_isnt_listed():
    column = Column("x", Kind.CATEGORICAL, categories=(1, 2))
    assert read(["1", "abc", "3", None], column)[1] == [0, NOT_ALLOWED, NOT_ALLOWED, -1]


def test_a_column_whose_kind_nobody_declared_is_refused_by_name():
    said = Column("age", Kind.INTEGER, declared=frozenset({"kind"}))
    subject = Column("who", Kind.IDENTIFIER, Role.SUBJECT)
    refuse_untyped(["age", "who"], Schema((said, subject)), "refuse")
    with pytest.raises(DataError, match=r"1 of 2 columns .*'ward'\. A text file says it only by its cells"):
        refuse_untyped(["age", "ward"], Schema((said, Column("ward", Kind.CATEGORICAL))), "refuse")
    with pytest.raises(DataError, match="2 of 2 columns"):
        refuse_untyped(["age", "ward"], None, "refuse")
