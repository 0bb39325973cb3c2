"""The ledger on SQLite: append-only by triggers, chained by hash, idempotent by key."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, NamedTuple

from windvane.adapters.ledger.chain import Fault, Line, faults, store
from windvane.adapters.ledger.schema import connect, translate
from windvane.domain import crash
from windvane.domain.entry import Body, Entry, Step, seal
from windvane.domain.record import replace

_PAGE = 500
_GLANCED, _GLANCED_CHARS = 1000, 4_000_000  # how much `glance` looks at: about 15 ms
_Row = tuple[str | int, ...]
_COLUMNS = "seq, time, actor, step, key, kind, body, because, previous, hash"


class Head(NamedTuple):
    """The last line: its number and its hash. Kept elsewhere it shows a tail that was cut off."""

    seq: int
    hash: str

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash}"


def now() -> str:
    """The time as the ledger writes it: UTC, ISO 8601, milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


class Ledger:
    """The `Ledger` port on one SQLite file in WAL mode.

    Safe from several threads and processes: writers queue for the file's lock, readers never wait for
    them. A `Ledger` must not be carried across a fork. The head of the chain is also written to
    `<file>.head`, so that `verify` sees a tail that was cut off; whoever can rewrite both files is
    found out only by a head that was kept elsewhere (a git commit, say): see `verify`. What is appended goes
    through `clean` first, which takes secrets out of it.
    """

    def __init__(
        self, path: Path, *, clock: Callable[[], str] = now, clean: Callable[[Body], Body] = lambda body: body
    ) -> None:
        self._path = path
        self._clock = clock
        self._clean = clean
        self._lock = threading.RLock()
        self._together = 0  # the thread that is inside `together`
        self._connection = connect(path)

    def append(self, *, actor: str, step: Step, key: str, body: Body, because: tuple[int, ...] = ()) -> Entry:
        """Write a line, or return the one already written under `key`, whatever the other arguments are.

        Raises `ValueError` when `because` names a line that is not there yet, `TryAgain` when the file is
        locked for too long or the disk is full.
        """
        known = self.find(key)
        if known is not None:
            return known
        body = self._clean(body)
        crash.point("ledger.append.before")
        with self._writing():
            written = self.find(key)
            if written is None:
                draft = Entry(seq=0, time=self._clock(), actor=actor, step=step, key=key, body=body, because=because)
                written = self._write(draft)
        if self._together != threading.get_ident():
            self._anchor(Head(written.seq, written.hash))
        crash.point("ledger.append.after")
        return written

    @contextmanager
    def together(self) -> Iterator[None]:
        """Around writes that are one transaction: a kill or an error leaves all of them or none.

        Other threads wait for its end. What was read inside must be forgotten when the block fails.
        """
        with self._lock, self._writing():
            self._together = threading.get_ident()
            try:
                yield
            finally:
                self._together = 0
        self._anchor(self.head())

    def _write(self, draft: Entry) -> Entry:
        head = self.head()
        if any(not 0 < seq <= head.seq for seq in draft.because):
            raise ValueError(f"line {head.seq + 1} cannot follow from {draft.because}")
        entry = replace(draft, seq=head.seq + 1, previous=head.hash)
        entry = replace(entry, hash=seal(entry))
        marks = ", ".join("?" * len(Line._fields))
        self._connection.execute(f"INSERT INTO entries ({_COLUMNS}) VALUES ({marks})", store(entry))
        return entry

    def entries(self, *, step: Step | None = None, after: int = 0) -> Iterator[Entry]:
        """Lines in order, those with `seq` above `after`. Raises `msgspec.ValidationError` for one edited by hand."""
        return (line.entry() for line in self.lines(step=step, after=after))

    def lines(self, *, step: Step | None = None, after: int = 0) -> Iterator[Line]:
        """As `entries`, with bodies left as JSON: for listings; 1,000 lines cost 3 ms."""
        where = "seq > ?" if step is None else "seq > ? AND step = ?"
        query = f"SELECT {_COLUMNS} FROM entries WHERE {where} ORDER BY seq LIMIT {_PAGE}"
        while page := self._fetch(query, (after,) if step is None else (after, step)):
            for line in map(Line._make, page):
                yield line
                after = line.seq

    def find(self, key: str) -> Entry | None:
        """The line written under `key`."""
        rows = self._fetch(f"SELECT {_COLUMNS} FROM entries WHERE key = ?", (key,))
        return Line._make(rows[0]).entry() if rows else None

    def head(self) -> Head:
        """The last line, or `Head(0, "")` before the first."""
        rows = self._fetch("SELECT seq, hash FROM entries ORDER BY seq DESC LIMIT 1")
        return Head(int(rows[0][0]), str(rows[0][1])) if rows else Head(0, "")

    def number(self, prefix: Literal["D", "I", "R"], *, key: str) -> str:
        """The number reserved for `key`, like `D-7`; the same key gets the same number for ever."""
        with self._lock:
            found = self._number(prefix, key)
            if found:
                return found
            crash.point("ledger.number.before")
            with self._writing():
                found = self._number(prefix, key)
                if not found:
                    query = "SELECT coalesce(max(number), 0) + 1 FROM numbers WHERE prefix = ?"
                    number = int(self._fetch(query, (prefix,))[0][0])
                    self._connection.execute("INSERT INTO numbers VALUES (?, ?, ?)", (prefix, number, key))
                    found = f"{prefix}-{number}"
            crash.point("ledger.number.after")
            return found

    def _number(self, prefix: str, key: str) -> str:
        rows = self._fetch("SELECT number FROM numbers WHERE prefix = ? AND key = ?", (prefix, key))
        return f"{prefix}-{rows[0][0]}" if rows else ""

    def remember(self, key: str, text: str) -> None:
        """Keep a text that can be made again (a cache); it is no line, may be replaced, and a power cut may lose it."""
        with self._lock:
            if self.recall(key) == text:
                return
            if self._together == threading.get_ident():
                self._connection.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (key, text))
                return
            self._connection.execute("PRAGMA synchronous = NORMAL")
            try:
                with self._writing():
                    self._connection.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (key, text))
            finally:
                self._connection.execute("PRAGMA synchronous = FULL")

    def recall(self, key: str) -> str | None:
        """What was last remembered under `key`."""
        rows = self._fetch("SELECT value FROM facts WHERE key = ?", (key,))
        return str(rows[0][0]) if rows else None

    def verify(self, *heads: str) -> tuple[str, ...]:
        """Every fault of the chain in words: edited, dropped, moved lines, and a tail that was cut off.

        `heads` are heads kept elsewhere, as `str(Head)` spells them; the one beside the ledger is always
        looked at. Nothing means whole.
        """
        return tuple(fault.what for fault in self.examine(*heads))

    def examine(self, *heads: str) -> tuple[Fault, ...]:
        """As `verify`, each with the first line that does not hold; 8 microseconds a line and 1 ms per 2 MB."""
        return (*faults(self.lines()), *self._cut(*heads))

    def glance(self) -> tuple[Fault, ...]:
        """What can be verified within milliseconds: all of a small ledger, the newest lines of a large one."""
        weighed = self._fetch("SELECT seq, length(body) FROM entries ORDER BY seq DESC LIMIT ?", (_GLANCED + 1,))
        after, room = 0, _GLANCED_CHARS
        for seq, length in weighed:
            room -= int(length)
            if room < 0 or int(seq) == int(weighed[0][0]) - _GLANCED:
                after = int(seq)
                break
        before = self._fetch("SELECT hash FROM entries WHERE seq = ?", (after,))
        previous = str(before[0][0]) if before else ""
        return (*faults(self.lines(after=after), seq=after, previous=previous), *self._cut())

    def _cut(self, *heads: str) -> Iterator[Fault]:
        """What heads that were kept tell: lines that were there and are not, or are others."""
        for text in {*heads, self._anchored()} - {""}:
            kept, _, digest = text.partition(":")
            seq = int(kept) if kept.isdecimal() else -1
            rows = self._fetch("SELECT hash FROM entries WHERE seq = ?", (seq,))
            last = self.head().seq
            if not rows:
                yield Fault(last + 1, f"the tail was cut off: line {seq} was there, the last one is {last}")
            elif rows[0][0] != digest:
                yield Fault(seq, f"line {seq} is not the one that was there: the chain was written anew")

    def close(self) -> None:
        """Release the file."""
        with self._lock:
            self._connection.close()

    def _fetch(self, query: str, params: tuple[str | int, ...] = ()) -> list[_Row]:
        try:
            with self._lock:
                rows: list[_Row] = self._connection.execute(query, params).fetchall()
        except sqlite3.Error as error:
            raise translate(error, self._path) from error
        return rows

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """One transaction that holds the write lock from its start; inside `together`, that one."""
        if self._together == threading.get_ident():
            yield
            return
        with self._lock:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                try:
                    yield
                    self._connection.execute("COMMIT")
                except BaseException:
                    if self._connection.in_transaction:
                        self._connection.execute("ROLLBACK")
                    raise
            except sqlite3.Error as error:
                raise translate(error, self._path) from error

    @property
    def _beside(self) -> Path:
        return self._path.with_name(f"{self._path.name}.head")

    def _anchored(self) -> str:
        return self._beside.read_text(encoding="ascii").strip() if self._beside.exists() else ""

    def _anchor(self, head: Head) -> None:
        """Write the head beside the ledger, in one write of fixed length that a kill cannot tear.

        A head that lags behind another process is still a true one, so no lock is needed.
        """
        descriptor = os.open(self._beside, os.O_WRONLY | os.O_CREAT, 0o644)
        try:
            os.pwrite(descriptor, f"{head.seq:012d}:{head.hash}\n".encode("ascii"), 0)
        finally:
            os.close(descriptor)
