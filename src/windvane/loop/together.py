"""Deliveries of sources that are bound to each other are tried together: what one says of the other is seen in time.

Alone, the totals of a day would be published before the rows that contradict them are looked at. In one transition both
are there, at the cost of one. What passes comes in together. What does not, and is not about both, is served source by
source as ever. Where the two contradict each other, the one that other evidence speaks against is served by itself;
when nothing does, both wait, each with its question. What agrees with numbers that are wrong is made from them: it
waits too.
"""

from __future__ import annotations

from itertools import zip_longest

from windvane.domain.batch import Batch
from windvane.domain.change import Admit
from windvane.domain.decision import Decision
from windvane.domain.estate import Estate
from windvane.domain.incident import Incident
from windvane.domain.record import replace
from windvane.loop import admitting, diagnose, late, propose, repair, rules, settling, witness
from windvane.loop.crew import Crew
from windvane.loop.diagnosis.bound import torn
from windvane.loop.diagnosis.order import parents_first
from windvane.loop.logbook import Logbook
from windvane.loop.settling import Served
from windvane.loop.trial import Judged
from windvane.loop.witness.sides import Sides

Row = tuple[Batch, ...]  # at most one delivery of each source


def admitted(crew: Crew, estate: Estate, incident: Incident) -> Served:
    """Admit what an incident is about; deliveries of several sources together, when all is well with them."""
    named = [s.batch for s in incident.signals]
    pending = {b.id: b for b in Logbook(crew.ledger).pending() if b.id in named}
    batches = tuple(pending[i] for i in dict.fromkeys(named) if i in pending)
    if len({b.source for b in batches}) < 2:
        made = _with_waiting(crew, estate, incident, batches)
        return Served(decisions=made) if made else admitting.admitted(crew, estate, incident)
    return Served(decisions=_decided(crew, estate, incident, _side_by_side(batches)))


def _side_by_side(batches: tuple[Batch, ...]) -> tuple[Row, ...]:
    """The first deliveries of all sources, the second ones, and so on."""
    queues = [[b for b in batches if b.source == s] for s in dict.fromkeys(b.source for b in batches)]
    return tuple(tuple(b for b in row if b is not None) for row in zip_longest(*queues))


def _with_waiting(crew: Crew, estate: Estate, incident: Incident, batches: tuple[Batch, ...]) -> tuple[Decision, ...]:
    """The admission of deliveries that came again with those that contradicted them before, where both agree now."""
    again = {(b.source, b.delivery) for b in batches}
    waiting = [(d, b) for d, b in late.contradicted(crew) if again and again <= _tried_with(crew, b)]
    if not waiting:
        return ()
    order = parents_first(estate)
    both = sorted((*(b for _, b in waiting), *batches), key=lambda b: order.get(b.source, 0))
    judged = settling.judge(crew, propose.arrival(crew, estate, incident, tuple(both)))
    if judged.verdict.outcome != "promote":
        return ()
    for decision, _ in waiting:
        late.came(crew, decision, plan=judged.plan.fingerprint())
    return (settling.promoted(crew, judged, incident),)


def _tried_with(crew: Crew, batch: Batch) -> set[tuple[str, str]]:
    """(source, delivery) of what a batch was tried together with."""
    tried = ([c.batch for c in p.changes if isinstance(c, Admit)] for p in Logbook(crew.ledger).plans.values())
    return {(b.source, b.delivery) for them in tried if any(b.id == batch.id for b in them) for b in them}


def _decided(crew: Crew, estate: Estate, incident: Incident, rows: tuple[Row, ...]) -> tuple[Decision, ...]:
    batches = tuple(b for row in rows for b in row)
    judged = settling.judge(crew, propose.arrival(crew, estate, incident, batches))
    sides = Sides(crew, estate, judged, batches)
    if judged.verdict.outcome == "promote" and not witness.doubted(sides):
        return (settling.promoted(crew, judged, incident),)
    waits = witness.waiting(sides)
    if not sides.contradictions and not waits:
        return _each(crew, batches)
    if not sides.contradictions and (healed := _healed(sides)):
        return healed
    if len(rows) == 1:
        rest = tuple(b for b in batches if b not in waits)
        return (*(d for b in waits for d in _held(crew, estate, judged, b)), *_each(crew, rest))
    middle = len(rows) // 2
    parts = (rows[:middle], rows[middle:])
    return tuple(d for part in parts for d in _part(crew, part))


def _part(crew: Crew, rows: tuple[Row, ...]) -> tuple[Decision, ...]:
    batches = tuple(b for row in rows for b in row)
    incident = diagnose.alone(crew, batches)
    return _decided(crew, crew.folder.read(), incident, rows) if len({b.source for b in batches}) > 1 else (
        admitting.admitted(crew, crew.folder.read(), incident).decisions
    )  # fmt: skip


def _each(crew: Crew, batches: tuple[Batch, ...]) -> tuple[Decision, ...]:
    """Every source by itself, in order."""
    parts = [tuple(b for b in batches if b.source == s) for s in dict.fromkeys(b.source for b in batches)]
    served = (admitting.admitted(crew, crew.folder.read(), diagnose.alone(crew, part)) for part in parts)
    return tuple(d for s in served for d in s.decisions)


def _healed(sides: Sides) -> tuple[Decision, ...]:
    """The repair of the one delivery that cannot be read, with what it binds beside it: readable, it is a witness."""
    crew, estate, judged, unread = sides.crew, sides.estate, sides.judged, sides.unread()
    if len(unread) != 1:
        return ()
    incident = diagnose.explain(crew, estate, diagnose.alone(crew, unread), judged.trial, judged.plan)
    tried = (settling.judge(crew, plan) for plan in repair.plans(crew, estate, incident, sides.batches))
    best = next((j for j in tried if j.verdict.outcome == "promote"), None)
    return (settling.promoted(crew, best, incident),) if best else ()


def _held(crew: Crew, estate: Estate, judged: Judged, batch: Batch) -> tuple[Decision, ...]:
    """The question about one side, with what both say; where a rule of a person answers it, it is served alone."""
    changes = tuple(c for c in judged.plan.changes if isinstance(c, Admit) and c.batch.source == batch.source)
    about = torn(judged.trial) or tuple(c for c in judged.trial.checks if not c.passed)
    seen = replace(judged.trial, checks=(*about, *(c for c in judged.trial.checks if c.passed)))
    plan = replace(judged.plan, changes=changes)
    incident = diagnose.explain(crew, estate, diagnose.alone(crew, (batch,)), seen, plan)
    asked = settling.hold(crew, estate, incident, changes, seen)
    if rules.allowing(crew, asked.plan, asked.trial):
        return _each(crew, (batch,))
    return (settling.close(crew, asked, incident),)
