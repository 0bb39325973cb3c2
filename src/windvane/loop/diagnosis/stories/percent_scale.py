"""Shares came as percentages."""

from __future__ import annotations

from windvane.domain.incident import Hypothesis
from windvane.loop.diagnosis.story import one
from windvane.stack.repair.case import Case


def tells(case: Case) -> tuple[Hypothesis, ...]:
    """The stories of this kind that fit what broke."""
    return (one("percent_scale", 0.95, case.observed("unit_interval")),) if case.broke("unit_interval") else ()
