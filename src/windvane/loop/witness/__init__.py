"""Which of several deliveries that speak of each other must wait: the first reason that knows says it.

A reason says nothing (None), or which deliveries must not be tried alone, since alone nothing speaks against them;
none (an empty tuple) when each can be served by itself.
"""

from __future__ import annotations

from windvane.domain.batch import Batch
from windvane.loop.witness import agreeing, astray, conflicting, odd_side, passed_over, things
from windvane.loop.witness.sides import Sides

_REASONS = (
    conflicting.waiting,
    agreeing.waiting,
    passed_over.waiting,
    things.waiting,
    astray.waiting,
    odd_side.waiting,
)


def doubted(sides: Sides) -> bool:
    """Whether deliveries that pass every check together are still no witness of each other."""
    return bool(conflicting.waiting(sides))


def waiting(sides: Sides) -> tuple[Batch, ...]:
    """The deliveries that must not be tried alone."""
    return next((found for found in (reason(sides) for reason in _REASONS) if found is not None), ())
