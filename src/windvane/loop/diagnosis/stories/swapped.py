"""Two columns came with each other's contents."""

from __future__ import annotations

from windvane.domain.incident import Hypothesis
from windvane.loop.diagnosis.story import one
from windvane.stack.repair.case import Case


def tells(case: Case) -> tuple[Hypothesis, ...]:
    """The stories of this kind that fit what broke."""
    crossed = case.observed("crossed")
    if len(crossed) > 1 or any(" holds values of " in c for c in crossed):
        return (one("swapped", 0.9, crossed),)
    numbers = case.broken("distribution", "continuity", "arithmetic", "roundness", "unit_interval")
    return (
        (one("swapped", 0.15, case.observed("distribution", "continuity", "arithmetic")),) if len(numbers) > 1 else ()
    )
