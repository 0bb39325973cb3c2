"""Holds a promoted version against the one it replaced, on what really happened since: the worse one goes back."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from windvane.domain.change import Put
from windvane.domain.decision import Decision, Verdict
from windvane.domain.entry import Diagnosed
from windvane.domain.estate import Estate, Product
from windvane.domain.estimate import Gain
from windvane.domain.incident import Incident, Signal
from windvane.domain.plan import Plan
from windvane.domain.record import replace
from windvane.domain.run import Trial
from windvane.loop import drifting, gate, promote, propose, trial, versions
from windvane.loop.aims import Aim
from windvane.loop.crew import Crew
from windvane.loop.estimating import Case, Made, case_of, version_of
from windvane.loop.logbook import Logbook
from windvane.stack.estimation.estimator import predict
from windvane.stack.estimation.measures import score
from windvane.stack.evidence.betting import worse_so_far
from windvane.stack.evidence.longrun import Array
from windvane.stack.evidence.paired import paired
from windvane.stack.evidence.watch import Contest, contest
from windvane.stack.transform.estimates import revised

_LEVEL = 0.05  # chance to send a version back by mistake, however long it is looked at


class Rival(NamedTuple):
    """The version that was replaced, and the decision that did it."""

    product: Product
    decision: Decision


def rolled_back(crew: Crew, estate: Estate, product: Product, case: Case, made: Made) -> Decision | None:
    """The decision that put the former version back, when the present one is proven worse; else nothing."""
    rival = replaced(Logbook(crew.ledger), product)
    if rival is None or rival.product.inputs is None:
        return None
    former = case_of(crew, product.name, rival.product.inputs, product.goal)
    lost = _losses(crew, product, rival, former, case, made)
    if not lost:
        return None
    return _put_back(crew, estate, product, rival, former, lost)


def replaced(book: Logbook, product: Product) -> Rival | None:
    """What a product was before its last change by an agent; nothing where a person wanted it, or took one back."""
    last = versions.decided(book, product.name)[-1:]
    if not last or versions.taken_back(book, product.name) or last[0][0].proposer == "person":
        return None
    plan = book.plans[last[0][0].plan]
    before = (c.asset for c in plan.inverse if isinstance(c, Put))
    former = next((a for a in before if isinstance(a, Product) and a.name == product.name), None)
    if former is None or former.recipe is None or plan.serves == f"{versions.ROLLED_BACK} {product.name}":
        return None
    return Rival(former, last[0][0])


def _losses(crew: Crew, product: Product, rival: Rival, former: Case, case: Case, made: Made) -> tuple[Gain, ...]:
    """For each aim at which it is proven, what going back gains; nothing when the present one is better at any."""
    assert rival.product.recipe is not None
    steps = drifting.in_use(crew, product, case)
    shared, mine, theirs = np.intersect1d(case.panel.decided[steps], former.panel.decided, return_indices=True)
    if not len(shared):
        return ()
    estimate = predict(former.panel, rival.product.recipe)[theirs]
    aims = [a for a in case.aims if a.measure in case.measures]
    level = _LEVEL / len(aims) / 2
    found: list[Gain] = []
    for aim in aims:
        now = score(aim.measure, case.panel.target[steps], made.estimate[steps])[mine]
        then = score(aim.measure, former.panel.target[theirs], estimate)
        told = contest(then, now, measure=aim.said, better=aim.better, level=level)
        if told.fate == "replace":
            return ()
        found += _loss(aim, told, then, now, level)
    return tuple(found)


def _loss(aim: Aim, told: Contest, then: Array, now: Array, level: float) -> list[Gain]:
    """What going back gains, in the unit of the aim, where that is proven: at a look, or by bets after every step."""
    bet = worse_so_far(then, now, better=aim.better)
    if told.fate == "roll back":
        stop, limit = told.steps, level / (told.looks * (told.looks + 1))
    else:
        stop, limit = bet.steps, level
    loss = paired(now[:stop], then[:stop], measure=aim.said, better=aim.better, level=limit)
    if told.fate != "roll back":
        loss = replace(loss, p=bet.p)
    if not loss.passes:
        return []
    scaled = {k: getattr(loss, k) * aim.factor for k in ("before", "after", "gain", "low", "high")}
    return [replace(loss, unit=aim.unit, **scaled)]


def _put_back(
    crew: Crew, estate: Estate, product: Product, rival: Rival, former: Case, gains: tuple[Gain, ...]
) -> Decision:
    incident = _incident(crew, product, rival, gains)
    assert rival.product.inputs is not None and rival.product.recipe is not None
    draft = Plan(
        incident=incident.id,
        proposer="windvane",
        title=f"{product.relation}: back to the version before {rival.decision.id}",
        base="",
        changes=revised(product, rival.product.inputs, rival.product.recipe),
        rationale=f"`{rival.decision.title}` does worse in use than the version it replaced, on the same decision "
        "times, by no accident.",
        evidence=tuple(f"{g.measure}: {g.before:.3g} in use, {g.after:.3g} before" for g in gains),
        serves=f"{versions.ROLLED_BACK} {product.name}",
    )
    plan = versions.completed(crew, estate, incident, draft, case=former)
    propose.write(crew, plan)
    policy = trial.policy_of(crew)

    def judge(measured: Trial) -> Verdict:
        return gate.judge(plan, replace(measured, gains=gains), policy)

    measured, verdict = crew.warehouse().transition(plan, decision=promote.number(crew, plan), judge=judge)
    trial.record(crew, replace(measured, gains=gains))
    decision = promote.decide(crew, plan, verdict, incident=incident.id)
    if verdict.outcome == "promote":
        promote.derive(crew, decision, plan)
    return decision


def _incident(crew: Crew, product: Product, rival: Rival, gains: tuple[Gain, ...]) -> Incident:
    told = "; ".join(f"{g.measure} {g.before:.3g}, {g.after:.3g} with the one before, p {g.p:.2g}" for g in gains)
    signal = Signal(
        kind="setback", subject=product.name, expected=f"no worse than before {rival.decision.id}", observed=told
    )
    number = crew.ledger.number("I", key=f"setback:{product.name}:{version_of(product)}:{rival.decision.id}")
    incident = Incident(id=number, signals=(signal,), cause="worse_version", place=product.relation)
    crew.write(f"incident:{number}", Diagnosed(incident=incident), actor="windvane", step="diagnose")
    crew.say("diagnose", f"{product.relation} does worse than before: {told}", subject=product.name, level="warn")
    return incident
