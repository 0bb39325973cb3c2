"""After a kill: derives what is missing from the rows committed with the data."""

from __future__ import annotations

from windvane.domain.errors import Unhealthy
from windvane.domain.ports import Commit, Settled
from windvane.domain.record import decode
from windvane.loop import learn, promote, rebuild, trial
from windvane.loop.crew import Crew
from windvane.loop.logbook import Logbook


def settle(crew: Crew) -> int:
    """Derive ledger lines, files and release for every committed plan that lacks them; how many did."""
    book = Logbook(crew.ledger)
    if rebuild.lost(crew, book):
        rebuild.from_raw(crew, book)
    released = {r.plan for r in book.releases()}
    late = [c for c in crew.warehouse().committed() if c.plan not in released]
    for commit in late:
        _derive(crew, book, commit)
    releases = Logbook(crew.ledger).releases()
    if releases:  # does nothing, unless someone removed what readers see
        crew.warehouse().publish(release=releases[-1].id)
    return len(late)


def _derive(crew: Crew, book: Logbook, commit: Commit) -> None:
    from windvane.loop import backfill

    plan = book.plans.get(commit.plan)
    if plan is None:
        raise Unhealthy(
            f"the warehouse holds a promotion that the ledger does not know: `{commit.decision}`",
            code="ledger.behind",
            why=f"no line proposes plan {commit.plan}; the ledger was replaced or cut",
            fix="restore `.windvane/ledger.sqlite` from the same moment as the warehouse",
        )
    known = decode(commit.content, Settled)
    trial.record(crew, known.trial)
    approved = any(r.rule == "a person approved" for r in known.verdict.reasons)
    key = f"approved:{commit.plan}" if approved else ""
    decision = promote.decide(crew, plan, known.verdict, key=key)
    backfill.settled(crew, plan)
    promote.derive(crew, decision, plan)
    learn.keep(crew, decision, plan, known.trial, book.incidents.get(plan.incident))
    crew.say("promote", f"finished what a killed run had committed: {plan.title}", decision=decision.id)
