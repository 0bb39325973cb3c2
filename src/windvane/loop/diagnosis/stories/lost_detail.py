"""Detail was lost on the way: digits rounded, texts cut."""

from __future__ import annotations

from windvane.domain.incident import Hypothesis
from windvane.loop.diagnosis.story import one
from windvane.stack.repair.case import Case


def tells(case: Case) -> tuple[Hypothesis, ...]:
    """The stories of this kind that fit what broke."""
    rounded, cut = case.observed("roundness"), case.observed("cut_texts")
    found = [one("rounded", 0.8, rounded)] if rounded else []
    return (*found, *((one("cut_texts", 0.9, cut),) if cut else ()))
