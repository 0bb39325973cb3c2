"""The answer that time gives to a question: what several deliveries in a row tell alike is news and no accident."""

from __future__ import annotations

from collections.abc import Collection

from windvane.domain.decision import Reason, Verdict
from windvane.domain.run import Trial
from windvane.loop.gate.freedom import CERTAIN
from windvane.loop.gate.trialled import CHECKS

STAYS = "it stays"  # name of the reason


def stayed(verdict: Verdict, trial: Trial, checks: Collection[str], because: str) -> Verdict:
    """The verdict, when nothing stands against a plan but `checks` (names), whose news stay; else as it was."""
    lacks = {r.rule for r in verdict.reasons if not r.held}
    broken = {c.check for c in trial.checks if not c.passed and c.severity == "block"}
    if verdict.outcome != "escalate" or CHECKS not in lacks or lacks - {CHECKS, CERTAIN} or broken - set(checks):
        return verdict
    return Verdict(outcome="promote", reasons=(*verdict.reasons, Reason(rule=STAYS, held=True, detail=because)))
