"""Which runs the workflow file holds, read without DBOS: importing it takes two seconds, this takes none."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

ENDED = ("SUCCESS", "ERROR")


def unfinished(path: Path) -> tuple[str, ...]:
    """Runs that began and did not end, oldest first; none when the file is not there or cannot be read."""
    marks = ", ".join("?" * len(ENDED))
    query = f"SELECT workflow_uuid FROM workflow_status WHERE status NOT IN ({marks}) ORDER BY created_at, rowid"
    return tuple(run_id for (run_id,) in _read(path, query, ENDED))


def status(path: Path, run_id: str) -> str:
    """The state of one run as DBOS writes it (`PENDING`, `SUCCESS`, `ERROR`, ...); empty when there is none."""
    rows = _read(path, "SELECT status FROM workflow_status WHERE workflow_uuid = ?", (run_id,))
    return rows[0][0] if rows else ""


def succeeded(path: Path, *, beyond: int) -> tuple[str, ...]:
    """Runs that ended well, newest first, without the newest `beyond` of them."""
    query = "SELECT workflow_uuid FROM workflow_status WHERE status = ? ORDER BY created_at DESC LIMIT -1 OFFSET ?"
    return tuple(run_id for (run_id,) in _read(path, query, ("SUCCESS", str(beyond))))


def set_aside_if_broken(path: Path) -> None:
    """Rename a file that is no database. It decides nothing: its steps are only run again."""
    if not path.exists():
        return
    try:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):
            return
        path.replace(path.with_name(f"{path.name}.broken"))
        for suffix in ("-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)


def _read(path: Path, query: str, params: tuple[str, ...]) -> list[tuple[str, ...]]:
    if not path.exists():
        return []
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=30)) as connection:
            rows: list[tuple[str, ...]] = connection.execute(query, params).fetchall()
    except sqlite3.DatabaseError:
        return []
    return rows
