"""Files that came after the estate was founded and that no source claims: said, kept on record, never ignored."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime

from windvane.domain.batch import Delivery
from windvane.domain.entry import Note, Noticed
from windvane.domain.estate import Source
from windvane.domain.incident import Signal
from windvane.domain.ports import Stray, Watcher
from windvane.domain.record import canonical
from windvane.loop.crew import Crew
from windvane.loop.logbook import STRAY_GONE, Logbook

_STANDING = "strays"

Offered = tuple[tuple[Source, tuple[Delivery, ...]], ...]


def unclaimed(crew: Crew, offered: Offered) -> tuple[Stray, ...]:
    """Files beside those of the sources that no source reads; looks at names and times only."""
    first = crew.ledger.find("init")
    since = datetime.fromisoformat(first.time).timestamp() if first is not None else 0.0
    found: list[Stray] = []
    for name in sorted({source.connector for source, _ in offered}):
        connector = crew.connector(name)
        if isinstance(connector, Watcher):
            own = tuple((s, deliveries) for s, deliveries in offered if s.connector == name)
            found += connector.unclaimed(own, since=since)
    return tuple(found)


def notice(crew: Crew, offered: Offered) -> tuple[Stray, ...]:
    """Put strays on record, each once, and those that are none any more."""
    now = {stray.name: stray for stray in unclaimed(crew, offered)}
    before = Logbook(crew.ledger).strays
    for name in before.keys() - now.keys():
        key = f"stray:{name}:gone:{crew.now()}"
        crew.write(key, Note(what=STRAY_GONE, detail=name), actor="ingester", step="sense")
    for name in sorted(now.keys() - before.keys()):
        signal = Signal(kind="stray", subject=name, expected=now[name].fix, observed=now[name].why)
        crew.write(f"stray:{name}:{crew.now()}", Noticed(signal=signal), actor="ingester", step="sense")
        crew.say("sense", f"not read: {now[name].why}; {now[name].fix}", subject=name, level="warn")
    crew.ledger.remember(_STANDING, canonical([(s.name, s.why, s.fix) for s in now.values()]).decode())
    return tuple(now.values())


def standing(crew: Crew) -> tuple[Stray, ...]:
    """The strays of the last look; as quick as a look in a table."""
    known = json.loads(crew.ledger.recall(_STANDING) or "[]")
    return tuple(Stray(name=name, why=why, fix=fix) for name, why, fix in known)


def names(strays: Iterable[Stray]) -> tuple[str, ...]:
    """What tells one set of strays from another."""
    return tuple(sorted(s.name for s in strays))
