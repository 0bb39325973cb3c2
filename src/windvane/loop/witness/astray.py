"""None waits for the other where a check of one side broke too that tells why they disagree: alone it does not pass."""

from __future__ import annotations

from windvane.domain.batch import Batch
from windvane.loop.diagnosis.bound import rule_of
from windvane.loop.witness.sides import Sides, columns

_OF_ROWS = frozenset({"volume", "segments", "freshness", "echo", "same_again", "unique", "copies"})


def waiting(sides: Sides) -> tuple[Batch, ...] | None:
    """None of them, where a side broke a check of its rows or of a column that they disagree on."""
    named = {name for c in sides.contradictions for name in columns(c)}
    own = (c for b in sides.batches for c in sides.own(b))
    return () if any(rule_of(c) in _OF_ROWS or named & columns(c) for c in own) else None
