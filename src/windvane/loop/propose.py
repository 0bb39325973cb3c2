"""Gathers plans from agents and remedies, completes them with what data arrive, and ranks them."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from windvane.domain.batch import Batch
from windvane.domain.change import Admit, Change, Put, apply, invert
from windvane.domain.entry import Found, Proposed
from windvane.domain.estate import Check, Contract, Estate, Model, Ref, ref_of
from windvane.domain.finding import Finding
from windvane.domain.goal import Goal
from windvane.domain.incident import Incident
from windvane.domain.plan import Effect, Plan, Probe
from windvane.domain.record import canonical, replace
from windvane.loop.crew import Crew
from windvane.loop.logbook import Logbook
from windvane.sql.casts import casts
from windvane.stack.landing.screen import Screened, screen
from windvane.stack.quality.keys import key_of


class Answers(NamedTuple):
    """What a person may answer, and which of the answers keep the batch out."""

    options: tuple[str, ...]
    declines: tuple[str, ...]


def findings(crew: Crew, estate: Estate) -> tuple[Finding, ...]:
    """What the scout says of the landed data; asked once for the same batches."""
    scene = crew.scene(estate)
    key = "found:" + ",".join(sorted(b.id for b in (*scene.batches, *scene.history)))
    done = crew.ledger.find(key)
    if done is not None and isinstance(done.body, Found):
        return done.body.findings
    found = crew.agent("scout").look(scene)
    landed = tuple(f"landed:{b.id}" for b in (*scene.batches, *scene.history))
    crew.write(key, Found(findings=found), actor="scout", step="diagnose", because=landed)
    crew.say("diagnose", f"{len(found)} findings about {len(estate.assets)} assets", subject="scout")
    return found


def layers(crew: Crew, estate: Estate, incident: Incident) -> Plan | None:
    """One plan for staging and core with their checks, and the admission of what was landed for them."""
    findings(crew, estate)
    scene = crew.scene(estate, incident=incident)
    drafts = crew.agent("architect").propose(scene)
    if not drafts:
        return None
    draft = drafts[0]
    built = apply(estate, draft.changes)
    checked = crew.agent("inspector").propose(crew.scene(built, incident=incident))
    changes = compact((*draft.changes, *(c for plan in checked for c in plan.changes)))
    rationale = " ".join([draft.rationale, *(p.rationale for p in checked)])
    evidence = (*draft.evidence, *(e for p in checked for e in p.evidence))
    plan = replace(draft, changes=changes, rationale=rationale, evidence=evidence)
    return admit(crew, estate, plan, Logbook(crew.ledger).pending())


def products(crew: Crew, estate: Estate, incident: Incident, goal: Goal) -> tuple[Plan, ...]:
    """The modeler's alternatives for one goal, with the inspector's checks on what they would publish."""
    drafts = crew.agent("modeler").propose(crew.scene(estate, incident=incident, goal=goal))
    return tuple(finish(estate, incident, draft) for draft in drafts)


def arrival(crew: Crew, estate: Estate, incident: Incident, batches: tuple[Batch, ...]) -> Plan:
    """The admission of batches in which nothing is odd."""
    source = batches[0].source
    rows = sum(b.accepted for b in batches)
    draft = Plan(
        incident=incident.id,
        proposer="ingester",
        title=f"Admit {rows:,} rows of {source}",
        base="",
        changes=(),
        rationale=f"{len(batches)} new deliveries of `{source}` with the columns known; every check is asked first.",
    )
    return admit(crew, estate, draft, batches)


def repairs(crew: Crew, estate: Estate, incident: Incident, batches: tuple[Batch, ...]) -> tuple[Plan, ...]:
    """What remedies propose for an incident, most probable cause first, completed with the admission."""
    scene = crew.scene(estate, incident=incident)
    ranked = sorted(incident.hypotheses, key=lambda h: -h.probability)
    causes = [incident.cause] if incident.cause else [h.cause for h in ranked if not h.ruled_out_by]
    drafts = [
        plan
        for cause in causes
        for remedy in crew.remedies()
        if remedy.cause == cause
        for plan in remedy.propose(scene)
    ]
    return tuple(admit(crew, estate, d, batches) for d in drafts)


def edit(crew: Crew, estate: Estate, incident: Incident) -> Plan | None:
    """A person's edits of models as a plan: it is their will, so it is tried and checked, never overwritten."""
    edited = tuple(a for a in crew.folder.edited() if isinstance(a, Model))
    if not edited:
        return None
    names = ", ".join(f"`{m.name}`" for m in edited)
    was = Logbook(crew.ledger).assets()
    draft = Plan(
        incident=incident.id,
        proposer="person",
        title=f"Take over the edit of {names}",
        base="",
        changes=tuple(Put(asset=m) for m in edited),
        rationale=f"A person edited {names}; the file as it is now is tried and checked like any proposal.",
        inverse=tuple(Put(asset=was[m.name]) for m in edited if m.name in was),
        acceptance=contract_checks(estate),
    )
    return finish(estate, incident, draft)


def held(estate: Estate, incident: Incident, batches: tuple[Batch, ...], *, doubt: str, answers: Answers) -> Plan:
    """A plan that waits for a person: the admission as delivered, known not to be the only story."""
    source = batches[0].source
    options, declines = answers
    draft = Plan(
        incident=incident.id,
        proposer="ingester",
        title=f"Admit {source} as delivered",
        base="",
        changes=tuple(Admit(batch=b) for b in batches),
        rationale=f"{doubt or 'No explanation was found'}. Readers keep the last good version meanwhile.",
        evidence=tuple(e for h in incident.hypotheses for e in h.evidence),
        identifiable=False,
        doubt=doubt,
        options=options,
        declines=declines,
        acceptance=contract_checks(estate),
    )
    return finish(estate, incident, draft)


def admit(crew: Crew, estate: Estate, draft: Plan, batches: tuple[Batch, ...]) -> Plan:
    """`draft` with the screened batches that it makes visible, the checks to pass and the counts to expect."""
    base, estate = estate, apply(estate, draft.changes)
    screened: list[Screened] = []
    for batch in batches:
        screened.append(screened_batch(crew, estate, batch, tuple(s.batch for s in screened)))
    restated = sum(s.restated for s in screened)
    accepted = sum(s.batch.accepted for s in screened)
    limit = estate.policy.max_restated_share
    notes = [f"{s.batch.delivery}: {count:,} rows quarantined, {why}" for s in screened for why, count in s.reasons]
    if restated:
        notes.append(f"{restated:,} of {accepted:,} rows restate rows known before")
    sources = sorted({s.batch.source for s in screened})
    return finish(
        base,
        None,
        replace(
            draft,
            changes=compact((*draft.changes, *(Admit(batch=s.batch) for s in screened))),
            evidence=(*draft.evidence, *notes),
            identifiable=draft.identifiable and restated <= max(limit * accepted, 0),
            acceptance=(*draft.acceptance, *contract_checks(estate)),
            probes=(*draft.probes, *(_rows(s) for s in sources if _staged(estate, s))),
            predicted=(*draft.predicted, *_expected(crew, estate, screened)),
        ),
    )


def finish(estate: Estate, incident: Incident | None, draft: Plan) -> Plan:
    """A draft with its base, its inverse and its incident."""
    return replace(
        draft,
        incident=incident.id if incident else draft.incident,
        base=estate.fingerprint(),
        inverse=invert(estate, draft.changes) if not draft.inverse else draft.inverse,
    )


def write(crew: Crew, plan: Plan, *, actor: str = "") -> None:
    """Put a plan on record before anything of it is done."""
    key = f"plan:{plan.fingerprint()}"
    because = (f"incident:{plan.incident}",)
    crew.write(key, Proposed(plan=plan), actor=actor or plan.proposer, step="propose", because=because)


def screened_batch(crew: Crew, estate: Estate, batch: Batch, before: tuple[Batch, ...]) -> Screened:
    """The batch without the rows that do not read as their types, or repeat visible ones or those of `before`."""
    model = estate.find(Ref(kind="model", name=f"staging.{batch.source}"))
    if not isinstance(model, Model):
        return Screened(batch=batch)
    book = Logbook(crew.ledger)
    known = [b for b in (*book.visible(), *before) if b.source == batch.source and b.id != batch.id]
    history = tuple(crew.root / Path(b.path) for b in known)
    made = casts(model.text)
    key = key_of(book.findings(), batch.source, made)
    return screen(batch, made, root=crew.root, engine=crew.scratch(), key=key, history=history)


def contract_checks(estate: Estate) -> tuple[Check, ...]:
    """Every check that the contracts of the estate hold."""
    return tuple(c for a in estate.assets if isinstance(a, Contract) for c in a.checks)


def compact(changes: tuple[Change, ...]) -> tuple[Change, ...]:
    """The same changes with only the last word on each asset."""
    last: dict[bytes, Change] = {}
    for change in changes:
        key = canonical(ref_of(change.asset)) if isinstance(change, Put) else canonical(change)
        last[key] = change
    return tuple(last.values())


def _staged(estate: Estate, source: str) -> bool:
    return estate.find(Ref(kind="model", name=f"staging.{source}")) is not None


def _rows(source: str) -> Probe:
    return Probe(name=f"rows staging.{source}", sql=f"SELECT COUNT(*) FROM staging.{source}", better="higher")


def _expected(crew: Crew, estate: Estate, screened: list[Screened]) -> tuple[Effect, ...]:
    """Staging keeps one row per accepted row: what is visible now and what comes."""
    visible = Logbook(crew.ledger).visible()
    effects = []
    for source in sorted({s.batch.source for s in screened if _staged(estate, s.batch.source)}):
        now = sum(b.accepted for b in visible if b.source == source)
        new = sum(s.batch.accepted for s in screened if s.batch.source == source)
        effects.append(Effect(measure=f"rows staging.{source}", expected=float(now + new)))
    return tuple(effects)
