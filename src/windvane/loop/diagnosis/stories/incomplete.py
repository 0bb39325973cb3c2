"""A part of the delivery is missing: cut off, a segment left out, a day not sent."""

from __future__ import annotations

from windvane.domain.incident import Hypothesis
from windvane.loop.diagnosis.story import one
from windvane.stack.repair.case import Case


def tells(case: Case) -> tuple[Hypothesis, ...]:
    """The stories of this kind that fit what broke."""
    told = case.observed("segments", "volume", "freshness")
    return (one("cut_delivery", 0.6, told), one("real_move", 0.4, ())) if told else ()
