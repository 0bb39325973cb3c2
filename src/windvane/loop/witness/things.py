"""Both wait where rows under known keys are other things: what they add up to says nothing."""

from __future__ import annotations

from windvane.domain.batch import Batch
from windvane.loop.diagnosis.bound import rule_of
from windvane.loop.witness.sides import NEW_THINGS, Sides


def waiting(sides: Sides) -> tuple[Batch, ...] | None:
    """All sides, where things of one came as others."""
    others = any(rule_of(c) == NEW_THINGS for b in sides.batches for c in sides.own(b))
    return sides.batches if others else None
