"""The loop itself: one pass from signals to lessons, every step of it remembered."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TypeVar

from windvane.domain.change import Admit, Change
from windvane.domain.decision import Decision
from windvane.domain.errors import BudgetReached, Failed, TryAgain
from windvane.domain.estate import Estate
from windvane.domain.incident import Incident
from windvane.domain.plan import Plan
from windvane.domain.ports import Flow, Resources
from windvane.domain.record import Record, replace
from windvane.domain.run import Trial
from windvane.loop import diagnose, gate, learn, promote, propose, rank, resume, sense, steer, trial
from windvane.loop.crew import Crew
from windvane.loop.logbook import Logbook
from windvane.loop.trial import Judged

R = TypeVar("R")


class Count(Record):
    """How many."""

    n: int


class Work(Record):
    """What there is to do, in order."""

    incidents: tuple[Incident, ...]


class Served(Record):
    """The decisions that an incident led to."""

    decisions: tuple[Decision, ...] = ()


def turn(crew: Crew, flow: Flow) -> tuple[Decision, ...]:
    """One pass. Each incident is its own step: after a kill the finished ones are not done again.

    What a step cannot do, with retries and with less, is handed to diagnosis: an incident, and the error is raised.
    """
    _step(crew, flow, "resume", lambda _: Count(n=resume.settle(crew)), Count)
    decisions: list[Decision] = []
    seen = _step(crew, flow, "sense", partial(_seen, crew), sense.Seen)
    work = _step(crew, flow, "diagnose", lambda _: Work(incidents=diagnose.open_incidents(crew, seen.signals)), Work)
    for incident in work.incidents:
        served = _step(crew, flow, f"serve {incident.id}", partial(_served, crew, incident), Served)
        decisions += served.decisions
    diagnose.recovered(crew)
    return tuple(decisions)


def _step(crew: Crew, flow: Flow, name: str, work: Callable[[Resources], R], kind: type[R]) -> R:
    try:
        return flow.step(name, work, kind)
    except (Failed, TryAgain, BudgetReached) as error:
        step, _, about = name.partition(" ")
        with suppress(TryAgain):  # a full disk takes no line either: the error itself is told all the same
            diagnose.failed(crew, step, error, about=about)
        raise


def _seen(crew: Crew, resources: Resources) -> sense.Seen:
    crew.use(resources)
    return sense.look(crew)


def _served(crew: Crew, incident: Incident, resources: Resources) -> Served:
    """Serve an incident with no more than `resources`."""
    crew.use(resources)
    return serve(crew, incident)


def serve(crew: Crew, incident: Incident) -> Served:
    """Propose, try, judge and promote for one incident.

    Safe to do again after a kill: what was committed before is finished first, and then there is nothing to serve.
    """
    resume.settle(crew)
    if steer.paused(crew):
        crew.say("steer", f"paused: {steer.paused(crew)}", level="warn")
        return Served()
    estate = crew.folder.read()
    match incident.signals[0].kind:
        case "edited":
            return _edit(crew, estate, incident)
        case "goal_unserved" if incident.signals[0].subject == "layers":
            return _layers(crew, estate, incident)
        case "goal_unserved":
            return _product(crew, estate, incident)
        case "arrival" | "schema_drift":
            return _batches(crew, estate, incident)
        case _:
            return Served()


def _layers(crew: Crew, estate: Estate, incident: Incident) -> Served:
    plan = propose.layers(crew, estate, incident)
    return _carry_out(crew, plan, incident) if plan is not None else Served()


def _batches(crew: Crew, estate: Estate, incident: Incident) -> Served:
    """Heal what has one explanation, admit what is as always, hold the rest with a question."""
    named = {s.batch for s in incident.signals}
    batches = tuple(b for b in Logbook(crew.ledger).pending() if b.id in named)
    if not batches:
        return Served()
    changes: tuple[Change, ...] = tuple(Admit(batch=b) for b in batches)
    measured: Trial | None = None
    if incident.signals[0].kind == "arrival":
        first = _judge(crew, propose.arrival(crew, estate, incident, batches))
        if first.verdict.outcome == "promote":
            return Served(decisions=(_promote(crew, first, incident),))
        incident = diagnose.explain(crew, estate, incident, first.trial, first.plan)
        changes, measured = first.plan.changes, first.trial
    tried = [_judge(crew, plan) for plan in propose.repairs(crew, estate, incident, batches)]
    best = next((j for j in tried if j.verdict.outcome == "promote"), None)
    lost = tuple(_close(crew, j, incident) for j in tried if j is not best and j.verdict.outcome == "reject")
    if best is not None:
        return Served(decisions=(*lost, _promote(crew, best, incident)))
    waits = next((j for j in tried if j.verdict.outcome == "escalate"), None) or _hold(
        crew, estate, incident, changes, measured
    )
    return Served(decisions=(*lost, _close(crew, waits, incident)))


def _hold(
    crew: Crew, estate: Estate, incident: Incident, changes: tuple[Change, ...], measured: Trial | None
) -> Judged:
    """The admission as delivered, waiting for a person, with what its trial measured when it could be tried."""
    options = diagnose.options(incident)
    answers = propose.Answers(options, diagnose.declines(options))
    plan = propose.held(estate, incident, changes, doubt=diagnose.doubt(incident), answers=answers)
    propose.write(crew, plan)
    seen = replace(measured, plan=plan.fingerprint()) if measured else trial.untried(plan)
    trial.record(crew, seen)
    return Judged(plan=plan, trial=seen, verdict=gate.judge(plan, seen, trial.policy_of(crew)))


def _product(crew: Crew, estate: Estate, incident: Incident) -> Served:
    """Try every alternative in an environment of its own; the best that passes is promoted."""
    goal = next((g for g in crew.goals if g.sentence == incident.signals[0].expected), None)
    if goal is None:
        return Served()
    judged = []
    for plan in propose.products(crew, estate, incident, goal):
        propose.write(crew, plan)
        measured = trial.alone(crew, plan)
        judged.append(Judged(plan=plan, trial=measured, verdict=gate.judge(plan, measured, estate.policy)))
    tried = rank.best_only(tuple(judged))
    lost = tuple(_close(crew, j, incident) for j in tried if j.verdict.outcome != "promote")
    won = [j.plan for j in tried if j.verdict.outcome == "promote"]
    return Served(decisions=(*lost, *(d for plan in won for d in _carry_out(crew, plan, incident).decisions)))


def _edit(crew: Crew, estate: Estate, incident: Incident) -> Served:
    """A person's edit is their will: it is checked like any plan and never overwritten."""
    plan = propose.edit(crew, estate, incident)
    return _carry_out(crew, plan, incident) if plan is not None else Served()


def _judge(crew: Crew, plan: Plan) -> Judged:
    """Try a data plan: committed inside its transaction when the gate says promote."""
    propose.write(crew, plan)
    policy = trial.policy_of(crew)
    number = promote.number(crew, plan)
    measured, verdict = crew.warehouse().transition(plan, decision=number, judge=lambda t: gate.judge(plan, t, policy))
    trial.record(crew, measured)
    return Judged(plan=plan, trial=measured, verdict=verdict)


def _carry_out(crew: Crew, plan: Plan, incident: Incident) -> Served:
    judged = _judge(crew, plan)
    if judged.verdict.outcome == "promote":
        return Served(decisions=(_promote(crew, judged, incident),))
    return Served(decisions=(_close(crew, judged, incident),))


def _promote(crew: Crew, judged: Judged, incident: Incident) -> Decision:
    decision = promote.decide(crew, judged.plan, judged.verdict, incident=incident.id)
    promote.derive(crew, decision, judged.plan)
    learn.keep(crew, decision, judged.plan, judged.trial, incident)
    return decision


def _close(crew: Crew, judged: Judged, incident: Incident) -> Decision:
    """Record a plan that is not carried out, and say so."""
    decision = promote.decide(crew, judged.plan, judged.verdict, incident=incident.id)
    lost = [r.detail for r in judged.verdict.reasons if not r.held]
    asks = judged.verdict.outcome == "escalate"
    why = "; ".join(lost if asks else lost[:1])
    text = f"{'held' if asks else 'rejected'}: {judged.plan.title}: {why}"
    crew.say("gate", text, decision=decision.id, level="ask" if asks else "info")
    return decision
