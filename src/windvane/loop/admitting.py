"""What is done with deliveries: admitted as always, healed by the one repair that passes, or held with a question."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby

from windvane.domain.batch import Batch
from windvane.domain.change import Admit, Withdraw
from windvane.domain.decision import Decision, Verdict
from windvane.domain.estate import Estate
from windvane.domain.incident import Incident
from windvane.domain.plan import Plan
from windvane.domain.record import replace
from windvane.domain.run import Trial
from windvane.loop import again, diagnose, experience, gate, persisting, probation, propose, repair, restating, settling
from windvane.loop.crew import Crew
from windvane.loop.logbook import Logbook
from windvane.loop.settling import Served
from windvane.loop.trial import Judged


def admitted(crew: Crew, estate: Estate, incident: Incident) -> Served:
    """Heal what has one explanation, admit what is as always, hold the rest with a question."""
    named = {s.batch for s in incident.signals}
    batches = tuple(b for b in Logbook(crew.ledger).pending() if b.id in named)
    if not batches:
        return Served()
    if incident.signals[0].kind == "arrival":
        first = settling.judge(crew, propose.arrival(crew, estate, incident, batches))
        if first.verdict.outcome == "promote":
            return Served(decisions=(settling.promoted(crew, first, incident),))
        if len(batches) > 1:
            return _in_parts(crew, estate, batches, first)
        whole = again.plan(crew, estate, incident, batches[0])
        if whole is not None and (judged := settling.judge(crew, whole)).verdict.outcome == "promote":
            return Served(decisions=(settling.promoted(crew, judged, incident),))
        if stays := persisting.admitted(crew, estate, incident, batches[0], first):
            return Served(decisions=stays)
        if asked := _asked_already(crew, batches[0], first):
            diagnose.join(crew, asked, batches, by="trouble")
            return Served()
        incident = diagnose.explain(crew, estate, incident, first.trial, first.plan)
        return _repaired(crew, estate, incident, batches, first)
    return _repaired(crew, estate, incident, batches, None)


def _in_parts(crew: Crew, estate: Estate, batches: tuple[Batch, ...], first: Judged) -> Served:
    """One bad delivery among several keeps only itself out: those to blame are served alone, the others together.

    All in order, as a day that waits is no missing one. Where none is to blame, each half is served by itself.
    """
    bad = odd(estate, first)
    runs = [(alone, tuple(run)) for alone, run in groupby(batches, key=lambda b: b.id in bad)]
    middle = len(batches) // 2
    if not bad:
        runs = [(False, batches[:middle]), (False, batches[middle:])]
    return Served(decisions=tuple(d for blamed, run in runs for d in _part(crew, run, blamed=blamed)))


def _part(crew: Crew, batches: tuple[Batch, ...], *, blamed: bool) -> tuple[Decision, ...]:
    """Serve sound deliveries together, and of those to blame the first alone: what holds it may hold the rest."""
    if not blamed or len(batches) == 1:
        return _served(crew, batches)
    first = _served(crew, batches[:1])
    rest = batches[1:]
    asked = [d for d in first if d.verdict.outcome == "escalate"]
    return (*first, *(_with_it(crew, rest, asked[-1]) if asked else _part(crew, rest, blamed=True)))


def _served(crew: Crew, batches: tuple[Batch, ...]) -> tuple[Decision, ...]:
    return admitted(crew, crew.folder.read(), diagnose.alone(crew, batches)).decisions


def _with_it(crew: Crew, batches: tuple[Batch, ...], asked: Decision) -> tuple[Decision, ...]:
    """Deliveries after one that is asked about: one question for all when they lack the same, else each by itself."""
    estate, incident = crew.folder.read(), diagnose.alone(crew, batches)
    judged = settling.judge(crew, propose.arrival(crew, estate, incident, batches))
    if judged.verdict.outcome == "promote":
        return (settling.promoted(crew, judged, incident),)
    before = Logbook(crew.ledger).trials.get(asked.plan)
    if before is None or not _lacks(judged.verdict, judged.trial) <= _lacks(asked.verdict, before):
        return tuple(d for b in batches for d in _served(crew, (b,)))
    incident = diagnose.explain(crew, estate, incident, judged.trial, judged.plan)
    return (settling.close(crew, settling.hold(crew, estate, incident, judged.plan.changes, judged.trial), incident),)


def _asked_already(crew: Crew, batch: Batch, judged: Judged) -> str:
    """The open question about a delivery of the same source that breaks the very same checks; empty without one.

    What a restatement or a cut says is of one delivery alone: a question about it holds for no other.
    """
    book, lacks = Logbook(crew.ledger), _lacks(judged.verdict, judged.trial)
    if lacks - {c.check for c in judged.trial.checks} != {gate.CHECKS}:
        return ""
    for decision in book.waiting():
        trial = book.trials.get(decision.plan)
        about = [c.batch for c in book.plans[decision.plan].changes if isinstance(c, Admit)]
        same = trial is not None and _lacks(decision.verdict, trial) == lacks
        if same and {b.source for b in about} == {batch.source} and batch.delivery not in [b.delivery for b in about]:
            return decision.id
    return ""


def _lacks(verdict: Verdict, trial: Trial) -> set[str]:
    """The rules that a plan did not meet, but for its doubt, and the checks that it broke."""
    rules = {r.rule for r in verdict.reasons if not r.held and r.rule != gate.CERTAIN}
    return rules | {c.check for c in trial.checks if not c.passed and c.severity == "block"}


def odd(estate: Estate, judged: Judged) -> frozenset[str]:
    """Deliveries of a plan that keep it from passing: they break a check by themselves, or tell too much anew."""
    beyond = {b.id for b in propose.arriving(judged.plan) if restating.beyond(b, estate.policy)}
    return frozenset(beyond | {*judged.trial.blamed})


def _repaired(
    crew: Crew, estate: Estate, incident: Incident, batches: tuple[Batch, ...], first: Judged | None
) -> Served:
    """The one repair that passes every check; what none does waits, with the best question there is."""
    tried = _tried(crew, estate, incident, batches, first)
    best = next((j for j in tried if j.verdict.outcome == "promote"), None)
    if best is None and (apart := repair.beyond(estate, batches, tried)):
        return _without(crew, incident, batches, apart)
    lost = tuple(settling.close(crew, j, incident) for j in tried if j is not best and j.verdict.outcome == "reject")
    if best is not None:
        done = settling.promoted(crew, best, incident)
        return Served(decisions=(*lost, done, *_asked_after(crew, best.plan)))
    waits = repair.asking(tried, incident)
    if waits is None:
        changes = first.plan.changes if first else tuple(Admit(batch=b) for b in batches)
        waits = settling.hold(crew, estate, incident, changes, first.trial if first else None)
    return Served(decisions=(*lost, settling.close(crew, waits, incident)))


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
            done.append(settling.judge(crew, plan))
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
        made.append(settling.close(crew, settling.hold(crew, estate, incident, arrival.changes, None), incident))
    return tuple(made)


def _without(crew: Crew, incident: Incident, batches: tuple[Batch, ...], apart: tuple[Batch, ...]) -> Served:
    """Repair what can be repaired; the deliveries of the group that tell too much anew are asked about after it."""
    sound = tuple(b for b in batches if b not in apart)
    named = {b.id for b in sound}
    narrowed = replace(incident, signals=tuple(s for s in incident.signals if s.batch in named))
    done = _repaired(crew, crew.folder.read(), narrowed, sound, None)
    if not any(d.verdict.outcome == "promote" for d in done.decisions):
        return done  # the rest have the drift of the question that is open now
    later = admitted(crew, crew.folder.read(), diagnose.alone(crew, apart))
    return Served(decisions=(*done.decisions, *later.decisions))
