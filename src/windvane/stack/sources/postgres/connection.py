"""Connects to Postgres: secrets at the last moment, read only, with time limits, errors typed by what to do next."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, urlsplit

from windvane.domain.errors import Failed, TryAgain, Usage, WindvaneError
from windvane.domain.ports import Secrets

if TYPE_CHECKING:
    import psycopg

    Connection = psycopg.Connection[tuple[object, ...]]

_REFERENCE = re.compile(r"\$\{(env|keyring):[^}]+\}")
_SETTINGS = "-c default_transaction_read_only=on -c TimeZone=UTC -c DateStyle=ISO -c IntervalStyle=iso_8601"
# Classes of SQLSTATE that pass: connection, rollback, resources, locks, intervention by an operator, system errors.
_PASSING = ("08", "40", "53", "55", "57", "58")
_SAYS_NO = ("password", "authentication", "does not exist", "no pg_hba.conf", "permission denied", "not permitted")


def without_secret(location: str) -> str:
    """The location as it may be written down. Raises `Usage` (`secret.literal`) when it holds a literal password."""
    parts = urlsplit(location)
    found = [parts.password or "", *(v for k, v in parse_qsl(parts.query) if k in ("password", "sslpassword"))]
    if any(p and not _REFERENCE.fullmatch(unquote(p)) for p in found):
        raise Usage(
            "the URL holds a password", code="secret.literal", why="it would be written into a file",
            fix="put `${env:PGPASSWORD}` in its place and set the variable",
        )  # fmt: skip
    return location


@contextmanager
def opened(location: str, secrets: Secrets) -> Iterator[Connection]:
    """A connection in one read-only snapshot.

    Raises `TryAgain` (`source.unreachable`) for a lost or refused connection and a time-out, `Failed`
    (`source.refused`) when the server answers no.
    """
    import psycopg  # loaded only when a Postgres is used

    place = _shown(without_secret(location))
    try:
        with psycopg.connect(**_parameters(location, secrets)) as connection:  # type: ignore[arg-type]
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            connection.read_only = True
            yield connection
    except psycopg.Error as error:
        raise _translated(error, place) from error


def copy_out(connection: Connection, table: str, target: Path) -> None:
    """Write a table as CSV, in order of its key; values that are not NULL are quoted, so '' is kept apart from NULL."""
    from psycopg import sql

    schema, _, name = table.partition(".")
    relation = sql.Identifier(schema, name)
    order = [sql.Identifier(c) for c in _key(connection, schema, name)]
    query = sql.SQL(
        "COPY (SELECT * FROM {}{}) TO STDOUT (FORMAT csv, HEADER true, FORCE_QUOTE *, ENCODING 'UTF8')"
    ).format(relation, sql.SQL(" ORDER BY ") + sql.SQL(", ").join(order) if order else sql.SQL(""))
    with connection.cursor() as cursor, target.open("wb") as file, cursor.copy(query) as copy:
        for block in copy:
            file.write(block)


def _key(connection: Connection, schema: str, name: str) -> list[str]:
    rows = connection.execute(
        "SELECT a.attname FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid "
        "JOIN pg_namespace n ON n.oid = c.relnamespace "
        "CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k(attnum, place) "
        "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum "
        "WHERE i.indisprimary AND n.nspname = %s AND c.relname = %s ORDER BY k.place",
        (schema, name),
    )
    return [str(r[0]) for r in rows]


def _parameters(location: str, secrets: Secrets) -> dict[str, str]:
    parts = urlsplit(location)
    given = {
        "host": parts.hostname or "",
        "port": _port(location),
        "user": parts.username or "",
        "password": parts.password or "",
        "dbname": parts.path.lstrip("/"),
        **dict(parse_qsl(parts.query)),
    }
    waiting = {
        "connect_timeout": "10", "keepalives_idle": "10", "keepalives_interval": "5", "keepalives_count": "3",
        "tcp_user_timeout": "30000", "application_name": "windvane",
    }  # fmt: skip
    resolved = {k: secrets.resolve(unquote(v)) for k, v in given.items() if v}
    return {**waiting, **resolved, "options": f"{resolved.get('options', '')} {_SETTINGS}".strip()}


def _port(location: str) -> str:
    try:
        port = urlsplit(location).port
    except ValueError as error:
        raise Usage("the port of the URL is no number", code="source.location", fix="correct the URL") from error
    return str(port) if port else ""


def _shown(location: str) -> str:
    parts = urlsplit(location)
    return f"{parts.hostname or 'the local Postgres'}{parts.path}"


def _translated(error: psycopg.Error, place: str) -> WindvaneError:
    why = next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
    state = error.sqlstate or ""
    refused = not state.startswith(_PASSING) if state else any(word in why for word in _SAYS_NO)
    if refused:
        return Failed(
            f"`{place}` refused", code="source.refused", why=why, fix="check user, password, database and its grants"
        )
    return TryAgain(
        f"`{place}` cannot be reached", code="source.unreachable", why=why, fix="run again when the server answers"
    )
