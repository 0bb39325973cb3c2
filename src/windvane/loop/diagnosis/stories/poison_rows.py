"""A few rows that cannot be."""

from __future__ import annotations

from windvane.domain.incident import Hypothesis
from windvane.loop.diagnosis.story import one
from windvane.stack.repair.case import Case


def tells(case: Case) -> tuple[Hypothesis, ...]:
    """The stories of this kind that fit what broke."""
    told = case.observed("extremes", "future", "range", "strange_text")
    return (one("poison_rows", 0.3, told),) if told else ()
