"""The workload: fingerprint, cost and size of every query, kept in a small SQLite file for tuning to learn from."""

from __future__ import annotations

import hashlib
import re
import sqlite3
import threading
import time
from pathlib import Path

_MANY = 64  # queries kept in memory before they are written; at most this many are lost to a kill
_LATE = 2.0  # seconds after which they are written all the same
_NOISE = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_LITERAL = re.compile(r"(\"[^\"]*\")|'(?:[^']|'')*'|(?<![\w.])\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_TABLES = """
CREATE TABLE IF NOT EXISTS shapes (fingerprint TEXT PRIMARY KEY, text TEXT);
CREATE TABLE IF NOT EXISTS queries (at REAL, fingerprint TEXT, ms REAL, rows INTEGER);
"""


def normal(sql: str) -> str:
    """`sql` without comments, literals (they may be personal) and line breaks."""
    return " ".join(_LITERAL.sub(lambda found: found[1] or "?", _NOISE.sub(" ", sql)).split())


def fingerprint(sql: str) -> str:
    """16 hexadecimal digits that are the same for queries that differ in literals and spacing only."""
    return hashlib.sha256(normal(sql).lower().encode()).hexdigest()[:16]


class QueryLog:
    """Appends to `queries.sqlite` in batches; a broken log never breaks a query."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._waiting: list[tuple[float, str, float, int]] = []
        self._shapes: dict[str, str] = {}
        self._written = time.monotonic()

    def add(self, sql: str, *, milliseconds: float, rows: int) -> None:
        """Note one query."""
        mark = fingerprint(sql)
        with self._lock:
            self._waiting.append((time.time(), mark, round(milliseconds, 3), rows))
            self._shapes[mark] = normal(sql)
            if len(self._waiting) >= _MANY or time.monotonic() - self._written > _LATE:
                self._write()

    def flush(self) -> None:
        """Write what waits."""
        with self._lock:
            self._write()

    def _write(self) -> None:
        self._written = time.monotonic()
        if not self._waiting:
            return
        try:
            with sqlite3.connect(self._path, timeout=1.0) as log:
                log.executescript(f"PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; {_TABLES}")
                log.executemany("INSERT OR IGNORE INTO shapes VALUES (?, ?)", self._shapes.items())
                log.executemany("INSERT INTO queries VALUES (?, ?, ?, ?)", self._waiting)
            log.close()
        except (sqlite3.Error, OSError):
            return
        self._waiting, self._shapes = [], {}
