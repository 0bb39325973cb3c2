"""Compares what an estate publishes with what a truth, made by hand, reads in the files that were delivered."""

from __future__ import annotations

import csv
import io
import tomllib
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, Protocol

import pyarrow.parquet as pq

import windvane as wv
from windvane.adapters.ledger import Ledger
from windvane.domain.batch import Batch
from windvane.domain.change import Admit, Withdraw
from windvane.domain.decision import Decision
from windvane.domain.entry import Noticed
from windvane.domain.errors import Usage
from windvane.domain.registry import names
from windvane.loop.logbook import Logbook

Cell = str | float | None
Key = tuple[Cell, ...]
Rows = dict[Key, dict[str, Cell]]
_TIMES = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%d/%m/%Y %H:%M", "%Y-%m-%d")


class Fate(NamedTuple):
    """What became of a delivery: `published`, `healed`, `held` or `lost`, and why."""

    kind: str
    why: str


class Version(NamedTuple):
    """A version of a file that was taken, but for the rows with these ordinals."""

    digest: str
    aside: frozenset[int]


class Wrong(NamedTuple):
    """Cells that are published and not as they were delivered, and lines about them."""

    cells: int
    told: tuple[str, ...]


class Arrived(Protocol):
    """A delivery, as far as it matters here."""

    @property
    def number(self) -> int: ...
    @property
    def file(self) -> str: ...
    @property
    def path(self) -> Path | None: ...


@dataclass(frozen=True)
class SourceTruth:
    """What the columns of one source mean; `reads` maps a delivered name to the one it is compared under."""

    name: str
    files: str
    marks: str
    key: tuple[str, ...]
    numbers: frozenset[str]
    times: frozenset[str]
    reads: dict[str, str]
    ignored: frozenset[str]  # published columns that no truth is told of

    def name_of(self, column: str) -> str:
        """The name that a column is compared under; empty of those that only windvane knows."""
        return "" if column.startswith("_") or column in self.ignored else self.reads.get(column, column)


@dataclass(frozen=True)
class Truth:
    """What a feed means. Deliveries in `held` may be held, those in `must` ought to be."""

    goal: str
    encodings: tuple[str, ...]
    sources: tuple[SourceTruth, ...]
    held: frozenset[int]
    files: tuple[str, ...]  # parts of names of files of which each delivery may be held
    must: frozenset[int]
    written: Mapping[int, str] = field(default_factory=dict)  # charset of single deliveries
    meant: str = ""  # what the answer holds that a person picks when the goal can mean several things
    said: str = ""  # what a person adds to windvane.toml after `init`

    def may_wait(self, number: int, file: str) -> bool:
        """Whether holding a delivery is right, or as right as showing it."""
        return number in self.held or any(f in file for f in self.files)


def read_truth(path: Path) -> Truth:
    """The truth as a file tells it."""
    told = tomllib.loads(path.read_text(encoding="utf-8"))
    sources = tuple(
        SourceTruth(
            name=s["name"], files=s["files"], marks=s["marks"], key=tuple(s["key"]), numbers=frozenset(s["numbers"]),
            times=frozenset(s["times"]), reads={r["column"]: r["as"] for r in s.get("reads", [])},
            ignored=frozenset(s.get("ignored", [])),
        )
        for s in told["source"]
    )  # fmt: skip
    held = told.get("held", [])
    return Truth(
        goal=told["goal"],
        encodings=tuple(told["encodings"]),
        sources=sources,
        held=frozenset(n for h in held for n in _numbers(h)),
        files=tuple(f for h in held for f in h.get("files", [])),
        must=frozenset(n for h in held if h["must"] for n in _numbers(h)),
        written={n: w["encoding"] for w in told.get("written", []) for n in w["numbers"]},
        meant=told.get("meant", ""),
        said=told.get("said", ""),
    )


def _numbers(held: Mapping[str, object]) -> list[int]:
    first, last = _pair(held.get("range"))
    listed = held.get("numbers")
    return [*range(first, last + 1), *(n for n in (listed if isinstance(listed, list) else []) if isinstance(n, int))]


def _pair(span: object) -> tuple[int, int]:
    return (int(span[0]), int(span[1])) if isinstance(span, list) else (1, 0)


def fates(estate: Path) -> dict[tuple[str, str], Fate]:
    """By name and digest of a delivery what became of it; under an empty digest what could not be read."""
    with closing(Ledger(estate / ".windvane" / "ledger.sqlite")) as ledger:
        book = Logbook(ledger)
        decided = _decided(book)
        found = {
            (Path(b.delivery).name, b.digest): _fate(fate, b, decided.get(b.id)) for fate, b in book.fates.values()
        }
        for entry in ledger.entries(step="sense"):
            if isinstance(entry.body, Noticed) and entry.body.signal.kind == "unreadable":
                why = entry.body.signal.observed
                found[Path(why.partition("`: ")[0].lstrip("`")).name, ""] = Fate("held", why)
        return found


def _decided(book: Logbook) -> dict[str, Decision]:
    """The last decision about each batch."""
    found = {}
    for decision in book.decisions.values():
        plan = book.plans.get(decision.plan)
        for change in plan.changes if plan else ():
            if isinstance(change, Admit | Withdraw):
                found[change.batch.id] = decision
    return found


def _fate(fate: str, batch: Batch, decision: Decision | None) -> Fate:
    lost = "; ".join(r.detail for r in decision.verdict.reasons if not r.held) if decision else ""
    if fate == "visible":
        known = {*names("windvane.remedies"), "diagnostician"}
        healed = decision is not None and set(decision.proposer.split("+")) <= known
        return Fate("healed" if healed else "published", "")
    if fate in ("waiting", "refused"):
        return Fate("held", lost or "it has the trouble of an open question")
    return Fate("lost" if batch.accepted else "held", f"{fate}: {lost or 'no row was accepted'}")


@dataclass
class Scorer:
    """Follows what was delivered, and what of it is to be seen."""

    truth: Truth
    estate: Path
    _versions: dict[tuple[str, str], tuple[Path, int]] = field(default_factory=dict)
    _read: dict[Path, Rows] = field(default_factory=dict)
    before: dict[str, int] = field(default_factory=dict)  # wrong cells by source

    def compare(self, digests: dict[int, str], commit: tuple[Arrived, ...]) -> Wrong:
        """Cells that are wrong now and were not counted before, all sources together."""
        self.know(digests, commit)
        shown = _shown(self.estate)
        told: list[str] = []
        cells = 0
        for source in self.truth.sources:
            wrong = self._source(source, shown)
            new = max(0, sum(wrong.values()) - self.before.get(source.name, 0))
            self.before[source.name] = sum(wrong.values())
            cells += new
            told += [f"{n} x {source.name} {what}" for what, n in wrong.most_common(4)] if new else []
        return Wrong(cells, tuple(told))

    def know(self, digests: dict[int, str], commit: tuple[Arrived, ...]) -> None:
        """Take note of what was delivered."""
        for delivery in commit:
            if delivery.path is not None:
                self._versions[Path(delivery.file).name, digests[delivery.number]] = delivery.path, delivery.number

    def _source(self, source: SourceTruth, shown: dict[str, tuple[Version, ...]]) -> Counter[str]:
        expected: Rows = {}
        for name, versions in shown.items():
            if source.files in name:
                expected |= self._shown_of(source, name, versions)
        relation = _relation(self.estate, source)
        if relation is None:
            return Counter({"nothing published": len(expected)}) if expected else Counter()
        return _differences(source, relation, expected)

    def _shown_of(self, source: SourceTruth, name: str, versions: tuple[Version, ...]) -> Rows:
        """The rows of a file as they are to be seen: the last version, and for rows of it that wait the one before."""
        rows: Rows = {}
        for digest, aside in versions:
            known = self._versions.get((name, digest))
            if known is not None:
                delivered = list(self._rows(source, *known).items())
                waits = {key for place, (key, _) in enumerate(delivered, 1) if place in aside}
                kept = {key: cells for key, cells in rows.items() if key in waits}
                rows = kept | {key: cells for key, cells in delivered if key not in waits}
        return rows

    def _rows(self, source: SourceTruth, path: Path, number: int) -> Rows:
        if path not in self._read:
            written = self.truth.written.get(number)
            self._read[path] = _delivered(source, path, (written,) if written else self.truth.encodings)
        return self._read[path]


def _shown(estate: Path) -> dict[str, tuple[Version, ...]]:
    """By name of a file the versions that were taken, oldest first."""
    with closing(Ledger(estate / ".windvane" / "ledger.sqlite")) as ledger:
        book = Logbook(ledger)
        order = {batch: place for place, batch in enumerate(book.landed)}
        visible = sorted(book.visible(), key=lambda b: order[b.id])
    found: dict[str, tuple[Version, ...]] = {}
    for batch in visible:
        name = Path(batch.delivery).name
        found[name] = (*found.get(name, ()), Version(batch.digest, _aside(estate, batch)))
    return found


def _aside(estate: Path, batch: Batch) -> frozenset[int]:
    """Ordinals of the rows in quarantine."""
    if not batch.quarantine_path:
        return frozenset()
    return frozenset(pq.read_table(estate / batch.quarantine_path, columns=["_row"]).column(0).to_pylist())


def _delivered(source: SourceTruth, path: Path, encodings: tuple[str, ...]) -> Rows:
    """Rows of a file by key, under the names they are compared by."""
    lines = [r for r in csv.reader(io.StringIO(_text(path, encodings)), delimiter=_delimiter(path)) if any(r)]
    head = [source.name_of(c) for c in lines[0]]
    rows: Rows = {}
    for line in lines[1:]:
        if len(line) > len([h for h in head if h]) and any(line[len(head) :]):
            continue
        cells = {c: _typed(source, c, text) for c, text in zip(head, line, strict=False) if c}
        rows[tuple(cells[k] for k in source.key)] = cells
    return rows


def _text(path: Path, encodings: tuple[str, ...]) -> str:
    for encoding in encodings:
        try:
            return path.read_bytes().decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ValueError(f"{path} decodes in none of {encodings}")


def _delimiter(path: Path) -> str:
    first = path.read_bytes().lstrip().splitlines()[0]
    return ";" if first.count(b";") > first.count(b",") else ","


def _typed(source: SourceTruth, column: str, value: object) -> Cell:
    """A value as it is compared: numbers as floats, times in ISO 8601, nothing as `None`."""
    if value is None or value == "":
        return None
    if column in source.numbers:
        try:
            return float(str(value))
        except ValueError:
            return str(value)
    if column in source.times:
        return value.isoformat() if isinstance(value, datetime) else _time(str(value))
    return str(value)


def _time(text: str) -> str:
    for form in _TIMES:
        try:
            return datetime.strptime(text, form).isoformat()  # the feed tells no zone
        except ValueError:
            continue
    return text


def _relation(estate: Path, source: SourceTruth) -> list[dict[str, object]] | None:
    """The published rows of a source."""
    try:
        release = wv.open(estate)
    except Usage:
        return None
    for name in (n for n in release.relations if n.startswith("core.")):
        table = release[name].arrow()
        if source.marks in table.column_names:
            found: list[dict[str, object]] = table.to_pylist()
            return found
    return None


def _differences(source: SourceTruth, published: list[dict[str, object]], expected: Rows) -> Counter[str]:
    wrong: Counter[str] = Counter()
    seen: set[Key] = set()
    for row in published:
        cells = [(c, name, _typed(source, name, v)) for c, v in row.items() if (name := source.name_of(c))]
        where = {name: value for _, name, value in cells if value is not None}
        key = tuple(where.get(k) for k in source.key)
        seen.add(key)
        there = expected.get(key)
        if there is None:
            wrong[f"rows that were not delivered, like {key}"[:200]] += 1
            continue
        wrong.update(column for column, name, value in cells if value != there.get(name))
    gone = [k for k in expected if k not in seen]
    if gone:
        wrong[f"rows that are not shown, like {gone[0]}"] += len(gone)
    return wrong
