"""Tries the estate without what nothing seems to need, and tells what went and what stayed."""

from __future__ import annotations

from pathlib import Path

from windvane.app import rest
from windvane.app.opening import opened
from windvane.app.reports import ChangeReport, Preview
from windvane.app.story import words
from windvane.domain.change import Change, Put, Retire, Withdraw
from windvane.domain.decision import Decision
from windvane.domain.errors import NeedsPerson
from windvane.domain.estate import Contract, Product
from windvane.domain.event import Emit
from windvane.domain.plan import Plan
from windvane.loop import leaning
from windvane.loop import resume as resuming
from windvane.loop import simplify as simplifying
from windvane.loop.crew import Crew
from windvane.loop.logbook import Logbook, paused


def plan_simplify(estate: Path) -> Preview:
    """What would be tried; nothing is."""
    with opened(estate, emit=lambda _: None) as work:
        waiting = simplifying.plans(work.crew)
        fed = tuple((p.relation, len(p.recipe.features)) for p in leaning.ready(work.crew) if p.recipe is not None)
        does = [f"estimate {relation} without each of its {count} features" for relation, count in fed]
        does += [f"{p.title}: {p.evidence[0]}" for p in waiting]
        kept = ("what leaves every product as good is promoted, each as a decision that can be undone",)
        return Preview(
            title=f"Try the stack without {words.count(len(does), 'thing')}" if does else "Nothing can go",
            does=(*does, *kept) if does else (),
            loses=tuple(words.change(c) for p in waiting for c in p.changes if isinstance(c, Withdraw)),
            command="windvane simplify --yes" if does else "",
        )


def simplify(estate: Path, *, emit: Emit) -> ChangeReport:
    """Try each on its own and promote what changes no product. Raises `NeedsPerson` while the agents are paused."""
    with opened(estate, emit=emit) as work, rest.unstirred(work.crew, work.heading):
        why = paused(work.crew.ledger)
        if why:
            raise NeedsPerson("the agents are paused", code="run.paused", why=why, fix="windvane resume")
        resuming.settle(work.crew)
        return _report(work.crew, simplifying.simplify(work.crew))


def _report(crew: Crew, made: tuple[Decision, ...]) -> ChangeReport:
    book = Logbook(crew.ledger)
    went = [d for d in made if d.verdict.outcome == "promote"]
    numbers = {r.decision: r.id for r in book.releases()}
    gone = sum(_size(book.plans[d.plan]) for d in went)
    return ChangeReport(
        act="simplify",
        title=f"{words.count(gone, 'asset')} retired, every product as good as before"
        if went
        else "Nothing was retired",
        decision=went[-1].id if went else "",
        release=numbers.get(went[-1].id, "") if went else "",
        effects=tuple(map(_told, made)),
        next=tuple(f"windvane {verb} {d.id}" for d in went[-1:] for verb in ("why", "undo")) or ("windvane status",),
    )


def _told(decision: Decision) -> str:
    lost = "; ".join(r.detail for r in decision.verdict.reasons if not r.held)
    fate = {"promote": "done", "reject": f"not done, {lost}", "escalate": f"waits for a person, {lost}"}
    return f"{decision.id} {decision.title}: {fate[decision.verdict.outcome]}"


def _size(plan: Plan) -> int:
    """How many sources, models, checks and features a plan takes away."""
    before, after = _parts(plan.inverse), _parts(plan.changes)
    retired = sum(isinstance(c, Retire) and c.ref.kind != "contract" for c in plan.changes)
    return retired + sum(before.get(name, 0) - count for name, count in after.items())


def _parts(changes: tuple[Change, ...]) -> dict[str, int]:
    """How many checks each contract has that is put, and how many features each product."""
    puts = [c.asset for c in changes if isinstance(c, Put)]
    features = {f"product {a.name}": len(a.recipe.features) for a in puts if isinstance(a, Product) and a.recipe}
    return {a.relation: len(a.checks) for a in puts if isinstance(a, Contract)} | features
