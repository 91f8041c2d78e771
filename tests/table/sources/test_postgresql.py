"""What only PostgreSQL has: numbers of any length, intervals, and types that nothing else knows."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd
import pytest

from synthgen.errors import DataError, FileError
from synthgen.table import read_table, write_table


def query(server, text):
    return read_table(server.url("query=" + text.replace("%", "%25")))


def test_numerics_without_a_precision(postgresql):
    found = query(postgresql, "SELECT * FROM (VALUES (1.5), (-12345678901234567890.123), (NULL), ('NaN')) AS v (n)")
    assert str(found["n"].dtype) == "decimal128(38, 3)[pyarrow]"
    assert found["n"].dropna().tolist() == [Decimal("1.500"), Decimal("-12345678901234567890.123")]
    assert found["n"].isna().tolist() == [False, False, True, True]
    assert query(postgresql, "SELECT NULL::numeric AS n")["n"].isna().all()
    assert query(postgresql, "SELECT 7::numeric AS n")["n"].tolist() == [7]
    declared = query(postgresql, "SELECT 7.25::numeric(50, 4) AS n")
    assert str(declared["n"].dtype) == "decimal256(50, 4)[pyarrow]"


@pytest.mark.parametrize("value", ["'Infinity'", "1e100", "123456789012345678901234567890123456789.5"])
def test_numerics_that_no_decimal_holds(postgresql, value):
    with pytest.raises(FileError, match="Column 'n' holds numerics that are infinite or too long"):
        query(postgresql, f"SELECT {value}::numeric AS n")


def test_intervals(postgresql):
    found = query(postgresql, "SELECT interval '1 day 02:00:00.5' AS i UNION ALL SELECT NULL")
    assert found["i"].tolist()[0] == pd.Timedelta("1 day 02:00:00.5")
    postgresql.execute("DROP TABLE IF EXISTS spans")
    write_table(found, postgresql.url("table=spans"))
    pd.testing.assert_frame_equal(read_table(postgresql.url("table=spans")), found)
    with pytest.raises(DataError, match="Column 'i' is of type an interval with months"):
        query(postgresql, "SELECT interval '1 month' AS i")


@pytest.mark.parametrize(
    "value", ["'1.2.3.4'::inet", "'1.50'::money", "'{1,2}'::int[]", "'abc'::bytea", "'10:00'::time"]
)
def test_types_that_have_no_place_in_a_table(postgresql, value):
    with pytest.raises(DataError, match=r"Column 'odd; one' .*casts it"):
        query(postgresql, f'SELECT {value} AS "odd; one"')
    assert len(query(postgresql, f'SELECT ({value})::text AS "odd; one"')) == 1


def test_texts_of_other_names(postgresql):
    found = query(
        postgresql,
        "SELECT 'x'::varchar(3) AS v, 'x'::name AS n, '{\"a\": 1}'::jsonb AS j, "
        "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid AS u",
    )
    assert found.iloc[0].tolist() == ["x", "x", '{"a": 1}', "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"]


def test_two_enums_of_one_name(postgresql):
    postgresql.execute(
        "CREATE SCHEMA one", "CREATE SCHEMA two", "CREATE TYPE one.size AS ENUM ('s', 'l')",
        "CREATE TYPE two.size AS ENUM ('l', 'xl')", "CREATE TABLE one.t (size one.size)",
        "INSERT INTO one.t VALUES ('l')",
    )  # fmt: skip
    found = read_table(postgresql.url("table=one.t"))["size"]
    assert (found.tolist(), list(found.cat.categories)) == (["l"], ["s", "l"])
    # The result of a query doesn't say which of them it is, unless one is on the search path.
    text = query(postgresql, "SELECT size FROM one.t")["size"]
    assert text.tolist() == ["l"] and not isinstance(text.dtype, pd.CategoricalDtype)
    seen = read_table(postgresql.url("query=SELECT size FROM one.t&options=-csearch_path%3Done"))["size"]
    assert list(seen.cat.categories) == ["s", "l"]


def test_a_table_that_others_build_on_is_not_replaced(postgresql):
    postgresql.execute("CREATE TABLE base (a integer)", "INSERT INTO base VALUES (1)", "CREATE VIEW top AS TABLE base")
    with pytest.raises(FileError, match=r"can't be written: .*other objects depend on it"):
        write_table(pd.DataFrame({"a": [2]}), postgresql.url("table=base&if_exists=replace"))
    assert read_table(postgresql.url("table=base"))["a"].tolist() == [1]


def test_a_table_found_by_the_search_path(postgresql):
    postgresql.execute("CREATE SCHEMA hidden", "CREATE TABLE hidden.found (a integer)")
    with pytest.raises(FileError, match="no table 'found'"):
        read_table(postgresql.url("table=found"))
    path = "&options=-csearch_path%3Dhidden"
    assert list(read_table(postgresql.url(f"table=found{path}")).columns) == ["a"]
    # One is written to the first schema of the path.
    write_table(pd.DataFrame({"a": [2]}), postgresql.url(f"table=new{path}"))
    assert read_table(postgresql.url("table=hidden.new"))["a"].tolist() == [2]
