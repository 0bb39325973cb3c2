"""Values came in another spelling: numbers, dates, counted times."""

from __future__ import annotations

from windvane.domain.incident import Hypothesis
from windvane.loop.diagnosis.story import one
from windvane.stack.quality.table import is_moment, is_number
from windvane.stack.repair.case import Case
from windvane.stack.repair.spellings import suspects


def tells(case: Case) -> tuple[Hypothesis, ...]:
    """The stories of this kind that fit what broke."""
    names = suspects(case) or (case.broken("future", "freshness") if not case.broke("sentinel") else ())
    kinds = {c.name: c.type for c in case.made}
    told = tuple(f"`{n}`: {case.misfits(n):,} texts are no {kinds[n]}" for n in names if case.misfits(n))
    found = []
    if any(is_moment(kinds[n]) for n in names):
        found += [one("respelled_date", 0.7, told), one("epoch_unit", 0.2, told)]
    if any(is_number(kinds[n]) for n in names):
        found += [one("respelled_number", 0.7, told), one("widened", 0.3, told)]
    return tuple(found)
