"""How far a remedy may act alone: one whose repair was taken back asks, until people have approved it again."""

from __future__ import annotations

from typing import NamedTuple

from windvane.domain.change import Admit
from windvane.domain.decision import Decision
from windvane.domain.plan import Plan
from windvane.domain.rule import ALLOWED
from windvane.loop.logbook import Logbook

EARNED = 3  # approvals after which a remedy acts by itself again


class _Regret(NamedTuple):
    """The decision that was taken back, and how many approvals are owed for it."""

    decision: str
    owed: int


def lost(book: Logbook, plan: Plan) -> str:
    """Why a repair must be asked about, whatever speaks for it; empty while its remedies may act by themselves.

    A remedy asks in the source where it was regretted, and everywhere once it was regretted in two.
    """
    if not _repairs(plan):
        return ""
    for name in plan.proposer.split("+"):
        regrets = _regrets(book, name)
        near = [r for source, r in regrets.items() if source in _sources(plan) or len(regrets) > 1]
        if near:
            return f"`{name}` was taken back in {near[0].decision}; it asks until {near[0].owed} more are approved"
    return ""


def _regrets(book: Logbook, name: str) -> dict[str, _Regret]:
    """By source what is still owed for repairs of one remedy that were taken back."""
    found: dict[str, _Regret] = {}
    undone = book.undone()
    for decision in book.decisions.values():
        taken = book.decisions.get(decision.undoes) if decision.verdict.outcome == "promote" else None
        if taken is not None and taken.id in undone and _by(book, taken, name):
            found |= {s: _Regret(taken.id, EARNED) for s in _sources(book.plans[taken.plan])}
        elif _by(book, decision, name) and _approved(book, decision):
            for source in _sources(book.plans[decision.plan]) & found.keys():
                found[source] = found[source]._replace(owed=found[source].owed - 1)
    return {s: r for s, r in found.items() if r.owed > 0}


def _by(book: Logbook, decision: Decision, name: str) -> bool:
    plan = book.plans.get(decision.plan)
    return plan is not None and _repairs(plan) and name in plan.proposer.split("+")


def _approved(book: Logbook, decision: Decision) -> bool:
    """Whether a person said yes to a question, or a rule of theirs did so at once."""
    answer = book.answers.get(decision.id)
    if decision.verdict.outcome == "escalate":
        return answer is not None and answer.act == "approve"
    return any(r.rule == ALLOWED for r in decision.verdict.reasons)


def _repairs(plan: Plan) -> bool:
    return plan.serves.startswith("repair ")


def _sources(plan: Plan) -> frozenset[str]:
    return frozenset(c.batch.source for c in plan.changes if isinstance(c, Admit))
