"""What every database must do: types and names come back, a table is replaced whole, when told, or not at all."""

from __future__ import annotations

import datetime as dt
import signal
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from synthgen.errors import DataError, FileError, UsageError
from synthgen.table import check_destination, read_table, write_table
from synthgen.table.content import content

ROOT = Path(__file__).resolve().parents[3]
SECRET = "Mrs Secret"
HOSTILE = [
    "a;b", 'qu"ote', "it's", " space ", "ünï→☂", "select", "a.b", "%s%(x)s", ":x", "--", "t; DROP TABLE t", "a\\b",
    "new\nline", "$1", "{}", "?", "A", "a",
]  # fmt: skip


def small(n=3):
    return pd.DataFrame({"a": np.arange(n), "b": [SECRET, "y", "z"][:n]})


def shifted(by):
    return small().assign(a=np.arange(3) + by)


def rows(table):
    return b"".join(content(table))


# Types


def every_type():
    whole = {
        f"{sign}int{bits}": np.array([0, 1, np.iinfo(f"{sign}int{bits}").max, 3, 2], f"{sign}int{bits}")
        for sign in ("", "u")
        for bits in (8, 16, 32, 64)
    }
    gaps = {f"{name} or none": pd.array([None, *values[1:]], name.replace("u", "U").replace("i", "I"))
            for name, values in whole.items() if not name.startswith("u")}  # fmt: skip
    moments = pd.DatetimeIndex(
        [pd.Timestamp("2024-03-01 08:00:00.123456"), pd.Timestamp("1999-12-31"), None, pd.Timestamp("2024-10-27 01:30"),
         pd.Timestamp(0)]
    )  # fmt: skip
    return pd.DataFrame(
        {
            **whole,
            **gaps,
            "bool": [True, False, True, True, False],
            "bool or none": pd.array([True, None, False, True, None], "boolean"),
            "float32": np.array([1.5, 0.1, np.nan, -2, 0], "float32"),
            "float64": [1 / 3, np.nan, 5e-324, 1.7976931348623157e308, -0.1],
            "decimal": pd.array([Decimal("1.50"), None, Decimal("-12345678.99"), Decimal(0), Decimal("0.01")],
                                pd.ArrowDtype(pa.decimal128(10, 2))),
            "long decimal": pd.array([Decimal(f"{i}234567890123456789.0123456789") for i in range(5)],
                                     pd.ArrowDtype(pa.decimal128(38, 10))),
            "date": pd.array([dt.date(2024, 2, 29), None, dt.date(1, 1, 1), dt.date(9999, 12, 31), dt.date(1970, 1, 1)],
                             pd.ArrowDtype(pa.date32())),
            "moment": moments.as_unit("us"),
            "moment in time": moments.as_unit("us").tz_localize("UTC"),
            "text": ["", SECRET, None, "ü☂\n\t'\"\\", "NULL"],
            "label": pd.Categorical(["low", None, "it's", "low", "high"], ["low", "mid", "high", "it's"]),
            "empty": pd.Series([None] * 5, dtype=object),
        }
    )  # fmt: skip


CHANGED = {
    # DuckDB has them all. PostgreSQL has no small and no unsigned integers.
    "duckdb": {},
    "postgresql": {
        "int8": "int16", "int8 or none": "Int16", "uint8": "int16", "uint16": "int32", "uint32": "int64",
        "uint64": "decimal128(20, 0)[pyarrow]",
    },
    "sqlite": {
        "int8": "int16", "int8 or none": "Int16", "int32": "int64", "int32 or none": "Int64", "uint8": "int16",
        "uint16": "int64", "uint32": "int64", "uint64": "str", "float32": "float64", "long decimal": "str",
        "moment in time": "str",
    },
}  # fmt: skip
CHANGED["postgresql+pg8000"] = CHANGED["postgresql"]


def test_every_type_comes_back(place):
    frame = every_type()
    if place.server is not None:
        place.execute("CREATE TYPE {s}.level AS ENUM ('low', 'mid', 'high', 'it''s')")
    check_destination(place())
    write_table(frame, place())
    found = read_table(place())
    changed = CHANGED[place.name]
    text = read_dtype(["a", None])
    as_text = {"empty", *(name for name, kind in changed.items() if kind == "str")}
    if place.name == "sqlite" or place.server is not None:
        # The type in that schema isn't on the search path.
        as_text |= {"label"}
    wanted = {
        name: text if name in as_text or name == "text" else changed.get(name, str(frame[name].dtype)) for name in frame
    }
    assert {name: str(dtype) for name, dtype in found.dtypes.items()} == wanted
    alike = [name for name in frame if name not in as_text or name in ("label", "empty")]
    for name in alike:
        if name != "uint64":
            assert rows(found[[name]]) == rows(frame[[name]]), name
    assert [str(value) for value in found["uint64"]] == [str(value) for value in frame["uint64"]]
    assert [str(value) for value in found["long decimal"]] == [str(value) for value in frame["long decimal"]]
    written = [None if value == "None" else pd.Timestamp(value) for value in map(str, found["moment in time"])]
    assert [pd.Timestamp(v) for v in written if not pd.isna(v)] == frame["moment in time"].dropna().tolist()
    # And what came out of the database goes in again as it is.
    write_table(found, place("again"))
    pd.testing.assert_frame_equal(read_table(place("again")), found)


def read_dtype(values):
    """The dtype that texts have here, which pandas 3 changed."""
    return str(pa.table({"a": pa.array(values, pa.string())}).to_pandas()["a"].dtype)


def test_labels_come_back_as_what_they_were(place):
    if place.name == "sqlite":
        # It has none: they become text.
        write_table(pd.DataFrame({"mood": pd.Categorical(["ok", None])}), place())
        assert read_table(place())["mood"].tolist()[:1] == ["ok"]
        return
    if place.server is not None:
        place.execute(f"CREATE TYPE mood_{place.schema.split()[1]} AS ENUM ('sad', 'ok', 'it''s')")
        place.execute(f"CREATE TABLE {{t}} (mood mood_{place.schema.split()[1]})")
    else:
        place.execute("CREATE TABLE {t} (mood ENUM ('sad', 'ok', 'it''s'))")
    place.execute("INSERT INTO {t} VALUES ('ok'), (NULL), ('it''s')")
    found = read_table(place())
    if "+" in place.name:
        # This driver says what its labels are, but the order is the enum's only by ADBC.
        found = found.astype({"mood": pd.CategoricalDtype(["sad", "ok", "it's"])})
    assert list(found["mood"].cat.categories) == ["sad", "ok", "it's"]
    assert found["mood"].isna().tolist() == [False, True, False]
    write_table(found, place("again"))
    if "+" not in place.name:
        pd.testing.assert_frame_equal(read_table(place("again")), found)


def test_a_table_without_rows_and_one_without_labels(place):
    frame = every_type().iloc[:0]
    write_table(frame, place())
    assert list(read_table(place()).columns) == list(frame.columns)
    assert len(read_table(place())) == 0


def test_many_rows(place, monkeypatch):
    n = 20_001
    if place.name == "sqlite" or "+" in place.name:
        n = 501
        monkeypatch.setattr("synthgen.table.sources.by_sqlalchemy._ROWS_AT_ONCE", 100)
    frame = pd.DataFrame({"n": np.arange(n), "x": np.where(np.arange(n) % 7, np.arange(n) / 3, np.nan)})
    write_table(frame, place())
    found = read_table(place()).sort_values("n", ignore_index=True)
    assert rows(found) == rows(frame)


def test_times_of_day_and_lists_are_refused_by_name(place):
    place.execute('CREATE TABLE {t} (a INTEGER, "at; noon" TIME)')
    place.execute("INSERT INTO {t} VALUES (1, '12:00:00')")
    with pytest.raises(DataError, match="Column 'at; noon' is of type time"):
        read_table(place())
    assert read_table(place.query("SELECT a FROM {t}"))["a"].tolist() == [1]


@pytest.mark.parametrize("value", ["'infinity'::DATE", "'-infinity'::TIMESTAMP", "'infinity'::TIMESTAMPTZ",
                                   "'10000-01-01'::DATE"])  # fmt: skip
@pytest.mark.parametrize("place", ["duckdb", "postgresql"], indirect=True)
def test_infinite_dates_are_refused_by_name(place, value):
    write_table(small(), place())
    with pytest.raises(DataError, match=r"Column 'end; of' has dates that are infinite or not of the years 1 to 9999"):
        read_table(place.query(f'SELECT {value} AS "end; of" FROM {{t}}'))
    assert read_table(place.query("SELECT '9999-12-31'::DATE AS d, '0001-01-01'::TIMESTAMP AS t")).shape == (1, 2)


# Names


def test_hostile_names(place):
    frame = pd.DataFrame({name: [place_, -place_] for place_, name in enumerate(HOSTILE, start=1)})
    if place.server is None:
        # These don't tell upper from lower case.
        frame = frame.drop(columns="A")
    for number, name in enumerate(frame if place.server is None else HOSTILE[::4]):
        held = frame if number == 0 else shifted(number)
        write_table(held, place(name))
        assert rows(read_table(place(name))) == rows(held)
    with pytest.raises(FileError, match="already"):
        check_destination(place(name))
    assert rows(read_table(place(HOSTILE[0]))) == rows(frame)


def test_names_that_no_database_takes(place):
    with pytest.raises(FileError, match="can't be a name"):
        write_table(pd.DataFrame({"": [1]}), place())
    if place.server is not None:
        with pytest.raises(FileError, match="63 bytes"):
            write_table(pd.DataFrame({"ü" * 32: [1]}), place())
    with pytest.raises(FileError, match=r"no table 't'|no file"):
        read_table(place())


def test_names_that_differ_in_case_only(place):
    frame = pd.DataFrame({"a": [1], "A": [2]})
    if place.server is None:
        with pytest.raises(FileError, match="'a' and 'A' differ in upper and lower case only"):
            write_table(frame, place())
        assert not place.file.exists()
    else:
        write_table(frame, place())
        assert rows(read_table(place())) == rows(frame)


# What is there


def test_a_table_is_replaced_only_when_told_to(place):
    write_table(small(), place())
    for act in (check_destination, lambda where: write_table(small(2), where)):
        with pytest.raises(FileError, match=r"table 't' .* already.*if_exists=replace"):
            act(place())
    assert rows(read_table(place())) == rows(small())
    check_destination(place(more="&if_exists=replace"))
    assert rows(read_table(place())) == rows(small())
    write_table(small(2), place(more="&if_exists=replace"))
    assert rows(read_table(place())) == rows(small(2))


def test_a_view_is_read_and_never_replaced(place):
    write_table(small(), place())
    place.execute("CREATE VIEW {s}.v AS SELECT a FROM {t}")
    assert read_table(place("v"))["a"].tolist() == [0, 1, 2]
    with pytest.raises(FileError, match="isn't a table"):
        check_destination(place("v", "&if_exists=replace"))
    with pytest.raises(FileError, match=r"already|isn't a table"):
        write_table(small(), place("v"))


KILL = {
    "duckdb": ("duckdb_file", "quoted"),
    "sqlite": ("by_sqlalchemy", "_rename"),
    "postgresql": ("postgresql", "quoted"),
    "postgresql+pg8000": ("by_sqlalchemy", "_rename"),
}


@pytest.mark.slow
def test_a_program_that_is_killed_while_it_writes_leaves_the_old_table(place):
    write_table(small(), place())
    module, name = KILL[place.name]
    # Killed at the very end: the new table is filled, the old one dropped, the new one not yet named.
    script = f"""
import os, pandas as pd
from synthgen.table import write_table
from synthgen.table.sources import {module} as module
real = module.{name}
def stop(*given):
    if given[-1] == "t":
        os.kill(os.getpid(), 9)
    return real(*given)
module.{name} = stop
write_table(pd.DataFrame({{"a": range(30_000)}}), {place(more="&if_exists=replace")!r})
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert rows(read_table(place())) == rows(small())
    # Nor is anything in the way of the next one.
    write_table(small(2), place(more="&if_exists=replace"))
    assert rows(read_table(place())) == rows(small(2))


def test_a_write_that_fails_leaves_nothing(place):
    with pytest.raises(FileError, match="several types"):
        write_table(pd.DataFrame({"a": ["x", 1]}), place())
    with pytest.raises(FileError, match="no table"):
        read_table(place()) if place.server is not None else _no_file(place)


def _no_file(place):
    assert not place.file.exists()
    raise FileError("no table")


# Queries


def test_a_query(place):
    write_table(small(), place())
    found = read_table(place.query("SELECT a + 1 AS \"a;1\", b FROM {t} WHERE b LIKE '%y%' ORDER BY a;"))
    assert (list(found.columns), found.to_numpy().tolist()) == (["a;1", "b"], [[2, "y"]])
    assert read_table(place.query("SELECT ':x %s %%' AS c"))["c"].tolist() == [":x %s %%"]


def test_a_query_changes_nothing(place):
    write_table(small(), place())
    for text in ("DELETE FROM {t}", "DROP TABLE {t}", "CREATE TABLE {s}.u AS SELECT * FROM {t}"):
        with pytest.raises(FileError, match="can't be read"):
            read_table(place.query(text.replace("{s}", f'"{place.schema}"')))
    assert rows(read_table(place())) == rows(small())


def test_what_a_database_says_of_a_query_is_repeated_and_what_it_says_of_a_value_is_not(place):
    write_table(small(), place())
    with pytest.raises(FileError, match="nowhere") as caught:
        read_table(place.query("SELECT nowhere FROM {t}"))
    assert "\n" not in str(caught.value)
    with pytest.raises(FileError, match="can't be read"):
        read_table(place.query("SELEKT 1"))
    if place.name != "sqlite":
        # SQLite makes 0 of it.
        with pytest.raises(FileError, match="can't be read") as caught:
            read_table(place.query("SELECT CAST(b AS INTEGER) FROM {t}"))
        shown = "".join(map(str, (caught.value, caught.value.__cause__)))
        assert SECRET not in shown
        assert caught.value.__suppress_context__


def test_two_columns_of_one_name(place):
    write_table(small(), place())
    with pytest.raises(DataError, match="name 'a' occurs more than once"):
        read_table(place.query("SELECT a, a FROM {t}"))


# Places that aren't there


def test_missing_tables_and_schemas(place):
    write_table(small(), place())
    with pytest.raises(FileError, match="no table 'nix'"):
        read_table(place("nix"))
    for act in (read_table, check_destination):
        with pytest.raises(FileError, match=r"no (schema|table)"):
            act(place.url("table=nowhere.t"))
    with pytest.raises(UsageError, match="a query only reads"):
        check_destination(place.query("SELECT 1"))
