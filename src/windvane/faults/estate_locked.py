"""I10: another process holds the estate for one run."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, Trouble, World
from windvane.domain.injecting import injected
from windvane.domain.record import replace


def fault() -> Fault:
    """The fault."""
    return Fault(id="I10", kind="infrastructure", inject=inject, about="another process holds the estate")


def inject(world: World, rng: Random) -> Injection | None:  # noqa: ARG001 - nothing is drawn
    """It is waited for; the next run does the work."""
    made = injected(world, world.table, ("retry",), said="another process holds the estate")
    return replace(made, trouble=(Trouble(kind="lock"),), waves=(*made.waves, ()))
