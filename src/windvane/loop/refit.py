"""Stale checks: what people confirmed again and again is ordinary, so the checks that asked are made anew from it."""

from __future__ import annotations

from collections import Counter

from windvane.domain.batch import Batch
from windvane.domain.change import Admit, Put
from windvane.domain.entry import Note
from windvane.domain.estate import Contract, Estate, Ref
from windvane.domain.plan import Plan
from windvane.domain.record import replace
from windvane.loop import gate, propose
from windvane.loop.crew import Crew
from windvane.loop.logbook import Logbook

ENOUGH, LONG, GROWN = 8, 400, 3  # deliveries from which limits can be learnt, are known well, and times more than then
CONFIRMED = 3  # alarms of one check that a person, or a rule of theirs, answered with yes


def stale(crew: Crew) -> tuple[str, ...]:
    """Relations with a check whose alarms were confirmed `CONFIRMED` times since it was made."""
    book = Logbook(crew.ledger)
    done = Counter(n.detail for n in book.notes if n.what == "refitted")
    counts: Counter[tuple[str, str]] = Counter()
    for decision in book.decisions.values():
        if decision.verdict.outcome == "promote" and any(_told(r.rule) for r in decision.verdict.reasons):
            trial = book.trials.get(decision.plan)
            for check in trial.checks if trial else ():
                if not check.passed and check.severity == "block":
                    counts[check.relation, check.check] += 1
    confirmed = {r for (r, _), n in counts.items() if n >= CONFIRMED * (1 + done[r])}
    return tuple(sorted(confirmed | set(_grown(crew, book))))


def _told(rule: str) -> bool:
    """Whether a reason is that of a person, or that what the check asked about stays."""
    return rule == gate.STAYS or " person " in f" {rule} "


def _grown(crew: Crew, book: Logbook) -> list[str]:
    """Core relations whose deliveries are many times those that their checks were made from, up to a long history."""
    counts = Counter(b.source for b in book.visible())
    found = []
    for source, n in counts.items():
        first = sum(b.source == source for p in list(book.plans.values())[:1] for b in _admitted(p))
        fitted = int(crew.ledger.recall(f"fitted:core.{source}") or max(first, 1))
        if ENOUGH <= n <= LONG and n >= GROWN * fitted:
            found.append(f"core.{source}")
    return found


def _admitted(plan: Plan) -> list[Batch]:
    return [c.batch for c in plan.changes if isinstance(c, Admit)]


def plan(crew: Crew, estate: Estate, relation: str) -> Plan | None:
    """The plan that makes the checks of a relation anew from all that is known now."""
    contract = estate.find(Ref(kind="contract", name=relation))
    if not isinstance(contract, Contract):
        return None
    bare = replace(contract, checks=())
    assets = tuple(bare if a is contract else a for a in estate.assets)
    made = crew.agent("inspector").propose(crew.scene(replace(estate, assets=assets)))
    checked = next((c.asset for p in made for c in p.changes if isinstance(c, Put) and _is(c.asset, relation)), None)
    if checked is None or checked == contract:
        return None
    draft = Plan(
        incident="",
        proposer="inspector",
        title=f"Make the checks of {relation} anew",
        base="",
        changes=(Put(asset=checked),),
        rationale=f"Checks of {relation} were made from a short past, or asked {CONFIRMED} times and were told each "
        "time that all is well; what is known now counts as ordinary.",
        serves=f"refit {relation}",
    )
    return propose.finish(estate, None, draft)


def done(crew: Crew, relation: str) -> None:
    """Remember that the checks of a relation were made anew: the next confirmations count from here."""
    book = Logbook(crew.ledger)
    fitted = sum(f"core.{b.source}" == relation for b in book.visible())
    crew.ledger.remember(f"fitted:{relation}", str(fitted))
    count = sum(n.what == "refitted" and n.detail == relation for n in book.notes)
    crew.write(f"refitted:{relation}:{count}", Note(what="refitted", detail=relation), actor="inspector", step="learn")


def _is(asset: object, relation: str) -> bool:
    return isinstance(asset, Contract) and asset.relation == relation
