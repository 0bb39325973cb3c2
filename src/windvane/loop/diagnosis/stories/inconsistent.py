"""Numbers of one row do not agree with each other any more: which of them is wrong is not known."""

from __future__ import annotations

from windvane.domain.incident import Hypothesis
from windvane.loop.diagnosis.story import one
from windvane.stack.repair.case import Case


def tells(case: Case) -> tuple[Hypothesis, ...]:
    """The stories of this kind that fit what broke."""
    told = case.observed("arithmetic")
    return (one("inconsistent", 0.4, told),) if told else ()
