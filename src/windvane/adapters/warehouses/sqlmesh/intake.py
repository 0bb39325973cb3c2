"""Which batches are visible: the rows of `windvane.admitted`, and the views `src.*` over their Parquet files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import duckdb

from windvane.adapters.warehouses.sqlmesh.storefile import identifier, insert, quoted, rows
from windvane.domain.batch import Batch
from windvane.domain.change import Admit, Change, Put, Retire, Withdraw
from windvane.domain.errors import Failed
from windvane.domain.estate import Source
from windvane.domain.ports import Value
from windvane.domain.record import canonical, decode

_EXTRAS = (("_batch", "VARCHAR"), ("_seq", "BIGINT"), ("_row", "BIGINT"))


class Intake:
    """Changes admissions and views on the writer's cursor, always inside a transaction that someone else ends."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, root: Path) -> None:
        self._cursor = cursor
        self._root = root

    def change(self, changes: tuple[Change, ...], *, decision: str) -> dict[str, tuple[str, ...]]:
        """Carry out admissions, withdrawals and changes of sources; gives the files that come or go per source.

        Raises `Failed` when a batch is admitted that is admitted, or withdrawn that is not.
        """
        touched: dict[str, list[str]] = {}
        back = {c.batch.id for c in changes if isinstance(c, Withdraw)}
        self._put_sources(changes)
        for change in changes:
            match change:
                case Admit(batch=batch):
                    self._admit(batch, decision=decision)
                    if batch.id not in back and (batch.accepted or not batch.suppressed):
                        # one that only lost rows does not arrive, nor one that says what is known, word for word
                        insert(self._cursor, "windvane.arriving", [[batch.id]])
                    touched.setdefault(batch.source, []).append(batch.path)
                case Withdraw(batch=batch):
                    touched.setdefault(batch.source, []).extend(self._withdraw(batch))
                case _:
                    pass
        sources = [c.asset.name for c in changes if isinstance(c, Put) and isinstance(c.asset, Source)]
        gone = {c.ref.name for c in changes if isinstance(c, Retire) and c.ref.kind == "source"}
        for source in {*sources, *touched} - gone:
            self.show(source)
        return {source: tuple(paths) for source, paths in touched.items() if source not in gone}

    def sources(self) -> tuple[Source, ...]:
        """Every source known, by name."""
        found = rows(self._cursor, "SELECT content FROM windvane.sources ORDER BY source")
        return tuple(decode(str(content), Source) for (content,) in found)

    def show(self, source: str) -> None:
        """Make the view `src.<source>` over the files of its admitted batches; empty when there are none."""
        named = f"source = '{quoted(source)}'"
        found = rows(self._cursor, f"SELECT path FROM windvane.admitted WHERE {named} ORDER BY seq, batch")
        self.show_files(source, [str(path) for (path,) in found])

    def show_files(self, source: str, paths: Iterable[str]) -> None:
        """Make the view `src.<source>` over given files, with every column the source is known to have."""
        files = [str(self._root / path) for path in paths]
        known = {name: "VARCHAR" for name in self._columns(source)} | dict(_EXTRAS)
        listed = ", ".join(f"'{quoted(file)}'" for file in files)
        body = f"SELECT * FROM read_parquet([{listed}], union_by_name := true)"
        there = {str(row[0]).lower() for row in rows(self._cursor, f"DESCRIBE {body}")} if files else set()
        missing = {name: kind for name, kind in known.items() if name.lower() not in there}
        if missing:
            empty = ", ".join(f"NULL::{kind} AS {identifier(name)}" for name, kind in missing.items())
            tail = f"SELECT {empty} WHERE false"
            body = f"{body} UNION ALL BY NAME {tail}" if files else tail
        self._cursor.execute(f"CREATE OR REPLACE VIEW src.{identifier(source)} AS {body}")

    def moved(self) -> None:
        """Make every view again when the estate folder is not where it was when they were made."""
        here = quoted(str(self._root))  # a literal: the first parameter of a process makes DuckDB import pandas
        if rows(self._cursor, f"SELECT 1 FROM windvane.state WHERE name = 'root' AND content = '{here}'"):
            return
        self._cursor.execute("BEGIN")
        try:
            self._cursor.execute(f"INSERT OR REPLACE INTO windvane.state VALUES ('root', '{here}')")
            known = rows(self._cursor, "SELECT source FROM windvane.sources")
            for (source,) in known:
                self.show(str(source))
            self._cursor.execute("COMMIT")
        except BaseException:
            self._cursor.execute("ROLLBACK")
            raise

    def _put_sources(self, changes: tuple[Change, ...]) -> None:
        for change in changes:
            match change:
                case Put(asset=Source() as source):
                    self._keep(source)
                case Retire(ref=ref) if ref.kind == "source":
                    self._cursor.execute("DELETE FROM windvane.sources WHERE source = ?", [ref.name])
                    self._cursor.execute(f"DROP VIEW IF EXISTS src.{identifier(ref.name)}")
                case _:
                    pass

    def _keep(self, source: Source) -> None:
        content = canonical(source).decode()
        self._cursor.execute("INSERT OR REPLACE INTO windvane.sources VALUES (?, ?)", [source.name, content])

    def _columns(self, source: str) -> tuple[str, ...]:
        found = rows(self._cursor, f"SELECT content FROM windvane.sources WHERE source = '{quoted(source)}'")
        return decode(str(found[0][0]), Source).columns if found else ()

    def _admit(self, batch: Batch, *, decision: str) -> None:
        if rows(self._cursor, "SELECT 1 FROM windvane.admitted WHERE batch = ?", [batch.id]):
            raise Failed(f"batch `{batch.id}` is admitted already", code="batch.twice", fix="withdraw it first")
        if not rows(self._cursor, "SELECT 1 FROM windvane.sources WHERE source = ?", [batch.source]):
            self._keep(Source(name=batch.source, connector="", location="", columns=batch.columns))
        file = quoted(str(self._root / batch.path))
        seq = rows(self._cursor, f"SELECT coalesce(max(_seq), 0) FROM read_parquet('{file}')")[0][0]
        row: list[Value] = [batch.id, batch.source, decision, batch.path, batch.accepted, seq, None, None]
        insert(self._cursor, "windvane.admitted", [row])

    def _withdraw(self, batch: Batch) -> list[str]:
        gone = rows(self._cursor, "DELETE FROM windvane.admitted WHERE batch = ? RETURNING path", [batch.id])
        if not gone:
            raise Failed(f"batch `{batch.id}` is not admitted", code="batch.unknown", fix="admit it first")
        return [str(path) for (path,) in gone]
