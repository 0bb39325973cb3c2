"""Tries the stack without what nothing seems to need; the simpler stack stays where every product is equal."""

from __future__ import annotations

from collections.abc import Iterator

from windvane.domain.change import Put, Retire, apply
from windvane.domain.decision import Decision
from windvane.domain.estate import Contract, Estate, Model, Product, Ref
from windvane.domain.estimate import Gain
from windvane.domain.plan import Plan, Probe
from windvane.domain.record import replace
from windvane.loop import gate, leaning, learn, promote, propose, trial
from windvane.loop.crew import Crew
from windvane.loop.deadwood import Deadwood, about, deadwood
from windvane.loop.logbook import Logbook, paused

PROPOSER = "simplifier"
_ADDS_UP = ("bigint", "double", "decimal", "integer")


def plans(crew: Crew) -> tuple[Plan, ...]:
    """What to try next, each on its own; nothing that was tried before, or that a person took back.

    While an estimated product misses its goal no source is tried: the cascade may still need it.
    """
    estate = crew.folder.read()
    book = Logbook(crew.ledger)
    known = _known(book)
    dead = deadwood(estate, book.visible(), theirs=_theirs(crew, book))
    kept = ("source",) if leaning.wanting(crew) else ()
    return tuple(_plan(estate, d) for d in dead if about(d.changes) not in known and not _retires(d, kept))


def _retires(dead: Deadwood, kinds: tuple[str, ...]) -> bool:
    return any(isinstance(c, Retire) and c.ref.kind in kinds for c in dead.changes)


def _known(book: Logbook) -> frozenset[frozenset[str]]:
    """What was tried before."""
    return frozenset(about(book.plans[d.plan].changes) for d in book.decisions.values() if d.proposer == PROPOSER)


def simplify(crew: Crew) -> tuple[Decision, ...]:
    """Try one after the other, each on the stack that the ones before left; all are decisions and can be undone.

    Features first: a source that fed only those is dead afterwards.
    """
    made: list[Decision] = []
    for product in leaning.ready(crew):
        crew.say("trial", f"{product.relation} with fewer features")
        found = leaning.lean(crew, product, known=_known(Logbook(crew.ledger)))
        if found is not None:
            made.append(_tried(crew, found.plan, found.gains))
    while not paused(crew.ledger) and (waiting := plans(crew)):
        made.append(_tried(crew, waiting[0], ()))
    return tuple(made)


def _tried(crew: Crew, plan: Plan, gains: tuple[Gain, ...]) -> Decision:
    propose.write(crew, plan)
    crew.say("trial", plan.title)
    policy = trial.policy_of(crew)
    measured, verdict = crew.warehouse().transition(
        plan,
        decision=promote.number(crew, plan),
        judge=lambda t: gate.judge(plan, replace(t, gains=gains), policy),
    )
    measured = replace(measured, gains=gains)
    trial.record(crew, measured)
    decision = promote.decide(crew, plan, verdict)
    if verdict.outcome == "promote":
        promote.derive(crew, decision, plan)
    learn.keep(crew, decision, plan, measured, None)
    return decision


def _plan(estate: Estate, dead: Deadwood) -> Plan:
    after = apply(estate, dead.changes)
    draft = Plan(
        incident="",
        proposer=PROPOSER,
        title=dead.title,
        base="",
        changes=dead.changes,
        rationale="A simpler stack with equal products costs less to run and to understand.",
        evidence=dead.evidence,
        probes=tuple(_probes(after)),
        acceptance=propose.contract_checks(after),
    )
    return propose.finish(estate, None, draft)


def _probes(estate: Estate) -> Iterator[Probe]:
    """Of every product: its rows, and of every column how many values there are and what they add up to."""
    for product in estate.of(Product):
        assert isinstance(product, Product)
        contract = estate.find(Ref(kind="contract", name=product.relation))
        columns = contract.columns if isinstance(contract, Contract) else ()
        yield Probe(name=f"rows {product.relation}", sql=f"SELECT COUNT(*) FROM {product.relation}", better="equal")
        for column in columns:
            name = f'"{column.name}"'
            sums = column.type.startswith(_ADDS_UP)
            asked = f"SUM(CAST({name} AS DOUBLE PRECISION))" if sums else f"COUNT(DISTINCT {name})"
            sql = f"SELECT {asked} FROM {product.relation}"
            yield Probe(name=f"{'sum' if sums else 'values'} {product.relation}.{column.name}", sql=sql, better="equal")


def _theirs(crew: Crew, book: Logbook) -> frozenset[str]:
    """Models that a person wrote or edited."""
    made = {d.plan for d in book.decisions.values() if d.proposer == "person" and not d.undoes}
    puts = (c for p in made for c in book.plans[p].changes)
    edited = (a.name for a in crew.folder.edited() if isinstance(a, Model))
    return frozenset({*edited, *(c.asset.name for c in puts if isinstance(c, Put) and isinstance(c.asset, Model))})
