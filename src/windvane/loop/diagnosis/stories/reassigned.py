"""Known things come with other attributes than they always had: rows were mixed, or the things really changed."""

from __future__ import annotations

from windvane.domain.incident import Hypothesis
from windvane.loop.diagnosis.story import one
from windvane.stack.repair.case import Case


def tells(case: Case) -> tuple[Hypothesis, ...]:
    """The stories of this kind that fit what broke."""
    told = case.observed("attributes")
    return (one("mixed_rows", 0.5, told), one("real_move", 0.3, ())) if told else ()
