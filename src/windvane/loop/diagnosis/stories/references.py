"""References without a counterpart: spelled otherwise, or their counterpart is late."""

from __future__ import annotations

from windvane.domain.incident import Hypothesis
from windvane.loop.diagnosis.story import one
from windvane.stack.repair.case import Case


def tells(case: Case) -> tuple[Hypothesis, ...]:
    """The stories of this kind that fit what broke."""
    told = case.observed("orphans")
    return (one("respelled_key", 0.5, told), one("late_parent", 0.4, told)) if told else ()
