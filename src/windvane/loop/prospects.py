"""What could be tried for a product that misses its goal: why it does, what agents propose, what is worth a trial."""

from __future__ import annotations

from typing import TYPE_CHECKING

from windvane.domain.entry import Diagnosed
from windvane.domain.estate import Estate, Product
from windvane.domain.estimate import Score
from windvane.domain.incident import Hypothesis, Incident
from windvane.domain.plan import Plan
from windvane.domain.record import replace
from windvane.loop import propose, versions
from windvane.loop.aims import short_of
from windvane.loop.crew import Crew
from windvane.loop.director import Beliefs, Budget, Candidate, choose
from windvane.loop.logbook import Logbook

if TYPE_CHECKING:
    from windvane.loop.proving import Bench

ROLES = ("scout", "architect", "ingester", "curator", "modeler")
TRIALS = 14  # of one round
CAUSES = {
    "scout": "missing_drivers",
    "architect": "wrong_grain",
    "ingester": "too_little_history",
    "curator": "dirty_inputs",
    "modeler": "unstable_relation",
}


def proposals(crew: Crew, estate: Estate, incident: Incident, product: Product) -> tuple[Plan, ...]:
    """What agents propose, each for the layer that is its own; nothing that was promoted and taken back."""
    from windvane.domain.registry import names

    there = names("windvane.agents")
    scene = crew.scene(estate, incident=incident, goal=product.goal)
    drafts = [p for role in ROLES if role in there for p in crew.agent(role).propose(scene)]
    made = [p for p in drafts if versions.product_of(p) is not None]
    return tuple(propose.finish(estate, incident, p) for p in made)


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
    """Without those that say what another one says."""
    from windvane.loop import proving

    same = proving.repeats(made, plans)
    for plan in plans:
        if plan.fingerprint() in same:
            crew.say("propose", f"  {plan.title}: says what {same[plan.fingerprint()]} says, not tried")
    return tuple(p for p in plans if p.fingerprint() not in same)


def chosen(crew: Crew, estate: Estate, plans: tuple[Plan, ...], incident: Incident) -> tuple[Plan, ...]:
    chances = {h.cause: h.probability for h in incident.hypotheses}
    options = [
        Candidate(plan=p, cause=(cause := CAUSES.get(p.proposer, "")), gain=0.5, chance=chances.get(cause, 1.0))
        for p in plans
    ]
    lessons = Logbook(crew.ledger).lessons
    choice = choose(options, Beliefs(lessons), Budget(trials=TRIALS), estate.policy)
    for pick in choice.left:
        crew.say("propose", f"  {pick.candidate.plan.title}: not tried: {pick.why}")
    return tuple(p.candidate.plan for p in choice.tried)


def _windows(made: Bench) -> tuple[int, ...]:
    return made.product.inputs.windows if made.product.inputs is not None else ()
