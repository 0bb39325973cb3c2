"""Makes a promoted plan true everywhere: warehouse, files, git, published release, ledger."""

from __future__ import annotations

from windvane.domain import crash
from windvane.domain.batch import Batch
from windvane.domain.change import Admit, Withdraw
from windvane.domain.decision import Decision, Release, Verdict
from windvane.domain.entry import Decided, Promoted
from windvane.domain.plan import Plan
from windvane.loop.crew import Crew
from windvane.loop.logbook import Logbook


def decide(crew: Crew, plan: Plan, verdict: Verdict, *, incident: str = "", key: str = "") -> Decision:
    """Give a verdict its number and its line in the ledger; the same plan and outcome get the same line."""
    name = key or f"decision:{plan.fingerprint()}"
    decision = Decision(
        id=crew.ledger.number("D", key=name),
        incident=incident or plan.incident,
        plan=plan.fingerprint(),
        title=plan.title,
        proposer=plan.proposer,
        verdict=verdict,
        undoes=plan.undoes,
    )
    known = Logbook(crew.ledger).trials.get(plan.fingerprint())
    trial_key = f"trial:{known.plan}:{known.fingerprint()}" if known else f"plan:{plan.fingerprint()}"
    because = (trial_key, f"incident:{decision.incident}")
    crew.write(name, Decided(decision=decision), actor="gate", step="gate", because=because)
    return decision


def number(crew: Crew, plan: Plan, *, key: str = "") -> str:
    """The number that the decision on a plan will have."""
    return crew.ledger.number("D", key=key or f"decision:{plan.fingerprint()}")


def derive(crew: Crew, decision: Decision, plan: Plan) -> Release:
    """Carry out what follows from a committed plan: files, git, published release, ledger. Idempotent."""
    key = f"release:{plan.fingerprint()}"
    done = crew.ledger.find(key)
    if done is not None and isinstance(done.body, Promoted):
        return done.body.release
    crash.point("files.write")
    crew.folder.write(plan.changes)
    commit = crew.folder.commit(decision=decision.id, title=plan.title, body=_body(decision, plan))
    crash.point("publish")
    number = crew.ledger.number("R", key=key)
    relations = crew.warehouse().publish(release=number)
    before = Logbook(crew.ledger).releases()
    release = Release(
        id=number,
        decision=decision.id,
        plan=plan.fingerprint(),
        estate=crew.folder.read().fingerprint(),
        relations=relations,
        batches=tuple(b.id for b in batches(plan)),
        replaced=before[-1].id if before else "",
        commit=commit,
    )
    crash.point("ledger.release")
    because = (f"decision:{release.plan}", f"approved:{release.plan}")
    crew.write(key, Promoted(release=release), actor="windvane", step="promote", because=because)
    crew.folder.settle()
    crew.say("promote", f"{plan.title} -> {number}", decision=decision.id, level="good")
    return release


def batches(plan: Plan) -> tuple[Batch, ...]:
    """The batches that a plan admits or withdraws."""
    return tuple(c.batch for c in plan.changes if isinstance(c, Admit | Withdraw))


def _body(decision: Decision, plan: Plan) -> str:
    held = [f"- {r.rule}: {r.detail}" for r in decision.verdict.reasons]
    return "\n".join([plan.rationale, "", f"Proposed by {plan.proposer}.", *held])
