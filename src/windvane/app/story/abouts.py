"""The names that a line of the ledger is about."""

from __future__ import annotations

from windvane.domain.change import Admit, Change, Put, Rerun, Retire, Withdraw
from windvane.domain.entry import (
    Body,
    Cascaded,
    Decided,
    Diagnosed,
    Found,
    Landed,
    Learned,
    Noticed,
    Promoted,
    Proposed,
    Scored,
    Steering,
    Tried,
)
from windvane.domain.estate import ref_of


def abouts(body: Body) -> tuple[str, ...]:
    """Sources, relations, batches and ids, some perhaps empty or twice."""
    match body:
        case Noticed(signal=s):
            return (s.subject, s.batch)
        case Landed(batch=b):
            return (b.id, b.source, b.delivery)
        case Found(findings=found):
            return tuple(f.subject for f in found) + tuple(f.by for f in found)
        case Diagnosed(incident=i):
            return (i.id, i.place, *(s.subject for s in i.signals), *(s.batch for s in i.signals))
        case Proposed(plan=p):
            return (f"P-{p.fingerprint()}", p.incident, *(n for c in p.changes for n in _changed(c)))
        case _:
            return _later(body)


def _later(body: Body) -> tuple[str, ...]:
    match body:
        case Tried(trial=t):
            return (f"P-{t.plan}", *(c.relation for c in t.checks))
        case Decided(decision=d):
            return (d.id, f"P-{d.plan}", d.incident, d.undoes)
        case Promoted(release=r):
            return (r.id, r.decision, f"P-{r.plan}", *r.relations, *r.batches)
        case Learned(lesson=lesson):
            return (lesson.decision,)
        case Scored():
            return (body.product,)
        case Cascaded():
            return (body.product, body.incident, *(f"P-{p}" for p in (*body.tried, body.winner) if p))
        case Steering():
            return (body.about,)
        case _:
            return ()


def _changed(change: Change) -> tuple[str, ...]:
    match change:
        case Put(asset=asset):
            return (ref_of(asset).name,)
        case Retire(ref=ref):
            return (ref.name,)
        case Admit(batch=batch) | Withdraw(batch=batch):
            return (batch.id, batch.source)
        case Rerun(relation=relation):
            return (relation,)
