"""What `init` tells of sources, and of the stack that `run` would build, from plans that nobody carries out."""

from __future__ import annotations

import re

from windvane.app.reports import PlanSeen, SourceSeen
from windvane.domain.change import Put, apply
from windvane.domain.errors import NeedsPerson
from windvane.domain.estate import Contract, Estate, Model, Product
from windvane.domain.finding import Claim, Finding
from windvane.domain.goal import Goal
from windvane.domain.incident import Incident, Signal
from windvane.domain.ports import Offer
from windvane.loop import propose
from windvane.loop.crew import Crew
from windvane.loop.logbook import Logbook

_SURE = 0.8


def source(crew: Crew, offer: Offer, findings: tuple[Finding, ...]) -> SourceSeen:
    """One source in words and numbers."""
    name = offer.source.name
    mine = [f for f in findings if f.subject == name or f.subject.startswith(f"{name}.")]
    batches = [b for b in Logbook(crew.ledger).landed.values() if b.source == name]
    read = sum(b.rows_read for b in batches)
    bad = sum(b.quarantined for b in batches)
    key = _best(mine, "key")
    refs = [f for f in mine if f.claim == "reference" and f.confidence >= _SURE]
    return SourceSeen(
        name=name,
        files=len(offer.deliveries),
        bytes=sum(d.size for d in offer.deliveries),
        rows=read,
        grain=_value(_best(mine, "grain")),
        time_column=_value(_best(mine, "time_column")),
        cadence=_value(_best(mine, "cadence")),
        key=tuple(_value(key).split(",")) if key else (),
        references=tuple(_join(f) for f in refs),
        bad_share=bad / read if read else 0.0,
        personal=tuple(f.subject.partition(".")[2] for f in mine if f.claim == "personal" and f.confidence >= 0.5),
        doubts=tuple(dict.fromkeys(_doubt(f) for f in _doubts(mine))),
    )


def plan(crew: Crew, goal: Goal) -> PlanSeen:
    """What a run would build; nothing is built. Seconds are a rough prediction from rows."""
    estate = crew.folder.read()
    signal = Signal(kind="goal_unserved", subject="layers")
    incident = Incident(id="I-0", signals=(signal,))
    layers = propose.layers(crew, estate, incident)
    after = apply(estate, layers.changes) if layers else estate
    _refuse_unservable(crew, after, goal)
    marts = propose.products(crew, after, incident, goal)
    changes = [*(layers.changes if layers else ()), *(marts[0].changes if marts else ())]
    puts = [c.asset for c in changes if isinstance(c, Put)]
    counts: dict[str, int] = {}
    for model in (a for a in puts if isinstance(a, Model)):
        counts[model.layer] = counts.get(model.layer, 0) + 1
    rows = sum(b.rows_read for b in Logbook(crew.ledger).landed.values())
    return PlanSeen(
        models=tuple((layer, counts[layer]) for layer in ("staging", "core", "mart") if layer in counts),
        products=tuple(a.name for a in puts if isinstance(a, Product)),
        checks=sum(len(a.checks) for a in puts if isinstance(a, Contract)),
        seconds=round(6 + 0.8 * len(marts) + rows / 400_000, 0),
    )


def _refuse_unservable(crew: Crew, estate: Estate, goal: Goal) -> None:
    """A goal that the data cannot serve is said before anything is written."""
    found = crew.agent("modeler").look(crew.scene(estate, goal=goal))
    why = next((f.evidence for f in found if f.value == "unservable"), "")
    if why:
        raise NeedsPerson(
            f"the data cannot serve the goal `{goal.sentence}`",
            code="goal.unserved",
            why=why,
            fix="name another measure or grain in --goal, or add a source that has what is missing",
        )


def _best(findings: list[Finding], claim: Claim) -> Finding | None:
    sure = [f for f in findings if f.claim == claim and f.confidence >= 0.5]
    return max(sure, key=lambda f: f.confidence, default=None)


def _value(finding: Finding | None) -> str:
    return finding.value if finding else ""


def _join(finding: Finding) -> str:
    """A reference as people say it: `joins artist on ArtistId (100 % match)`."""
    mine = finding.subject.partition(".")[2]
    table, _, theirs = finding.value.partition(".")
    on = mine if mine == theirs else f"{mine} = {theirs}"
    match = re.match(r"(\d+)(?:\.\d+)?%", finding.evidence)
    return f"joins {table} on {on}" + (f" ({match[1]} % match)" if match else "")


def _doubt(finding: Finding) -> str:
    about = finding.subject.partition(".")[2]
    what = f"{finding.value} is the {finding.claim.replace('_', ' ')}" if not about else f"{about} is {finding.value}"
    return f"{what} ({finding.confidence:.0%} sure)"


def _doubts(findings: list[Finding]) -> list[Finding]:
    """Claims that would matter and are neither sure nor ruled out."""
    return [f for f in findings if f.claim in ("key", "type", "grammar", "time_column") and 0.3 < f.confidence < _SURE]
