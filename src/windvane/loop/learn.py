"""Compares what was predicted with what was measured."""

from __future__ import annotations

from windvane.domain.decision import Decision, Lesson
from windvane.domain.entry import Learned
from windvane.domain.incident import Incident
from windvane.domain.plan import Plan
from windvane.domain.run import Trial
from windvane.loop.crew import Crew


def lesson(decision: Decision, plan: Plan, trial: Trial, incident: Incident | None) -> Lesson:
    """The measured value of every measure that the plan made a prediction about; `gain of X` is what X gained."""
    measured = {m.name: m.value for m in trial.after} | {f"gain of {g.measure}": g.gain for g in trial.gains}
    return Lesson(
        decision=decision.id,
        proposer=plan.proposer,
        cause=incident.cause if incident else "",
        predicted=tuple((e.measure, e.expected) for e in plan.predicted),
        measured=tuple((e.measure, v) for e in plan.predicted if (v := measured.get(e.measure)) is not None),
        helped=decision.verdict.outcome == "promote" or _beaten(decision),
    )


def _beaten(decision: Decision) -> bool:
    """Whether it gained and lost only to a better one."""
    held = {r.rule for r in decision.verdict.reasons if r.held}
    lost = {r.rule for r in decision.verdict.reasons if not r.held}
    return "it gains" in held and lost == {"best of its alternatives"}


def keep(crew: Crew, decision: Decision, plan: Plan, trial: Trial, incident: Incident | None) -> None:
    """Write the lesson of a decision, once."""
    body = Learned(lesson=lesson(decision, plan, trial, incident))
    key = plan.fingerprint()
    crew.write(f"lesson:{key}", body, actor="windvane", step="learn", because=(f"release:{key}",))


def regret(crew: Crew, undone: Decision, *, because: str) -> None:
    """A decision was taken back by a person: its proposer is believed less from now on."""
    lost = Lesson(decision=undone.id, proposer=undone.proposer, cause=because, regretted=True)
    because_of = (f"decision:{undone.plan}",)
    crew.write(f"regret:{undone.id}", Learned(lesson=lost), actor="windvane", step="learn", because=because_of)
