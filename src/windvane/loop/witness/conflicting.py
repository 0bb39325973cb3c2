"""Both wait where rows under one key differ and are set aside: sums may be made of either, or of both."""

from __future__ import annotations

from windvane.domain.batch import Batch
from windvane.domain.change import Admit
from windvane.loop.diagnosis.bound import said
from windvane.loop.witness.sides import Sides
from windvane.stack.landing import quarantine
from windvane.stack.landing.repeats import DIFFER


def waiting(sides: Sides) -> tuple[Batch, ...] | None:
    """All, where numbers bind them and one has rows of one key that say different things."""
    if sides.contradictions or not said(sides.estate, sides.judged.trial):
        return None
    admitted = (c.batch for c in sides.judged.plan.changes if isinstance(c, Admit))
    return sides.batches if any(_differ(sides, b) for b in admitted if b.quarantined) else None


def _differ(sides: Sides, batch: Batch) -> bool:
    told = quarantine.reasons(batch, root=sides.crew.root, engine=sides.crew.scratch())
    return any(reason.startswith(DIFFER) for reason, _ in told)
