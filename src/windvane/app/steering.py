"""What a person's word sets in motion: undo, approve, reject, pause, resume."""

from __future__ import annotations

from pathlib import Path

from windvane.app import rest
from windvane.app.opening import opened
from windvane.app.reports import ChangeReport
from windvane.domain.batch import Batch
from windvane.domain.change import Admit, Put, Retire, Withdraw
from windvane.domain.decision import Decision
from windvane.domain.estate import ref_of
from windvane.domain.event import Emit
from windvane.domain.plan import Plan
from windvane.domain.record import replace
from windvane.domain.rule import Scope
from windvane.loop import remeasuring, rules, steer, storing, versions, watching
from windvane.loop import resume as resuming
from windvane.loop.crew import Crew
from windvane.loop.logbook import Logbook


def undo(estate: Path, decision: str, *, because: str, emit: Emit) -> ChangeReport:
    """Take a promoted decision back; the agents will not redo it unasked."""
    with opened(estate, emit=emit) as work, rest.unstirred(work.crew, work.heading):
        resuming.settle(work.crew)
        done = steer.undo(work.crew, decision, because=because)
        report = _report(work.crew, "undo", decision, done)
        return replace(report, effects=(*report.effects, *_measured_again(work.crew, done)))


def _measured_again(crew: Crew, done: Decision) -> tuple[str, ...]:
    """After an undo the newest values too are estimated by the version in force, and it is measured again.

    After an undo of other storage the seconds are.
    """
    plan = Logbook(crew.ledger).plans[done.plan]
    product = versions.product_of(plan)
    if product is None:
        said = storing.asked_again(crew, done)
        return (said,) if said else ()
    if product.name in watching.waiting(crew, crew.folder.read()):
        watching.caught_up(crew, product.name)
    said = remeasuring.measured_again(crew, plan, decision=done.id)
    return (said,) if said else ()


def approve(
    estate: Path, decision: str, *, because: str, option: str, emit: Emit, scope: Scope = "once"
) -> ChangeReport:
    """Carry out what waits; `option` is one of the plan's options in full, or empty for the plan as it stands."""
    said = " ".join(t for t in (option, because) if t)
    with opened(estate, emit=emit) as work, rest.unstirred(work.crew, work.heading):
        if option and option in steer.declining(work.crew, decision):
            return _reject(work.crew, decision, because=said)
        resuming.settle(work.crew)
        done = steer.approve(work.crew, decision, because=said)
        if scope == "always":
            rules.learn(work.crew, Logbook(work.crew.ledger).decisions[decision], because=said)
        return _report(work.crew, "approve", decision, done)


def revoke(estate: Path, rule: str, *, because: str) -> ChangeReport:
    """Take a rule back: from now on it is asked again."""
    with opened(estate, emit=lambda _: None) as work:
        gone = rules.revoke(work.crew, rule, because=because)
    effects = (f"questions like {gone.decision} are asked again", f"what it answered ({gone.fired:,} times) stays")
    return ChangeReport(act="revoke", title=f"{rule} is revoked: {gone.title}", about=rule, effects=effects)


def reject(estate: Path, decision: str, *, because: str, emit: Emit) -> ChangeReport:
    """Turn down what waits."""
    with opened(estate, emit=emit) as work, rest.unstirred(work.crew, work.heading):
        return _reject(work.crew, decision, because=because)


def _reject(crew: Crew, decision: str, *, because: str) -> ChangeReport:
    asked = steer.reject(crew, decision, because=because)
    return ChangeReport(act="reject", title=asked.title, about=decision, effects=("readers keep what they have",))


def pause(estate: Path, *, because: str) -> ChangeReport:
    """Stop the agents: a run in progress stops before its next decision."""
    with opened(estate, emit=lambda _: None) as work:
        steer.pause(work.crew, because=because)
    return ChangeReport(act="pause", title="The agents are paused", next=("windvane resume",))


def resume(estate: Path, *, because: str) -> ChangeReport:
    """Let the agents act again."""
    with opened(estate, emit=lambda _: None) as work:
        steer.free(work.crew, because=because)
    return ChangeReport(act="resume", title="The agents may act again", next=("windvane run",))


def _report(crew: Crew, act: str, about: str, done: Decision) -> ChangeReport:
    book = Logbook(crew.ledger)
    plan = book.plans[done.plan]
    release = next((r.id for r in reversed(book.releases()) if r.decision == done.id), "")
    does, loses = _sides(plan)
    return ChangeReport(
        act=act,
        title=done.title,
        about=about,
        decision=done.id,
        release=release,
        effects=(*does, *loses),
        next=(f"windvane why {done.id}", f"windvane undo {done.id}"),
    )


def _sides(plan: Plan) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a plan brings and what it takes away, in words."""
    does: list[str] = []
    loses: list[str] = []
    for change in plan.changes:
        match change:
            case Admit(batch=batch):
                does.append(f"shows {_rows(batch)}")
            case Withdraw(batch=batch):
                loses.append(f"hides {_rows(batch)}; the bytes are kept")
            case Put(asset=asset):
                does.append(f"writes {ref_of(asset)}")
            case Retire(ref=ref):
                loses.append(f"retires {ref}")
            case _:
                pass
    return tuple(does), tuple(loses)


def _rows(batch: Batch) -> str:
    return f"{batch.accepted:,} rows of `{batch.delivery}`"
