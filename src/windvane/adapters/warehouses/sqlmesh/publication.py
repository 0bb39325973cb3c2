"""Publishes a release: immutable Parquet files named by their bytes, unchanged ones reused, one manifest swapped."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import msgspec

from windvane.adapters.warehouses.sqlmesh.failure import translate
from windvane.adapters.warehouses.sqlmesh.masks import masks
from windvane.adapters.warehouses.sqlmesh.storefile import StoreFile, identifier, quoted, rows
from windvane.domain import crash
from windvane.domain.manifest import MANIFEST, Manifest, PublishedFile, PublishedRelation, manifest_name
from windvane.domain.record import canonical, decode

KEPT = 20  # releases whose files are kept; older ones can no longer be read
LARGE = 500_000  # rows from which a relation is written as one file per year of its first date column
_LAYERS = ("core", "mart")


class Publication:
    """The folder `.windvane/published`."""

    def __init__(self, store: StoreFile, folder: Path) -> None:
        self._store = store
        self._folder = folder

    def publish(self, *, release: str, masked: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
        """Write a release, all of one moment; names its relations. Again, it restores what is missing.

        Raises `TryAgain` when the disk is full; readers then keep the release before.
        """
        before = self.current()
        if before is not None and before.release == release and self._whole(before):
            return tuple(r.name for r in before.relations)
        try:
            with self._store.cursor() as cursor:
                cursor.execute("BEGIN")
                closed = masks(cursor)
                for relation, columns in masked.items():
                    closed.setdefault(relation, set()).update(c.lower() for c in columns)
                relations = tuple(self._relation(cursor, name, closed, before) for name in _names(cursor))
                cursor.execute("ROLLBACK")
            at = datetime.now(UTC).isoformat(timespec="milliseconds")
            self._swap(Manifest(release=release, at=at, relations=relations))
        except (duckdb.Error, OSError) as error:
            raise translate(error) from error
        self._collect()
        return tuple(r.name for r in relations)

    def current(self) -> Manifest | None:
        """The release readers see."""
        path = self._folder / MANIFEST
        return decode(path.read_bytes(), Manifest) if path.exists() else None

    def differs(self) -> tuple[str, ...]:
        """Relations of the current release whose rows are others now, or that are gone; nothing is written."""
        before = self.current()
        with self._store.cursor() as cursor:
            there = set(_names(cursor))
            return tuple(r.name for r in (before.relations if before else ()) if not _same(cursor, r, there))

    def _whole(self, manifest: Manifest) -> bool:
        return all((self._folder / f.path).exists() for r in manifest.relations for f in r.files)

    def _relation(
        self, cursor: duckdb.DuckDBPyConnection, name: str, closed: Mapping[str, set[str]], before: Manifest | None
    ) -> PublishedRelation:
        schema, _, table = name.partition(".")
        relation = f"{identifier(schema)}.{identifier(table)}"
        described = [(str(r[0]), str(r[1])) for r in rows(cursor, f"DESCRIBE {relation}")]
        hidden = closed.get(name, set())
        columns = tuple(c for c in described if c[0].lower() not in hidden)
        old = next((r for r in before.relations if r.name == name), None) if before else None
        there = [f for f in old.files if (self._folder / f.path).exists()] if old else []
        usable = {f.content: f for f in there} if old and old.columns == columns else {}
        listed = ", ".join(identifier(c) for c, _ in columns) or "NULL AS nothing"
        files = []
        for partition, where in _partitions(cursor, relation, columns):
            query = f"SELECT {listed} FROM {relation} WHERE {where}"
            content, count = _content(cursor, query, columns)
            known = usable.get(content)
            files.append(known if known else self._file(cursor, query, content, partition, count))
        masked = tuple(c for c, _ in described if c.lower() in hidden)
        return PublishedRelation(name=name, columns=columns, files=tuple(files), masked=masked)

    def _file(
        self, cursor: duckdb.DuckDBPyConnection, query: str, content: str, partition: str, count: int
    ) -> PublishedFile:
        objects = self._folder / "objects"
        objects.mkdir(parents=True, exist_ok=True)
        scratch = objects / f"new-{os.getpid()}.parquet"
        crash.point("publish.file")
        cursor.execute(f"COPY ({query}) TO '{quoted(str(scratch))}' (FORMAT parquet, COMPRESSION zstd)")
        with scratch.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            os.fsync(file.fileno())
        target = objects / digest[:2] / f"{digest}.parquet"
        target.parent.mkdir(exist_ok=True)
        scratch.replace(target)
        crash.point("publish.file.written")
        path = str(target.relative_to(self._folder))
        return PublishedFile(path=path, rows=count, size=target.stat().st_size, content=content, partition=partition)

    def _swap(self, manifest: Manifest) -> None:
        text = msgspec.json.format(canonical(manifest), indent=1)
        self._folder.mkdir(parents=True, exist_ok=True)
        for name in (manifest_name(manifest.release), MANIFEST):
            scratch = self._folder / f"{name}.new"
            crash.point("publish.manifest")
            with scratch.open("wb") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            scratch.replace(self._folder / name)
            crash.point("publish.manifest.swapped")

    def _collect(self) -> None:
        """Forget releases older than the last `KEPT`, and remove files that no kept release names."""
        kept = sorted(self._folder.glob("manifest-*.json"), key=lambda p: p.stat().st_mtime_ns)
        for path in kept[:-KEPT]:
            crash.point("publish.collect")
            path.unlink()
        named = {
            file.path
            for path in [*kept[-KEPT:], self._folder / MANIFEST]
            for relation in decode(path.read_bytes(), Manifest).relations
            for file in relation.files
        }
        for path in (self._folder / "objects").rglob("*.parquet"):
            if str(path.relative_to(self._folder)) not in named:
                path.unlink()


def _names(cursor: duckdb.DuckDBPyConnection) -> list[str]:
    found = rows(
        cursor,
        "SELECT table_schema || '.' || table_name FROM information_schema.tables "
        f"WHERE table_schema IN {_LAYERS} AND table_catalog = current_database() ORDER BY 1",
    )
    return [str(name) for (name,) in found]


def _same(cursor: duckdb.DuckDBPyConnection, published: PublishedRelation, there: set[str]) -> bool:
    if published.name not in there:
        return False
    schema, _, table = published.name.partition(".")
    relation = f"{identifier(schema)}.{identifier(table)}"
    listed = ", ".join(identifier(c) for c, _ in published.columns) or "NULL AS nothing"
    now = {
        _content(cursor, f"SELECT {listed} FROM {relation} WHERE {where}", published.columns)[0]
        for _, where in _partitions(cursor, relation, published.columns)
    }
    return now == {f.content for f in published.files}


def _partitions(
    cursor: duckdb.DuckDBPyConnection, relation: str, columns: tuple[tuple[str, str], ...]
) -> list[tuple[str, str]]:
    """(label, condition) of each part of a relation: one, or one per year when it is large."""
    count = int(str(rows(cursor, f"SELECT count(*) FROM {relation}")[0][0]))
    time = next((identifier(c) for c, kind in columns if kind == "DATE" or kind.startswith("TIMESTAMP")), "")
    if count < LARGE or not time:
        return [("", "true")]
    years = rows(cursor, f"SELECT DISTINCT year({time}) FROM {relation} ORDER BY 1 NULLS LAST")
    if len(years) > 200:
        return [("", "true")]
    return [
        (str(year), f"year({time}) = {year!s}") if year is not None else ("none", f"{time} IS NULL")
        for (year,) in years
    ]


def _content(cursor: duckdb.DuckDBPyConnection, query: str, columns: tuple[tuple[str, str], ...]) -> tuple[str, int]:
    """A fingerprint of rows whatever their order: count, and sum and xor of the 64-bit hash of each row."""
    row = f"hash({', '.join(identifier(c) for c, _ in columns)})" if columns else "hash(NULL)"
    found = rows(
        cursor, f"SELECT count(*), coalesce(sum({row}), 0)::VARCHAR, coalesce(bit_xor({row}), 0) FROM ({query})"
    )
    count, total, mixed = found[0]
    mark = hashlib.sha256(f"{columns}|{count!s}|{total!s}|{mixed!s}".encode()).hexdigest()[:32]
    return mark, int(str(count))
