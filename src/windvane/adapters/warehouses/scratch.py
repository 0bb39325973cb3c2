"""A private DuckDB in memory: reads files, profiles, screens, and writes Parquet without touching the warehouse."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import duckdb

from windvane.domain.errors import Failed, TryAgain
from windvane.domain.ports import Resources, Row, Value

_PASSING = (duckdb.OutOfMemoryException, duckdb.IOException, duckdb.TransactionException)


class Scratch:
    """An `Engine` on an in-memory database that spills to `spill` and never loads or fetches an extension."""

    def __init__(self, spill: Path | None = None, resources: Resources | None = None) -> None:
        self._spill = spill or Path(tempfile.mkdtemp(prefix="windvane-"))
        self._connection = duckdb.connect(
            ":memory:",
            config={
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
                "temp_directory": str(self._spill),
                "extension_directory": str(self._spill / "extensions"),
            },
        )
        self.use(resources or Resources())

    @property
    def resources(self) -> Resources:
        """What is in use."""
        return self._resources

    def rows(self, sql: str, params: Sequence[Value] = ()) -> list[Row]:
        """All rows of a query."""
        try:
            found: list[Row] = self._connection.execute(sql, list(params)).fetchall()
        except duckdb.Error as error:
            raise translate(error) from error
        return found

    def execute(self, sql: str, params: Sequence[Value] = ()) -> None:
        """Run a statement without a result."""
        try:
            self._connection.execute(sql, list(params))
        except duckdb.Error as error:
            raise translate(error) from error

    def use(self, resources: Resources) -> None:
        """Set memory limit and threads; with one thread rows keep their order without memory being spent on it."""
        self._resources = resources
        self._connection.execute(f"SET memory_limit='{resources.memory_mb}MB'")
        self._connection.execute(f"SET threads={resources.threads}")
        self._connection.execute(f"SET preserve_insertion_order={'true' if resources.threads > 1 else 'false'}")

    def close(self) -> None:
        """Drop everything."""
        self._connection.close()


def translate(error: Exception) -> Failed | TryAgain:
    """A DuckDB error as ours: passing trouble is `TryAgain`, everything else `Failed`; only its first line is kept."""
    first = str(error).splitlines()[0] if str(error) else type(error).__name__
    if isinstance(error, duckdb.OutOfMemoryException):
        fix = "raise `memory_mb` under `[engine]` in `windvane.toml`, or free memory"
        return TryAgain("the engine ran out of memory", code="engine.memory", why=first, fix=fix)
    if isinstance(error, _PASSING):
        return TryAgain("the engine ran out of something", code="engine.resources", why=first, fix="try again")
    return Failed("the engine refused a statement", code="engine.refused", why=first)
