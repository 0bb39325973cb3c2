"""Known categories came in other spellings."""

from __future__ import annotations

from windvane.domain.incident import Hypothesis
from windvane.loop.diagnosis.story import one
from windvane.stack.repair.case import Case


def tells(case: Case) -> tuple[Hypothesis, ...]:
    """The stories of this kind that fit what broke."""
    return (
        (one("variant_spelling", 0.9, case.observed("variants")), one("new_category", 0.1, ()))
        if case.broke("variants")
        else ()
    )
