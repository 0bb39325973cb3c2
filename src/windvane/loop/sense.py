"""Notices what is new or odd: deliveries, drift, edits, goals that nothing serves."""

from __future__ import annotations

from windvane.domain.batch import Delivery
from windvane.domain.estate import Asset, Estate, Model, Product, Source, ref_of
from windvane.domain.incident import Signal
from windvane.domain.record import Record
from windvane.loop import byhand, missing, strays
from windvane.loop.arrive import arrive, known
from windvane.loop.crew import Crew
from windvane.loop.logbook import Logbook


class Seen(Record):
    """What one look found."""

    landed: tuple[str, ...] = ()  # ids of batches that are new
    signals: tuple[Signal, ...] = ()


def look(crew: Crew) -> Seen:
    """Land every new delivery of every source; gather signals. Safe to do again after a kill."""
    estate = crew.folder.read()
    landed: list[str] = []
    signals: list[Signal] = []
    offered: list[tuple[Source, tuple[Delivery, ...]]] = []
    for name in missing.struck_out(crew, _of(estate, Source)):
        missing.back(crew, name)
    for source in sorted(_of(estate, Source), key=lambda s: s.name):
        deliveries = missing.offered(crew, source)
        if deliveries:
            missing.back(crew, source.name)
        else:
            signals += _vanished(crew, source)
        offered.append((source, deliveries))
        fresh = tuple(d for d in deliveries if crew.ledger.recall(known(d)) != d.stamp)
        batches, odd = arrive(crew, source, fresh)
        landed += batches
        signals += odd
    strays.notice(crew, tuple(offered))
    signals += byhand.planned(crew)
    gone = byhand.removed(crew)
    but = (*Logbook(crew.ledger).taken_back(), *(a for a in gone if isinstance(a, Model | Product)))
    signals += [*_unserved(crew, estate, but=but), *_edits(crew), *_deleted(gone)]
    signals += byhand.zone(crew, estate)
    return Seen(landed=tuple(landed), signals=tuple(signals))


def calm(crew: Crew) -> bool:
    """Whether nothing waits for the loop in what is landed and written already; deliveries are not looked at."""
    estate = crew.folder.read()
    waiting = any(b.accepted for b in Logbook(crew.ledger).pending())
    return not waiting and not _unserved(crew, estate) and not _edits(crew) and not byhand.removed(crew)


def _of(estate: Estate, kind: type[Source]) -> tuple[Source, ...]:
    return tuple(a for a in estate.assets if isinstance(a, kind))


def _vanished(crew: Crew, source: Source) -> list[Signal]:
    signals = missing.vanished(crew, source)
    if signals and source.table:  # the same rows may come back with the stamp they had: they are looked at again
        crew.ledger.remember(known(Delivery(source=source.name, name=source.table)), "")
    return signals


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


def _deleted(gone: tuple[Asset, ...]) -> list[Signal]:
    observed = "a person took it away"
    return [Signal(kind="edited", subject=str(ref_of(a)), expected="its file", observed=observed) for a in gone]
