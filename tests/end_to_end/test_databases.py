"""A table of a database in, a table of the same types out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from synthgen.errors import FileError, UsageError

N = 240


def rows():
    """SQL for the values of one row each: every type, gaps in most of them, two classes."""
    rng = np.random.default_rng(0)
    words = []
    for place in range(N):
        ill, gap = place % 3 == 0, place % 7 == 0
        values = [
            str(int(ill)), f"{rng.gamma(2, 10) + 30 * ill:.2f}", str(rng.integers(0, 90)), str(rng.integers(0, 400)),
            str(rng.integers(0, 10**12)), "true" if rng.random() < 0.4 else "false", f"{rng.normal():.6f}",
            f"'{rng.choice(['low', 'mid', 'high'])}'", rng.choice(["'north'", "'south'", "'w''est'"]),
            f"'{pd.Timestamp('2024-01-01') + pd.Timedelta(int(rng.integers(0, 300)), 'D'):%Y-%m-%d}'",
            f"'{pd.Timestamp('2024-01-01') + pd.Timedelta(int(rng.integers(0, 9999)), 'min'):%Y-%m-%d %H:%M:%S}'",
            f"'{pd.Timestamp('2024-01-01') + pd.Timedelta(int(rng.integers(0, 9999)), 'min'):%Y-%m-%d %H:%M:%S}+02'",
        ]  # fmt: skip
        words.append(
            f"({', '.join(value if k in (0, place % 12) or not gap else 'NULL' for k, value in enumerate(values))})"
        )
    return ", ".join(words)


COLUMNS = """(
    "Class" smallint, "price; each" numeric(10, 2), "age" smallint, "visits" integer, "number" bigint, "smoker" boolean,
    "it's" double precision, "level" {level}, "ward" varchar, "born" date, "seen" timestamp, "select" timestamptz
)"""


def synthesize(source, out, **more):
    return sg.synthesize(
        source, target="Class", generator="jitter", gate=None, out=out, random_state=0, progress=False, **more
    )


@pytest.mark.slow
def test_types_stay_in_duckdb(tmp_path):
    duckdb = pytest.importorskip("duckdb", reason="the extra sql isn't installed")
    file = tmp_path / "t.db"
    with duckdb.connect(str(file)) as connection:
        connection.execute(f"CREATE TABLE t {COLUMNS.format(level='''ENUM ('low', 'mid', 'high')''')}")
        connection.execute(f"INSERT INTO t VALUES {rows()}")
    result = synthesize(f"duckdb:///{file}?table=t", f"duckdb:///{file}?table=made")
    with duckdb.connect(str(file)) as connection:
        types = {
            table: [row[:2] for row in connection.execute(f"DESCRIBE {table}").fetchall()] for table in ("t", "made")
        }
        assert types["made"] == [*types["t"], ("is_synthetic", "BOOLEAN")]
        made = connection.execute("SELECT count(*), count(*) FILTER (is_synthetic) FROM made").fetchall()[0]
        assert made == (result.provenance.counts["delivered"], result.provenance.counts["accepted"])
        # The real rows are as they were, gaps too.
        changed = connection.execute(
            "SELECT count(*) FROM (SELECT * EXCLUDE is_synthetic FROM made WHERE NOT is_synthetic EXCEPT FROM t)"
        ).fetchall()[0][0]
        assert changed == 0


@pytest.mark.slow
def test_types_stay_in_postgresql(postgresql):
    postgresql.execute(
        "DROP SCHEMA IF EXISTS clinic CASCADE", "CREATE SCHEMA clinic",
        "CREATE TYPE public.level AS ENUM ('low', 'mid', 'high')",
        f"CREATE TABLE clinic.t {COLUMNS.format(level='public.level')}", f"INSERT INTO clinic.t VALUES {rows()}",
    )  # fmt: skip
    result = synthesize(postgresql.url("table=clinic.t"), postgresql.url("table=clinic.made"))

    def types(table):
        return postgresql.execute(
            "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute "
            f"WHERE attrelid = 'clinic.{table}'::regclass AND attnum > 0 ORDER BY attnum"
        )

    was = [(name, "text" if kind == "character varying" else kind) for name, kind in types("t")]
    assert types("made") == [*was, ("is_synthetic", "boolean")]
    counts = postgresql.execute("SELECT count(*), count(*) FILTER (WHERE is_synthetic) FROM clinic.made")[0]
    assert counts == (result.provenance.counts["delivered"], result.provenance.counts["accepted"])
    names = ", ".join('"' + name.replace('"', '""') + '"' for name, _ in was)
    changed = postgresql.execute(
        f"SELECT count(*) FROM (SELECT {names} FROM clinic.made WHERE NOT is_synthetic EXCEPT SELECT * FROM clinic.t) x"
    )
    assert changed == [(0,)]


def test_the_destination_is_looked_at_before_any_work(tmp_path, monkeypatch):
    duckdb = pytest.importorskip("duckdb", reason="the extra sql isn't installed")
    with duckdb.connect(str(tmp_path / "t.db")) as connection:
        connection.execute("CREATE TABLE t AS SELECT 1 AS a")

    def work(*args, **options):
        raise AssertionError("it began to work")

    monkeypatch.setattr("synthgen.memory_run.to_pandas", work)
    frame = pd.DataFrame({"a": range(100), "Class": [0, 1] * 50})
    with pytest.raises(FileError, match="already"):
        synthesize(frame, f"duckdb:///{tmp_path}/t.db?table=t")
    with pytest.raises(FileError, match="no schema 'nowhere'"):
        synthesize(frame, f"duckdb:///{tmp_path}/t.db?table=nowhere.t")
    with pytest.raises(UsageError, match="names no table"):
        synthesize(frame, f"duckdb:///{tmp_path}/t.db")
