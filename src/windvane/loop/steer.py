"""Carries out what a person says: pause, resume, approve, reject, undo. It wins over everything else."""

from __future__ import annotations

from windvane.domain.change import Admit, Put, Retire, Withdraw
from windvane.domain.decision import Decision, Verdict
from windvane.domain.entry import Steering
from windvane.domain.errors import NeedsPerson, Usage
from windvane.domain.estate import Model, Ref, ref_of
from windvane.domain.plan import Plan
from windvane.domain.run import Trial
from windvane.loop import gate, learn, logbook, promote, propose, trial
from windvane.loop.crew import Crew
from windvane.loop.logbook import Logbook


def say(crew: Crew, act: str, *, about: str = "", because: str = "", detail: str = "") -> None:
    """Write what a person said; every saying is a line of its own."""
    body = Steering(act=act, about=about, because=because, detail=detail)
    key = f"steer:{act}:{about}:{crew.now()}"
    asked = Logbook(crew.ledger).decisions.get(about)
    crew.write(key, body, actor="person", step="steer", because=(f"decision:{asked.plan}",) if asked else ())


def paused(crew: Crew) -> str:
    """Why the agents are paused; empty when they are not."""
    return logbook.paused(crew.ledger)


def pause(crew: Crew, *, because: str) -> None:
    """Stop all agents until a person says resume."""
    say(crew, "pause", because=because)


def free(crew: Crew, *, because: str = "") -> None:
    """Let the agents work again."""
    say(crew, "resume", because=because)


def reject(crew: Crew, decision: str, *, because: str) -> Decision:
    """Turn down what waits; the batch stays landed and is not asked about again."""
    asked = _waiting(crew, decision)
    say(crew, "reject", about=decision, because=because)
    return asked


def declining(crew: Crew, decision: str) -> tuple[str, ...]:
    """The answers to a waiting decision that turn it down."""
    return Logbook(crew.ledger).plans[_waiting(crew, decision).plan].declines


def approve(crew: Crew, decision: str, *, because: str) -> Decision:
    """Carry out what waits. Raises `NeedsPerson` when its trial fails for a reason no approval can cure."""
    book = Logbook(crew.ledger)
    asked = _waiting(crew, decision)
    plan = book.plans[asked.plan]
    _refuse_outdated(book, plan, decision)
    policy = crew.folder.read().policy
    said = because or f"`approve {decision}`"
    key = f"approved:{asked.plan}"

    def judge(measured: Trial) -> Verdict:
        return gate.judge(plan, measured, policy, approved=said)

    number = promote.number(crew, plan, key=key)
    checks = propose.promised(crew, plan)
    measured, verdict = crew.warehouse().transition(plan, decision=number, judge=judge, checks=checks)
    trial.record(crew, measured)
    if verdict.outcome != "promote":
        raise NeedsPerson(
            f"`{decision}` cannot be carried out as it is",
            code="approve.failed",
            why="; ".join(r.detail for r in verdict.reasons if not r.held),
            fix=f"windvane reject {decision}, or correct the source and deliver it again",
        )
    say(crew, "approve", about=decision, because=because)
    done = promote.decide(crew, plan, verdict, incident=asked.incident, key=key)
    promote.derive(crew, done, plan)
    return done


def _refuse_outdated(book: Logbook, plan: Plan, decision: str) -> None:
    """A plan that takes the place of a batch knows it as it was: what happened to its rows since must not be lost."""
    _refuse_rewritten(book, plan, decision)
    for batch in (c.batch for c in plan.changes if isinstance(c, Withdraw)):
        if book.fates.get(batch.id) != ("visible", batch):
            raise Usage(
                f"`{decision}` is about rows that changed since",
                code="approve.outdated",
                why=f"`{batch.id}` is not as it was when the plan was made",
                fix=f"windvane reject {decision}, then ask again",
            )


def _refuse_rewritten(book: Logbook, plan: Plan, decision: str) -> None:
    """A plan that rewrites a model knows it as it was: rules that were added since must not be lost."""
    now = book.assets()
    for before in (c.asset for c in plan.inverse if isinstance(c, Put) and isinstance(c.asset, Model)):
        if now.get(before.name, before) != before:
            raise Usage(
                f"`{decision}` is about a model that changed since",
                code="approve.outdated",
                why=f"`{before.name}` is not as it was when the plan was made",
                fix=f"windvane reject {decision}, and deliver the file again",
            )


def undo_plan(crew: Crew, decision: str) -> Plan:
    """The plan that takes a decision back. Raises `Usage` when it cannot be, saying what stands in the way."""
    book = Logbook(crew.ledger)
    done = _promoted(book, decision)
    plan = book.plans[done.plan]
    later = _rests_on(book, done, plan)
    if later:
        raise Usage(
            f"`{decision}` cannot be undone while {', '.join(f'`{d}`' for d in later)} rests on it",
            code="undo.not_last",
            why="later decisions changed the same things",
            fix=f"windvane undo {later[-1]} first",
        )
    verb = "Restore" if done.undoes else "Take back"
    draft = Plan(
        incident=done.incident,
        proposer="person",
        title=f"{verb} {done.undoes or decision}: {plan.title}" if not done.undoes else f"Restore {done.undoes}",
        base="",
        changes=plan.inverse,
        rationale=f"A person took back {decision}.",
        inverse=plan.changes,
        undoes=decision,
        acceptance=propose.contract_checks(crew.folder.read()) if not _withdraws(plan.inverse) else (),
    )
    return propose.finish(crew.folder.read(), None, draft)


def undo(crew: Crew, decision: str, *, because: str) -> Decision:
    """Take a decision back: un-admit its batches, put its files back, publish. Undoing an undo restores it."""
    plan = undo_plan(crew, decision)
    say(crew, "undo", about=decision, because=because)
    propose.write(crew, plan, actor="person")
    policy = crew.folder.read().policy
    number = promote.number(crew, plan)
    measured, verdict = crew.warehouse().transition(
        plan, decision=number, judge=lambda t: gate.judge(plan, t, policy, approved=because or f"`undo {decision}`")
    )
    trial.record(crew, measured)
    done = promote.decide(crew, plan, verdict)
    if verdict.outcome != "promote":
        raise NeedsPerson(
            f"`{decision}` cannot be taken back as it is",
            code="undo.failed",
            why="; ".join(r.detail for r in verdict.reasons if not r.held),
            fix=f"windvane why {done.id}",
        )
    promote.derive(crew, done, plan)
    learn.regret(crew, Logbook(crew.ledger).decisions[decision], because=because or "undone by a person")
    return done


def _withdraws(changes: tuple[object, ...]) -> bool:
    return any(isinstance(c, Withdraw) for c in changes)


def _waiting(crew: Crew, decision: str) -> Decision:
    book = Logbook(crew.ledger)
    waiting = {d.id: d for d in book.waiting()}
    if decision not in waiting:
        known = book.decisions.get(decision)
        raise Usage(
            f"`{decision}` does not wait for an answer",
            code="decision.not_waiting",
            why=f"it was decided: {known.verdict.outcome}" if known else "there is no such decision",
            fix=f"what waits: {', '.join(waiting) or 'nothing'}",
        )
    return waiting[decision]


def _promoted(book: Logbook, decision: str) -> Decision:
    done = book.decisions.get(decision)
    if done is None or done.verdict.outcome != "promote":
        raise Usage(
            f"`{decision}` changed nothing, so there is nothing to undo",
            code="undo.nothing",
            why=f"it was decided: {done.verdict.outcome}" if done else "there is no such decision",
            fix="windvane log --step gate",
        )
    if decision in book.undone():
        raise Usage(f"`{decision}` is undone already", code="undo.done", fix="windvane log --step promote")
    return done


def _rests_on(book: Logbook, done: Decision, plan: Plan) -> tuple[str, ...]:
    """Later promotions, still in force, that changed an asset or a batch that `plan` changed."""
    touched = _touched(plan)
    gone = book.undone()
    later = [d for d in book.decisions.values() if int(d.id[2:]) > int(done.id[2:])]
    return tuple(
        d.id
        for d in later
        if d.verdict.outcome == "promote"
        and d.id not in gone
        and not d.undoes
        and touched & _touched(book.plans[d.plan])
    )


def _touched(plan: Plan) -> frozenset[str]:
    found: set[str] = set()
    for change in plan.changes:
        match change:
            case Put(asset=asset):
                found.add(str(ref_of(asset)))
            case Retire(ref=Ref() as ref):
                found.add(str(ref))
            case Admit(batch=batch) | Withdraw(batch=batch):
                found.add(f"batch {batch.id}")
            case _:
                pass
    return frozenset(found)
