"""Notices what is new or odd: deliveries, drift, edits, goals that nothing serves."""

from __future__ import annotations

import tempfile
from pathlib import Path

from windvane.domain.batch import Batch, Delivery
from windvane.domain.change import Admit
from windvane.domain.entry import Landed, Noticed, Steering
from windvane.domain.errors import Unreadable
from windvane.domain.estate import Estate, Model, Product, Source
from windvane.domain.incident import Signal
from windvane.domain.record import Record, replace
from windvane.loop import missing
from windvane.loop.crew import Crew
from windvane.loop.logbook import Logbook
from windvane.stack.landing.land import land
from windvane.stack.landing.rawstore import RawStore
from windvane.stack.quality.profile import profile


class Seen(Record):
    """What one look found."""

    landed: tuple[str, ...] = ()  # ids of batches that are new
    signals: tuple[Signal, ...] = ()


def look(crew: Crew) -> Seen:
    """Land every new delivery of every source; gather signals. Safe to do again after a kill."""
    estate = crew.folder.read()
    landed: list[str] = []
    signals: list[Signal] = []
    for name in missing.struck_out(crew, _of(estate, Source)):
        missing.back(crew, name)
    for source in sorted(_of(estate, Source), key=lambda s: s.name):
        deliveries = missing.offered(crew, source)
        if deliveries:
            missing.back(crew, source.name)
        else:
            signals += _vanished(crew, source)
        for delivery in deliveries:
            if crew.ledger.recall(_known(delivery)) == delivery.stamp:
                continue
            try:
                batch = _land(crew, source, delivery)
            except Unreadable as error:
                signals.append(_unreadable(crew, delivery, error))
            else:
                landed += [batch.id] if batch else []
            crew.ledger.remember(_known(delivery), delivery.stamp)
    signals += [*_unserved(crew, estate, but=Logbook(crew.ledger).taken_back()), *_edits(crew)]
    return Seen(landed=tuple(landed), signals=tuple(signals))


def calm(crew: Crew) -> bool:
    """Whether nothing waits for the loop in what is landed and written already; deliveries are not looked at."""
    estate = crew.folder.read()
    waiting = any(b.accepted for b in Logbook(crew.ledger).pending())
    return not waiting and not _unserved(crew, estate) and not _edits(crew)


def _known(delivery: Delivery) -> str:
    return f"delivery:{delivery.source}:{delivery.name}"


def _of(estate: Estate, kind: type[Source]) -> tuple[Source, ...]:
    return tuple(a for a in estate.assets if isinstance(a, kind))


def _land(crew: Crew, source: Source, delivery: Delivery) -> Batch | None:
    """The batch, or `None` when the same bytes were landed before."""
    book = Logbook(crew.ledger)
    seq = 1 + sum(b.source == source.name for b in book.landed.values())
    before = [b for b in book.landed.values() if b.source == source.name and b.delivery == delivery.name]
    with tempfile.TemporaryDirectory(dir=crew.root / ".windvane") as folder:
        file = crew.connector(source.connector).fetch(source, delivery, into=Path(folder))
        batch = land(source, delivery, file, store=RawStore(crew.root), engine=crew.scratch(), seq=seq)
        if batch.digest in [b.digest for b in before] and batch.digest != before[-1].digest:
            again = replace(delivery, again=seq)  # what it says was true before, and not since
            batch = land(source, again, file, store=RawStore(crew.root), engine=crew.scratch(), seq=seq)
    if batch.id in book.landed:
        crew.say("sense", f"`{delivery.name}` was delivered before, byte for byte: skipped", subject=source.name)
        return None
    shape = profile(crew.scratch(), (crew.root / batch.path,), batch.columns) if batch.accepted else None
    batch = replace(batch, profile=shape, landed_at=crew.now())
    crew.write(f"landed:{batch.id}", Landed(batch=batch), actor="ingester", step="sense")
    _supersede(crew, book, batch)
    held = f", {batch.quarantined:,} quarantined" if batch.quarantined else ""
    crew.say("sense", f"`{delivery.name}`: {batch.rows_read:,} rows read{held}", subject=source.name)
    return batch


def _supersede(crew: Crew, book: Logbook, batch: Batch) -> None:
    """Close the questions about earlier deliveries of the same name: the newer one says what is true now."""
    for held in book.waiting():
        asked = [c.batch for c in book.plans[held.plan].changes if isinstance(c, Admit)]
        if any(b.source == batch.source and b.delivery == batch.delivery for b in asked):
            because = f"`{batch.delivery}` was delivered again as {batch.id}"
            said = Steering(act="reject", about=held.id, because=because)
            crew.write(f"superseded:{held.id}", said, actor="windvane", step="sense", because=(f"landed:{batch.id}",))


def _vanished(crew: Crew, source: Source) -> list[Signal]:
    signals = missing.vanished(crew, source)
    if signals and source.table:  # the same rows may come back with the stamp they had: they are looked at again
        crew.ledger.remember(_known(Delivery(source=source.name, name=source.table)), "")
    return signals


def _unreadable(crew: Crew, delivery: Delivery, error: Unreadable) -> Signal:
    signal = Signal(
        kind="unreadable",
        subject=delivery.source,
        expected="a readable file",
        observed=f"`{delivery.name}`: {error.why}",
    )
    key = f"unreadable:{delivery.source}:{delivery.name}:{delivery.stamp}"
    crew.write(key, Noticed(signal=signal), actor="ingester", step="sense")
    crew.say("sense", f"`{delivery.name}` is not read: {error.why}", subject=delivery.source, level="warn")
    return signal


def _unserved(crew: Crew, estate: Estate, *, but: tuple[Model | Product, ...] = ()) -> list[Signal]:
    """Sources that no staging model reads and goals that no product serves: an absent stack is a gap like any other.

    What is missing `but` because a person took it back is none: agents do not build it again unasked.
    """
    models = {a.name for a in estate.assets if isinstance(a, Model)}
    models |= {a.name for a in but if isinstance(a, Model)}
    served = {a.goal.sentence for a in (*estate.assets, *but) if isinstance(a, Product)}
    bare = [s.name for s in _of(estate, Source) if f"staging.{s.name}" not in models]
    signals = []
    if bare:
        signals.append(Signal(kind="goal_unserved", subject="layers", expected="models", observed=", ".join(bare)))
    for goal in crew.goals:
        if goal.sentence not in served:
            signals.append(Signal(kind="goal_unserved", subject="product", expected=goal.sentence, observed="nothing"))
    return signals


def _edits(crew: Crew) -> list[Signal]:
    return [
        Signal(kind="edited", subject=a.name, expected="the file as it was promoted", observed="a person's edit")
        for a in crew.folder.edited()
        if isinstance(a, Model)
    ]
