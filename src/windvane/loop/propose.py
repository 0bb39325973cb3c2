"""Gathers plans from agents and remedies, completes them with what data arrive, and ranks them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import NamedTuple

from windvane.domain.batch import Batch
from windvane.domain.change import Admit, Change, Put, Withdraw, apply, invert
from windvane.domain.entry import Found, Proposed
from windvane.domain.estate import Check, Contract, Estate, Model, Ref, Source, ref_of
from windvane.domain.finding import Finding
from windvane.domain.goal import Goal
from windvane.domain.incident import Incident
from windvane.domain.plan import Effect, Plan, Probe
from windvane.domain.ports import Scene
from windvane.domain.record import canonical, replace
from windvane.loop.coming import Coming, coming
from windvane.loop.crew import Crew
from windvane.loop.logbook import Logbook
from windvane.stack.transform.estimates import CONNECTOR


class Answers(NamedTuple):
    """What a person may answer, and which of the answers keep the batch out."""

    options: tuple[str, ...]
    declines: tuple[str, ...]


def findings(crew: Crew, estate: Estate) -> tuple[Finding, ...]:
    """What the scout says of the landed data; asked once for the same batches."""
    scene = _delivered(crew.scene(estate))
    key = "found:" + ",".join(sorted(b.id for b in (*scene.batches, *scene.history)))
    done = crew.ledger.find(key)
    if done is not None and isinstance(done.body, Found):
        return done.body.findings
    found = crew.agent("scout").look(scene)
    landed = tuple(f"landed:{b.id}" for b in (*scene.batches, *scene.history))
    crew.write(key, Found(findings=found), actor="scout", step="diagnose", because=landed)
    crew.say("diagnose", f"{len(found)} findings about {len(estate.assets)} assets", subject="scout")
    return found


def _delivered(scene: Scene) -> Scene:
    """The scene without estimates that windvane made itself: nobody has to find out what they are."""
    made = {s.name for s in scene.estate.of(Source) if isinstance(s, Source) and s.connector == CONNECTOR}
    kept = tuple(a for a in scene.estate.assets if not (isinstance(a, Source) and a.name in made))
    return dataclasses.replace(
        scene,
        estate=replace(scene.estate, assets=kept),
        batches=tuple(b for b in scene.batches if b.source not in made),
        history=tuple(b for b in scene.history if b.source not in made),
    )


def layers(crew: Crew, estate: Estate, incident: Incident, *, but: frozenset[str] = frozenset()) -> Plan | None:
    """One plan for staging and core with their checks, and the admission of what was landed for them, `but` some."""
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
    return admit(crew, estate, plan, tuple(b for b in Logbook(crew.ledger).pending() if b.id not in but))


def products(crew: Crew, estate: Estate, incident: Incident, goal: Goal) -> tuple[Plan, ...]:
    """The modeler's alternatives for one goal, with the inspector's checks on what they would publish."""
    drafts = crew.agent("modeler").propose(crew.scene(estate, incident=incident, goal=goal))
    return tuple(finish(estate, incident, draft) for draft in drafts)


def arrival(crew: Crew, estate: Estate, incident: Incident, batches: tuple[Batch, ...]) -> Plan:
    """The admission of batches in which nothing is odd."""
    sources = tuple(dict.fromkeys(b.source for b in batches))
    named = " and ".join(f"`{s}`" for s in sources)
    draft = Plan(
        incident=incident.id,
        proposer="ingester",
        title="",
        base="",
        changes=(),
        rationale=f"{len(batches)} new deliveries of {named} with the columns known; every check is asked first.",
    )
    plan = admit(crew, estate, draft, batches)
    titles = [_title(source, plan) for source in sources]
    return replace(plan, title="; ".join([titles[0], *(f"a{t[1:]}" for t in titles[1:])]))


def _title(source: str, plan: Plan) -> str:
    fresh = tuple(b for b in arriving(plan) if b.source == source)
    rows, gone = sum(b.accepted for b in fresh), sum(b.gone for b in fresh)
    read = sum(b.rows_read for b in fresh)
    told = f"Admit {rows:,} {'row' if rows == 1 else 'rows'} of {source}"
    told += f" ({read:,} delivered)" if rows < read else ""
    return f"{told}, take {gone:,} out" if gone else told


def arriving(plan: Plan) -> tuple[Batch, ...]:
    """The batches that a plan makes visible anew; not those it only takes rows out of."""
    thinned = {c.batch.id for c in plan.changes if isinstance(c, Withdraw)}
    return tuple(c.batch for c in plan.changes if isinstance(c, Admit) and c.batch.id not in thinned)


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


def held(estate: Estate, incident: Incident, changes: tuple[Change, ...], *, doubt: str, answers: Answers) -> Plan:
    """A plan that waits for a person: the admission as delivered, known not to be the only story."""
    source = next(c.batch.source for c in changes if isinstance(c, Admit))
    options, declines = answers
    draft = Plan(
        incident=incident.id,
        proposer="ingester",
        title=f"Admit {source} as delivered",
        base="",
        changes=changes,
        rationale=f"{doubt or 'No explanation was found'}. Readers keep the last good version meanwhile.",
        evidence=tuple(e for h in incident.hypotheses for e in h.evidence),
        identifiable=False,
        doubt=doubt,
        options=options,
        declines=declines,
    )
    return finish(estate, incident, draft)


def admit(crew: Crew, estate: Estate, draft: Plan, batches: tuple[Batch, ...]) -> Plan:
    """`draft` with the screened batches that it makes visible, the checks to pass and the counts to expect."""
    base, estate = estate, apply(estate, draft.changes)
    gone = frozenset(c.batch.id for c in draft.changes if isinstance(c, Withdraw))
    found = coming(crew, estate, batches, draft.withhold, gone=gone)
    screened = tuple(found.screened.values())
    notes = [f"{s.batch.delivery}: {count:,} rows quarantined, {why}" for s in screened for why, count in s.reasons]
    notes += [n for s in screened for n in _told(s.batch)]
    sources = sorted({s.batch.source for s in screened})
    return finish(
        base,
        None,
        replace(
            draft,
            changes=compact((*draft.changes, *found.thinned(), *(Admit(batch=s.batch) for s in screened))),
            evidence=(*draft.evidence, *notes),
            probes=(
                *(_of_staying(p, found.thinner) for p in draft.probes),
                *(_rows(s) for s in sources if _staged(estate, s)),
            ),
            predicted=_counted(draft.predicted, _expected(crew, estate, found, gone)),
        ),
    )


def _of_staying(probe: Probe, thinner: Iterable[str]) -> Probe:
    """A measure that must not move asks no batch that loses rows by the same plan: those do move it."""
    if probe.better != "equal":
        return probe
    sql = probe.sql
    for batch in thinner:
        sql = sql.replace("'" + batch.replace("'", "''") + "'", "NULL")
    return replace(probe, sql=sql)


def _counted(guessed: tuple[Effect, ...], counted: tuple[Effect, ...]) -> tuple[Effect, ...]:
    """What a draft predicted before its batches were screened gives way to what was counted since."""
    known = {e.measure for e in counted}
    return (*(e for e in guessed if e.measure not in known), *counted)


def _told(batch: Batch) -> list[str]:
    """What a batch says anew of rows known before."""
    said = [f"{batch.restated:,} of {batch.rows_read:,} rows restate rows known before"] if batch.restated else []
    return [*said, f"{batch.gone:,} rows known before are no longer in it"] if batch.gone else said


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


def promised(crew: Crew, plan: Plan) -> tuple[Check, ...]:
    """What the contracts promise once a plan that lets data in is carried out; other plans name their checks."""
    if not any(isinstance(c, Admit) for c in plan.changes):
        return ()
    return contract_checks(apply(crew.folder.read(), plan.changes))


def contract_checks(estate: Estate) -> tuple[Check, ...]:
    """Every check that the contracts of the estate hold."""
    return tuple(c for a in estate.assets if isinstance(a, Contract) for c in a.checks)


def contract_of(estate: Estate, relation: str) -> tuple[Check, ...]:
    """The checks that the contract of one relation holds."""
    contract = estate.find(Ref(kind="contract", name=relation))
    return contract.checks if isinstance(contract, Contract) else ()


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


def _expected(crew: Crew, estate: Estate, coming: Coming, gone: frozenset[str]) -> tuple[Effect, ...]:
    """Staging keeps one row per accepted row: what stays visible and what comes."""
    visible = [coming.thinner.get(b.id, b) for b in Logbook(crew.ledger).visible() if b.id not in gone]
    arriving = [s.batch for s in coming.screened.values()]
    effects = []
    for source in sorted({b.source for b in arriving if _staged(estate, b.source)}):
        rows = sum(b.accepted for b in (*visible, *arriving) if b.source == source)
        effects.append(Effect(measure=f"rows staging.{source}", expected=float(rows)))
    return tuple(effects)
