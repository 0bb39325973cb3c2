"""Both wait where they agree on numbers that are wrong on one side: what was made from these would be shown."""

from __future__ import annotations

from windvane.domain.batch import Batch
from windvane.loop.diagnosis.bound import rule_of, said
from windvane.loop.witness.sides import OF_THINGS, Sides, columns

_OF_COLUMNS = frozenset({
    "crossed", "distribution", "continuity", "category_share", "point_mass", "sign_share", "roundness", "unit_interval",
})  # fmt: skip
_OF_ROWS = frozenset({"volume", "segments", "echo", "same_again", "single", "copies"})  # of others there are other sums


def waiting(sides: Sides) -> tuple[Batch, ...] | None:
    """All, when numbers that bind them moved as a whole, rows are not those of the day, or one cannot be read."""
    if sides.contradictions:
        return None
    named = set(said(sides.estate, sides.judged.trial))
    own = [sides.own(b) for b in sides.batches]
    if not named or all(own):
        return ()
    moved = any(rule_of(c) in _OF_COLUMNS and named & columns(c) for found in own for c in found)
    others = any(rule_of(c) in OF_THINGS | _OF_ROWS for found in own for c in found)
    return sides.batches if moved or others or sides.unread() else ()
