"""Works upstream of an estimated product that misses its goal: rounds of proposals, each kept only on evidence.

The state is in the ledger: a killed cascade goes on with the round it was in, and decides nothing twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from windvane.domain.decision import Decision, Reason, Verdict
from windvane.domain.entry import Cascaded, Diagnosed, Scored
from windvane.domain.estate import Estate, Product
from windvane.domain.incident import Incident, Signal
from windvane.domain.plan import Plan
from windvane.domain.record import Record, canonical, decode, replace
from windvane.domain.run import Trial
from windvane.loop import (
    backfill,
    ending,
    gate,
    judging,
    learn,
    promote,
    propose,
    prospects,
    shortfalls,
    trial,
    versions,
)
from windvane.loop.aims import aims, told
from windvane.loop.crew import Crew
from windvane.loop.logbook import Logbook
from windvane.loop.trial import Judged
from windvane.stack.evidence.wealth import Wealth

if TYPE_CHECKING:
    from windvane.loop.proving import Bench, Tested

MOST_ROUNDS = 12


class Round(Record):
    """What a round came to; `end` is empty while the cascade goes on."""

    decisions: tuple[Decision, ...] = ()
    end: str = ""


class Play(NamedTuple):
    """One round as it is played."""

    estate: Estate
    product: Product
    incident: Incident
    number: int
    budget: Wealth
    roles: tuple[str, ...]


def round_of(crew: Crew, name: str) -> Round:
    """One round for a product: diagnose, propose, try, judge, promote the best. Safe to do again after a kill."""
    from windvane.loop import estimating

    estate = crew.folder.read()
    product = next((p for p in shortfalls.estimated(estate) if p.name == name), None)
    if product is None:
        return Round(end="no")
    if shortfalls.segmented(product):
        from windvane.loop import regrouping

        return Round(decisions=regrouping.regrouped(crew, estate, product), end="no more")
    book = Logbook(crew.ledger)
    last = next((r for r in reversed(book.rounds) if r.product == name), None)
    if last is not None and not last.end and last.winner and _waits(book, last.winner):
        return Round(decisions=_carried_out(crew, estate, last))
    drifting = shortfalls.drifting(book, name)
    fresh = drifting is not None and (last is None or bool(last.end))
    if drifting is not None and fresh:
        _prepared(crew, product, drifting)
    elif book.scores[(name, _version(product), "development")].met and not (
        shortfalls.open_ended(product) and (last is None or not last.winner)
    ):
        return _ended(crew, product, last, "met")
    number = 1 + (last.round if last is not None and not last.end else 0)
    if number > MOST_ROUNDS:
        return _ended(crew, product, last, "no")
    incident = _incident(crew, product, last)
    play = Play(estate, product, incident, number, _budget(crew, product), _roles(product, incident, last))
    with estimating.one_thread():
        return _played(crew, play)


def _roles(product: Product, incident: Incident, last: Cascaded | None) -> tuple[str, ...]:
    """Who proposes: those upstream, and only when nothing of theirs passed in the round before, the modeler.

    Of a class the modeler says what its rows tell, which is where to begin.
    """
    if incident.signals[0].kind != "shortfall" or product.kind == "classification":
        return (*prospects.UPSTREAM, *prospects.LAST)
    tried = last is not None and not last.end and not last.winner
    return prospects.LAST if tried else prospects.UPSTREAM


def _prepared(crew: Crew, product: Product, incident: Incident) -> None:
    from windvane.loop import drifting, estimating

    with estimating.one_thread():
        drifting.prepared(crew, product, incident)


def _version(product: Product) -> str:
    from windvane.loop.estimating import version_of

    return version_of(product)


def _waits(book: Logbook, plan: str) -> bool:
    """Whether the winner of the last round is not carried out yet."""
    return all(d.plan != plan for d in book.decisions.values())


def _incident(crew: Crew, product: Product, last: Cascaded | None) -> Incident:
    book = Logbook(crew.ledger)
    if last is not None and not last.end:
        return book.incidents[last.incident]
    drifting = shortfalls.drifting(book, product.name)
    if drifting is not None:
        return drifting
    scored = book.scores[(product.name, _version(product), "development")]
    assert product.inputs is not None
    wanted = aims(product.goal, product.inputs)
    goal = ", ".join(f"{a.said} {a.goal()}" + (f" {a.unit}" if a.unit else "") for a in wanted if a.value is not None)
    goal = goal or "as good as can be reached"
    signal = Signal(kind="shortfall", subject=product.name, expected=goal, observed=told(wanted, scored.scores))
    again = sum(r.product == product.name and bool(r.end) for r in book.rounds)
    key = f"shortfall:{product.name}:{scored.version}:{scored.ends}" + (f":{again}" if again else "")
    number = crew.ledger.number("I", key=key)
    incident = Incident(id=number, signals=(signal,), place=product.relation)
    crew.write(f"incident:{number}", Diagnosed(incident=incident), actor="windvane", step="diagnose")
    short = "starts from what costs nothing" if shortfalls.open_ended(product) else "misses its goal"
    crew.say("diagnose", f"{product.relation} {short}: {signal.observed}; wanted {goal}", level="warn")
    return incident


def _played(crew: Crew, play: Play) -> Round:
    from windvane.loop import narrowing, placebos, proving

    estate, product, incident, number, budget, roles = play
    plans, reading = backfill.prepared(crew, estate, prospects.proposals(crew, estate, incident, product, roles))
    made = proving.bench(crew, product, plans, reading)
    incident = prospects.diagnosed(crew, made, incident)
    plans = prospects.merged(crew, made, plans)
    plans = prospects.chosen(crew, estate, plans, incident)
    plans = narrowing.without_twins(crew, estate, incident, made, plans)
    crew.say("propose", f"round {number}: {len(plans)} proposals, p of the best must stay under {budget.level:.2g}")
    tests = list(proving.tested(made, plans, level=budget.level))
    best = _leading(made, tests)
    tests += placebos.beside(crew, made, best, level=budget.level)
    judged = judging.judged(crew, estate, made, tests, budget=budget)
    return _settled(crew, play._replace(incident=incident), made, judged)


def _budget(crew: Crew, product: Product) -> Wealth:
    last = next((r for r in reversed(Logbook(crew.ledger).rounds) if r.product == product.name), None)
    return decode(last.budget, Wealth) if last is not None else Wealth()


def _leading(made: Bench, tests: list[Tested]) -> Tested | None:
    """The proposal that seems to help most."""
    there = [t for t in tests if t.test is not None and t.gains]
    return min(there, key=lambda t: judging.rank_of(made, t), default=None)


def _settled(crew: Crew, play: Play, made: Bench, judged: list[tuple[Judged, Tested]]) -> Round:
    """Record what was tried, choose the winner and carry it out."""
    placebo = [j for j, _ in judged if j.plan.proposer == "windvane"]
    fooled = any(j.verdict.outcome == "promote" for j in placebo)
    passed = [(j, t) for j, t in judged if j.verdict.outcome == "promote" and j not in placebo and not fooled]
    winner = min(passed, key=lambda jt: judging.rank_of(made, jt[1]), default=None)
    if winner is not None:
        winner = judging.sung(made, play.estate, winner)
    draft = winner[0].plan if winner is not None and winner[0].verdict.outcome == "promote" else None
    smallest = min((g.p for j, _ in passed for g in j.trial.gains), default=1.0)
    after = play.budget.after(smallest if draft is not None else 1.0)
    lost = tuple(
        _turned_down(crew, j, play.incident, winner=draft, fooled=fooled)
        for j, _ in judged
        if draft is None or j.plan is not draft
    )
    full = _completed(crew, play, made, winner) if draft is not None and winner is not None else None
    line = Cascaded(
        product=play.product.name,
        incident=play.incident.id,
        round=play.number,
        version=_version(play.product),
        budget=canonical(after).decode(),
        tried=tuple(j.plan.fingerprint() for j, _ in judged),
        winner=full.fingerprint() if full is not None else "",
    )
    crew.write(
        f"round:{play.incident.id}:{play.number}",
        line,
        actor="windvane",
        step="learn",
        because=(f"incident:{play.incident.id}",),
    )
    if full is None:
        goes_on = play.roles == prospects.UPSTREAM and _anything_left(crew, play)
        return Round(decisions=lost) if goes_on else _ended(crew, play.product, line, "no", decisions=lost)
    return Round(decisions=(*lost, *_carried_out(crew, play.estate, line)))


def _anything_left(crew: Crew, play: Play) -> bool:
    """Whether there is anything to try when nothing upstream helps."""
    return bool(prospects.proposals(crew, play.estate, play.incident, play.product, prospects.LAST))


def _completed(crew: Crew, play: Play, made: Bench, winner: tuple[Judged, Tested]) -> Plan:
    """The winner with its estimates, on record with its trial."""
    judged, _ = winner
    full = versions.completed(crew, play.estate, play.incident, judged.plan, case=made.narrowed(judged.plan))
    propose.write(crew, full)
    trial.record(crew, replace(judged.trial, plan=full.fingerprint()))
    return full


def _turned_down(crew: Crew, judged: Judged, incident: Incident, *, winner: Plan | None, fooled: bool) -> Decision:
    propose.write(crew, judged.plan)
    trial.record(crew, judged.trial)
    verdict = judged.verdict
    if verdict.outcome == "promote":
        why = "the placebo passed too: nothing of this round counts" if fooled else "no winner stood the canary"
        detail = f"`{winner.title}` comes nearer to the goal" if winner is not None else why
        rule = "best of its alternatives" if winner is not None else "the placebo is rejected" if fooled else "canary"
        lost = Reason(rule=rule, held=False, detail=detail)
        verdict = Verdict(outcome="reject", reasons=(*verdict.reasons, lost))
    decision = promote.decide(crew, judged.plan, verdict, incident=incident.id)
    cause = replace(incident, cause=prospects.cause_of(judged.plan))
    if judged.plan.proposer != "windvane":
        learn.keep(crew, decision, judged.plan, judged.trial, cause)
    return decision


def _carried_out(crew: Crew, estate: Estate, line: Cascaded) -> tuple[Decision, ...]:
    """Promote the winner of a round by the ordinary transition; what the trial measured stands beside it."""
    book = Logbook(crew.ledger)
    plan, proved = book.plans[line.winner], book.trials[line.winner]
    incident = book.incidents[line.incident]

    def judge(measured: Trial) -> Verdict:
        checks = (*proved.checks, *measured.checks)
        return gate.judge(plan, replace(measured, gains=proved.gains, checks=checks), estate.policy)

    checks = propose.promised(crew, plan) if backfill.brought(plan) else ()
    number = promote.number(crew, plan)
    measured, verdict = crew.warehouse().transition(plan, decision=number, judge=judge, checks=checks)
    trial.record(crew, replace(measured, gains=proved.gains, checks=(*proved.checks, *measured.checks)))
    decision = promote.decide(crew, plan, verdict, incident=incident.id)
    if verdict.outcome == "promote":
        backfill.settled(crew, plan)  # before the release: what a kill leaves out then is done when it is resumed
        promote.derive(crew, decision, plan)
    else:
        lost = "; ".join(r.detail for r in verdict.reasons if not r.held)
        crew.say("gate", f"{verdict.outcome}: {plan.title}: {lost}", decision=decision.id, level="ask")
    cause = replace(incident, cause=prospects.cause_of(plan))
    learn.keep(crew, decision, plan, proved, cause)
    return (decision,)


def _ended(
    crew: Crew, product: Product, last: Cascaded | None, end: str, *, decisions: tuple[Decision, ...] = ()
) -> Round:
    """The end of a cascade, told once."""
    scored: Scored = Logbook(crew.ledger).scores[(product.name, _version(product), "development")]
    if last is None:
        budget = canonical(Wealth()).decode()
        last = Cascaded(product=product.name, incident="", round=0, version=scored.version, budget=budget)
    end = "met" if scored.met else end
    lines = ending.told(crew, product, scored, last, end)
    reach = shortfalls.reach(crew.folder.read())
    line = replace(last, winner="", tried=(), end=end, version=_version(product), reach=reach, told=lines)
    key = f"ended:{last.incident or product.name}:{last.round}"
    crew.write(key, line, actor="windvane", step="learn", because=(f"incident:{last.incident}",))
    for text in lines:
        crew.say("learn", text, subject=product.name, level="good" if end == "met" else "warn")
    return Round(decisions=decisions, end=end)
