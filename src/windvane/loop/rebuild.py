"""After the loss of the warehouse file: makes it again from raw and the ledger, row for row, and decides nothing."""

from __future__ import annotations

from windvane.domain.change import Admit, Change, Put
from windvane.domain.entry import Diagnosed, Note
from windvane.domain.errors import Unhealthy
from windvane.domain.estate import Contract, Source
from windvane.domain.incident import Incident, Signal
from windvane.domain.plan import Plan
from windvane.domain.ports import Commit, Settled
from windvane.domain.record import canonical
from windvane.domain.run import Trial
from windvane.loop.crew import Crew
from windvane.loop.logbook import Logbook


def lost(crew: Crew, book: Logbook) -> bool:
    """Whether the ledger knows promotions and the warehouse has none: its file was damaged, removed or cut off."""
    return bool(book.releases()) and not crew.warehouse().committed()


def from_raw(crew: Crew, book: Logbook) -> None:
    """Build what was promoted over the batches that were visible, and compare it with what readers see.

    One transaction, so a kill leaves it lost and the next run begins again. Raises `Unhealthy` (`warehouse.lost`)
    when it cannot be made, or is not what readers see; readers keep the last release in either case.
    """
    incident = _noticed(crew, book)
    crew.say("diagnose", "the warehouse file is lost or damaged: it is made again from raw", level="warn")
    plan = _plan(crew, book, incident)
    crew.warehouse().rebuild(plan, commits=_commits(book), admitted_by=_admitted_by(book))
    different = crew.warehouse().differs()
    if different:
        raise Unhealthy(
            f"the warehouse was made again, but {len(different)} relations are not what readers see",
            code="warehouse.lost",
            why=f"their rows differ: {', '.join(different)}",
            fix="windvane restore, from the last backup; readers keep the last release",
        )
    rows = sum(b.accepted for b in book.visible())
    detail = f"{incident.id}: {rows:,} rows of {len(book.visible())} batches; every published relation is as before"
    key = f"recovered:{incident.id}:rebuilt"
    note = Note(what="recovered", detail=incident.id)
    crew.write(key, note, actor="windvane", step="learn", because=(f"incident:{incident.id}",))
    told = Note(what="rebuilt", detail=detail)
    crew.write(f"rebuilt:{incident.id}", told, actor="windvane", step="learn", because=(f"incident:{incident.id}",))
    crew.say("learn", f"the warehouse is whole again: {detail}", level="good")


def _noticed(crew: Crew, book: Logbook) -> Incident:
    """One incident for one loss: a kill while it is repaired does not open another."""
    past = len([e for e in crew.ledger.entries(step="learn") if isinstance(e.body, Note) and e.body.what == "rebuilt"])
    number = crew.ledger.number("I", key=f"lost:{past}")
    observed = f"no promotion is in it; the ledger knows {len(book.releases())}"
    signal = Signal(kind="failed_step", subject="warehouse", expected="every promotion is in it", observed=observed)
    incident = Incident(id=number, signals=(signal,), cause="warehouse_lost", place="warehouse")
    crew.write(f"incident:{number}", Diagnosed(incident=incident), actor="windvane", step="diagnose")
    return incident


def _plan(crew: Crew, book: Logbook, incident: Incident) -> Plan:
    estate = crew.folder.read()
    assets = (*(a for a in estate.assets if isinstance(a, Source | Contract)), *book.assets().values())
    changes: tuple[Change, ...] = (*(Put(asset=a) for a in assets), *(Admit(batch=b) for b in book.visible()))
    return Plan(
        incident=incident.id,
        proposer="windvane",
        title="Make the warehouse again from raw",
        base="",
        changes=changes,
        rationale="What was promoted is built again over the batches that were visible; nothing else.",
    )


def _commits(book: Logbook) -> tuple[Commit, ...]:
    return tuple(
        Commit(plan=r.plan, decision=r.decision, at=book.released_at[r.id], content=_content(book, r.plan, r.decision))
        for r in book.releases()
    )


def _content(book: Logbook, plan: str, decision: str) -> str:
    trial = book.trials.get(plan) or Trial(plan=plan, environment="transaction")
    return canonical(Settled(trial=trial, verdict=book.decisions[decision].verdict)).decode()


def _admitted_by(book: Logbook) -> dict[str, str]:
    found: dict[str, str] = {}
    for release in book.releases():
        plan = book.plans[release.plan]
        found |= {c.batch.id: release.decision for c in plan.changes if isinstance(c, Admit)}
    return found
