"""I14: bytes of the file of the warehouse are broken."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, Trouble, World
from windvane.domain.injecting import injected
from windvane.domain.record import replace


def fault() -> Fault:
    """The fault."""
    return Fault(id="I14", kind="infrastructure", inject=inject, about="bytes of the warehouse are broken")


def inject(world: World, rng: Random) -> Injection | None:  # noqa: ARG001 - nothing is drawn
    """Restored from what is kept, or the run stops and says so; nothing wrong is shown."""
    made = injected(world, world.table, ("retry", "hold"), said="bytes of the warehouse are broken")
    return replace(made, trouble=(Trouble(kind="bits"),), waves=(*made.waves, ()))
