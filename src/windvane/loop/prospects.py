"""What could be tried for a product that misses its goal: why it does, what agents propose, what is worth a trial."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from windvane.domain.entry import Diagnosed
from windvane.domain.estate import Estate, Product, Source
from windvane.domain.estimate import Score
from windvane.domain.incident import Hypothesis, Incident
from windvane.domain.plan import Plan
from windvane.domain.ports import Archivist
from windvane.domain.record import replace
from windvane.loop import propose, versions
from windvane.loop.aims import short_of
from windvane.loop.crew import Crew
from windvane.loop.director import Beliefs, Budget, Candidate, choose
from windvane.loop.logbook import Logbook
from windvane.stack.transform.estimates import CONNECTOR

if TYPE_CHECKING:
    from windvane.loop.proving import Bench

UPSTREAM = ("scout", "architect", "ingester", "curator")
LAST = ("modeler",)  # only when nothing upstream passes
TRIALS = 14  # of one round
_UNKNOWN = 0.5  # share of the shortfall that a plan may close of which nothing can be told before
CAUSES = {
    "scout": "missing_drivers",
    "architect": "wrong_grain",
    "ingester": "too_little_history",
    "curator": "dirty_inputs",
    "modeler": "unstable_relation",
}


def proposals(
    crew: Crew, estate: Estate, incident: Incident, product: Product, roles: tuple[str, ...] = (*UPSTREAM, *LAST)
) -> tuple[Plan, ...]:
    """What agents propose, each for the layer that is its own; nothing that was promoted and taken back."""
    from windvane.domain.registry import names

    there = names("windvane.agents")
    scene = crew.scene(estate, incident=incident, goal=product.goal)
    if "ingester" in roles:
        scene = dataclasses.replace(scene, archives=archives(crew, estate))
    drafts = [p for role in roles if role in there for p in crew.agent(role).propose(scene)]
    made = [p for p in drafts if versions.product_of(p) is not None]
    gone = versions.worse_in_use(Logbook(crew.ledger), product.name)
    made = [p for p in made if not gone or versions.version(p) not in gone]
    return tuple(propose.finish(estate, incident, p) for p in made)


def archives(crew: Crew, estate: Estate) -> tuple[tuple[str, str], ...]:
    """(source, location) of what lies within reach of each source and is not delivered by it."""
    found: list[tuple[str, str]] = []
    sources = tuple(a for a in estate.of(Source) if isinstance(a, Source) and a.connector != CONNECTOR)
    for source in sources:
        connector = crew.connector(source.connector)
        if isinstance(connector, Archivist):
            found += [
                (source.name, where)
                for where in connector.archives(source, others=_beside(source, sources), apart=crew.root)
            ]
    return tuple(found)


def _beside(source: Source, sources: tuple[Source, ...]) -> tuple[Source, ...]:
    return tuple(s for s in sources if s.connector == source.connector and s.name != source.name)


def diagnosed(crew: Crew, made: Bench, incident: Incident) -> Incident:
    """The incident with the hypotheses of this round."""
    stories = _stories(made)
    told_ = replace(incident, hypotheses=stories)
    key = f"incident:{incident.id}:{told_.fingerprint()}"
    crew.write(key, Diagnosed(incident=told_), actor="windvane", step="diagnose", because=(f"incident:{incident.id}",))
    for story in stories[:3]:
        if not story.ruled_out_by:
            why = "; ".join(story.evidence[:2])
            crew.say("diagnose", f"  {story.cause.replace('_', ' ')} ({story.probability:.0%}): {why}")
    return told_


def _stories(made: Bench) -> tuple[Hypothesis, ...]:
    from windvane.stack.estimation.causes import Case as Missed
    from windvane.stack.estimation.shortfall import shortfall

    case = made.case
    aim = max(case.aims, key=lambda a: short_of((a,), _scores(made)))
    if aim.value is None:
        return ()
    panel = case.panel.between(0, case.develop.stop)
    finer = case.inputs.relation if case.inputs.grain and not _windows(made) else ""
    stories = shortfall(Missed(panel, made.before, aim.measure, aim.value / aim.factor, finer=finer))
    return tuple(replace(s, probability=float(s.probability)) for s in stories)


def _scores(made: Bench) -> tuple[Score, ...]:
    from windvane.loop.estimating import reached

    return reached(made.before)


def merged(crew: Crew, made: Bench, plans: tuple[Plan, ...]) -> tuple[Plan, ...]:
    """Without those that say what another one says, each with the gain that it may bring."""
    from windvane.loop import screening

    same = screening.repeats(made, plans)
    for plan in plans:
        if plan.fingerprint() in same:
            crew.say("propose", f"  {plan.title}: says what {same[plan.fingerprint()]} says, not tried")
    return screening.screened(made, tuple(p for p in plans if p.fingerprint() not in same))


def cause_of(plan: Plan) -> str:
    """Which cause of a shortfall a plan is about."""
    return plan.cause or CAUSES.get(plan.proposer, "")


def chosen(crew: Crew, estate: Estate, plans: tuple[Plan, ...], incident: Incident) -> tuple[Plan, ...]:
    """What is worth a trial: the gain that is predicted, times the chance that its cause and its proposer are right."""
    from windvane.loop.screening import hoped

    chances = {h.cause: h.probability for h in incident.hypotheses}
    options = [
        Candidate(
            plan=p,
            cause=cause_of(p),
            gain=_UNKNOWN if (share := hoped(p)) is None else share,
            chance=chances.get(cause_of(p), 1.0),
        )
        for p in plans
    ]
    lessons = Logbook(crew.ledger).lessons
    choice = choose(options, Beliefs(lessons), Budget(trials=TRIALS), estate.policy)
    for pick in choice.left:
        crew.say("propose", f"  {pick.candidate.plan.title}: not tried: {pick.why}")
    return tuple(p.candidate.plan for p in choice.tried)


def _windows(made: Bench) -> tuple[int, ...]:
    return made.product.inputs.windows if made.product.inputs is not None else ()
