"""Whether there is anything to do at all, decided from stamps of files before anything heavy is imported."""

from __future__ import annotations

import hashlib

from windvane.app.folder import Folder
from windvane.domain.errors import WindvaneError
from windvane.domain.heading import Heading
from windvane.domain.record import canonical
from windvane.loop.crew import Crew

_KEY = "rest"


def stamp(crew: Crew, heading: Heading) -> str:
    """Changes when a delivery, a file of the estate or a person's word changed; empty when that cannot be told."""
    assert isinstance(crew.folder, Folder)
    try:
        deliveries = [
            (d.source, d.name, d.size, d.stamp)
            for s in heading.sources
            for d in crew.connector(s.connector).deliveries(s)
        ]
    except WindvaneError:
        return ""
    seen = canonical((deliveries, crew.folder.fingerprint()))
    return hashlib.sha256(seen).hexdigest()


def nothing_new(crew: Crew, heading: Heading, *, unfinished: tuple[str, ...]) -> bool:
    """Whether the last run ended well and nothing changed since."""
    if unfinished:
        return False
    known = crew.ledger.recall(_KEY)
    return bool(known) and known == stamp(crew, heading)


def settled(crew: Crew, heading: Heading) -> None:
    """A run ended well: the next one has nothing to do unless something changes."""
    crew.ledger.remember(_KEY, stamp(crew, heading))


def stir(crew: Crew) -> None:
    """The next run must look: a person said something, or a run did not end well."""
    crew.ledger.remember(_KEY, "")
