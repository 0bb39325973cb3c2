"""One run of the loop, from the decision that there is nothing to do to the report of what was done."""

from __future__ import annotations

import time
from contextlib import suppress
from functools import partial
from pathlib import Path

from windvane.adapters.heading import read_heading
from windvane.app import alerting, goals, rest
from windvane.app.opening import Estate, opened
from windvane.app.reports import Item, Preview, RunReport, Stray
from windvane.domain.decision import Decision
from windvane.domain.entry import Note
from windvane.domain.errors import NeedsPerson, TryAgain, Unhealthy, WindvaneError
from windvane.domain.estate import Product
from windvane.domain.event import WITH_LESS, Emit
from windvane.domain.record import replace
from windvane.loop import missing, strays
from windvane.loop.crew import Crew
from windvane.loop.logbook import paused


def run(estate: Path, *, emit: Emit) -> RunReport:
    """One pass of the loop, resuming a killed one first; returns at once when nothing is new.

    Raises `TryAgain` (75) while another process holds the estate, `NeedsPerson` while the agents are paused.
    A warehouse file that turns out to be damaged on the way is made again from raw, and the pass begins anew.
    """
    try:
        return _once(estate, emit=emit)
    except Unhealthy as error:
        if error.code != "warehouse.damaged":
            raise
        return _once(estate, emit=emit)


def _once(estate: Path, *, emit: Emit) -> RunReport:
    began, cpu = time.monotonic(), time.process_time()
    _type_goals(estate, emit)
    with opened(estate, emit=emit) as work:
        _refuse_paused(work.crew)
        from windvane.adapters.workflow import unfinished

        killed = unfinished(estate / ".windvane" / "workflow.sqlite")
        if rest.nothing_new(work.crew, work.heading, unfinished=killed):
            report = RunReport(seconds=0.0, next=("windvane status",))
            if alerting.owed(work):
                _alert(work)
        else:
            try:
                goals.withdraw(work)
                report = _report(work.crew, _turn(work, killed))
            finally:
                _alert(work)
            _compare(work)
        gone = tuple(Item(id=name, title=told) for name, told in missing.standing(work.crew, work.heading.sources))
        took = replace(report, seconds=time.monotonic() - began, cpu_s=time.process_time() - cpu)
        asked = goals.asks(work)
        return replace(took, broken=gone, strays=_strays(work.crew), asks=(*took.asks, *asked))


def _type_goals(estate: Path, emit: Emit) -> None:
    """A goal that a person wrote or changed is typed before the run that is to serve it."""
    if all(w.goal is not None for w in read_heading(estate).goals) or not (estate / ".windvane").is_dir():
        return
    with opened(estate, emit=emit) as work:
        _refuse_paused(work.crew)
        goals.typed(work)


def _compare(work: Estate) -> None:
    """Lay what was foreseen beside what happened, when anything was."""
    if work.crew.ledger.recall("forecast"):
        from windvane.app import foretold

        for told in foretold.compare(work.crew.root):
            work.crew.say("learn", told)


def _alert(work: Estate) -> None:
    """Send the messages that are due. What goes wrong with them never changes how a run ends."""
    with suppress(WindvaneError, OSError):
        alerting.tell(work)


def _strays(crew: Crew) -> tuple[Stray, ...]:
    return tuple(Stray(name=s.name, why=s.why, fix=s.fix) for s in strays.standing(crew))


def plan_run(estate: Path, *, emit: Emit) -> Preview:
    """What a run would land; nothing is landed."""
    with opened(estate, emit=emit) as work:
        waiting = []
        for source in work.heading.sources:
            for delivery in missing.offered(work.crew, source):
                if work.crew.ledger.recall(f"delivery:{source.name}:{delivery.name}") != delivery.stamp:
                    waiting.append(f"land `{delivery.name}` ({delivery.size:,} bytes) into {source.name}")
        title = f"{len(waiting)} new deliveries" if waiting else "Nothing new"
        return Preview(title=title, does=tuple(waiting), command="windvane run")


def _turn(work: Estate, killed: tuple[str, ...]) -> tuple[Decision, ...]:
    """Run the loop durably: a killed pass is finished first, under its own name."""
    from windvane.adapters.workflow import DurableWorkflow
    from windvane.loop import cycle

    crew = work.crew
    crew.warehouse().warm()  # takes the lock of the estate before anything is written
    flow = DurableWorkflow(
        crew.root / ".windvane" / "workflow.sqlite",
        resources=work.heading.engine,
        tell=partial(_tell, crew),
    )
    decided: list[Decision] = []
    since = rest.outside(crew, work.heading)
    try:
        for run_id in (*killed, f"run-{crew.now()}"):
            flow.run(run_id, lambda f: decided.extend(cycle.turn(crew, f)))
    finally:
        flow.close()
    rest.settled(crew, work.heading, since=since)
    return tuple(decided)


def _tell(crew: Crew, step: str, what: str) -> None:
    """Say what a step needs beyond its first try; that it ran with less also stands in the ledger."""
    crew.say("run", f"{step}: {what}")
    if what.startswith(WITH_LESS):
        with suppress(TryAgain):  # a full disk takes no line; the step itself goes on
            key = f"less:{step}:{what}:{crew.now()}"
            crew.write(key, Note(what="retry", detail=f"{step}: {what}"), actor="windvane", step="sense")


def _refuse_paused(crew: Crew) -> None:
    why = paused(crew.ledger)
    if why:
        raise NeedsPerson("the agents are paused", code="run.paused", why=why, fix="windvane resume")


def _report(crew: Crew, decisions: tuple[Decision, ...]) -> RunReport:
    from windvane.loop.logbook import Logbook
    from windvane.loop.propose import arriving

    book = Logbook(crew.ledger)
    promoted = [d for d in decisions if d.verdict.outcome == "promote"]
    admitted = {b.id: b for d in promoted for b in arriving(book.plans[d.plan])}
    releases = {r.decision: r for r in book.releases()}
    products = tuple(a for a in crew.folder.read().assets if isinstance(a, Product)) if promoted else ()
    waiting = book.waiting()
    return RunReport(
        seconds=0.0,
        products=tuple(p.name for p in products),
        releases=tuple(Item(id=releases[d.id].id, title=d.title, detail=d.id) for d in promoted if d.id in releases),
        healed=tuple(Item(id=d.id, title=d.title) for d in promoted if _healed(d)),
        held=tuple(_item(d) for d in decisions if d.verdict.outcome == "escalate"),
        rejected=tuple(_item(d) for d in decisions if d.verdict.outcome == "reject"),
        asks=tuple(_item(d) for d in waiting),
        rows_read=sum(b.rows_read for b in admitted.values()),
        rows_accepted=sum(b.accepted for b in admitted.values()),
        rows_quarantined=sum(b.quarantined for b in admitted.values()),
        rows_suppressed=sum(b.suppressed for b in admitted.values()),
        next=_next(decisions, products),
    )


def _next(decisions: tuple[Decision, ...], products: tuple[Product, ...]) -> tuple[str, ...]:
    """What to type next: how to read what was published, and how to ask about the last decision."""
    read = [f"python -c \"import windvane as wv; print(wv.open('.')['{p.relation}'].df())\"" for p in products[:1]]
    asked = [f"windvane why {decisions[-1].id}"] if decisions else ["windvane status"]
    return (*read, *asked)


def _healed(decision: Decision) -> bool:
    from windvane.domain.registry import names

    known = {*names("windvane.remedies"), "diagnostician"}
    return set(decision.proposer.split("+")) <= known


def _item(decision: Decision) -> Item:
    lost = "; ".join(r.detail for r in decision.verdict.reasons if not r.held)
    return Item(id=decision.id, title=decision.title, detail=lost)
