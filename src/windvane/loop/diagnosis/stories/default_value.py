"""Defaults crept in: values that stand for no value where there were none."""

from __future__ import annotations

from windvane.domain.incident import Hypothesis
from windvane.loop.diagnosis.story import one
from windvane.stack.repair.case import Case


def tells(case: Case) -> tuple[Hypothesis, ...]:
    """The stories of this kind that fit what broke."""
    names = case.broken("sentinel")
    return (one("default_value", 0.8, case.observed("sentinel")), one("real_values", 0.2, ())) if names else ()
