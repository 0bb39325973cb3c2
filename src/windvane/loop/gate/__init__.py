"""Judges a trial by the same rules whoever proposed it; pure, so that the same facts give the same verdict."""

from __future__ import annotations

from windvane.domain.decision import Flip, Outcome, Reason, Verdict
from windvane.domain.errors import TryAgain
from windvane.domain.estate import Policy
from windvane.domain.plan import Plan
from windvane.domain.rule import ALLOWED
from windvane.domain.run import Trial
from windvane.loop.gate.case import Case, Rule, Ruling
from windvane.loop.gate.freedom import ALLOWANCE, CERTAIN, allowed, identifiable
from windvane.loop.gate.gains import asked
from windvane.loop.gate.rows import BOUNDED, bounded, departed, restated, whole
from windvane.loop.gate.staying import STAYS, stayed
from windvane.loop.gate.trialled import CHECKS, builds, checks, predicted, steady

__all__ = ["ALLOWANCE", "BOUNDED", "CERTAIN", "CHECKS", "STAYS", "judge", "stayed"]

_RULES: tuple[Rule, ...] = (
    builds, checks, steady, predicted, bounded, whole, restated, departed, identifiable, allowed,
)  # fmt: skip


def judge(
    plan: Plan, trial: Trial, policy: Policy, *, approved: str = "", allowed: str = "", distrusted: str = ""
) -> Verdict:
    """The verdict: every rule is asked, the hardest answer counts (reject over escalate over promote).

    A person's approval (`approved`: the words they gave) answers what would escalate, never what
    would reject; so does a rule of theirs (`allowed`: its number and their words). `distrusted` says why the
    proposer may not act by itself, whatever the policy allows. Raises `TryAgain` when the
    instrument broke: that is no evidence against a plan.
    """
    if trial.broke:
        raise TryAgain("the trial could not be carried out", code="trial.broke", why=trial.broke, fix="run again")
    case = Case(plan, trial, policy, distrusted)
    rulings = [rule(case) for rule in _RULES] + asked(case)
    reasons = tuple(r.reason for r in rulings)
    broken = [r for r in rulings if not r.reason.held]
    outcome = _outcome(broken)
    if outcome == "escalate" and (approved or allowed):
        rule = "a person approved" if approved else ALLOWED
        said = Reason(rule=rule, held=True, detail=approved or allowed)
        return Verdict(outcome="promote", reasons=(*reasons, said))
    turning: list[tuple[Ruling, Outcome]] = [(r, "promote") for r in broken] or [(r, r.otherwise) for r in rulings]
    flips = tuple(Flip(fact=r.reason.rule, at=r.turns_at, then=then) for r, then in turning if r.turns_at)
    return Verdict(outcome=outcome, reasons=reasons, flips=flips)


def _outcome(broken: list[Ruling]) -> Outcome:
    hardest = {r.otherwise for r in broken}
    if "reject" in hardest:
        return "reject"
    return "escalate" if hardest else "promote"
