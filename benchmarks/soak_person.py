"""The person beside the soak: reads what is shown, answers by what is true, has wrong files sent again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import windvane as wv
from benchmarks.soak_world import Day, contents
from windvane.adapters.ledger import Ledger
from windvane.app import steering
from windvane.app.drill.base import ESTATE, FILES
from windvane.domain.change import Admit, Put
from windvane.domain.decision import Decision
from windvane.domain.errors import WindvaneError
from windvane.domain.estate import Model
from windvane.domain.event import Event
from windvane.domain.plan import Plan
from windvane.domain.table import Dialect, Table, written
from windvane.loop.logbook import Logbook
from windvane.loop.propose import arriving

KEYS = {
    "orders": ("order_id",),
    "payments": ("payment_id",),
    "visits": ("store_id", "seen_at"),
    "stores": ("store_id",),
}


@dataclass(frozen=True)
class Shown:
    """What readers see of some deliveries against what is true: rows missing, with another cell, or of nothing true."""

    missing: int = 0
    wrong: int = 0
    told: str = ""

    @property
    def right(self) -> bool:
        """Whether nothing is missing and no cell is another."""
        return not self.missing and not self.wrong


def looked(root: Path, tables: tuple[Table, ...], *, ever: tuple[Table, ...]) -> Shown:
    """The published rows of the keys of `tables` against them; `ever`: all that is true, so that no other row is."""
    estate, missing, wrong, told = wv.open(root / ESTATE), 0, 0, []
    for table in tables:
        rows = estate[f"core.{table.source}"].arrow().to_pylist()
        there = {tuple(_text(r[k]) for k in KEYS[table.source]): r for r in rows}
        strange = there.keys() - {_key(t, row) for t in ever if t.source == table.source for row in t.rows}
        wrong += len(strange)
        told += [f"{table.source} has a row {sorted(strange)[0]!r}"] if strange else []
        columns = [c for c in table.columns if rows and c in rows[0]]
        for row in table.rows:
            cells = dict(zip(table.columns, row, strict=True))
            seen = there.get(tuple(cells[k] for k in KEYS[table.source]))
            bad = [] if seen is None else [c for c in columns if not _same(cells[c], seen[c])]
            missing, wrong = missing + (seen is None), wrong + bool(bad)
            if bad and len(told) < 3:
                told.append(f"{table.source}.{bad[0]} {cells[bad[0]]!r} is shown as {seen[bad[0]]!r}")  # type: ignore[index]
    return Shown(missing, wrong, "; ".join(told))


def _key(table: Table, row: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(row[table.at(k)] for k in KEYS[table.source])


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _same(text: str, value: object) -> bool:
    """Whether a published value is what a text says."""
    if not text or value is None:
        return not text and value is None
    try:
        return float(text) == float(str(value))
    except ValueError:
        return text == str(value)


@dataclass
class Person:
    """Answers by the bytes: a delivery that is a true file, or the one meant by the day, is let in; others are not."""

    root: Path

    def answer(self, day: Day, emit_to: list[str]) -> int:
        """Answer every open question; how many there were."""
        fair = _digests(day)
        asked = self._waiting()
        for decision, plan in asked:
            whole = all(b.digest in fair for b in arriving(plan))
            changed = any(isinstance(c, Put) and isinstance(c.asset, Model) for c in plan.changes)
            emit_to.append(f"{decision.id} {'approve' if whole and not changed else 'reject'}: {decision.title}")
            self._answered(decision, approved=whole and not changed)
        return len(asked)

    def _answered(self, decision: Decision, *, approved: bool) -> None:
        estate = self.root / ESTATE
        try:
            if approved:
                steering.approve(estate, decision.id, because="it is as it should be", option="", emit=quiet)
                return
        except WindvaneError:
            pass  # what cannot be let in any more is turned down, and sent again
        steering.reject(estate, decision.id, because="it is not what it should be", emit=quiet)

    def take_back(self, day: Day) -> int:
        """Undo what showed something else than the truth; how many decisions."""
        names = {s.name for wave in day.injection.waves for s in wave} - _true_names(day)
        count = 0
        for decision in self._showing(names | {t.file for t in day.truth}, _digests(day)):
            try:
                steering.undo(self.root / ESTATE, decision.id, because="readers saw what is not true", emit=quiet)
                count += 1
            except WindvaneError:
                continue  # what rests on it keeps it there; the true file corrects it
        return count

    def send_again(self, day: Day, *, attempt: int) -> None:
        """Put every file of the day as it should have come; what came under other names goes."""
        folder, right = self.root / FILES, contents(day)
        for wave in day.injection.waves:
            for file in wave:
                if file.name not in right:
                    (folder / file.name).unlink(missing_ok=True)
        if attempt:
            lines = Dialect(newline="\r\n" if attempt % 2 else "\n", delimiter=";" if attempt > 1 else ",")
            right = {t.file: written(t, lines) for t in (*day.mended, *day.truth)}
        for name, content in right.items():
            put(folder / name, content)

    def _waiting(self) -> list[tuple[Decision, Plan]]:
        with self._book() as book:
            return [(d, book.plans[d.plan]) for d in book.waiting()]

    def _showing(self, names: set[str], fair: frozenset[str]) -> list[Decision]:
        """Decisions in force that let in one of these files with other bytes than the true ones, newest first."""
        with self._book() as book:
            gone = book.undone()
            found = [
                d
                for d in book.decisions.values()
                if d.verdict.outcome == "promote" and d.id not in gone and not d.undoes
                if any(
                    isinstance(c, Admit) and Path(c.batch.delivery).name in names and c.batch.digest not in fair
                    for c in book.plans[d.plan].changes
                )
            ]
        return found[::-1]

    @contextmanager
    def _book(self) -> Iterator[Logbook]:
        ledger = Ledger(self.root / ESTATE / ".windvane" / "ledger.sqlite")
        try:
            yield Logbook(ledger)
        finally:
            ledger.close()


def put(path: Path, content: bytes) -> None:
    """Write a file unless it is there as it should be: what did not change keeps its time."""
    if not path.exists() or path.read_bytes() != content:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def quiet(event: Event) -> None:
    """Say nothing."""


def _true_names(day: Day) -> set[str]:
    return set(contents(day))


def _digests(day: Day) -> frozenset[str]:
    """Digests of files that are true: as they should have come, in any dialect, or sent as such by the fault."""
    tables = (*day.mended, *day.truth)
    fair = {content for content in contents(day).values()}
    fair |= {written(t, Dialect(newline=n, delimiter=d)) for t in tables for n in ("\n", "\r\n") for d in ",;"}
    broken = day.injection.broken
    true = {(t.source, t.columns, t.rows) for t in tables}
    if broken is not None and (broken.source, broken.columns, broken.rows) in true:
        fair |= {s.content for wave in day.injection.waves for s in wave if s.source == broken.source}
    return frozenset(hashlib.sha256(content).hexdigest() for content in fair)
