"""Tables of a SQLite file, read only."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from windvane.domain.batch import Delivery
from windvane.domain.errors import Failed, TryAgain, Unreadable, Usage, WindvaneError
from windvane.domain.estate import Column, Contract, Reading, Reference, Source
from windvane.domain.naming import identifier
from windvane.domain.ports import Engine, Offer, Secrets, Stray

_MAGIC = b"SQLite format 3\0"
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:$|[ T]\d)")
_PASSING = ("locked", "busy", "disk i/o")
_TYPES = (
    (re.compile(r"INT"), "bigint"),
    (re.compile(r"CHAR|CLOB|TEXT"), "varchar"),
    (re.compile(r"REAL|FLOA|DOUB"), "double"),
    (re.compile(r"DATETIME|TIMESTAMP"), "timestamp"),
    (re.compile(r"DATE"), "date"),
    (re.compile(r"BOOL"), "boolean"),
)


class Sqlite:
    """One source for each table; the file is opened with `mode=ro` and never changed."""

    def understands(self, location: str) -> bool:
        """Whether `location` is a SQLite file, by its first bytes, or by its scheme."""
        path = _path(location)
        if path.is_file():
            with path.open("rb") as handle:
                return handle.read(16) == _MAGIC
        return location.startswith("sqlite:")

    def offers(self, location: str) -> tuple[tuple[Offer, ...], tuple[Stray, ...]]:
        """The tables with what they declare. Raises `Usage` (`source.missing`, `source.none`), `Unreadable`."""
        place = _path(location).absolute()
        offers, strays = [], []
        with _opened(place) as database:
            names = _names(database)
            for table, name in names.items():
                source = Source(
                    name=name, connector="sqlite", location=str(place), table=table,
                    reading=Reading(), columns=_columns(database, table),
                )  # fmt: skip
                deliveries = _delivered(source, place, database)
                if deliveries:
                    offers.append(Offer(source, deliveries, _declared(database, table, names)))
                else:
                    strays.append(Stray(table, "the table has no rows", "nothing; it is offered once it has rows"))
        if not offers and not strays:
            raise Usage(f"no tables in `{location}`", code="source.none", fix="give a database that has tables")
        return tuple(offers), tuple(strays)

    def deliveries(self, source: Source) -> tuple[Delivery, ...]:
        """The table, stamped with size and time of the file and its write-ahead log; none while it is empty."""
        place = _path(source.location)
        with _opened(place) as database:
            return _delivered(source, place, database)

    def fetch(self, source: Source, delivery: Delivery, *, into: Path) -> Path:  # noqa: ARG002
        """The table as a CSV in `into`, in order of its key; NULL is empty and an empty text is `""`."""
        into.mkdir(parents=True, exist_ok=True)
        target = into / f"{source.name}.csv"
        part = into / f".{source.name}.csv.part"
        try:
            with _opened(_path(source.location)) as database, part.open("w", encoding="utf-8", newline="") as file:
                file.writelines(_lines(database, source.table))
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
        return target


def _path(location: str) -> Path:
    return Path(re.sub(r"^sqlite:(///)?", "", location)).expanduser()


@contextmanager
def _opened(place: Path) -> Iterator[sqlite3.Connection]:
    if not place.is_file():
        raise Usage(f"there is no database at `{place}`", code="source.missing", fix="correct the path")
    try:
        with closing(sqlite3.connect(f"{place.absolute().as_uri()}?mode=ro", uri=True, timeout=2)) as database:
            database.text_factory = _text
            yield database
    except sqlite3.Error as error:
        raise _translated(error, place) from error


def _translated(error: sqlite3.Error, place: Path) -> WindvaneError:
    why = str(error)
    if any(word in why.lower() for word in _PASSING):
        return TryAgain(f"`{place.name}` is busy", code="source.busy", why=why, fix="run again")
    if isinstance(error, sqlite3.DatabaseError) and ("malformed" in why or "not a database" in why):
        return Unreadable(f"`{place.name}` is damaged", code="source.truncated", why=why, fix="deliver it again")
    return Failed(f"`{place.name}` could not be read", code="source.refused", why=why)


def _text(data: bytes) -> str:
    return data.decode("utf-8", "backslashreplace")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _names(database: sqlite3.Connection) -> dict[str, str]:
    """Names of sources by table."""
    found = database.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
    )
    names: dict[str, str] = {}
    for (table,) in found:
        names[table] = identifier(table, set(names.values()))
    return names


def _columns(database: sqlite3.Connection, table: str) -> tuple[str, ...]:
    return tuple(row[1] for row in database.execute(f"PRAGMA table_info({_quoted(table)})"))


def _delivered(source: Source, place: Path, database: sqlite3.Connection) -> tuple[Delivery, ...]:
    if database.execute(f"SELECT 1 FROM {_quoted(source.table)} LIMIT 1").fetchone() is None:
        return ()
    state, log = place.stat(), Path(f"{place}-wal")
    later = log.stat() if log.is_file() else None
    stamp = f"{state.st_size}-{state.st_mtime_ns}" + (f"-{later.st_size}-{later.st_mtime_ns}" if later else "")
    return (Delivery(source=source.name, name=source.table, stamp=stamp),)


def _declared(database: sqlite3.Connection, table: str, names: dict[str, str]) -> Contract:
    info = database.execute(f"PRAGMA table_info({_quoted(table)})").fetchall()
    columns = [
        Column(name=name, type=kind, nullable=not (required or place))
        for _, name, declared, required, _, place in info
        if (kind := _portable(declared)) and not (kind == "varchar" and _dated(database, table, name))
    ]
    key = tuple(row[1] for row in sorted((r for r in info if r[5]), key=lambda r: r[5]))
    return Contract(
        relation=names[table], columns=tuple(columns), key=key, references=_references(database, table, names)
    )


def _dated(database: sqlite3.Connection, table: str, column: str) -> bool:
    """Whether a text column holds dates: SQLite has no type for them, so what is declared says too little."""
    query = f"SELECT {_quoted(column)} FROM {_quoted(table)} WHERE {_quoted(column)} <> '' LIMIT 50"
    values = [str(v) for (v,) in database.execute(query)]
    return bool(values) and all(_DATE.match(v) for v in values)


def _references(database: sqlite3.Connection, table: str, names: dict[str, str]) -> tuple[Reference, ...]:
    links: dict[int, list[tuple[str, str | None, str]]] = {}
    for number, _, to, mine, other, *_ in database.execute(f"PRAGMA foreign_key_list({_quoted(table)})"):
        links.setdefault(number, []).append((mine, other, to))
    made = []
    for parts in links.values():
        to = next((t for t in names if t.casefold() == parts[0][2].casefold()), None)
        if to is None:
            continue
        info = database.execute(f"PRAGMA table_info({_quoted(to)})").fetchall()
        primary = [row[1] for row in sorted((r for r in info if r[5]), key=lambda r: r[5])]
        others = tuple(other or primary[i] for i, (_, other, _) in enumerate(parts))
        mine = tuple(m for m, _, _ in parts)
        made.append(Reference(columns=mine, to=names[to], to_columns=others, match_share=1.0))
    return tuple(sorted(made, key=lambda r: r.columns))


def _portable(declared: str) -> str:
    """The portable type that a declared one stands for; empty when it says too little."""
    kind = declared.upper()
    exact = re.search(r"(?:NUMERIC|DECIMAL)\s*\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\)", kind)
    if exact:
        return f"decimal({exact[1]},{exact[2] or 0})"
    return next((to for pattern, to in _TYPES if pattern.search(kind)), "")


def _lines(database: sqlite3.Connection, table: str) -> Iterator[str]:
    columns = _columns(database, table)
    info = database.execute(f"PRAGMA table_info({_quoted(table)})").fetchall()
    order = [_quoted(row[1]) for row in sorted((r for r in info if r[5]), key=lambda r: r[5])]
    listed = ", ".join(map(_quoted, columns))
    yield ",".join(map(_cell, columns)) + "\n"
    query = f"SELECT {listed} FROM {_quoted(table)}"
    for row in database.execute(query + (f" ORDER BY {', '.join(order)}" if order else "")):
        yield ",".join(map(_cell, row)) + "\n"


def _cell(value: object) -> str:
    """A value as CSV: nothing for NULL, a quoted text otherwise; bytes in hexadecimal digits."""
    if value is None:
        return ""
    text = value.hex() if isinstance(value, bytes) else repr(value) if isinstance(value, float) else str(value)
    return _quoted(text)


def connector(secrets: Secrets, engine: Engine) -> Sqlite:  # noqa: ARG001
    """The connector for SQLite; it needs neither secrets nor an engine."""
    return Sqlite()
