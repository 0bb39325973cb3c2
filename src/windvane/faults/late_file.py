"""T1: the file is late: a run finds nothing, the next finds it."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, World
from windvane.domain.injecting import injected
from windvane.domain.record import replace


def fault() -> Fault:
    """The fault."""
    return Fault(id="T1", kind="time", inject=inject, about="the file comes one run later")


def inject(world: World, rng: Random) -> Injection | None:  # noqa: ARG001 - nothing is drawn
    """Readers keep what they have until it is there; then it is shown."""
    made = injected(world, world.table, ("retry",), said="the file comes one run later")
    own = tuple(s for s in made.waves[0] if s.source == world.target)
    others = tuple(s for s in made.waves[0] if s.source != world.target)
    return replace(made, waves=(others, own))
