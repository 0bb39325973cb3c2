"""Lands the new deliveries of a source, a group at a time, and writes each group down in one go."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from windvane.domain.batch import Batch, Delivery
from windvane.domain.change import Admit
from windvane.domain.entry import Landed, Noticed, Steering
from windvane.domain.errors import Unreadable, WindvaneError
from windvane.domain.estate import Source
from windvane.domain.incident import Signal
from windvane.domain.record import replace
from windvane.loop.crew import Crew
from windvane.loop.logbook import Logbook
from windvane.stack.landing.ending import looked_at
from windvane.stack.landing.familiar import familiar
from windvane.stack.landing.land import land
from windvane.stack.landing.rawstore import RawStore
from windvane.stack.quality.profile import profile

GROUP = 200  # deliveries written down together: what a kill can make to be landed again
NAMED = 3  # deliveries of a group that are named; of more only the number is told
_FEW = 8  # deliveries of a group up to which each is profiled; of more, the newest of each shape


def known(delivery: Delivery) -> str:
    """What the stamp of a delivery that was landed is remembered under."""
    return f"delivery:{delivery.source}:{delivery.name}"


def arrive(crew: Crew, source: Source, deliveries: tuple[Delivery, ...]) -> tuple[tuple[str, ...], tuple[Signal, ...]]:
    """Land `deliveries`; the ids of batches that are new, and what could not be read. Safe to do again after a kill."""
    landed: list[str] = []
    signals: list[Signal] = []
    for start in range(0, len(deliveries), GROUP):
        with _group(crew, source) as group:
            for delivery in deliveries[start : start + GROUP]:
                group.take(delivery)
        landed += [b.id for b in group.fresh]
        signals += [_unreadable(d, why) for d, why in group.unreadable]
    return tuple(landed), tuple(signals)


@contextmanager
def _group(crew: Crew, source: Source) -> Iterator[_Group]:
    """A group that is written down at the end of the block; what was landed is, also when a delivery fails."""
    with tempfile.TemporaryDirectory(dir=crew.root / ".windvane") as folder:
        group = _Group(crew, source, Path(folder))
        try:
            yield group
        except WindvaneError:
            group.write()
            raise
        group.write()


class _Group:
    """Deliveries of one source on their way: `fresh` batches in order, and those that were `unreadable`."""

    def __init__(self, crew: Crew, source: Source, folder: Path) -> None:
        self.fresh: list[Batch] = []
        self.unreadable: list[tuple[Delivery, str]] = []  # and why
        self._crew, self._source, self._folder = crew, source, folder
        self._book = Logbook(crew.ledger)
        self._store = RawStore(crew.root)
        self._looked_at: list[Delivery] = []
        self._more: list[Batch] = []  # that are told together
        self._batches = {b.id: b for b in self._book.landed.values() if b.source == source.name}
        self._named: dict[str, list[Batch]] = {}
        for batch in self._batches.values():
            self._named.setdefault(batch.delivery, []).append(batch)

    def take(self, delivery: Delivery) -> None:
        """Land one delivery."""
        try:
            batch = self._land(delivery)
        except Unreadable as error:
            self.unreadable.append((delivery, error.why))
        else:
            self._tell(delivery, batch)
            if batch is not None and batch.quarantined == batch.rows_read > 0:
                why = f"not one of its {batch.rows_read:,} rows can be read as a row of `{delivery.source}`"
                self.unreadable.append((delivery, f"{why}; they are in quarantine"))
        self._looked_at.append(delivery)

    def write(self) -> None:
        """Put all of it on record, in one transaction of the ledger."""
        self._tell_more()
        shapes = profiled(self._crew, self.fresh)
        superseded = _superseded(self._book, self.fresh)
        with self._crew.ledger.together():
            for batch in shapes:
                self._crew.write(f"landed:{batch.id}", Landed(batch=batch), actor="ingester", step="sense")
            for said, batch in superseded:
                key, because = f"superseded:{said.about}", (f"landed:{batch.id}",)
                self._crew.write(key, said, actor="windvane", step="sense", because=because)
            for delivery, why in self.unreadable:
                key = f"unreadable:{delivery.source}:{delivery.name}:{delivery.stamp}"
                signal = _unreadable(delivery, why)
                self._crew.write(key, Noticed(signal=signal), actor="ingester", step="sense")
            for delivery in self._looked_at:
                self._crew.ledger.remember(known(delivery), delivery.stamp)
        for delivery, why in self.unreadable:
            text = f"`{delivery.name}` is not read: {why}"
            self._crew.say("sense", text, subject=delivery.source, level="warn")

    def _land(self, delivery: Delivery) -> Batch | None:
        """The batch, or `None` when the same bytes were landed before."""
        seq = 1 + len(self._batches)
        before = self._named.get(delivery.name, [])
        file = self._crew.connector(self._source.connector).fetch(self._source, delivery, into=self._folder)
        batch = self._landed(delivery, file, seq)
        if batch.digest in [b.digest for b in before] and batch.digest != before[-1].digest:
            again = replace(delivery, again=seq)  # what it says was true before, and not since
            batch = self._landed(again, file, seq)
        if file.parent == self._folder:
            file.unlink()
        if batch.id in self._batches:
            return None
        self._batches[batch.id] = batch
        self._named.setdefault(delivery.name, []).append(batch)
        self.fresh.append(replace(batch, landed_at=self._crew.now()))
        return batch

    def _landed(self, delivery: Delivery, file: Path, seq: int) -> Batch:
        engine, store = self._crew.scratch(), self._store
        try:
            batch = land(self._source, delivery, file, store=store, engine=engine, seq=seq)
        except Unreadable as error:
            earlier = tuple(self._batches.values())
            told = error.code == "source.encoding" and familiar(file, earlier, root=self._crew.root, engine=engine)
            if not told:
                raise
            text = f"`{delivery.name}` is read as {told.reading.encoding}: `{told.word}` came before"
            self._crew.say("sense", text, subject=self._source.name)
            batch = land(
                replace(self._source, reading=told.reading), delivery, file, store=store, engine=engine, seq=seq
            )
        return looked_at(batch, file, self._batches.values())

    def _tell(self, delivery: Delivery, batch: Batch | None) -> None:
        """Name the first few, and each of which rows are withheld; the others are counted."""
        if batch is None:
            text = f"`{delivery.name}` was delivered before, byte for byte: skipped"
        elif len(self.fresh) > NAMED and not batch.quarantined:
            self._more.append(batch)
            return
        else:
            held = f", {batch.quarantined:,} quarantined" if batch.quarantined else ""
            text = f"`{delivery.name}`: {batch.rows_read:,} rows read{held}"
        self._crew.say("sense", text, subject=self._source.name)

    def _tell_more(self) -> None:
        if self._more:
            files = f"{len(self._more):,} more deliveries" if len(self._more) > 1 else "1 more delivery"
            text = f"{files}, `{self._more[-1].delivery}` the last: {sum(b.rows_read for b in self._more):,} rows read"
            self._crew.say("sense", text, subject=self._source.name)


def profiled(crew: Crew, batches: list[Batch]) -> list[Batch]:
    """The batches with their profiles: all of a few, of many the newest of each shape, as nobody asks for more."""
    newest = {b.columns: b.id for b in batches if b.accepted}
    wanted = {b.id for b in batches if b.accepted} if len(batches) <= _FEW else set(newest.values())
    return [
        replace(b, profile=profile(crew.scratch(), (crew.root / b.path,), b.columns)) if b.id in wanted else b
        for b in batches
    ]


def _superseded(book: Logbook, fresh: list[Batch]) -> list[tuple[Steering, Batch]]:
    """Answers to the questions about earlier deliveries of the same name: the newer one says what is true now."""
    made = []
    for held in book.waiting():
        asked = {(c.batch.source, c.batch.delivery) for c in book.plans[held.plan].changes if isinstance(c, Admit)}
        for batch in (b for b in fresh if (b.source, b.delivery) in asked):
            because = f"`{batch.delivery}` was delivered again as {batch.id}"
            made.append((Steering(act="reject", about=held.id, because=because), batch))
    return made


def _unreadable(delivery: Delivery, why: str) -> Signal:
    return Signal(
        kind="unreadable",
        subject=delivery.source,
        expected="a readable file",
        observed=f"`{delivery.name}`: {why}",
    )
