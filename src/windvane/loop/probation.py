"""Repairs on probation: for seven batches a repair may turn out to be what is wrong, and is then taken back.

A repair that was wrong makes its batch the odd one: the next sound batch breaks checks on the very columns that were
repaired, and passes them when the repaired batch is away.
"""

from __future__ import annotations

from windvane.domain.change import Admit, Change, Put, Withdraw
from windvane.domain.decision import Decision
from windvane.domain.estate import Estate, Model, Ref
from windvane.domain.incident import Incident
from windvane.domain.plan import Plan
from windvane.domain.record import replace
from windvane.loop import propose
from windvane.loop.crew import Crew
from windvane.loop.logbook import Logbook
from windvane.sql.repair import as_others

BATCHES = 7  # for so long a repair is on probation
PROPOSER = "probation"


def reverts(crew: Crew, estate: Estate, incident: Incident, arrival: Plan) -> tuple[Plan, ...]:
    """Plans that take a repair on probation back because what it touched is what broke now, the youngest first.

    Each comes with the `arrival` that broke, to see whether the repair was to blame: first with the repaired delivery
    as it came, then without it.
    """
    book = Logbook(crew.ledger)
    source = _source(incident)
    columns = {n for s in incident.signals for n in s.observed.split("`")[1::2]}
    found: list[Plan] = []
    for decision in reversed(on_probation(book, source)):
        plan = book.plans[decision.plan]
        revert = _revert(estate, incident, decision, plan) if columns & set(plan.title.split("`")[1::2]) else None
        if revert is not None:
            found += [_as_it_came(crew, estate, revert, arrival), with_arrival(revert, arrival)]
    return tuple(found)


def _as_it_came(crew: Crew, estate: Estate, revert: Plan, arrival: Plan) -> Plan:
    """The revert with its delivery let in again, read like all others, and then what arrived."""
    book = Logbook(crew.ledger)
    named = [c.batch.id for c in revert.changes if isinstance(c, Withdraw)]
    named += [c.batch.id for c in arrival.changes if isinstance(c, Admit)]
    bare = replace(revert, title=f"{revert.title}; show it as it came, and what goes on from it", inverse=())
    return propose.admit(crew, estate, bare, tuple(book.landed[i] for i in dict.fromkeys(named)))


def on_probation(book: Logbook, source: str) -> tuple[Decision, ...]:
    """Repairs of a source that fewer than seven batches came in since, oldest first."""
    undone, found, since = book.undone(), list[Decision](), 0
    for decision in reversed(tuple(book.decisions.values())):
        plan = book.plans.get(decision.plan)
        if plan is None or decision.verdict.outcome != "promote" or decision.id in undone or decision.undoes:
            continue
        mine = [c for c in plan.changes if isinstance(c, Admit) and c.batch.source == source]
        if mine and since < BATCHES and plan.serves.startswith("repair "):
            found.append(decision)
        since += len(mine)
    return tuple(reversed(found))


def _revert(estate: Estate, incident: Incident, decision: Decision, plan: Plan) -> Plan | None:
    """The plan without which nothing else changes: its batch goes, and so does the way in which it alone was read."""
    batches = [c.batch for c in plan.changes if isinstance(c, Admit)]
    changes: list[Change] = [Withdraw(batch=b) for b in batches]
    for model in (c.asset for c in plan.changes if isinstance(c, Put) and isinstance(c.asset, Model)):
        now = estate.find(Ref(kind="model", name=model.name))
        if isinstance(now, Model):
            changes.append(Put(asset=replace(now, text=as_others(now.text, tuple(b.id for b in batches)))))
    if len(batches) != 1:
        return None
    draft = Plan(
        incident=incident.id,
        proposer=PROPOSER,
        title=f"Take back {decision.id}: {plan.title}",
        base="",
        changes=tuple(changes),
        rationale=(
            f"{decision.id} is on probation; the next delivery broke checks on what it touched, and passes without it."
        ),
        undoes=decision.id,
    )
    return propose.finish(estate, None, draft)


def with_arrival(revert: Plan, arrival: Plan) -> Plan:
    """The revert and the admission of what broke as one plan, to see whether the repair was to blame."""
    return replace(
        arrival,
        title=f"{revert.title}; {arrival.title}",
        proposer=PROPOSER,
        changes=(*revert.changes, *arrival.changes),
        inverse=(*arrival.inverse, *revert.inverse),
        undoes=revert.undoes,
        rationale=revert.rationale,
        predicted=(),
    )


def _source(incident: Incident) -> str:
    return incident.signals[0].batch.rpartition("-")[0]
