"""Both wait where rows of one are known to the other alone, unless rows are missed because they were set aside."""

from __future__ import annotations

from windvane.domain.batch import Batch
from windvane.domain.change import Admit
from windvane.loop.diagnosis.bound import PASSED_OVER, rule_of
from windvane.loop.witness.sides import Sides


def waiting(sides: Sides) -> tuple[Batch, ...] | None:
    """All sides, where one passes rows of another over and could be read as a whole."""
    if not any(rule_of(c) == PASSED_OVER for c in sides.contradictions):
        return None
    set_aside = any(c.batch.quarantined for c in sides.judged.plan.changes if isinstance(c, Admit))
    return () if set_aside else sides.batches
