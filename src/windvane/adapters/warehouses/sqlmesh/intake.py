"""Which batches are visible: the rows of `windvane.admitted`, and the views `src.*` over their Parquet files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path

import duckdb

from windvane.adapters.warehouses.sqlmesh.storefile import identifier, insert, quoted, rows
from windvane.domain.batch import Batch
from windvane.domain.change import Admit, Change, Put, Retire, Withdraw
from windvane.domain.errors import Failed
from windvane.domain.estate import Source
from windvane.domain.packs import copy, packed, select
from windvane.domain.ports import Value
from windvane.domain.record import canonical, decode

_INSERTED = 200  # rows of one statement
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
        for _, run in groupby(changes, key=type):  # admissions that follow one another are one statement
            same = tuple(run)
            batches = [c.batch for c in same if isinstance(c, Admit)]
            if batches:
                self._admit(batches, decision=decision)
                # one that only lost rows does not arrive, nor one that says what is known, word for word
                come = [[b.id] for b in batches if b.id not in back and (b.accepted or not b.suppressed)]
                insert(self._cursor, "windvane.arriving", come)
                for batch in batches:
                    touched.setdefault(batch.source, []).append(batch.path)
            for change in same:
                if isinstance(change, Withdraw):
                    touched.setdefault(change.batch.source, []).extend(self._withdraw(change.batch))
        sources = [c.asset.name for c in changes if isinstance(c, Put) and isinstance(c.asset, Source)]
        gone = {c.ref.name for c in changes if isinstance(c, Retire) and c.ref.kind == "source"}
        for source in {*sources, *touched} - gone:
            self.show(source)
        return {source: tuple(paths) for source, paths in touched.items() if source not in gone}

    def there(self, batch: Batch) -> bool:
        """Whether the file of a batch is where it was put."""
        return (self._root / batch.path).exists()

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
        files = packed([self._root / path for path in paths], self._pack)
        known = {name: "VARCHAR" for name in self._columns(source)} | dict(_EXTRAS)
        body = f"SELECT * FROM {select(files)}"
        there = {str(row[0]).lower() for row in rows(self._cursor, f"DESCRIBE {body}")} if files else set()
        missing = {name: kind for name, kind in known.items() if name.lower() not in there}
        if missing:
            empty = ", ".join(f"NULL::{kind} AS {identifier(name)}" for name, kind in missing.items())
            tail = f"SELECT {empty} WHERE false"
            body = f"{body} UNION ALL BY NAME {tail}" if files else tail
        self._cursor.execute(f"CREATE OR REPLACE VIEW src.{identifier(source)} AS {body}")

    def _pack(self, files: Sequence[Path], target: Path) -> None:
        self._cursor.execute(copy(files, target))

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

    def _admit(self, batches: Sequence[Batch], *, decision: str) -> None:
        known = {str(batch) for (batch,) in rows(self._cursor, "SELECT batch FROM windvane.admitted")}
        for batch in batches:
            if batch.id in known:
                raise Failed(f"batch `{batch.id}` is admitted already", code="batch.twice", fix="withdraw it first")
            known.add(batch.id)
        sources = {str(source) for (source,) in rows(self._cursor, "SELECT source FROM windvane.sources")}
        for name, batch in {b.source: b for b in reversed(batches)}.items():
            if name not in sources:
                self._keep(Source(name=name, connector="", location="", columns=batch.columns))
        seqs = self._seqs(batches)
        made: list[list[Value]] = [
            [b.id, b.source, decision, b.path, b.accepted, seqs.get(str(self._root / b.path), 0), None, None]
            for b in batches
        ]
        for start in range(0, len(made), _INSERTED):
            insert(self._cursor, "windvane.admitted", made[start : start + _INSERTED])
        copies: list[list[Value]] = [[b.id, b.suppressed] for b in batches if b.suppressed]
        insert(self._cursor, "windvane.copies", copies)

    def _seqs(self, batches: Sequence[Batch]) -> dict[str, Value]:
        """The ordinal of each text file that has rows."""
        listed = ", ".join(f"'{quoted(str(self._root / b.path))}'" for b in batches)
        query = f"SELECT filename, max(_seq) FROM read_parquet([{listed}], filename := true) GROUP BY filename"
        return {str(file): seq for file, seq in rows(self._cursor, query)}

    def _withdraw(self, batch: Batch) -> list[str]:
        gone = rows(self._cursor, "DELETE FROM windvane.admitted WHERE batch = ? RETURNING path", [batch.id])
        if not gone:
            raise Failed(f"batch `{batch.id}` is not admitted", code="batch.unknown", fix="admit it first")
        self._cursor.execute("DELETE FROM windvane.copies WHERE batch = ?", [batch.id])
        return [str(path) for (path,) in gone]
