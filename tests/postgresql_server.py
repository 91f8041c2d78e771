"""A PostgreSQL server in a folder of its own, for as long as the tests run."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

PASSWORD = "s3cret/@?#&:geheim"
"""With every character that an address has a use for."""


def binaries() -> Path | None:
    """The folder of initdb and pg_ctl, if they are here."""
    on_path = shutil.which("initdb")
    found = [Path(on_path).resolve().parent] if on_path else []
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in found if (folder / "initdb").exists() and (folder / "pg_ctl").exists()), None)


@dataclass(frozen=True)
class Server:
    """A running server that asks for a password, reached by a socket in ``folder``."""

    folder: Path

    def url(self, parameters: str, *, password: str = PASSWORD, scheme: str = "postgresql") -> str:
        """An address of it."""
        where = f"unix_sock={self.folder}/.s.PGSQL.5432" if "+" in scheme else f"host={self.folder}"
        return f"{scheme}://ann:{quote(password, safe='')}@/postgres?{where}&{parameters}"

    def execute(self, *statements: str) -> list[tuple[object, ...]]:
        """Run statements; gives what the last one finds."""
        import adbc_driver_postgresql.dbapi as driver

        location = f"postgresql://ann:{quote(PASSWORD, safe='')}@/postgres?host={self.folder}"
        with driver.connect(location) as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            rows = cursor.fetchall() if cursor.description else []
            connection.commit()
            return list(rows)


@contextmanager
def running(programs: Path) -> Iterator[Server]:
    """Start a server, as nobody where root asks: PostgreSQL doesn't run as root."""
    # The path of a socket has at most 107 bytes, which pytest's own folders may exceed.
    folder = Path(tempfile.mkdtemp(prefix="synthgen-pg-"))
    (folder / "password").write_text(PASSWORD + "\n", encoding="utf-8")
    as_other: dict[str, object] = {}
    if os.geteuid() == 0:
        as_other = {"user": "nobody", "group": "nogroup", "extra_groups": []}
        for path in (folder, folder / "password"):
            shutil.chown(path, "nobody", "nogroup")

    def call(*words: object) -> None:
        done = subprocess.run(
            [str(word) for word in words], capture_output=True, text=True, cwd=folder, check=False, timeout=120,
            **as_other,
        )  # fmt: skip
        log = folder / "log"
        assert done.returncode == 0, done.stderr + (log.read_text() if log.exists() else "")

    try:
        call(
            programs / "initdb", "-D", folder / "data", "-U", "ann", "-A", "scram-sha-256",
            "--pwfile", folder / "password", "--no-sync", "--encoding", "UTF8", "--locale", "C",
        )  # fmt: skip
        # The server keeps what it is given as standard error open, so that goes to its log.
        options = f"-k {folder} -c listen_addresses= -c fsync=off"
        call(programs / "pg_ctl", "-D", folder / "data", "-w", "-l", folder / "log", "-o", options, "start")
        try:
            yield Server(folder)
        finally:
            call(programs / "pg_ctl", "-D", folder / "data", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
