"""The loop itself: one pass from signals to lessons, every step of it remembered."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TypeVar

from windvane.domain.decision import Decision
from windvane.domain.errors import BudgetReached, Failed, TryAgain
from windvane.domain.incident import Incident
from windvane.domain.ports import Flow, Resources
from windvane.domain.record import Record
from windvane.loop import (
    cascade,
    diagnose,
    discovery,
    late,
    promote,
    propose,
    refit,
    repointing,
    resume,
    sense,
    serving,
    settling,
    shortfalls,
    steer,
    storing,
    watching,
)
from windvane.loop.crew import Crew
from windvane.loop.settling import Served

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


def turn(crew: Crew, flow: Flow) -> tuple[Decision, ...]:
    """One pass. Each incident is its own step: after a kill the finished ones are not done again.

    What a step cannot do, with retries and with less, is handed to diagnosis: an incident, and the error is raised.
    """
    _step(crew, flow, "resume", lambda _: Count(n=resume.settle(crew)), Count)
    seen = _step(crew, flow, "sense", partial(_seen, crew), sense.Seen)
    decisions = list(_step(crew, flow, "repoint", partial(_repointed, crew), Served).decisions)
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
    lost = tuple(settling.close(crew, j, incident) for j in tried if j.verdict.outcome != "promote")
    won = [j.plan for j in tried if j.verdict.outcome == "promote"]
    done = tuple(d for plan in won for d in settling.carry_out(crew, plan, incident).decisions)
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
        judged = settling.judge(crew, propose.arrival(crew, crew.folder.read(), incident, batches))
        if judged.verdict.outcome == "promote":
            late.came(crew, decision, plan=judged.plan.fingerprint())
            made.append(settling.promoted(crew, judged, incident))
    for plan in late.rows(crew):
        judged = settling.judge(crew, plan)
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
        judged = settling.judge(crew, plan) if plan is not None else None
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


def _repointed(crew: Crew, resources: Resources) -> Served:
    """Sources whose files came under another name are read from there."""
    crew.use(resources)
    return Served() if steer.paused(crew) else Served(decisions=repointing.repointed(crew))


def _served(crew: Crew, incident: Incident, resources: Resources) -> Served:
    """Serve an incident with no more than `resources`."""
    crew.use(resources)
    return serving.serve(crew, incident)
