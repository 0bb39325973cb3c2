"""Keeps what was foreseen of a change, and lays it beside what happened."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from windvane.adapters.ledger import Ledger
from windvane.app import reading
from windvane.app.reports import Foresight
from windvane.app.story.book import Book
from windvane.domain.change import Admit
from windvane.domain.entry import Note
from windvane.domain.record import canonical, decode

KEPT = "forecast"  # what a note of a prediction says, the beginning of its key, and the fact that there is one


def keep(estate: Path, found: Foresight) -> Foresight:
    """Put a prediction into the ledger."""
    note = Note(what=KEPT, detail=canonical(found).decode())
    with closing(Ledger(estate / ".windvane" / "ledger.sqlite")) as ledger:
        ledger.append(actor="person", step="propose", key=f"{KEPT}:{found.fingerprint()}", body=note)
        ledger.remember(KEPT, "1")
    return found


def compare(estate: Path) -> tuple[str, ...]:
    """Lay predictions beside what happened since, once each; in words."""
    book = reading.book(estate)
    kept = {n.detail: e for e in book.entries if isinstance(n := e.body, Note) and n.what == KEPT}
    done = {e.key for e in book.entries}
    told: list[str] = []
    with closing(Ledger(estate / ".windvane" / "ledger.sqlite")) as ledger:
        for text, entry in kept.items():
            key = f"{entry.key}:compared"
            fact = None if key in done else _happened(book, decode(text, Foresight))
            if fact is not None:
                note = Note(what="forecast compared", detail=fact)
                ledger.append(actor="windvane", step="learn", key=key, body=note, because=(entry.seq,))
                told.append(fact)
    return tuple(told)


def _happened(book: Book, said: Foresight) -> str | None:
    batches = {b.batch.id: b.batch for _, b in book.landed if b.batch.digest == said.about}
    for decision in book.decisions.values():
        plan = book.plans.get(decision.plan)
        ids = {c.batch.id for c in plan.changes if isinstance(c, Admit)} if plan else set()
        if decision.plan == said.about or ids & set(batches):
            happened = {"promote": "promoted", "escalate": "held", "reject": "rejected"}[decision.verdict.outcome]
            expected = "promoted" if said.outcome == "healed" else said.outcome
            right = "as foreseen" if happened == expected else f"foreseen was {said.outcome}"
            return f"{said.title}: {happened} by {decision.id}, {right}"
    return None
