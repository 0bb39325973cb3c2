"""I9: the engine may use hardly any memory."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, Trouble, World
from windvane.domain.injecting import injected
from windvane.domain.record import replace


def fault() -> Fault:
    """The fault."""
    return Fault(id="I9", kind="infrastructure", inject=inject, about="there is hardly any memory")


def inject(world: World, rng: Random) -> Injection | None:  # noqa: ARG001 - nothing is drawn
    """Smaller steps do the same work, now or when there is more."""
    made = injected(world, world.table, ("retry",), said="there is hardly any memory")
    return replace(made, trouble=(Trouble(kind="memory"),), waves=(*made.waves, ()))
