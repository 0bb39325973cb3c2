"""A known key came with the contents of another thing, or one thing came as many."""

from __future__ import annotations

from windvane.domain.incident import Hypothesis
from windvane.loop.diagnosis.story import one
from windvane.stack.repair.case import Case


def tells(case: Case) -> tuple[Hypothesis, ...]:
    """The stories of this kind that fit what broke."""
    reused, many = case.observed("identity"), case.observed("single")
    found = [one("reused_key", 0.7, reused), one("corrected", 0.3, reused)] if reused else []
    return (*found, *((one("fan_out", 0.8, many),) if many else ()))
