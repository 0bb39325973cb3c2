"""Incidents as a person asks about them in the morning: what showed, where it came from, what became of it."""

from __future__ import annotations

from typing import Literal

from windvane.app.story import words
from windvane.app.story.book import Book, standing
from windvane.app.story.fulfilment import ended
from windvane.domain.incident import Incident
from windvane.domain.record import Record

Fate = Literal["open", "waiting", "healed", "answered", "turned down", "over", "not met"]
_ORDINARY = ("arrival", "goal_unserved", "edited")  # what the loop is for; no trouble as long as it ends well


class IncidentLine(Record, tag="incident_line"):
    """One incident; empty fields are not known."""

    id: str
    at: str  # UTC, ISO 8601, when it was last diagnosed
    fate: Fate
    symptom: str
    cause: str = ""
    place: str = ""  # the earliest source or relation where it shows
    ruled_out: int = 0  # hypotheses
    decision: str = ""  # the last one about it
    remedy: str = ""  # what that decision does, in words


def incidents(book: Book) -> tuple[IncidentLine, ...]:
    """Every incident that was trouble, oldest first."""
    return tuple(_line(book, i) for i in book.incidents.values() if _trouble(book, i))


def _trouble(book: Book, incident: Incident) -> bool:
    ordinary = incident.signals[0].kind in _ORDINARY and not incident.hypotheses
    return not ordinary or _fate(book, incident) in ("open", "waiting", "turned down")


def _line(book: Book, incident: Incident) -> IncidentLine:
    made = book.of_incident(incident.id)
    more = f" (and {len(incident.signals) - 1} more)" if len(incident.signals) > 1 else ""
    return IncidentLine(
        id=incident.id,
        at=book.diagnosed_at[incident.id].time,
        fate=_fate(book, incident),
        symptom=words.signal(incident.signals[0]) + more,
        cause=incident.cause.replace("_", " "),
        place=incident.place,
        ruled_out=sum(bool(h.ruled_out_by) for h in incident.hypotheses),
        decision=made[-1].id if made else "",
        remedy=made[-1].title if made else "",
    )


def _fate(book: Book, incident: Incident) -> Fate:
    fates = [standing(book, d) for d in book.of_incident(incident.id)]
    if "waiting" in fates:
        return "waiting"
    if "approved" in fates or "declined" in fates:
        return "answered"
    if "promoted" in fates or "promoting" in fates:
        return "healed"
    if incident.id in book.recovered:
        return "over"
    if ended(book, incident):
        return "not met"
    return "turned down" if "undone" in fates else "open"
