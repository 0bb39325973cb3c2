"""Rules on who decides: one explanation fits, and the proposer may act by itself."""

from __future__ import annotations

from windvane.domain.decision import Reason
from windvane.loop.gate.case import Case, Ruling

ALLOWANCE = "autonomy allows it"  # name of the rule that asks what the proposer may do by itself
CERTAIN = "exactly one explanation"  # name of the rule on doubt


def identifiable(case: Case) -> Ruling:
    """Exactly one explanation fits."""
    sure = case.plan.identifiable
    detail = "one explanation fits" if sure else case.plan.doubt or "more than one story fits the data"
    reason = Reason(rule="exactly one explanation", held=sure, detail=detail)
    return Ruling(reason, "escalate", "" if sure else "a second witness (another column, table or a person)")


def allowed(case: Case) -> Ruling:
    """The proposer may act by itself."""
    plan, level = case.plan, case.policy.autonomy
    may = plan.proposer == "person" or level == "act" or (level == "act_if_reversible" and plan.reversible)
    nature = "reversible" if plan.reversible else "not reversible"
    detail = case.distrusted or f"autonomy `{level}`, the plan is {nature}"
    reason = Reason(rule=ALLOWANCE, held=may and not case.distrusted, detail=detail)
    return Ruling(reason, "escalate", "" if may else "autonomy `act`")
