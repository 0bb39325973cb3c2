"""The tables of the ledger file, and the triggers that refuse everything but an append."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from windvane.domain.errors import Failed, TryAgain, Unhealthy, WindvaneError

VERSION = 1
BUSY_MS = 30_000

# REPLACE deletes without firing delete triggers, so the triggers on insert refuse a key or number that is there.
SCHEMA = """
CREATE TABLE entries (
    seq      INTEGER PRIMARY KEY,
    time     TEXT NOT NULL,
    actor    TEXT NOT NULL,
    step     TEXT NOT NULL,
    key      TEXT NOT NULL UNIQUE,
    kind     TEXT NOT NULL,
    body     TEXT NOT NULL,
    because  TEXT NOT NULL,
    previous TEXT NOT NULL,
    hash     TEXT NOT NULL UNIQUE
) STRICT;
CREATE INDEX entries_by_step ON entries (step, seq);
CREATE TRIGGER entries_no_update BEFORE UPDATE ON entries
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER entries_no_delete BEFORE DELETE ON entries
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER entries_in_order BEFORE INSERT ON entries
    WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM entries)
      OR NEW.previous IS NOT coalesce((SELECT hash FROM entries ORDER BY seq DESC LIMIT 1), '')
      OR EXISTS (SELECT 1 FROM entries WHERE key = NEW.key OR hash = NEW.hash)
    BEGIN SELECT RAISE(ABORT, 'the ledger only grows at its end'); END;
CREATE TABLE numbers (
    prefix TEXT NOT NULL,
    number INTEGER NOT NULL,
    key    TEXT NOT NULL,
    PRIMARY KEY (prefix, number),
    UNIQUE (prefix, key)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER numbers_no_update BEFORE UPDATE ON numbers
    BEGIN SELECT RAISE(ABORT, 'a number is reserved for ever'); END;
CREATE TRIGGER numbers_no_delete BEFORE DELETE ON numbers
    BEGIN SELECT RAISE(ABORT, 'a number is reserved for ever'); END;
CREATE TRIGGER numbers_in_order BEFORE INSERT ON numbers
    WHEN NEW.number IS NOT (SELECT coalesce(max(number), 0) + 1 FROM numbers WHERE prefix = NEW.prefix)
      OR EXISTS (SELECT 1 FROM numbers WHERE prefix = NEW.prefix AND key = NEW.key)
    BEGIN SELECT RAISE(ABORT, 'a number is reserved for ever'); END;
CREATE TABLE facts (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
"""


def connect(path: Path) -> sqlite3.Connection:
    """A connection to the ledger at `path`, which is made when it is not there. Raises what `translate` gives."""
    try:
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=BUSY_MS / 1000)
        if _version(connection) == 0:
            _create(connection)
        # FULL: a line permits what follows it and cannot always be derived again (what a person said), so it
        # must outlive a power cut, not only a kill. One fsync a line costs 0.3 ms where this was written.
        connection.execute("PRAGMA synchronous = FULL")
    except sqlite3.Error as error:
        raise translate(error, path) from error
    return connection


def _version(connection: sqlite3.Connection) -> int:
    found: tuple[int] = connection.execute("PRAGMA user_version").fetchone()
    return found[0]


def _create(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("BEGIN IMMEDIATE")
    try:
        if _version(connection) == 0:
            for statement in _statements(SCHEMA):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _statements(script: str) -> list[str]:
    """The statements of a script; `executescript` would commit between them."""
    found, pending = [], ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            found.append(pending)
            pending = ""
    return found


def translate(error: sqlite3.Error, path: Path) -> WindvaneError:
    """A SQLite error as ours: a lock or a full disk passes, a damaged file needs a look, the rest failed."""
    text = str(error)
    if "locked" in text or "busy" in text:
        return TryAgain(f"`{path.name}` is held by another process", code="ledger.busy", why=text, fix="try again")
    if "full" in text or "disk I/O" in text:
        return TryAgain(f"cannot write `{path.name}`", code="ledger.disk", why=text, fix="free some disk space")
    if "malformed" in text or "not a database" in text:
        fix = "restore it from a backup; the warehouse and the files are not touched"
        return Unhealthy(f"`{path.name}` is damaged", code="ledger.damaged", why=text, fix=fix)
    fix = f"check that `{path.parent}` is there and can be written"
    return Failed(f"cannot use the ledger `{path.name}`", code="ledger.refused", why=text, fix=fix)
