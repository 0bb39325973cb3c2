"""What failures looked like before, and what healed them: the repair that helped last time is tried first."""

from __future__ import annotations

from typing import NamedTuple

from windvane.domain.incident import Incident, Signal
from windvane.loop.logbook import Logbook

Signature = frozenset[tuple[str, ...]]


class Healed(NamedTuple):
    """A decision that healed a failure of this look, and who proposed it."""

    decision: str
    proposer: str
    title: str


def signature(incident: Incident) -> Signature:
    """What makes two failures look the same: what broke where, on which columns; no numbers, no names of files."""
    return frozenset(_looks(s) for s in incident.signals)


def known(book: Logbook, incident: Incident) -> Healed | None:
    """The newest repair that healed a failure of the same look and was not taken back since."""
    wanted, undone = signature(incident), book.undone()
    for decision in reversed(book.decisions.values()):
        plan, before = book.plans.get(decision.plan), book.incidents.get(decision.incident)
        if plan is None or before is None or before.id == incident.id or decision.id in undone:
            continue
        healed = decision.verdict.outcome == "promote" and plan.serves.startswith("repair ")
        if healed and signature(before) == wanted:
            return Healed(decision.id, plan.proposer, plan.title)
    return None


def _looks(signal: Signal) -> tuple[str, ...]:
    if signal.kind == "schema_drift":
        return (signal.kind, signal.subject, signal.expected, signal.observed)
    return (signal.kind, signal.subject, signal.expected, *sorted(set(signal.observed.split("`")[1::2])))
