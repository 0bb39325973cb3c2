"""What a person answered once and for all: the next plan of exactly this shape needs no answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from windvane.domain.decision import Decision
from windvane.domain.entry import Steering
from windvane.domain.plan import Plan
from windvane.domain.record import Record
from windvane.domain.run import Trial

ALWAYS, REVOKE = "always", "revoke"  # what a person says
ALLOWED = "a rule of a person allows it"  # name of the reason in a verdict
Scope = Literal["once", "always"]  # for what an answer holds


class Rule(Record):
    """`id` is L-n; `shape` what a plan must be like; `fired` how often it answered; a revoked one answers no more."""

    id: str
    decision: str  # D-n that the person approved with `--always`
    shape: str
    title: str
    because: str = ""
    fired: int = 0
    revoked: bool = False


def shape_of(plan: Plan, trial: Trial | None, *, source: str) -> str:
    """What makes two questions the same: who asks about which source, what would be done, and which checks say what.

    Numbers of rows and names of files are no part of it; columns, factors and the texts of a repair are.
    """
    broken = () if trial is None else tuple(c for c in trial.checks if not c.passed and c.severity == "block")
    named = sorted({f"{c.check}({','.join(_columns(c.broken))})" for c in broken})
    deed = "as delivered" if plan.proposer == "ingester" else f"{plan.proposer}: {plan.title}"
    return " | ".join((source, deed, *named))


def _columns(text: str) -> tuple[str, ...]:
    """Names between backticks."""
    return tuple(sorted(set(text.split("`")[1::2])))


def rules_of(said: Iterable[Steering], decisions: Mapping[str, Decision]) -> tuple[Rule, ...]:
    """All rules that people's words made, oldest first, the revoked ones too."""
    words = [s for s in said if s.act in (ALWAYS, REVOKE)]
    gone = {s.about for s in words if s.act == REVOKE}
    made = [s for s in words if s.act == ALWAYS]
    return tuple(_rule(f"L-{n}", s, decisions, gone) for n, s in enumerate(made, 1))


def _rule(name: str, said: Steering, decisions: Mapping[str, Decision], gone: set[str]) -> Rule:
    asked = decisions.get(said.about)
    return Rule(
        id=name,
        decision=said.about,
        shape=said.detail,
        title=asked.title if asked else "",
        because=said.because,
        fired=sum(_fired(d, name) for d in decisions.values()),
        revoked=name in gone,
    )


def _fired(decision: Decision, name: str) -> bool:
    return any(r.rule == ALLOWED and r.detail.startswith(f"{name}:") for r in decision.verdict.reasons)
