"""I12: the run is killed at some point."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, Trouble, World
from windvane.domain.injecting import injected
from windvane.domain.record import replace


def fault() -> Fault:
    """The fault."""
    return Fault(id="I12", kind="infrastructure", inject=inject, about="the run is killed half way")


def inject(world: World, rng: Random) -> Injection | None:
    """The next run finishes it: the rows are there once."""
    made = injected(world, world.table, ("retry",), said="the run is killed half way")
    return replace(made, trouble=(Trouble(kind="kill", about=str(rng.randrange(1, 60))),), waves=(*made.waves, ()))
