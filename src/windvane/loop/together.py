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
from windvane.domain.run import CheckResult
from windvane.loop import admitting, diagnose, late, propose, repair, rules, settling
from windvane.loop.crew import Crew
from windvane.loop.diagnosis.bound import BINDING, PASSED_OVER, rule_of, said, torn
from windvane.loop.diagnosis.order import parents_first
from windvane.loop.logbook import Logbook
from windvane.loop.settling import Served
from windvane.loop.trial import Judged
from windvane.stack.repair.case import case_of
from windvane.stack.repair.usual import unusual

Row = tuple[Batch, ...]  # at most one delivery of each source
_OF_ROWS = frozenset({"volume", "segments", "freshness", "echo", "same_again", "identity", "unique", "copies"})

_OF_THINGS = frozenset({"identity", "unique"})

_OF_COLUMNS = frozenset({
    "crossed", "distribution", "continuity", "category_share", "point_mass", "sign_share", "roundness", "unit_interval",
})  # fmt: skip


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
    if judged.verdict.outcome == "promote":
        return (settling.promoted(crew, judged, incident),)
    waits = _waiting(crew, estate, judged, batches)
    if waits and not torn(judged.trial) and (healed := _healed(crew, estate, judged, batches)):
        return healed
    if not waits and not torn(judged.trial):
        return _each(crew, batches)
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


def _waiting(crew: Crew, estate: Estate, judged: Judged, batches: tuple[Batch, ...]) -> tuple[Batch, ...]:
    """Deliveries that must not be tried alone, since alone nothing speaks against them.

    Of those that contradict each other the one that is odd for itself, or both; none when a check of one broke too,
    which then does not pass. Both, where rows of one are passed over by the other or are other things. Those that
    agree, when the numbers that bind them moved as a whole on one side alone, when things of one came as others or
    twice, and when so many of its rows are set aside that it is no witness: what was made from it would be shown.
    """
    broken = torn(judged.trial)
    if not broken:
        named = set(said(estate, judged.trial))
        own = [_own(judged, b.source) for b in batches]
        moved = any(rule_of(c) in _OF_COLUMNS and named & _columns(c) for found in own for c in found)
        doubled = any(rule_of(c) in _OF_THINGS for found in own for c in found)
        return batches if named and (moved or doubled or _unread(estate, judged)) and not all(own) else ()
    if any(rule_of(c) == PASSED_OVER for c in broken):
        withheld = any(c.batch.quarantined for c in judged.plan.changes if isinstance(c, Admit))
        return () if withheld else batches  # rows that are set aside are missed by others
    if any(rule_of(c) == "identity" for b in batches for c in _own(judged, b.source)):
        return batches  # rows of other things: what they add up to says nothing
    named = {name for c in broken for name in _columns(c)}
    if any(rule_of(c) in _OF_ROWS or named & _columns(c) for b in batches for c in _own(judged, b.source)):
        return ()
    odd = tuple(b for b in batches if _odd(crew, estate, named, b))
    return odd if len(odd) == 1 else batches


def _unread(estate: Estate, judged: Judged) -> tuple[Batch, ...]:
    """Deliveries of which so many rows are set aside that they are no witness."""
    read = (c.batch for c in judged.plan.changes if isinstance(c, Admit))
    return tuple(b for b in read if b.quarantined > b.rows_read * estate.policy.max_quarantined_share)


def _healed(crew: Crew, estate: Estate, judged: Judged, batches: tuple[Batch, ...]) -> tuple[Decision, ...]:
    """The repair of the one delivery that cannot be read, with what it binds beside it: readable, it is a witness."""
    unread = _unread(estate, judged)
    if len(unread) != 1:
        return ()
    incident = diagnose.explain(crew, estate, diagnose.alone(crew, unread), judged.trial, judged.plan)
    tried = (settling.judge(crew, plan) for plan in repair.plans(crew, estate, incident, batches))
    best = next((j for j in tried if j.verdict.outcome == "promote"), None)
    return (settling.promoted(crew, best, incident),) if best else ()


def _own(judged: Judged, source: str) -> list[CheckResult]:
    """Broken checks of one source alone."""
    return [c for c in judged.trial.checks if not c.passed and c.severity == "block" and _is_about(c, source)]


def _is_about(result: CheckResult, source: str) -> bool:
    return rule_of(result) not in BINDING and result.relation in (f"staging.{source}", f"core.{source}")


def _columns(result: CheckResult) -> set[str]:
    return set(result.broken.split("`")[1::2])


def _odd(crew: Crew, estate: Estate, named: set[str], batch: Batch) -> bool:
    """Whether the numbers of one side are, for themselves, not what they ever were."""
    case = case_of(crew.scene(estate, incident=diagnose.alone(crew, (batch,))))
    return case is not None and any(unusual(case, c.name) for c in case.made if c.name in named)


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
