"""I5: the files of a source are deleted."""

from __future__ import annotations

from random import Random

from windvane.domain.fault import Fault, Injection, Trouble, World
from windvane.domain.injecting import injected, unseen
from windvane.domain.record import replace


def fault() -> Fault:
    """The fault."""
    return Fault(id="I5", kind="infrastructure", inject=inject, about="the files of a source are gone for good")


def inject(world: World, rng: Random) -> Injection | None:  # noqa: ARG001 - nothing is drawn
    """Readers keep what they have, and it is said."""
    made = injected(world, world.table, ("hold",), said=f"the files of {world.target} are deleted")
    others = tuple(s for s in made.waves[0] if s.source != world.target)
    gone = Trouble(kind="deleted", about=world.target)
    return unseen(replace(made, waves=(others,), trouble=(gone,)), world.target)
