"""Categories came under other codes."""

from __future__ import annotations

from windvane.domain.incident import Hypothesis
from windvane.loop.diagnosis.story import one
from windvane.stack.repair.case import Case


def tells(case: Case) -> tuple[Hypothesis, ...]:
    """The stories of this kind that fit what broke."""
    return (
        (one("recoded", 0.6, case.observed("accepted_values")), one("new_category", 0.4, ()))
        if case.broke("accepted_values")
        else ()
    )
