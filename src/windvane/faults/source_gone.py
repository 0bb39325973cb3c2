"""I2: the place of the files cannot be reached for one run."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, Trouble, World
from windvane.domain.injecting import injected
from windvane.domain.record import replace


def fault() -> Fault:
    """The fault."""
    return Fault(
        id="I2", kind="infrastructure", inject=inject, about="the place of the files cannot be reached, and then can"
    )


def inject(world: World, rng: Random) -> Injection | None:  # noqa: ARG001 - nothing is drawn
    """Readers keep what they have; the next run takes the files."""
    made = injected(world, world.table, ("retry",), said="the place of the files cannot be reached, and then can")
    return replace(made, trouble=(Trouble(kind="gone"),), waves=(*made.waves, ()))
