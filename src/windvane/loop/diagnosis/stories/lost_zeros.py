"""Codes lost their leading noughts, as a spreadsheet takes them for numbers."""

from __future__ import annotations

from windvane.domain.incident import Hypothesis
from windvane.loop.diagnosis.story import one
from windvane.stack.repair.case import Case
from windvane.stack.repair.codes import RULES, shortened


def tells(case: Case) -> tuple[Hypothesis, ...]:
    """The story, where filled up with noughts every short code is a known one."""
    if not any(case.broke(rule) for rule in RULES) or not (widths := shortened(case)):
        return ()
    told = tuple(
        f"`{name}`: filled up to {width} letters all short codes are known ones" for name, width in widths.items()
    )
    return (one("lost_zeros", 0.9, told),)
