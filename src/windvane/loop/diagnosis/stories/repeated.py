"""The delivery says what was said before: a frozen feed, an old delivery, new keys for all."""

from __future__ import annotations

from windvane.domain.incident import Hypothesis
from windvane.loop.diagnosis.story import one
from windvane.stack.repair.case import Case


def tells(case: Case) -> tuple[Hypothesis, ...]:
    """The stories of this kind that fit what broke."""
    told = case.observed("echo", "frozen", "copies")
    return (one("old_delivery", 0.7, told), one("new_keys", 0.2, told)) if told else ()
