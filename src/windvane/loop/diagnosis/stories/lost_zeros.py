"""Codes lost their leading noughts, as a spreadsheet takes them for numbers."""

from __future__ import annotations

from windvane.domain.incident import Hypothesis
from windvane.loop.diagnosis.story import one
from windvane.stack.repair.case import Case
from windvane.stack.repair.codes import RULES, shortened
from windvane.stack.repair.owned import owned


def tells(case: Case) -> tuple[Hypothesis, ...]:
    """The story, where filled up with noughts every short code is a known one, or the one that its owner always had."""
    widths = shortened(case) if any(case.broke(rule) for rule in RULES) else {}
    told = [f"`{name}`: filled up to {width} letters all short codes are known ones" for name, width in widths.items()]
    for name, (by, codes) in owned(case).items():
        told += [f"`{name}`: with noughts {len(codes):,} codes are those that their `{by}` always had"]
    return (one("lost_zeros", 0.9, tuple(told)),) if told else ()
