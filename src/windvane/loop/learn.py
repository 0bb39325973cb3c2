"""Compares what was predicted with what was measured."""

from __future__ import annotations

from windvane.domain.decision import Decision, Lesson
from windvane.domain.entry import Learned
from windvane.domain.incident import Incident
from windvane.domain.plan import Plan
from windvane.domain.run import Trial
from windvane.loop.crew import Crew

SHORTFALL = "gain of the shortfall"  # among the effects of a plan: the share of it that it is predicted to close
_MOST = 2.0  # times what was predicted


def lesson(decision: Decision, plan: Plan, trial: Trial, incident: Incident | None) -> Lesson:
    """The measured value of every measure that the plan made a prediction about; `gain of X` is what X gained."""
    hoped = next((e.expected for e in plan.predicted if e.measure == SHORTFALL), 0.0)
    measured = {m.name: m.value for m in trial.after} | {f"gain of {g.measure}": g.gain for g in trial.gains}
    return Lesson(
        decision=decision.id,
        proposer=plan.proposer,
        cause=incident.cause if incident else "",
        predicted=tuple((e.measure, e.expected) for e in plan.predicted),
        measured=tuple((e.measure, v) for e in plan.predicted if (v := measured.get(e.measure)) is not None),
        hoped=hoped,
        closed=hoped * _came_true(plan, trial),
        helped=decision.verdict.outcome == "promote" or _beaten(decision),
    )


def _came_true(plan: Plan, trial: Trial) -> float:
    """What share of a predicted gain was measured; 0 where nothing was predicted or nothing gained."""
    expected = {e.measure: e.expected for e in plan.predicted}
    known = [(g.gain, expected[f"gain of {g.measure}"]) for g in trial.gains if f"gain of {g.measure}" in expected]
    return max((min(_MOST, max(gain, 0.0) / hope) for gain, hope in known if hope > 0), default=0.0)


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
