"""Each kind of database, one after the other."""

from __future__ import annotations

import itertools

import pytest

NAMES = ["duckdb", "sqlite", "postgresql", "postgresql+pg8000"]
_numbers = itertools.count()


class Place:
    """One database, with a schema of its own for each test."""

    def __init__(self, name, folder, server):
        self.name, self.server, self.file = name, server, folder / "t.db"
        self.schema = "main" if server is None else f"Test {next(_numbers)}"
        if server is not None:
            server.execute(f'CREATE SCHEMA "{self.schema}"')

    def url(self, parameters):
        if self.server is None:
            return f"{self.name}:///{self.file}?{parameters}"
        return self.server.url(parameters, scheme=self.name)

    def __call__(self, table="t", more=""):
        """The address of a table."""
        quoted = table.replace('"', '""').replace("%", "%25").replace("&", "%26")
        return self.url(f'table="{self.schema}"."{quoted}"{more}')

    def query(self, text):
        """The address of a query; {t} stands for the table t."""
        return self.url("query=" + text.replace("%", "%25").replace("&", "%26").format(t=f'"{self.schema}"."t"'))

    def execute(self, statement):
        """Run a statement with the database's own library."""
        statement = statement.format(t=f'"{self.schema}"."t"', s=f'"{self.schema}"')
        if self.server is not None:
            self.server.execute(statement)
        elif self.name == "duckdb":
            import duckdb

            with duckdb.connect(str(self.file)) as connection:
                connection.execute(statement)
        else:
            import sqlite3

            with sqlite3.connect(self.file) as connection:
                connection.execute(statement)
            connection.close()


@pytest.fixture(params=NAMES)
def place(request, tmp_path):
    name = request.param
    pytest.importorskip("duckdb" if name == "duckdb" else "sqlalchemy", reason="the extra sql isn't installed")
    if "+" in name:
        pytest.importorskip("pg8000", reason="no other driver for PostgreSQL is installed")
    server = request.getfixturevalue("postgresql") if name.startswith("postgresql") else None
    return Place(name, tmp_path, server)
