"""Sources that delivered and deliver nothing now: said once, broken until they are back, and nothing is taken out."""

from __future__ import annotations

from collections.abc import Iterable

from windvane.domain.batch import Delivery
from windvane.domain.entry import Note, Noticed
from windvane.domain.errors import Usage
from windvane.domain.estate import Source
from windvane.domain.incident import Signal
from windvane.loop.crew import Crew
from windvane.loop.logbook import Logbook


def offered(crew: Crew, source: Source) -> tuple[Delivery, ...]:
    """What the source delivers now; nothing when the place itself is gone."""
    try:
        return crew.connector(source.connector).deliveries(source)
    except Usage as error:
        if error.code != "source.missing":
            raise
        return ()


def vanished(crew: Crew, source: Source) -> list[Signal]:
    """The signal of a source that had deliveries and has none; the same one as long as that lasts."""
    if not any(b.source == source.name for b in Logbook(crew.ledger).landed.values()):
        return []
    known = crew.ledger.recall(_key(source.name))
    since = known or crew.now()
    signal = Signal(kind="missing", subject=source.name, observed=_told(source, since))
    if not known:
        crew.write(f"missing:{source.name}:{since}", Noticed(signal=signal), actor="ingester", step="sense")
        crew.ledger.remember(_key(source.name), since)
    crew.say("sense", f"{signal.observed}: readers keep what they have", subject=source.name, level="warn")
    return [signal]


def back(crew: Crew, name: str) -> None:
    """The source delivers again, or is none any more: its incident is over."""
    since = crew.ledger.recall(_key(name))
    if not since:
        return
    said = f"back:{name}:{since}"
    signal = Signal(kind="arrival", subject=name, observed="it is not missed any more")
    crew.write(said, Noticed(signal=signal), actor="ingester", step="sense")
    for incident in Logbook(crew.ledger).incidents.values():
        if incident.cause == "missing" and incident.place == name:
            note = Note(what="recovered", detail=incident.id)
            because = (f"incident:{incident.id}", said)
            crew.write(f"recovered:{incident.id}", note, actor="windvane", step="sense", because=because)
    crew.ledger.remember(_key(name), "")


def struck_out(crew: Crew, sources: Iterable[Source]) -> tuple[str, ...]:
    """Names of missing sources that a person took out of the estate."""
    names = {s.name for s in sources}
    found = {i.place for i in Logbook(crew.ledger).incidents.values() if i.cause == "missing"}
    return tuple(sorted(found - names))


def standing(crew: Crew, sources: Iterable[Source]) -> tuple[tuple[str, str], ...]:
    """(name, what is missing) of sources that are known to deliver nothing; as quick as a look in a table."""
    known = ((s, crew.ledger.recall(_key(s.name))) for s in sources)
    return tuple((s.name, _told(s, since)) for s, since in known if since)


def _key(source: str) -> str:
    return f"missing:{source}"


def _told(source: Source, since: str) -> str:
    """What is missing, where, and since when; of a location of files the first pattern, which holds the folder."""
    place = source.location.partition("|")[0].strip()
    noticed = f"noticed {since.partition('+')[0].replace('T', ' ')} UTC"  # to the ms: each absence differs
    if source.table:
        return f"`{source.table}` is empty or gone in `{place}`, {noticed}"
    return f"nothing lies at `{place}`, {noticed}"
