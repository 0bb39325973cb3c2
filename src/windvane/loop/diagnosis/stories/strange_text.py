"""Texts of a kind that does not belong there: broken letters, HTML, tests, persons."""

from __future__ import annotations

from windvane.domain.incident import Hypothesis
from windvane.loop.diagnosis.story import one
from windvane.stack.quality.oddities import ODDITIES
from windvane.stack.repair.case import Case


def tells(case: Case) -> tuple[Hypothesis, ...]:
    """The stories of this kind that fit what broke."""
    told = case.observed("strange_text")
    return tuple(one(o.cause, 0.95, told) for o in ODDITIES if any(f"holds {o.told}" in t for t in told))
