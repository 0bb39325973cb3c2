"""The side waits whose numbers are, for themselves, not what they ever were; both, where that tells them not apart."""

from __future__ import annotations

from windvane.domain.batch import Batch
from windvane.loop import diagnose
from windvane.loop.witness.sides import Sides, columns
from windvane.stack.repair.case import case_of
from windvane.stack.repair.usual import unusual


def waiting(sides: Sides) -> tuple[Batch, ...] | None:
    """The one odd side, or all."""
    named = {name for c in sides.contradictions for name in columns(c)}
    odd = tuple(b for b in sides.batches if _odd(sides, named, b))
    return odd if len(odd) == 1 else sides.batches


def _odd(sides: Sides, named: set[str], batch: Batch) -> bool:
    case = case_of(sides.crew.scene(sides.estate, incident=diagnose.alone(sides.crew, (batch,))))
    return case is not None and any(unusual(case, c.name) for c in case.made if c.name in named)
