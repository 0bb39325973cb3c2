"""Chooses among repairs: every remedy whose cause is told may propose; two that differ are a question."""

from __future__ import annotations

from collections.abc import Sequence

from windvane.domain.batch import Batch
from windvane.domain.change import Admit, Put, apply
from windvane.domain.estate import Estate
from windvane.domain.incident import Incident
from windvane.domain.plan import Plan
from windvane.domain.record import replace
from windvane.domain.run import Trial
from windvane.loop import diagnose, experience, propose
from windvane.loop.crew import Crew
from windvane.loop.gate import BOUNDED
from windvane.loop.logbook import Logbook
from windvane.loop.restating import too_many_gone, too_much
from windvane.loop.trial import Judged
from windvane.stack.repair.case import Case, case_of
from windvane.stack.repair.plans import effect, joined

MOST = 4  # plans that are tried for one incident


def plans(crew: Crew, estate: Estate, incident: Incident, batches: tuple[Batch, ...]) -> tuple[Plan, ...]:
    """What remedies propose for the stories of an incident, most probable first, completed with the admission.

    What healed a failure of the same look before comes first, and says so.
    """
    drafts = _drafts(crew, estate, incident)
    before = experience.known(Logbook(crew.ledger), incident)
    if before is not None:
        drafts = sorted(drafts, key=lambda d: d.proposer != before.proposer)
        said = f"the same broke before and was healed by `{before.proposer}` ({before.decision})"
        drafts = [replace(d, evidence=(*d.evidence, said)) if d.proposer == before.proposer else d for d in drafts]
    return tuple(propose.admit(crew, estate, d, batches) for d in drafts[:MOST])


def second(
    crew: Crew, estate: Estate, incident: Incident, batches: tuple[Batch, ...], tried: Sequence[Judged]
) -> tuple[Plan, ...]:
    """Two faults at once: repairs of what is still broken after the best first repair, as plans with both.

    Nothing when the first repair mended nothing, or was not certain: a guess on a guess is none. Of several deliveries
    with other columns the one that lost most rows stands for all.
    """
    sure = [j for j in tried if j.plan.identifiable and (j.plan.withhold or _models(j.plan)) and _lacks(j)]
    if not sure or (len(batches) != 1 and incident.signals[0].kind != "schema_drift"):
        return ()
    first = min(sure, key=lambda j: len(_broken(j.trial)))
    mended = apply(estate, tuple(c for c in first.plan.changes if isinstance(c, Put)))
    told = diagnose.explain(crew, mended, _worst(incident, first.plan), first.trial, first.plan)
    if not set(_broken(first.trial)) < _signalled(incident) and incident.signals[0].kind != "schema_drift":
        return ()
    draft = replace(first.plan, changes=tuple(c for c in first.plan.changes if isinstance(c, Put)))
    drafts = [joined(_bare(draft), d) for d in _drafts(crew, mended, told)]
    return tuple(propose.admit(crew, estate, d, batches) for d in drafts[:2])


def _lacks(judged: Judged) -> bool:
    """Whether a repair leaves checks broken, or more rows withheld than may be."""
    return bool(_broken(judged.trial)) or any(r.rule == BOUNDED and not r.held for r in judged.verdict.reasons)


def _worst(incident: Incident, plan: Plan) -> Incident:
    """The incident of the one delivery of which most rows are withheld."""
    lost = {c.batch.id: c.batch.quarantined for c in plan.changes if isinstance(c, Admit)}
    worst = max((s.batch for s in incident.signals), key=lambda b: lost.get(b, 0))
    return replace(incident, signals=tuple(s for s in incident.signals if s.batch == worst))


def searched(crew: Crew, estate: Estate, incident: Incident, batches: tuple[Batch, ...]) -> tuple[Plan, ...]:
    """What the diagnostician finds for a failure that no known repair mends; it passes the same gate."""
    if len(batches) != 1:
        return ()
    drafts = crew.agent("diagnostician").propose(crew.scene(estate, incident=incident))
    return tuple(propose.admit(crew, estate, d, batches) for d in drafts[:1])


def beyond(estate: Estate, batches: tuple[Batch, ...], tried: Sequence[Judged]) -> tuple[Batch, ...]:
    """Of several deliveries those that tell more of the past anew than the policy takes, or break a check by
    themselves, when others do not."""
    judged = next((j for j in tried if j.plan.identifiable and j.plan.changes), None)
    if judged is None or len(batches) < 2:
        return ()
    plan = judged.plan
    ids = {*judged.trial.blamed} | {
        c.batch.id
        for c in plan.changes
        if isinstance(c, Admit) and (too_much(c.batch, estate.policy) or too_many_gone(c.batch, estate.policy))
    }
    found = tuple(b for b in batches if b.id in ids)
    return found if len(found) < len(batches) else ()


def asking(tried: Sequence[Judged], incident: Incident) -> Judged | None:
    """The plan that waits for a person: one whose story is in doubt and not its checks; none when no repair is near."""
    waits = [j for j in tried if j.verdict.outcome == "escalate"]
    near = [j for j in waits if not _broken(j.trial) or incident.signals[0].kind == "schema_drift"]
    return near[0] if near else None


def _drafts(crew: Crew, estate: Estate, incident: Incident) -> list[Plan]:
    scene = crew.scene(estate, incident=incident)
    ranked = sorted(incident.hypotheses, key=lambda h: -h.probability)
    causes = [incident.cause] if incident.cause else [h.cause for h in ranked if not h.ruled_out_by]
    made = [
        plan
        for cause in dict.fromkeys(causes)
        for remedy in crew.remedies()
        if remedy.cause == cause
        for plan in remedy.propose(scene)
    ]
    return _told_apart(case_of(scene), made)


def _told_apart(case: Case | None, made: list[Plan]) -> list[Plan]:
    """Repairs that read the same column in different ways are no longer certain: each says which other one there is.

    Two that give the same values are one repair; what makes one of them certain makes the repair so.
    """
    distinct: dict[str, Plan] = {}
    for plan in sorted(made, key=lambda p: not p.identifiable):
        distinct.setdefault(effect(case, plan) if case and len(made) > 1 else plan.title, plan)
    rivals = [p for p in distinct.values() if p.identifiable and _models(p)]
    if len(rivals) < 2:
        return list(distinct.values())
    found = []
    for plan in distinct.values():
        others = [r for r in rivals if r is not plan and _columns(r) & _columns(plan)]
        said = f"as well it could be: {others[0].title}" if others and plan in rivals else ""
        found.append(replace(plan, identifiable=False, doubt=said) if said else plan)
    return found


def _models(plan: Plan) -> bool:
    return any(isinstance(c, Put) for c in plan.changes)


def _columns(plan: Plan) -> frozenset[str]:
    """Columns that the title of a repair names: repairs of different columns are no rivals."""
    return frozenset(plan.title.split("`")[1::2])


def _broken(trial: Trial) -> tuple[str, ...]:
    return tuple(c.check for c in trial.checks if not c.passed and c.severity == "block")


def _signalled(incident: Incident) -> set[str]:
    return {s.expected.removeprefix("`").removesuffix("` holds") for s in incident.signals}


def _bare(plan: Plan) -> Plan:
    """A completed plan without what its completion added."""
    return replace(
        plan,
        acceptance=(),
        predicted=(),
        inverse=(),
        base="",
        probes=tuple(p for p in plan.probes if p.better == "equal"),
    )
