"""The loop itself: one pass from signals to lessons, every step of it remembered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import TypeVar

from windvane.domain.batch import Batch
from windvane.domain.change import Admit, Change, Withdraw
from windvane.domain.decision import Decision, Verdict
from windvane.domain.errors import BudgetReached, Failed, TryAgain
from windvane.domain.estate import Estate
from windvane.domain.goal import Goal
from windvane.domain.incident import Incident
from windvane.domain.plan import Plan
from windvane.domain.ports import Flow, Resources
from windvane.domain.record import Record, replace
from windvane.domain.run import Trial
from windvane.loop import (
    again,
    byhand,
    cascade,
    diagnose,
    discovery,
    experience,
    gate,
    late,
    learn,
    probation,
    promote,
    propose,
    rank,
    refit,
    repair,
    resume,
    rules,
    sense,
    shortfalls,
    steer,
    storing,
    trial,
    trust,
    versions,
    waits,
    watching,
    will,
)
from windvane.loop.crew import Crew
from windvane.loop.diagnosis import answers
from windvane.loop.logbook import Logbook
from windvane.loop.trial import Judged

R = TypeVar("R")


class Count(Record):
    """How many."""

    n: int


class Work(Record):
    """What there is to do, in order."""

    incidents: tuple[Incident, ...]


class Names(Record):
    """Of products."""

    names: tuple[str, ...]


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
    decisions += _step(crew, flow, "refit", partial(_refits, crew), Served).decisions
    for incident in work.incidents:
        served = _step(crew, flow, f"serve {incident.id}", partial(_served, crew, incident), Served)
        decisions += served.decisions
    decisions += _step(crew, flow, "late", partial(_late, crew), Served).decisions
    decisions += _cascades(crew, flow)
    diagnose.recovered(crew)
    return tuple(decisions)


def _cascades(crew: Crew, flow: Flow) -> list[Decision]:
    """Rounds for every estimated product that misses its goal, each its own step."""
    made: list[Decision] = []
    behind = _step(crew, flow, "behind", lambda _: Names(names=watching.waiting(crew, crew.folder.read())), Names)
    for name in behind.names:
        made += _step(crew, flow, f"catch up {name}", partial(_caught_up, crew, name), Served).decisions
    waiting = _step(crew, flow, "shortfalls", lambda _: Names(names=shortfalls.due(crew)), Names)
    for name in waiting.names:
        for number in range(1, cascade.MOST_ROUNDS + 2):
            done = _step(crew, flow, f"cascade {name} {number}", partial(_round, crew, name), cascade.Round)
            made += done.decisions
            if done.end:
                break
    for name in dict.fromkeys((*behind.names, *waiting.names)):
        made += _step(crew, flow, f"storage {name}", partial(_stored, crew, name), Served).decisions
    return made


def _stored(crew: Crew, name: str, resources: Resources) -> Served:
    """Other storage for the input of a product that takes long to ask: the fastest that passes is promoted."""
    crew.use(resources)
    resume.settle(crew)
    incident = None if steer.paused(crew) else storing.slow(crew, name)
    if incident is None:
        return Served()
    tried = storing.tried(crew, incident)
    lost = tuple(_close(crew, j, incident) for j in tried if j.verdict.outcome != "promote")
    won = [j.plan for j in tried if j.verdict.outcome == "promote"]
    done = tuple(d for plan in won for d in _carry_out(crew, plan, incident).decisions)
    storing.settled(crew, name)
    return Served(decisions=(*lost, *done))


def _caught_up(crew: Crew, name: str, resources: Resources) -> Served:
    crew.use(resources)
    resume.settle(crew)
    return Served() if steer.paused(crew) else Served(decisions=watching.caught_up(crew, name))


def _round(crew: Crew, name: str, resources: Resources) -> cascade.Round:
    crew.use(resources)
    resume.settle(crew)
    if steer.paused(crew):
        return cascade.Round(end="paused")
    return cascade.round_of(crew, name)


def _late(crew: Crew, resources: Resources) -> Served:
    """What waited for its counterparts comes in when they are there; what still does not pass waits on."""
    crew.use(resources)
    if steer.paused(crew):
        return Served()
    made: list[Decision] = []
    for decision, batches in late.deliveries(crew):
        incident = diagnose.alone(crew, batches)
        judged = _judge(crew, propose.arrival(crew, crew.folder.read(), incident, batches))
        if judged.verdict.outcome == "promote":
            late.came(crew, decision, plan=judged.plan.fingerprint())
            made.append(_promote(crew, judged, incident))
    for plan in late.rows(crew):
        judged = _judge(crew, plan)
        if judged.verdict.outcome == "promote":
            made.append(promote.decide(crew, plan, judged.verdict))
            promote.derive(crew, made[-1], plan)
    return Served(decisions=tuple(made))


def _refits(crew: Crew, resources: Resources) -> Served:
    """Checks whose alarms were confirmed again and again are made anew from all that is known; what stays is news."""
    crew.use(resources)
    discovery.news(crew)
    made: list[Decision] = []
    for relation in refit.stale(crew) if not steer.paused(crew) else ():
        plan = refit.plan(crew, crew.folder.read(), relation)
        refit.done(crew, relation)
        judged = _judge(crew, plan) if plan is not None else None
        if judged is not None and judged.verdict.outcome == "promote":
            made.append(promote.decide(crew, judged.plan, judged.verdict))
            promote.derive(crew, made[-1], judged.plan)
    return Served(decisions=tuple(made))


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
    if incident.signals[0].kind == "arrival":
        first = _judge(crew, propose.arrival(crew, estate, incident, batches))
        if first.verdict.outcome == "promote":
            return Served(decisions=(_promote(crew, first, incident),))
        if len(batches) > 1:
            return _in_halves(crew, batches)
        whole = again.plan(crew, estate, incident, batches[0])
        if whole is not None and (judged := _judge(crew, whole)).verdict.outcome == "promote":
            return Served(decisions=(_promote(crew, judged, incident),))
        incident = diagnose.explain(crew, estate, incident, first.trial, first.plan)
        return _repaired(crew, estate, incident, batches, first)
    return _repaired(crew, estate, incident, batches, None)


def _in_halves(crew: Crew, batches: tuple[Batch, ...]) -> Served:
    """One bad delivery among several keeps only itself out: each half is served alone, in order, down to one."""
    middle = len(batches) // 2
    halves = (batches[:middle], batches[middle:])
    found = (_batches(crew, crew.folder.read(), diagnose.alone(crew, half)) for half in halves)
    return Served(decisions=tuple(d for served in found for d in served.decisions))


def _repaired(
    crew: Crew, estate: Estate, incident: Incident, batches: tuple[Batch, ...], first: Judged | None
) -> Served:
    """The one repair that passes every check; what none does waits, with the best question there is."""
    tried = _tried(crew, estate, incident, batches, first)
    best = next((j for j in tried if j.verdict.outcome == "promote"), None)
    if best is None and (apart := repair.beyond(estate, batches, tried)):
        return _without(crew, incident, batches, apart)
    lost = tuple(_close(crew, j, incident) for j in tried if j is not best and j.verdict.outcome == "reject")
    if best is not None:
        done = _promote(crew, best, incident)
        return Served(decisions=(*lost, done, *_asked_after(crew, best.plan)))
    waits = repair.asking(tried, incident)
    if waits is None:
        changes = first.plan.changes if first else tuple(Admit(batch=b) for b in batches)
        waits = _hold(crew, estate, incident, changes, first.trial if first else None)
    return Served(decisions=(*lost, _close(crew, waits, incident)))


def _tried(
    crew: Crew, estate: Estate, incident: Incident, batches: tuple[Batch, ...], first: Judged | None
) -> list[Judged]:
    """Repairs from the likeliest to the last resort, until one is promoted; what healed the same before comes first."""
    stages: list[Callable[[list[Judged]], Sequence[Plan]]] = [
        lambda _: repair.plans(crew, estate, incident, batches),
        lambda done: repair.second(crew, estate, incident, batches, tuple(done)) if done else (),
    ]
    if first is not None:
        stages += [
            lambda _: repair.searched(crew, estate, incident, batches),
            lambda _: probation.reverts(crew, estate, incident, first.plan),
        ]
    before = experience.known(Logbook(crew.ledger), incident)
    if before is not None:
        crew.say("diagnose", f"seen before: {before.title} ({before.decision}) healed it", decision=before.decision)
    if before is not None and first is not None and before.proposer == "diagnostician":
        stages.insert(0, stages.pop(2))
    done: list[Judged] = []
    for stage in stages:
        for plan in stage(done):
            done.append(_judge(crew, plan))
            if done[-1].verdict.outcome == "promote" or _only_allowance_lacks(done[-1].verdict):
                return done
    return done


def _only_allowance_lacks(verdict: Verdict) -> bool:
    """Whether all speaks for a plan but the freedom to carry it out: another way to the same end is no way around."""
    return {r.rule for r in verdict.reasons if not r.held} == {gate.ALLOWANCE}


def _asked_after(crew: Crew, plan: Plan) -> tuple[Decision, ...]:
    """A delivery that went with the repair that was taken back is not lost: it is asked about as it came."""
    if plan.proposer != probation.PROPOSER:
        return ()
    admitted = {c.batch.id for c in plan.changes if isinstance(c, Admit)}
    gone = [c.batch.id for c in plan.changes if isinstance(c, Withdraw) and c.batch.id not in admitted]
    made = []
    for batch in (Logbook(crew.ledger).landed[i] for i in gone):
        estate, incident = crew.folder.read(), diagnose.alone(crew, (batch,))
        arrival = propose.arrival(crew, estate, incident, (batch,))
        made.append(_close(crew, _hold(crew, estate, incident, arrival.changes, None), incident))
    return tuple(made)


def _without(crew: Crew, incident: Incident, batches: tuple[Batch, ...], apart: tuple[Batch, ...]) -> Served:
    """Repair what can be repaired; the deliveries of the group that tell too much anew are asked about after it."""
    sound = tuple(b for b in batches if b not in apart)
    named = {b.id for b in sound}
    narrowed = replace(incident, signals=tuple(s for s in incident.signals if s.batch in named))
    done = _repaired(crew, crew.folder.read(), narrowed, sound, None)
    if not any(d.verdict.outcome == "promote" for d in done.decisions):
        return done  # the rest have the drift of the question that is open now
    later = _batches(crew, crew.folder.read(), diagnose.alone(crew, apart))
    return Served(decisions=(*done.decisions, *later.decisions))


def _hold(
    crew: Crew, estate: Estate, incident: Incident, changes: tuple[Change, ...], measured: Trial | None
) -> Judged:
    """The admission as delivered, waiting for a person, with what its trial measured when it could be tried."""
    options = answers.options(incident)
    said = propose.Answers(options, answers.declines(options))
    plan = propose.held(estate, incident, changes, doubt=answers.doubt(incident), answers=said)
    propose.write(crew, plan)
    seen = replace(measured, plan=plan.fingerprint()) if measured else trial.untried(plan)
    trial.record(crew, seen)
    return Judged(plan=plan, trial=seen, verdict=gate.judge(plan, seen, trial.policy_of(crew)))


def _product(crew: Crew, estate: Estate, incident: Incident) -> Served:
    """Try every alternative in an environment of its own; the best that passes is promoted."""
    goal = next((g for g in crew.goals if g.sentence == incident.signals[0].expected), None)
    if goal is None:
        return Served()
    drafts = _drafts(crew, estate, incident, goal)
    if drafts and versions.product_of(drafts[0]) is not None:
        return _carry_out(crew, _first(crew, estate, incident, drafts[0]), incident)
    judged = []
    for plan in drafts:
        propose.write(crew, plan)
        measured = trial.alone(crew, plan)
        judged.append(Judged(plan=plan, trial=measured, verdict=gate.judge(plan, measured, estate.policy)))
    tried = rank.best_only(tuple(judged))
    lost = tuple(_close(crew, j, incident) for j in tried if j.verdict.outcome != "promote")
    won = [j.plan for j in tried if j.verdict.outcome == "promote"]
    return Served(decisions=(*lost, *(d for plan in won for d in _carry_out(crew, plan, incident).decisions)))


def _first(crew: Crew, estate: Estate, incident: Incident, draft: Plan) -> Plan:
    """The first version of an estimated product; segments are found in another way than numbers."""
    if shortfalls.segmented(versions.product_of(draft)):
        from windvane.loop import segmenting

        return segmenting.first(crew, estate, incident, draft)
    from windvane.loop.estimating import one_thread

    with one_thread():
        return versions.first(crew, estate, incident, draft)


def _drafts(crew: Crew, estate: Estate, incident: Incident, goal: Goal) -> tuple[Plan, ...]:
    """The modeler's plans for a goal: nothing serves it, or its days are those of another zone now."""
    if incident.signals[0].subject != byhand.CALENDAR:
        return propose.products(crew, estate, incident, goal)
    byhand.take_zone(crew, estate)
    return will.rezoned(crew, estate, incident, goal)


def _edit(crew: Crew, estate: Estate, incident: Incident) -> Served:
    """A person's hand is their will: it is checked like any plan, never overwritten, never written again."""
    made = [propose.edit(crew, estate, incident), will.retire(crew, estate, incident)]
    made = made if any(made) else [will.planned(estate, incident)]
    return Served(decisions=tuple(d for p in made if p is not None for d in _carry_out(crew, p, incident).decisions))


def _judge(crew: Crew, plan: Plan) -> Judged:
    """Try a data plan: committed inside its transaction when the gate says promote."""
    propose.write(crew, plan)
    policy = trial.policy_of(crew)
    number = promote.number(crew, plan)

    def judge(measured: Trial) -> Verdict:
        allowed = rules.allowing(crew, plan, measured)
        return gate.judge(plan, measured, policy, allowed=allowed, distrusted=trust.lost(Logbook(crew.ledger), plan))

    measured, verdict = crew.warehouse().transition(
        plan, decision=number, judge=judge, checks=propose.promised(crew, plan), waiting=waits.days(crew, plan)
    )
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
    if judged.plan.undoes:
        undone = Logbook(crew.ledger).decisions[judged.plan.undoes]
        learn.regret(crew, undone, because=f"taken back on probation by {decision.id}")
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
