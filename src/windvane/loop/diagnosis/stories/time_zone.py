"""Times came in another zone."""

from __future__ import annotations

from windvane.domain.incident import Hypothesis
from windvane.loop.diagnosis.story import one
from windvane.stack.repair.case import Case


def tells(case: Case) -> tuple[Hypothesis, ...]:
    """The stories of this kind that fit what broke."""
    return (one("time_zone", 0.8, case.observed("hours")), one("real_move", 0.2, ())) if case.broke("hours") else ()
