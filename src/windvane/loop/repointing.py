"""A source whose files come under another name, or lie in another place: read from there once their rows go on."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from windvane.domain.batch import Batch
from windvane.domain.change import Put
from windvane.domain.decision import Decision
from windvane.domain.estate import Estate, Ref, Source
from windvane.domain.incident import Incident, Signal
from windvane.domain.plan import Plan
from windvane.domain.record import canonical, replace
from windvane.loop import arrive, backfill, diagnose, missing, promote, propose, prospects, settling, strays
from windvane.loop.crew import Crew
from windvane.loop.logbook import Logbook

_TRIED = "repointing"  # what the ledger remembers: the strays and missing sources of the last try


class Move(NamedTuple):
    """Where files lie that may be the next ones of a source; `lost` says that nothing lies at its own place."""

    source: Source
    where: str
    lost: bool


def repointed(crew: Crew) -> tuple[Decision, ...]:
    """Sources read from where their files lie now. Safe to do again; the same strays are looked at once."""
    estate = crew.folder.read()
    sources = tuple(a for a in estate.of(Source) if isinstance(a, Source))
    odd = {s.name for s in strays.standing(crew)}
    lost = {name for name, _ in missing.standing(crew, sources)}
    mark = canonical((sorted(odd), sorted(lost))).decode()
    if not (odd or lost) or crew.ledger.recall(_TRIED) == mark:
        return ()
    done = [d for move in _moves(crew, estate, lost) for d in _tried(crew, move, odd)]
    crew.ledger.remember(_TRIED, mark)
    return tuple(done)


def _moves(crew: Crew, estate: Estate, lost: set[str]) -> list[Move]:
    """Places with the columns of exactly one source, of sources with exactly one such place."""
    found = prospects.archives(crew, estate)
    sources, places = Counter(name for name, _ in found), Counter(where for _, where in found)
    made = []
    for name, where in found:
        source = estate.find(Ref(kind="source", name=name))
        if sources[name] == places[where] == 1 and isinstance(source, Source):
            made.append(Move(source, where, name in lost))
    return made


def _tried(crew: Crew, move: Move, odd: set[str]) -> tuple[Decision, ...]:
    wider = replace(move.source, location=f"{move.source.location}|{move.where}")
    batches = tuple(arrive.profiled(crew, [b for b in backfill.landed(crew, wider) if b.accepted]))
    new = {Path(name).name for name in odd}
    if not (batches or move.lost) or not (move.lost or all(Path(b.delivery).name in new for b in batches)):
        return ()  # older files that nobody reads are no next delivery
    incident = _incident(crew, move, batches)
    plan = _plan(crew, move, wider, incident, batches)
    judged = settling.judge(crew, plan)
    if judged.verdict.outcome == "promote":
        decision = settling.promoted(crew, judged, incident)
        backfill.settled(crew, plan)
        return (decision,)
    why = "; ".join(r.detail for r in judged.verdict.reasons if not r.held)
    crew.say("gate", f"not read: {plan.title}: {why}", subject=move.source.name, level="warn")
    return (promote.decide(crew, plan, replace(judged.verdict, outcome="reject"), incident=incident.id),)


def _incident(crew: Crew, move: Move, batches: tuple[Batch, ...]) -> Incident:
    name = move.source.name
    seen = tuple(Signal(kind="stray", subject=name, expected="another name", observed=b.delivery) for b in batches)
    signals = seen or (Signal(kind="missing", subject=name, observed=move.where),)
    return diagnose.numbered(crew, signals, cause="moved", place=name)


def _plan(crew: Crew, move: Move, wider: Source, incident: Incident, batches: tuple[Batch, ...]) -> Plan:
    source = move.source
    place = os.path.relpath(move.where.partition("|")[0], Path(source.location.partition("|")[0]).parent)
    known = {b.digest for b in Logbook(crew.ledger).landed.values() if b.source == source.name}
    there = crew.connector(source.connector).deliveries(replace(source, location=move.where))
    evidence = [f"all {len(source.columns)} columns of {source.name}, and no other source has them"]
    if move.lost:
        evidence.append(f"nothing lies at the old place; {len(there) - len(batches)} of {len(there)} files there "
                        f"were delivered before, byte for byte ({len(known)} are known)")  # fmt: skip
    draft = Plan(
        incident=incident.id,
        proposer="repoint",
        title=f"Read {source.name} from `{place}` too",
        base="",
        changes=(Put(asset=wider),),
        rationale=f"Files of {source.name} come under another name or in another place; their rows go on where the "
        "known ones end, and pass every check as its next delivery.",
        evidence=tuple(evidence),
        assumptions=("the vendor keeps the new name",),
        cause="moved",
    )
    estate = crew.folder.read()
    return propose.admit(crew, estate, draft, batches) if batches else propose.finish(estate, incident, draft)
