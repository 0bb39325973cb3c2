"""What becomes of a plan: tried and judged, then promoted, closed, or left to a person."""

from __future__ import annotations

from collections.abc import Callable

from windvane.domain.change import Change
from windvane.domain.decision import Decision, Verdict
from windvane.domain.estate import Estate
from windvane.domain.incident import Incident
from windvane.domain.plan import Plan
from windvane.domain.record import Record, replace
from windvane.domain.run import Trial
from windvane.loop import gate, learn, promote, propose, rules, trial, trust, waits
from windvane.loop.crew import Crew
from windvane.loop.diagnosis import answers
from windvane.loop.logbook import Logbook
from windvane.loop.trial import Judged


class Served(Record):
    """The decisions that an incident led to."""

    decisions: tuple[Decision, ...] = ()


def judge(crew: Crew, plan: Plan, *, answered: Callable[[Verdict, Trial], Verdict] = lambda v, _: v) -> Judged:
    """Try a data plan: committed inside its transaction when the gate says promote, or when evidence from beside it
    answers what would be asked (`answered`: from the verdict of the gate and the trial to the one that counts)."""
    propose.write(crew, plan)
    policy = trial.policy_of(crew)
    number = promote.number(crew, plan)

    def ruled(measured: Trial) -> Verdict:
        allowed = rules.allowing(crew, plan, measured)
        distrusted = trust.lost(Logbook(crew.ledger), plan)
        return answered(gate.judge(plan, measured, policy, allowed=allowed, distrusted=distrusted), measured)

    measured, verdict = crew.warehouse().transition(
        plan, decision=number, judge=ruled, checks=propose.promised(crew, plan), waiting=waits.days(crew, plan)
    )
    trial.record(crew, measured)
    return Judged(plan=plan, trial=measured, verdict=verdict)


def carry_out(crew: Crew, plan: Plan, incident: Incident) -> Served:
    """Try a plan; promote it or record that it is not carried out."""
    judged = judge(crew, plan)
    if judged.verdict.outcome == "promote":
        return Served(decisions=(promoted(crew, judged, incident),))
    return Served(decisions=(close(crew, judged, incident),))


def promoted(crew: Crew, judged: Judged, incident: Incident) -> Decision:
    """Record a plan that was committed, let its files follow, and learn from it."""
    decision = promote.decide(crew, judged.plan, judged.verdict, incident=incident.id)
    promote.derive(crew, decision, judged.plan)
    learn.keep(crew, decision, judged.plan, judged.trial, incident)
    if judged.plan.undoes:
        undone = Logbook(crew.ledger).decisions[judged.plan.undoes]
        learn.regret(crew, undone, because=f"taken back on probation by {decision.id}")
    return decision


def close(crew: Crew, judged: Judged, incident: Incident) -> Decision:
    """Record a plan that is not carried out, and say so."""
    decision = promote.decide(crew, judged.plan, judged.verdict, incident=incident.id)
    lost = [r.detail for r in judged.verdict.reasons if not r.held]
    asks = judged.verdict.outcome == "escalate"
    why = "; ".join(lost if asks else lost[:1])
    text = f"{'held' if asks else 'rejected'}: {judged.plan.title}: {why}"
    crew.say("gate", text, decision=decision.id, level="ask" if asks else "info")
    return decision


def hold(crew: Crew, estate: Estate, incident: Incident, changes: tuple[Change, ...], measured: Trial | None) -> Judged:
    """The admission as delivered, waiting for a person, with what its trial measured when it could be tried."""
    options = answers.options(incident)
    said = propose.Answers(options, answers.declines(options))
    plan = propose.held(estate, incident, changes, doubt=answers.doubt(incident), answers=said)
    propose.write(crew, plan)
    seen = replace(measured, plan=plan.fingerprint()) if measured else trial.untried(plan)
    trial.record(crew, seen)
    return Judged(plan=plan, trial=seen, verdict=gate.judge(plan, seen, trial.policy_of(crew)))
