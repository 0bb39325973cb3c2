"""Reads production from any thread while a build goes on; writes are refused, every query leaves a fingerprint."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import duckdb

from windvane.adapters.warehouses.sqlmesh.failure import translate
from windvane.adapters.warehouses.sqlmesh.querylog import QueryLog
from windvane.adapters.warehouses.sqlmesh.storefile import StoreFile
from windvane.domain.errors import Failed
from windvane.domain.ports import Row, Value

if TYPE_CHECKING:
    import pyarrow

_READS = (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN)


class WarehouseReader:
    """A `Reader`: one cursor and one read-only transaction per call, so every answer is of one moment."""

    def __init__(self, store: StoreFile, log: QueryLog, *, catalog: str = "") -> None:
        self._store = store
        self._log = log
        self._catalog = catalog

    def rows(self, sql: str, params: Sequence[Value] = ()) -> list[Row]:
        """All rows of one query. Raises `Failed` (`engine.write`) for anything that is not a query."""
        started = time.perf_counter()
        found = self._fetch(sql, params)
        if not self._catalog:
            self._log.add(sql, milliseconds=(time.perf_counter() - started) * 1000, rows=len(found))
        return found

    def arrow(self, sql: str) -> pyarrow.Table:
        """The result of one query as an Arrow table. Raises as `rows` does."""
        started = time.perf_counter()
        with self._reading(sql) as cursor:
            found: pyarrow.Table = cursor.execute(sql).to_arrow_table()
        if not self._catalog:
            self._log.add(sql, milliseconds=(time.perf_counter() - started) * 1000, rows=found.num_rows)
        return found

    def _fetch(self, sql: str, params: Sequence[Value]) -> list[Row]:
        with self._reading(sql) as cursor:
            found: list[Row] = cursor.execute(sql, list(params)).fetchall()
        return found

    @contextmanager
    def _reading(self, sql: str) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor in a read-only transaction of its own, for one query."""
        try:
            only_queries(sql)
            with self._store.cursor() as cursor:
                if self._catalog:
                    cursor.execute(f"USE {self._catalog}")
                cursor.execute("BEGIN TRANSACTION READ ONLY")
                yield cursor
        except duckdb.Error as error:
            raise translate(error) from error


def only_queries(sql: str) -> None:
    """Raise `Failed` (`engine.write`) unless `sql` is a query and nothing else."""
    statements = duckdb.extract_statements(sql)
    if len(statements) != 1 or statements[0].type not in _READS:
        raise Failed("a reader only reads", code="engine.write", why=f"not one query: `{sql[:80]}`")
