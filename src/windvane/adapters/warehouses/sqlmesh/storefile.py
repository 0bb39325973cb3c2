"""The DuckDB file: opened once, one cursor for the writer, one more for every read, and our own small tables in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from windvane.adapters.warehouses.sqlmesh.failure import translate
from windvane.domain.ports import Resources, Row, Value

MARK = "damaged"  # a file beside the warehouse that says: do not trust it, make it again
_TABLES = """
CREATE SCHEMA IF NOT EXISTS windvane;
CREATE SCHEMA IF NOT EXISTS src;
CREATE TABLE IF NOT EXISTS windvane.admitted (
    batch VARCHAR PRIMARY KEY, source VARCHAR, decision VARCHAR, path VARCHAR, rows BIGINT, seq BIGINT,
    first_day DATE, last_day DATE);
CREATE TABLE IF NOT EXISTS windvane.commits (plan VARCHAR PRIMARY KEY, decision VARCHAR, "at" VARCHAR, content VARCHAR);
CREATE TABLE IF NOT EXISTS windvane.arriving (batch VARCHAR);
CREATE TABLE IF NOT EXISTS windvane.copies (batch VARCHAR PRIMARY KEY, rows BIGINT);
CREATE TABLE IF NOT EXISTS windvane.waiting (source VARCHAR, col VARCHAR, "day" DATE);
CREATE TABLE IF NOT EXISTS windvane.sound (relation VARCHAR PRIMARY KEY, mark VARCHAR, rows BIGINT);
CREATE TABLE IF NOT EXISTS windvane.settled (relation VARCHAR, keys VARCHAR, rows BIGINT);
CREATE TABLE IF NOT EXISTS windvane.sources (source VARCHAR PRIMARY KEY, content VARCHAR);
CREATE TABLE IF NOT EXISTS windvane.models (path VARCHAR PRIMARY KEY, text VARCHAR);
CREATE TABLE IF NOT EXISTS windvane.masks (relation VARCHAR, col VARCHAR);
CREATE TABLE IF NOT EXISTS windvane.built (model VARCHAR, version VARCHAR, data VARCHAR);
CREATE TABLE IF NOT EXISTS windvane.state (name VARCHAR PRIMARY KEY, content VARCHAR);
"""


class StoreFile:
    """An open `warehouse.duckdb`. Cursors may be made from any thread; settings hold for all of them."""

    def __init__(self, path: Path, *, spill: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        try:
            self._connection = duckdb.connect(str(path))
        except duckdb.Error as error:
            raise translate(error) from error
        self._connection.execute("SET GLOBAL autoinstall_known_extensions = false")
        self._connection.execute("SET GLOBAL autoload_known_extensions = false")
        self._connection.execute(f"SET GLOBAL temp_directory = '{quoted(str(spill))}'")
        have = self._connection.execute("SELECT 1 FROM duckdb_tables() WHERE schema_name = 'windvane'").fetchall()
        if len(have) < _TABLES.count("CREATE TABLE"):
            self._connection.execute(f"BEGIN; {_TABLES} COMMIT;")

    def use(self, resources: Resources) -> None:
        """Set the memory limit and the number of threads for everything that follows."""
        self._connection.execute(f"SET GLOBAL memory_limit = '{resources.memory_mb}MB'")
        self._connection.execute(f"SET GLOBAL threads = {resources.threads}")
        ordered = "true" if resources.threads > 1 else "false"  # one thread keeps the order anyway, and needs less
        self._connection.execute(f"SET GLOBAL preserve_insertion_order = {ordered}")

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A connection of its own on the same open file."""
        return self._connection.cursor()

    def close(self) -> None:
        """Write the log into the file and let it go."""
        self._connection.close()


def set_aside(path: Path) -> Path | None:
    """Move a damaged warehouse file out of the way, bytes and all; where it went, or `None` when there is none."""
    mark = path.with_name(MARK)
    mark.unlink(missing_ok=True)
    if not path.exists():
        return None
    moment = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    aside = path.with_name(f"damaged-{moment}.duckdb")
    path.with_name(f"{path.name}.wal").unlink(missing_ok=True)
    path.replace(aside)
    for old in sorted(path.parent.glob("damaged-*.duckdb"))[:-1]:
        old.unlink()  # one is enough to look at; a disk that fails often must not fill itself
    return aside


def rows(cursor: duckdb.DuckDBPyConnection, sql: str, params: Sequence[Value] = ()) -> list[Row]:
    """All rows of a statement on a cursor."""
    found: list[Row] = cursor.execute(sql, list(params)).fetchall()
    return found


def quoted(text: str) -> str:
    """`text` as the inside of a SQL string literal."""
    return text.replace("'", "''")


def identifier(name: str) -> str:
    """`name` as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def insert(cursor: duckdb.DuckDBPyConnection, table: str, values: Sequence[Sequence[Value]]) -> None:
    """Insert rows by one statement (row by row costs milliseconds each)."""
    if values:
        marks = ", ".join("(" + ", ".join("?" * len(values[0])) + ")" for _ in values)
        cursor.execute(f"INSERT INTO {table} VALUES {marks}", [v for row in values for v in row])
