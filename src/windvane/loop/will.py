"""Plans that follow a person's hand: assets whose files they took away, and production as they planned it."""

from __future__ import annotations

from windvane.domain.change import Put, Retire, apply
from windvane.domain.estate import Asset, Contract, Estate, Metric, Model, Product, Ref, ref_of
from windvane.domain.goal import Goal
from windvane.domain.incident import Incident
from windvane.domain.plan import Plan
from windvane.domain.record import replace
from windvane.loop import byhand, propose
from windvane.loop.crew import Crew
from windvane.loop.logbook import Logbook
from windvane.sql.lineage import reads

_TOO = "retire these too"
_BACK = "keep them: I put the file back"


def retire(crew: Crew, estate: Estate, incident: Incident) -> Plan | None:
    """Retire what a person deleted, with its contract; what else needs it makes it a question. Asked once."""
    gone = byhand.removed(crew)
    if not gone:
        return None
    needs = _needed(estate, gone)
    also = tuple(a for a, _ in needs)
    contracts = _contracts(estate, (*gone, *also))
    closed = _closed(estate, gone)
    assets = _each_once((*also, *gone, *contracts))
    changes = tuple(Retire(ref=ref_of(a)) for a in assets)
    book = Logbook(crew.ledger)
    words = [why for _, why in needs] + closed
    names = ", ".join(f"`{ref_of(a).name}`" for a in gone)
    draft = Plan(
        incident=incident.id,
        proposer="person",
        title=f"Retire {', '.join(str(ref_of(a)) for a in assets)}",
        base="",
        changes=changes,
        inverse=tuple(Put(asset=a) for a in reversed(assets)),
        rationale=f"A person took away the file of {names}: that is their will, so it is not written again.",
        evidence=(f"as of {_since(book, changes)}",),
        identifiable=not words,
        doubt="; ".join(words),
        options=(_TOO if needs else "retire it", _BACK) if words else (),
        declines=(_BACK,) if words else (),
        acceptance=propose.contract_checks(apply(estate, changes)),
    )
    return None if _asked(book, draft) else propose.finish(estate, incident, draft)


def planned(estate: Estate, incident: Incident) -> Plan | None:
    """Production as a person planned it by hand: nothing to change, but to check and to show readers."""
    told = next((s.observed for s in incident.signals if s.subject == byhand.PRODUCTION), "")
    if not told:
        return None
    draft = Plan(
        incident=incident.id,
        proposer="person",
        title="Take over what was planned by hand",
        base="",
        changes=(),
        rationale=f"{told}. It is checked as it is, and published.",
        acceptance=propose.contract_checks(estate),
        reversible=False,  # windvane did not make it and does not know the way back
    )
    return propose.finish(estate, incident, draft)


def rezoned(crew: Crew, estate: Estate, incident: Incident, goal: Goal) -> tuple[Plan, ...]:
    """The modeler's plans for a served goal over the days of today's zone; none where nothing would change.

    Models that a person wrote stay as they are.
    """
    unserved = tuple(a for a in estate.assets if not (isinstance(a, Product) and a.goal == goal))
    anew = propose.products(crew, replace(estate, assets=unserved), incident, goal)
    drafts = tuple(propose.finish(estate, incident, replace(d, inverse=())) for d in anew)
    theirs = _written_by_people(Logbook(crew.ledger))
    made = []
    for draft in drafts:
        models = _models(draft)
        held = [m.name for m in models if m.name in theirs]
        if held:
            crew.say("propose", f"`{held[0]}` was written by a person: its days stay as they are", level="warn")
        elif any(estate.find(ref_of(m)) != m for m in models):
            made.append(draft)
    same = [d for d in drafts if all(estate.find(ref_of(m)) == m for m in _models(d))]
    return () if same else tuple(made)


def _models(plan: Plan) -> tuple[Model, ...]:
    return tuple(c.asset for c in plan.changes if isinstance(c, Put) and isinstance(c.asset, Model))


def _written_by_people(book: Logbook) -> set[str]:
    """Models whose newest text came from a person."""
    found: set[str] = set()
    for release in book.releases():
        plan = book.plans[release.plan]
        names = {m.name for m in _models(plan)}
        found = found | names if plan.proposer == "person" and not plan.undoes else found - names
    return found


def _needed(estate: Estate, gone: tuple[Asset, ...]) -> list[tuple[Asset, str]]:
    """What still needs the relations that would go, directly or not, and in which way."""
    lost = {a.name for a in gone if isinstance(a, Model)}
    found: dict[Ref, tuple[Asset, str]] = {}
    grew = bool(lost)
    while grew:
        before = len(found)
        for asset in estate.assets:
            why = _why(asset, lost)
            if why and ref_of(asset) not in found:
                found[ref_of(asset)] = (asset, why)
        lost |= {a.name for a, _ in found.values() if isinstance(a, Model)}
        grew = len(found) > before
    return list(found.values())


def _why(asset: Asset, lost: set[str]) -> str:
    match asset:
        case Model(name=name, text=text):
            read = sorted(lost & set(reads(text)))
            return f"`{name}` reads `{read[0]}`" if read and name not in lost else ""
        case Product(name=name, relation=relation) if relation in lost:
            return f"product `{name}` is made of `{relation}`"
        case Metric(name=name, relation=relation) if relation in lost:
            return f"metric `{name}` measures `{relation}`"
        case _:
            return ""


def _contracts(estate: Estate, assets: tuple[Asset, ...]) -> tuple[Asset, ...]:
    """A contract goes with its relation."""
    names = {a.name for a in assets if isinstance(a, Model)}
    return tuple(a for a in estate.assets if isinstance(a, Contract) and a.relation in names)


def _closed(estate: Estate, gone: tuple[Asset, ...]) -> list[str]:
    """Columns that only a deleted contract keeps from readers."""
    kept = [a for a in gone if isinstance(a, Contract) and estate.find(Ref(kind="model", name=a.relation)) is not None]
    hidden = {a.relation: [c.name for c in a.columns if c.classification != "open"] for a in kept}
    told = {r: ", ".join(f"`{name}`" for name in names) for r, names in hidden.items() if names}
    return [f"{names} of `{relation}` would be shown to readers" for relation, names in told.items()]


def _each_once(assets: tuple[Asset, ...]) -> tuple[Asset, ...]:
    return tuple({ref_of(a): a for a in assets}.values())


def _since(book: Logbook, changes: tuple[Retire, ...]) -> str:
    """The last release that changed one of these; the same deletion later is another one."""
    refs = {c.ref for c in changes}
    touched = [r.id for r in book.releases() if refs & _refs(book.plans[r.plan])]
    return touched[-1] if touched else "the beginning"


def _refs(plan: Plan) -> set[Ref]:
    return {ref_of(c.asset) for c in plan.changes if isinstance(c, Put)} | {
        c.ref for c in plan.changes if isinstance(c, Retire)
    }


def _asked(book: Logbook, draft: Plan) -> bool:
    """Whether a person was asked about this deletion: it waits, or they have answered."""
    asked = [book.plans[d.plan] for d in book.decisions.values() if d.verdict.outcome == "escalate"]
    return any(p.evidence == draft.evidence and _refs(p) == _refs(draft) for p in asked)
