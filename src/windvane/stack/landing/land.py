"""Lands one delivery: keeps its bytes, decides how to read them, writes its rows as text, accounts for each."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pyarrow.parquet as pq

from windvane.domain.batch import Batch, Delivery
from windvane.domain.errors import Failed, Unreadable
from windvane.domain.estate import Reading, Source
from windvane.domain.ports import Engine
from windvane.stack.landing import columnar, objects
from windvane.stack.landing.container import content, foreign, packing
from windvane.stack.landing.delimited import land_delimited, read_dialect
from windvane.stack.landing.dialect import Dialect
from windvane.stack.landing.encoding import survey
from windvane.stack.landing.header import unique
from windvane.stack.landing.rawstore import RawStore, storage, written
from windvane.stack.landing.records import Bad
from windvane.stack.landing.rowfile import Aside, RowFile, setting_aside
from windvane.stack.landing.totals import REASON, total_row, without_row

_SUFFIXES = {".json": "json", ".geojson": "json", ".ndjson": "ndjson", ".jsonl": "ndjson", ".parquet": "parquet"}


class _Done(msgspec.Struct, frozen=True):
    """What was written of one delivery."""

    reading: Reading
    columns: tuple[str, ...]
    read: int


def land(source: Source, delivery: Delivery, file: Path, *, store: RawStore, engine: Engine, seq: int) -> Batch:
    """Land `file`, the bytes of `delivery`, as the batch with ordinal `seq` (larger is later).

    The same bytes of the same source are the same batch: landed again they keep the ordinal of the first time, unless
    the delivery says that it came `again`.
    Raises `Unreadable` when it cannot be read for certain, `TryAgain` (`source.changed`, `disk.full`), and
    `Failed` (`landing.miscount`) when rows cannot be accounted for. Nothing but the original bytes is left then.
    """
    digest = store.put(file)
    batch = f"{source.name}-{digest[:12]}" + (f"+{delivery.again}" if delivery.again else "")
    text, quarantine = store.text(batch), store.quarantine(batch)
    named = delivery.name if delivery.name else file.name
    with storage(quarantine.parent), setting_aside(quarantine, batch=batch) as aside, written(text) as temporary:
        target = _Target(temporary, aside, engine, batch, _first_seq(text, seq))
        with _named(named, digest):
            done = _write(source, named, store.object(digest), target)
        accepted = _counted(temporary, done.read, aside)
    return Batch(
        id=batch,
        source=source.name,
        delivery=delivery.name,
        digest=digest,
        landed_at=datetime.now(UTC).isoformat(timespec="seconds"),
        rows_read=done.read,
        accepted=accepted,
        quarantined=aside.rows,
        reading=done.reading,
        columns=done.columns,
        path=store.relative(text),
        quarantine_path=store.relative(quarantine) if aside.rows else "",
    )


@contextmanager
def _named(name: str, digest: str) -> Iterator[None]:
    """Make refusals speak of the delivery, not of the object that keeps its bytes."""
    try:
        yield
    except Unreadable as error:
        message = error.message.replace(digest, name)
        if name not in message:
            message = f"cannot read `{name}`: {message}"
        raise Unreadable(message, code=error.code, why=error.why.replace(digest, name), fix=error.fix) from error


class _Target(msgspec.Struct, frozen=True):
    """Where and how the rows of one delivery are written."""

    path: Path
    aside: Aside
    engine: Engine
    batch: str
    seq: int

    def rows(self, names: tuple[str, ...]) -> RowFile:
        chunk = self.engine.resources.chunk_rows
        return RowFile(self.path, names, batch=self.batch, seq=self.seq, chunk=chunk)


def _first_seq(text: Path, seq: int) -> int:
    """The ordinal that a batch has got already; its rows may be in use."""
    if not text.exists():
        return seq
    first = next(pq.ParquetFile(text).iter_batches(batch_size=1, columns=["_seq"]), None)
    return int(first.column(0)[0].as_py()) if first is not None and first.num_rows else seq


def _counted(path: Path, read: int, aside: Aside) -> int:
    """Rows in the file that was written, if they are those that were read and not set aside."""
    accepted = int(pq.read_metadata(path).num_rows)
    if accepted + aside.rows != read:
        raise Failed(
            "the rows of a delivery could not be accounted for", code="landing.miscount",
            why=f"{read:,} read, {accepted:,} written, {aside.rows:,} set aside",
            fix="report this file: no row of it was taken",
        )  # fmt: skip
    return accepted


def format_of(name: str, head: bytes) -> str:
    """`csv`, `json`, `ndjson` or `parquet`, by the first bytes and then by the name.

    Raises `Unreadable` (`source.format`) for what is no table of text.
    """
    if head[:4] == b"PAR1":
        return "parquet"
    what, fix = foreign(head)
    if what:
        raise Unreadable(f"cannot read `{name}`", code="source.format", why=f"it is {what}", fix=fix)
    plain = name.lower().removesuffix(".gz").removesuffix(".zip")
    found = _SUFFIXES.get(Path(plain).suffix, "csv")
    if found == "parquet":
        raise Unreadable(
            f"cannot read `{name}`", code="source.format", why="it does not begin as a Parquet file does",
            fix="deliver the file again",
        )  # fmt: skip
    return found


def _write(source: Source, name: str, path: Path, target: _Target) -> _Done:
    with content(path) as stream:
        head = stream.read(64)
    kind = format_of(name, head)
    if kind == "csv" and source.reading is not None and source.reading.format in ("json", "ndjson"):
        kind = source.reading.format
    if kind == "parquet":
        return _parquet(path, target)
    return _objects(path, kind, target) if kind in ("json", "ndjson") else _delimited(source, path, target)


def _delimited(source: Source, path: Path, target: _Target) -> _Done:
    dialect, seen = read_dialect(path, source)
    with target.rows(dialect.names) as rows:
        read = land_delimited(path, dialect, seen, rows=rows, aside=target.aside)
    _without_total(rows, dialect, target)
    return _Done(dialect.reading, dialect.names, read)


def _without_total(rows: RowFile, dialect: Dialect, target: _Target) -> None:
    """Set the total row at the end of a table aside."""
    last = rows.last
    place = total_row(target.path, last, engine=target.engine) if last else 0
    if place:
        cells = dialect.reading.delimiter.join(last.get(name, "") for name in dialect.names)
        without_row(target.path, place)
        target.aside.add((Bad(place, REASON, cells.encode()),))


def _objects(path: Path, kind: str, target: _Target) -> _Done:
    seen = survey(path)
    lines = "ndjson" if kind == "ndjson" or _looks_like_lines(seen.head) else "json"
    keys = objects.keys(path, encoding=seen.encoding, lines=lines)
    names = objects.columns(keys)
    with target.rows(names) as rows:
        read = objects.land_objects(path, keys, encoding=seen.encoding, lines=lines, rows=rows, aside=target.aside)
    return _Done(Reading(format="ndjson" if lines == "ndjson" else "json", encoding=seen.encoding), names, read)


def _looks_like_lines(head: str) -> bool:
    """Whether a file that is called JSON holds one object a line: two lines at least begin and end as objects do."""
    lines = [x.strip() for x in head.splitlines()[:-1] if x.strip()]
    return len(lines) > 1 and all(x.startswith("{") and x.endswith("}") for x in lines[:20])


def _parquet(path: Path, target: _Target) -> _Done:
    with tempfile.TemporaryDirectory(dir=target.path.parent, prefix=".part-") as folder:
        plain = _unpacked(path, Path(folder))
        delivered = columnar.names(plain)
        read = columnar.land_parquet(plain, target.path, engine=target.engine, batch=target.batch, seq=target.seq)
    return _Done(Reading(format="parquet"), unique(delivered), read)


def _unpacked(path: Path, folder: Path) -> Path:
    with path.open("rb") as raw:
        if packing(raw.read(4)) == "plain":
            return path
    plain = folder / "plain.parquet"
    with content(path) as stream, plain.open("wb") as copy:
        shutil.copyfileobj(stream, copy, 1 << 20)
    return plain
