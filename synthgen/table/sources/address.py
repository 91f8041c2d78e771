"""Addresses of tables in databases, read strictly: a password or half a query must never be taken for a name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote_to_bytes

from synthgen.errors import UsageError

_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")

FILES = ("duckdb", "sqlite")
"""Databases that are one file, without user or password."""

POSTGRESQL = ("postgresql", "postgres")

_OWN = ("table", "query", "if_exists")

# Of https://www.postgresql.org/docs/current/libpq-connect.html; libpq refuses what it doesn't know.
_LIBPQ = frozenset(re.findall(r"\w+", """
    host hostaddr port dbname user password passfile service require_auth channel_binding connect_timeout options
    application_name fallback_application_name keepalives keepalives_idle keepalives_interval keepalives_count
    tcp_user_timeout gssencmode krbsrvname gsslib gssdelegation sslmode sslnegotiation sslcompression sslcert sslkey
    sslpassword sslcertmode sslrootcert sslcrl sslcrldir sslsni requirepeer ssl_min_protocol_version
    ssl_max_protocol_version target_session_attrs load_balance_hosts
"""))  # fmt: skip

_NO_DATABASES = ("http", "https", "ftp", "file", "s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "hdfs")

_CODES = "In user names, passwords and queries write % as %25, & as %26, ? as %3F, @ as %40, / as %2F and : as %3A."


@dataclass(frozen=True)
class Name:
    """The name of a table, as the database has it, with its schema if that was given."""

    table: str
    schema: str | None = None

    def __str__(self) -> str:
        return repr(self.table) if self.schema is None else f"{self.table!r} in the schema {self.schema!r}"


@dataclass(frozen=True, repr=False)
class Address:
    """Where a table of a database is.

    Attributes
    ----------
    scheme : str
        The part before ``://``, with a driver if one is named.
    location : str
        The URL without the parts that are synthgen's own. It may hold a password: never show it.
    name : Name or None
    query : str or None
        One of both is given.
    replace : bool
        Whether a table of this name may be replaced.
    shown : str
        The address as people may see it: without a password.
    secrets : tuple of str
        What must be in no message.
    """

    scheme: str
    location: str
    name: Name | None
    query: str | None
    replace: bool
    shown: str
    secrets: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Address({self.shown!r})"

    @property
    def kind(self) -> str:
        """The kind of database, without a driver."""
        base = self.scheme.partition("+")[0]
        return "postgresql" if base in POSTGRESQL else base

    @property
    def file(self) -> Path:
        """The file of a database that is one."""
        return Path(_decoded(self.location.partition("://")[2][1:]))

    @property
    def written_to(self) -> Name:
        """The table to write."""
        if self.name is None:
            raise UsageError(f"{self.shown} can't be written to: a query only reads. Name a table: ?table=NAME.")
        return self.name

    def same_table(self, other: Address) -> bool:
        """Whether two addresses lead to one table."""
        one, two = self._place(), other._place()
        return self.name is not None and self.name == other.name and one == two

    def _place(self) -> tuple[str, object]:
        if self.kind in FILES:
            return self.kind, self.file.resolve()
        # Who asks, and with which settings, doesn't change the place.
        return self.kind, self.location.partition("://")[2].partition("?")[0].rpartition("@")[2]


def is_url(text: str) -> bool:
    """Whether a text is a URL, rather than a path.

    >>> is_url("duckdb:///f.db?table=t"), is_url("data/cards.csv"), is_url("C:/cards.csv")
    (True, False, False)
    """
    return _URL.match(text) is not None


def without_passwords(text: str) -> str:
    """Blank out the passwords of URLs in a text.

    >>> without_passwords("no host in postgresql://ann:s3cret@/db?table=t&sslpassword=x")
    'no host in postgresql://ann:***@/db?table=t&sslpassword=***'
    """
    text = re.sub(r"([A-Za-z][A-Za-z0-9+.-]*://[^\s:/@?]*):\S*@", r"\1:***@", text)
    return re.sub(r"((?:password|pwd)=)[^\s&'\"]+", r"\1***", text, flags=re.IGNORECASE)


def read_address(url: str) -> Address:
    """Take a URL of a table apart.

    Parameters
    ----------
    url : str
        ``SCHEME://[USER[:PASSWORD]@HOST]/DATABASE?table=NAME``, or ``?query=SELECT ...``. Of what stands after the
        question mark, only ``%`` codes are read: a plus is a plus.

    Returns
    -------
    Address

    Raises
    ------
    UsageError
        Something is missing, unknown, there twice, or can't be told apart. No message repeats a password.

    Examples
    --------
    >>> address = read_address('duckdb:///cards.db?table=main."a.b"&if_exists=replace')
    >>> address.name, address.replace, str(address.file)
    (Name(table='a.b', schema='main'), True, 'cards.db')
    """
    found = _URL.match(url)
    if found is None:
        raise UsageError("This isn't the URL of a database. It starts with a word and ://, such as duckdb:///f.db.")
    scheme = found[1].lower()
    before, _, after = url[found.end() :].partition("?")
    authority, slash, database = before.partition("/")
    _check_authority(scheme, authority, database, after)
    shown = f"{scheme}://{_without_password(authority)}{slash}{database}"
    own, others = _parameters(scheme, shown, after)
    name = _name(own["table"], shown) if "table" in own else None
    # Where the server is belongs to the place; other settings may be secrets.
    shown += "?" + "".join(f"{key}={_printable(value)}&" for key, value in others if key in ("host", "port"))
    shown += "query=…" if name is None else "table=" + _printable(own["table"])
    if ("table" in own) == ("query" in own):
        given = "both a table and a query; name one of them" if "table" in own else "no table. Add ?table=NAME"
        raise UsageError(f"{shown.partition('?')[0]} names {given}.")
    exists = own.get("if_exists", "fail")
    if exists not in ("fail", "replace"):
        raise UsageError(f"{shown}: if_exists is 'fail' or 'replace'; it is neither here.")
    kept = "&".join(f"{key}={value}" for key, value in others)
    location = f"{scheme}://{before}" + (f"?{kept}" if kept else "")
    query = own.get("query")
    if query is not None and not query.strip(" \t\r\n;"):
        raise UsageError(f"{shown}: the query is empty.")
    return Address(scheme, location, name, query, exists == "replace", shown, _secrets(authority, others))


def _check_authority(scheme: str, authority: str, database: str, rest: str) -> None:
    """Refuse what may be half a password, without repeating any of it."""
    base = scheme.partition("+")[0]
    if base in _NO_DATABASES:
        raise UsageError(f"synthgen reads no {scheme}:// addresses. Fetch the file first, and name its path here.")
    if base in FILES:
        if authority:
            raise UsageError(f"A {base} address has three slashes and a file: {base}:///file.db?table=NAME.")
        if database in ("", ":memory:"):
            raise UsageError(f"A {base} address needs a file: {base}:///file.db?table=NAME.")
        return
    if authority.count("@") > 1 or (":" in authority and "@" not in authority and "@" in database + rest):
        raise UsageError(f"The {scheme} address can't be told apart into user, password and host. {_CODES}")


def _parameters(scheme: str, shown: str, text: str) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """Give synthgen's own parameters, decoded, and those of the database as they are."""
    own: dict[str, str] = {}
    others: list[tuple[str, str]] = []
    for part in filter(None, text.split("&")):
        key, equals, value = part.partition("=")
        if not equals or not re.fullmatch(r"\w+", key):
            raise UsageError(f"{shown}: after the question mark stand NAME=VALUE, joined by &. {_CODES}")
        if key in own:
            two = "names two tables" if key == "table" else f"has {key} twice"
            raise UsageError(f"{shown} {two}; give one.")
        if key in _OWN:
            own[key] = _decoded(value)
        elif scheme in FILES or (scheme in POSTGRESQL and key not in _LIBPQ):
            raise UsageError(
                f"{shown}: there is no parameter {key!r}. Known are {', '.join(_OWN)}"
                f"{' and those of libpq' if scheme in POSTGRESQL else ''}. {_CODES}"
            )
        else:
            others.append((key, value))
    return own, others


def _name(text: str, shown: str) -> Name:
    """Read ``table`` or ``schema.table``; a part in double quotes may hold dots."""
    part = r'"((?:[^"]|"")+)"|([^."\x00]+)'
    match = re.fullmatch(rf"(?:(?:{part})\.)?(?:{part})", text)
    if match is None or "\x00" in text:
        raise UsageError(
            f"{shown}: a table is named NAME or SCHEMA.NAME. A name with a dot or a quote stands in double quotes, "
            'with quotes in it doubled: ?table="a.b".'
        )
    schema, table = (
        quoted.replace('""', '"') if quoted else plain for quoted, plain in ((match[1], match[2]), (match[3], match[4]))
    )
    return Name(table, schema)


def _without_password(authority: str) -> str:
    user, at, host = authority.rpartition("@")
    return user.partition(":")[0] + at + host


def _secrets(authority: str, others: list[tuple[str, str]]) -> tuple[str, ...]:
    held = [authority.rpartition("@")[0].partition(":")[2]]
    held += [value for key, value in others if "password" in key.lower() or "pwd" in key.lower()]
    decoded = [unquote_to_bytes(value).decode("utf-8", "replace") for value in held]
    return tuple(sorted({text for text in (*held, *decoded) if text}, key=len, reverse=True))


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else "\ufffd" for char in text)


def _decoded(text: str) -> str:
    if re.search(r"%(?![0-9A-Fa-f]{2})", text):
        raise UsageError(f"A % in an address must begin a code. {_CODES}")
    try:
        return unquote_to_bytes(text).decode("utf-8")
    except UnicodeDecodeError:
        raise UsageError(f"The % codes of an address must be UTF-8. {_CODES}") from None
