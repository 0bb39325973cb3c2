"""Serves one incident: what is proposed for it is tried, judged, and promoted or not."""

from __future__ import annotations

from windvane.domain.estate import Estate
from windvane.domain.goal import Goal
from windvane.domain.incident import Incident
from windvane.domain.plan import Plan
from windvane.loop import (
    admitting,
    byhand,
    diagnose,
    gate,
    propose,
    rank,
    resume,
    settling,
    shortfalls,
    steer,
    together,
    trial,
    versions,
    will,
)
from windvane.loop.crew import Crew
from windvane.loop.logbook import Logbook
from windvane.loop.settling import Served
from windvane.loop.trial import Judged


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
        case "arrival":
            return together.admitted(crew, estate, incident)
        case "schema_drift":
            return admitting.admitted(crew, estate, incident)
        case _:
            return Served()


def _layers(crew: Crew, estate: Estate, incident: Incident) -> Served:
    """Build on all that was landed; one bad delivery among many keeps itself out, and is served after the others."""
    plan = propose.layers(crew, estate, incident)
    if plan is None:
        return Served()
    judged = settling.judge(crew, plan)
    if judged.verdict.outcome == "promote":
        return Served(decisions=(settling.promoted(crew, judged, incident),))
    odd = admitting.odd(estate, judged)
    batches = propose.arriving(plan)
    sound = propose.layers(crew, estate, incident, but=odd) if 0 < len(odd) <= len(batches) // 2 else None
    if sound is None or (again := settling.judge(crew, sound)).verdict.outcome != "promote":
        return Served(decisions=(settling.close(crew, judged, incident),))
    done = settling.promoted(crew, again, incident)
    later = tuple(b for b in Logbook(crew.ledger).pending() if b.id in odd)
    served = admitting.admitted(crew, crew.folder.read(), diagnose.alone(crew, later))
    return Served(decisions=(done, *served.decisions))


def _product(crew: Crew, estate: Estate, incident: Incident) -> Served:
    """Try every alternative in an environment of its own; the best that passes is promoted."""
    goal = next((g for g in crew.goals if g.sentence == incident.signals[0].expected), None)
    if goal is None:
        return Served()
    drafts = _drafts(crew, estate, incident, goal)
    if drafts and versions.product_of(drafts[0]) is not None:
        return settling.carry_out(crew, _first(crew, estate, incident, drafts[0]), incident)
    judged = []
    for plan in drafts:
        propose.write(crew, plan)
        measured = trial.alone(crew, plan)
        judged.append(Judged(plan=plan, trial=measured, verdict=gate.judge(plan, measured, estate.policy)))
    tried = rank.best_only(tuple(judged))
    lost = tuple(settling.close(crew, j, incident) for j in tried if j.verdict.outcome != "promote")
    won = [j.plan for j in tried if j.verdict.outcome == "promote"]
    return Served(decisions=(*lost, *(d for plan in won for d in settling.carry_out(crew, plan, incident).decisions)))


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
    return Served(
        decisions=tuple(d for p in made if p is not None for d in settling.carry_out(crew, p, incident).decisions)
    )
